#!/usr/bin/env python3
"""Writes src/eval/unicode_tables.inl: the character properties that tokenisers ask for.

usage: make_unicode_tables.py > src/eval/unicode_tables.inl

Punctuation, symbols and numbers are those of the package `regex`, which sacrebleu's tokenisers use; lower case is Python's own.
Both are pinned in tests/oracles/requirements-text.txt. The library has tables of its own, because a Unicode library would be its
only dependency beside oneTBB and all that is asked of it are these few sets.
"""
import sys
import unicodedata

import regex

CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def ranges(codes):
    """Sorted numbers as (first, last) pairs."""
    found = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def members(pattern):
    match = regex.compile(pattern).match
    return ranges(code for code in CODES if match(chr(code)))


def is_cased(code):
    # A final sigma tells: it needs a cased letter before it, across any number of case-ignorable ones.
    return ("." + chr(code) + "Σ").lower().endswith("ς")


def is_case_ignorable(code):
    return not is_cased(code) and ("A" + chr(code) + "Σ").lower().endswith("ς")


def lower_runs():
    """(first, last, step, difference): letters first, first + step ... last become themselves plus difference."""
    mapped = [
        (code, ord(chr(code).lower()) - code)
        for code in CODES
        if len(chr(code).lower()) == 1 and chr(code).lower() != chr(code)
    ]
    runs = []
    for code, difference in mapped:
        if runs and runs[-1][3] == difference:
            first, last, step, _ = runs[-1]
            if code - last in (1, 2) and (first == last or code - last == step):
                runs[-1] = (first, code, code - last, difference)
                continue
        runs.append((code, code, 1, difference))
    return runs


def print_table(comment, declaration, rows):
    print(f"// {comment}\n{declaration} = {{")
    line = "   "
    for row in rows:
        if len(line) + len(row) + 2 > 120:
            print(line)
            line = "   "
        line += f" {row},"
    print(f"{line}\n}};\n")


def print_ranges(name, comment, found):
    print_table(comment, f"constexpr code_range {name}[]", [f"{{0x{first:X}, 0x{last:X}}}" for first, last in found])


def main():
    special = [code for code in CODES if len(chr(code).lower()) != 1]
    if special != [0x130]:
        sys.exit(f"letters with a long lower case: {special}; src/eval/unicode.cpp knows 0x130 only")
    print("// Written by tools/make_unicode_tables.py: do not edit.")
    print(f"// Lower case: Unicode {unicodedata.unidata_version}. Sets: regex {regex.__version__}.\n")
    print_ranges("punctuation_codes", "General category P", members(r"\p{P}"))
    print_ranges("symbol_codes", "General category S", members(r"\p{S}"))
    print_ranges("number_codes", "General category N", members(r"\p{N}"))
    print_ranges("cased_codes", "Cased, and not case-ignorable", ranges(filter(is_cased, CODES)))
    print_ranges("case_ignorable_codes", "Case-ignorable", ranges(filter(is_case_ignorable, CODES)))
    print_table(
        "Lower case: first, last, step, difference",
        "constexpr lower_run lower_runs[]",
        [f"{{0x{first:X}, 0x{last:X}, {step}, {difference}}}" for first, last, step, difference in lower_runs()],
    )


main()

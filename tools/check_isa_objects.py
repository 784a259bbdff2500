#!/usr/bin/env python3
"""Checks that object files of different instruction sets cannot leak into each other or into the baseline.

usage: check_isa_objects.py [--nm NM] [--objdump OBJDUMP] OBJECT...

Looks at the objects named isa_<name>.*; others are ignored. The linker keeps one copy of a weak symbol, whichever it meets
first: a helper compiled for AVX-512 could then run on a machine without it. Hence, for each object:
  one table     it defines exactly one global symbol, farspan::kernels::<name>::table
  nothing weak  no weak symbol, unless its name carries the instruction set's own namespace
  no calls out  it needs nothing but memcpy and memset
  instructions  scalar: no packed float arithmetic; avx2: fused ymm products and no zmm; avx512: fused zmm products
The last line is "N passed, M failed".
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

MAY_NEED = re.compile(
    r"(memcpy|memset|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(a|t|ub|l)san_\w+|__sanitizer_\w+|_Unwind_\w+)$"
)
MUST_HAVE = {"avx2": r"vfmadd\w+ps\s.*ymm", "avx512": r"vfmadd\w+ps\s.*zmm", "neon": r"fmla\s+v\d+\.4s"}
MUST_NOT_HAVE = {"scalar": r"\sv?(add|sub|mul|div|max|min)p[sd]\s|\sf(mla|add|mul)\s+v\d+\.[24]", "avx2": r"%zmm|\szmm"}


def symbols(nm, path):
    """(type letter, mangled name, demangled name) of every symbol."""
    lists = []
    for option in ([], ["-C"]):
        out = subprocess.run([nm, *option, str(path)], capture_output=True, text=True, check=True).stdout
        lists.append([line[17:] for line in out.splitlines() if len(line) > 18])
    return [(a[0], a[2:], b[2:]) for a, b in zip(*lists)]


def check_object(isa, path, tools, sanitized):
    """Yields (what, problem or None)."""
    found = symbols(tools.nm, path)
    strong = [
        demangled for letter, _, demangled in found if letter in "ABCDGRST" and not demangled.startswith("__odr_asan.")
    ]
    wanted = f"farspan::kernels::{isa}::table"
    yield "one table", None if strong == [wanted] else f"defines {strong or 'nothing'}, expected only {wanted}"

    weak = [
        demangled for letter, mangled, demangled in found if letter in "VWvwu" and f"{len(isa)}{isa}" not in mangled
    ]
    yield "nothing weak", f"weak symbols: {weak}" if weak else None

    outside = [mangled for letter, mangled, _ in found if letter == "U" and not MAY_NEED.match(mangled.split("@")[0])]
    yield "no calls out", f"needs {outside}" if outside else None

    if sanitized:
        return
    code = subprocess.run(
        [tools.objdump, "-d", "--no-show-raw-insn", str(path)], capture_output=True, text=True, check=True
    ).stdout
    problem = None
    if isa in MUST_HAVE and not re.search(MUST_HAVE[isa], code):
        problem = f"no instruction matches /{MUST_HAVE[isa]}/"
    if isa in MUST_NOT_HAVE and (bad := re.search(f".*({MUST_NOT_HAVE[isa]}).*", code)):
        problem = f"contains{bad[0]}"
    yield "instructions", problem


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--objdump", default="objdump")
    parser.add_argument("objects", nargs="+", type=Path)
    tools = parser.parse_args()

    passed = failed = 0
    for path in tools.objects:
        if not (name := re.match(r"isa_([a-z0-9]+)\.", path.name)):
            continue
        sanitized = any(re.match(r"__(a|t|ub)san_", mangled) for _, mangled, _ in symbols(tools.nm, path))
        for what, problem in check_object(name[1], path, tools, sanitized):
            if problem:
                failed += 1
                print(f"FAILED {path.name}: {what}: {problem}")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

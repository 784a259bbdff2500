#!/usr/bin/env python3
"""Copies the public headers with one more field at the end of every versioned struct.
usage: grow_headers.py INCLUDE OUT   Writes OUT/include/farspan/*.h, and OUT/versioned.inl with a line STRUCT(name) for each."""
import re
import sys
from pathlib import Path

STRUCT = re.compile(r"typedef struct (farspan_\w+) \{\n    uint32_t struct_size;.*?\n\} \1;", re.DOTALL)


def grow(text, names):
    """The header with the longer structs, whose names are appended."""

    def longer(found):
        names.append(found[1])
        return found[0].replace(f"}} {found[1]};", f"    int64_t grown;\n}} {found[1]};")

    return STRUCT.sub(longer, text)


def main(include, out):
    names = []
    folder = out / "include" / "farspan"
    folder.mkdir(parents=True, exist_ok=True)
    for header in sorted((include / "farspan").glob("*.h")):
        (folder / header.name).write_text(grow(header.read_text(), names))
    versioned = sum(
        len(re.findall(r"^ *uint32_t struct_size;", header.read_text(), re.MULTILINE))
        for header in (include / "farspan").glob("*.h")
        if header.name != "api_table.h"
    )
    if len(names) != versioned:
        sys.exit(f"grow_headers: {len(names)} structs have grown, {versioned} begin with struct_size")
    (out / "versioned.inl").write_text("".join(f"STRUCT({name})\n" for name in sorted(names)))


main(Path(sys.argv[1]), Path(sys.argv[2]))

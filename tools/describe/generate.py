#!/usr/bin/python3
"""Writes everything that follows from the public headers and bindings/contract.toml.

    tools/describe/generate.py             writes it
    tools/describe/generate.py --check     compares instead, and fails on a difference
    tools/describe/generate.py --baseline  also begins the frozen lists anew, which only a new ABI version may do

Needs libclang and Jinja2 of Debian's Python (python3-clang-14, python3-jinja2), and SWIG 4.1.0 for Java and Go."""
from __future__ import annotations

import difflib
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]

import contract  # noqa: E402
import frozen  # noqa: E402
import pages  # noqa: E402
import reader  # noqa: E402
import swig  # noqa: E402


def described(root: Path, baseline: bool) -> dict[str, str]:
    """What the templates print, by path."""
    known = contract.load(root, reader.read(root))
    printer = pages.Pages(known)
    table = frozen.table_order(root, known.model, baseline)
    made = {
        "include/farspan/api_table.h": printer.print("api_table.h", table=table),
        "tests/abi/symbols.txt": printer.print("symbols.txt"),
        "tests/abi/layout_1.c": printer.print("layout_1.c", table=table),
        "src/api/parameters.inc": printer.print("parameters.inc"),
        "rust-sys/src/bindings.rs": printer.print("bindings.rs"),
        "rust-sys/tests/layout/names.rs": printer.print("layout_names.rs"),
        "python/farspan/_abi.py": printer.print("abi.py"),
        **printer.conformance(),
        **printer.constants(),
        **printer.java_structs(),
        **printer.go_structs(),
        **printer.calls(),
        **printer.cpp(),
        **printer.swig(root),
    }
    if not baseline:
        frozen.check_layout(root, made["tests/abi/layout_1.c"])
    return made


def stale(root: Path, made: dict[str, str]) -> list[str]:
    """Files in the folders that hold nothing else, and that are made no longer."""
    folders = {swig.JAVA} if any(path.startswith(swig.JAVA) for path in made) else set()
    return [
        str(file.relative_to(root))
        for folder in folders
        for file in sorted((root / folder).iterdir())
        if str(file.relative_to(root)) not in made
    ]


def differences(root: Path, made: dict[str, str]) -> int:
    """Prints and counts what is not as it would be made."""
    differing = 0
    for path, text in made.items():
        old = (root / path).read_text() if (root / path).exists() else ""
        if old != text:
            differing += 1
            lines = difflib.unified_diff(old.splitlines(True), text.splitlines(True), path, path + " (made now)", n=1)
            sys.stderr.writelines(list(lines)[:40])
    return differing


def write(root: Path, made: dict[str, str]) -> None:
    for path, text in made.items():
        file = root / path
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            print(path)


def main(arguments: list[str]) -> int:
    if not set(arguments) <= {"--check", "--baseline"}:
        print(__doc__, file=sys.stderr)
        return 2
    made = described(ROOT, "--baseline" in arguments)
    if "--check" in arguments:
        differing = differences(ROOT, made)
        if not differing:  # SWIG reads what the templates print
            wrapped = swig.outputs(ROOT)
            differing = differences(ROOT, wrapped) + len(stale(ROOT, wrapped))
        if differing:
            print(
                f"describe: {differing} files are not what the headers give: run tools/describe/generate.py",
                file=sys.stderr,
            )
        return 1 if differing else 0
    write(ROOT, made)
    wrapped = swig.outputs(ROOT)
    write(ROOT, wrapped)
    for path in stale(ROOT, wrapped):
        (ROOT / path).unlink()
        print(path, "removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

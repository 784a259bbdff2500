"""What was published once stays: the order of the function table, and every line of the layout."""
from __future__ import annotations

import re
from pathlib import Path

from model import Model


def table_order(root: Path, model: Model, baseline: bool) -> list[str]:
    """The names in the table so far in their order, then the new ones. farspan_get_api gives the table and is not in it."""
    file = root / "include" / "farspan" / "api_table.h"
    names = [f.short for f in model.functions if f.name != "farspan_get_api"]
    listed = (
        re.findall(r"ENTRY\((\w+)\)", file.read_text().partition("FARSPAN_API_LIST(ENTRY)")[2]) if file.exists() else []
    )
    listed = [name for name in listed if name != "name"]
    if baseline:
        return names
    gone = [name for name in listed if name not in names]
    if gone:
        raise SystemExit(
            f"describe: {', '.join(gone)} is in the function table and in no header: an entry stays for ever"
        )
    return listed + [name for name in names if name not in listed]


def lines_of(text: str) -> dict[str, int]:
    return {
        f"{kind} {what}": int(number)
        for kind, what, number in re.findall(r"^(AT|SIZE|VALUE)\((.*), (-?\d+)\);", text, re.M)
    }


def check_layout(root: Path, text: str) -> None:
    """Offsets and values do not change; a size may grow."""
    file = root / "tests" / "abi" / "layout_1.c"
    old, new = lines_of(file.read_text()) if file.exists() else {}, lines_of(text)
    for what, number in old.items():
        grown = what.startswith("SIZE") and new.get(what, 0) > number
        if new.get(what) != number and not grown:
            raise SystemExit(f"describe: {what} was {number} and would be {new.get(what, 'gone')}: programs rely on it")

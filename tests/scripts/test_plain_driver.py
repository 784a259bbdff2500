#!/usr/bin/env python3
"""The stand-in for Criterion (tests/plain_driver), which only the deep tests compile with, must have all that the tests use of it."""
import re
from pathlib import Path

from check import equal, run

TESTS = Path(__file__).resolve().parents[1]
DRIVER = (TESTS / "plain_driver" / "criterion" / "criterion.h").read_text()


def every_macro_in_use_is_defined():
    used = {
        name
        for path in [*TESTS.rglob("*.cpp"), *TESTS.rglob("*.hpp")]
        for name in re.findall(r"\bcr_\w+(?=\()", path.read_text())
    }
    equal(sorted(used - set(re.findall(r"#define (cr_\w+)\(", DRIVER))), [])


def every_macro_is_one_of_criterion():
    criterion = "".join(path.read_text() for path in Path("/usr/include/criterion").rglob("*.h"))
    equal([name for name in re.findall(r"#define (cr_\w+)\(", DRIVER) if name not in criterion], [])


run([every_macro_in_use_is_defined, every_macro_is_one_of_criterion])

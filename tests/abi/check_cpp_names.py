#!/usr/bin/env python3
"""farspan.hpp reaches every function of farspan.h. usage: check_cpp_names.py INCLUDE_DIRECTORY"""
import re
import sys
from pathlib import Path

from check import equal, run

include = Path(sys.argv[1])


def names(text):
    """The farspan_ functions that are called or named in a text without comments."""
    return set(re.findall(r"\bfarspan_\w+(?=[(>])", re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)))


def every_function_is_used():
    declared = set(re.findall(r"FARSPAN_API[^;(]*?(farspan_\w+)\(", (include / "farspan.h").read_text()))
    used = names("".join(path.read_text() for path in [include / "farspan.hpp", *include.glob("cpp/*.hpp")]))
    equal(declared - used, {"farspan_get_api"})  # for those who do not link


run([every_function_is_used])

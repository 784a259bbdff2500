#!/usr/bin/env python3
"""The headers of C++ reach every function of the headers of C. usage: check_cpp_names.py INCLUDE_DIRECTORY"""
import re
import sys
from pathlib import Path

from check import equal, run

include = Path(sys.argv[1])
OFFERED = ["farspan.h", "cache.h", "gradient.h", "eval.h", "model.h"]


def names(text):
    """The farspan_ functions that are called or named in a text without comments."""
    return set(re.findall(r"\bfarspan_\w+(?=[()>,])", re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)))


def every_function_is_used():
    headers = "".join((include / name).read_text() for name in OFFERED)
    declared = set(re.findall(r"FARSPAN_API[^;(]*?(farspan_\w+)\(", headers))
    used = names("".join(path.read_text() for path in [include / "farspan.hpp", *include.glob("cpp/**/*.hpp")]))
    equal(declared - used, {"farspan_get_api"})  # for those who do not link


run([every_function_is_used])

#!/usr/bin/env python3
"""What the shared object shows to the outside.

usage: check_library.py LIBRARY HEADERS SYMBOLS ABI_VERSION     HEADERS: the directory of the public headers

After adding a function on purpose:
    nm -D --defined-only --with-symbol-versions LIBRARY | awk '$2 == "T" {print $3}' | LC_ALL=C sort > tests/abi/symbols.txt
"""
import re
import subprocess
import sys
from pathlib import Path

from check import equal, run

library, headers, symbols, abi_version = sys.argv[1:]


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def dynamic(tag):
    return re.findall(rf"\({tag}\)\s+(.*)", output("readelf", "-dW", library))


def exported():
    lines = output("nm", "-D", "--defined-only", "--with-symbol-versions", library).splitlines()
    return [line.split()[1:] for line in lines]


def exports_are_the_recorded_ones():
    got = sorted(name for kind, name in exported() if kind == "T")
    equal(got, Path(symbols).read_text().split())


def exports_are_the_headers():
    declared = set(
        re.findall(
            r"FARSPAN_API[^;(]*?(farspan_\w+)\(", "".join(header.read_text() for header in Path(headers).glob("*.h"))
        )
    )
    equal({name.split("@")[0] for kind, name in exported() if kind == "T"}, declared)


def nothing_else_is_exported():
    equal([(kind, name) for kind, name in exported() if kind != "T"], [("A", f"FARSPAN_{abi_version}")])
    equal({name.split("@")[-1] for kind, name in exported() if kind == "T"}, {f"FARSPAN_{abi_version}"})


def soname_carries_the_abi_version():
    equal(dynamic("SONAME"), [f"Library soname: [libfarspan.so.{abi_version}]"])


def stays_loaded_and_binds_at_once():
    flags = " ".join(dynamic("FLAGS") + dynamic("FLAGS_1"))
    for flag in ("NODELETE", "BIND_NOW"):
        if flag not in flags:
            raise AssertionError(f"{flag} is not among the flags {flags!r}")


def no_text_relocations_and_no_search_path():
    equal(dynamic("TEXTREL") + dynamic("RPATH") + dynamic("RUNPATH"), [])


def stack_is_not_executable():
    (stack,) = re.findall(r"GNU_STACK.*", output("readelf", "-lW", library))
    equal(stack.split()[-2], "RW")


def needs_only_what_every_debian_has_and_tbb():
    needed = {re.search(r"\[(.*)\]", line)[1].split(".so")[0] for line in dynamic("NEEDED")}
    extra = needed - {"libtbb", "libstdc++", "libm", "libgcc_s", "libc", "ld-linux-x86-64", "ld-linux-aarch64"}
    equal(extra, set())


run(
    [
        exports_are_the_recorded_ones,
        exports_are_the_headers,
        nothing_else_is_exported,
        soname_carries_the_abi_version,
        stays_loaded_and_binds_at_once,
        no_text_relocations_and_no_search_path,
        stack_is_not_executable,
        needs_only_what_every_debian_has_and_tbb,
    ]
)

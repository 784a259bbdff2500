#!/usr/bin/env python3
"""usage: check_python.py LIBRARY FROZEN_LAYOUT

The module for ctypes has the frozen layout, and calls the library."""
import ctypes
import re
import sys
from pathlib import Path

# The module alone: the package would look for a library of its own.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python" / "farspan"))
import _abi  # noqa: E402
from check import equal, run  # noqa: E402

LIBRARY = _abi.load(sys.argv[1])
LAYOUT = Path(sys.argv[2]).read_text()


def structs_have_the_frozen_layout():
    lines = re.findall(r"^(AT|SIZE)\((farspan_\w+)(?:, (\w+))?, (\d+)\);", LAYOUT, re.M)
    lines = [line for line in lines if line[1] != "farspan_api"]
    assert len(lines) > 250, len(lines)
    for kind, struct, field, number in lines:
        type_ = getattr(_abi, struct)
        got = getattr(type_, field).offset if kind == "AT" else ctypes.sizeof(type_)
        equal((struct, field, got), (struct, field, int(number)))


def constants_have_the_frozen_values():
    values = re.findall(r"^VALUE\((\w+), (-?\d+)\);", LAYOUT, re.M)
    assert len(values) > 100, len(values)
    for name, number in values:
        equal((name, getattr(_abi, name)), (name, int(number)))


def functions_can_be_called():
    equal(LIBRARY.farspan_version(), _abi.FARSPAN_VERSION)
    equal(LIBRARY.farspan_method_name(_abi.FARSPAN_PART_ROPE, _abi.FARSPAN_ROPE_YARN), b"yarn")
    config = _abi.farspan_rope_config()
    LIBRARY.farspan_rope_config_init(config, ctypes.sizeof(config), _abi.FARSPAN_ROPE_YARN)
    equal(
        (config.struct_size, config.method, config.base, config.beta_fast),
        (ctypes.sizeof(config), _abi.FARSPAN_ROPE_YARN, 10000, 32),
    )


def handles_are_made_and_destroyed():
    context = ctypes.POINTER(_abi.farspan_context)()
    equal(LIBRARY.farspan_context_create(None, ctypes.byref(context), None), _abi.FARSPAN_OK)
    assert LIBRARY.farspan_context_threads(context) >= 1
    LIBRARY.farspan_context_destroy(context)


def failures_have_a_message():
    config = _abi.farspan_context_config()
    LIBRARY.farspan_context_config_init(config, ctypes.sizeof(config))
    config.isa = 99
    error = _abi.farspan_error(struct_size=ctypes.sizeof(_abi.farspan_error))
    context = ctypes.POINTER(_abi.farspan_context)()
    status = LIBRARY.farspan_context_create(config, ctypes.byref(context), error)
    equal((bool(context), status), (False, error.code))
    assert status != _abi.FARSPAN_OK and b"isa" in error.message and b"99" in error.message, error.message


def comments_have_crossed():
    assert "positions[t]" in LIBRARY.farspan_rope_apply.__doc__
    assert all(function[2].startswith(name + "(") for name, function in _abi.FUNCTIONS.items())


run(
    [
        structs_have_the_frozen_layout,
        constants_have_the_frozen_values,
        functions_can_be_called,
        handles_are_made_and_destroyed,
        failures_have_a_message,
        comments_have_crossed,
    ]
)

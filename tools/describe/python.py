"""C types for ctypes, and comments for Python."""
from __future__ import annotations

import textwrap

import words
from model import Type

NAMES = {
    "void": "None",
    "char": "ctypes.c_char",
    "double": "ctypes.c_double",
    "float": "ctypes.c_float",
    "size_t": "ctypes.c_size_t",
    "int8_t": "ctypes.c_int8",
    "uint8_t": "ctypes.c_uint8",
    "int32_t": "ctypes.c_int32",
    "uint32_t": "ctypes.c_uint32",
    "int64_t": "ctypes.c_int64",
    "uint64_t": "ctypes.c_uint64",
    "farspan_status": "ctypes.c_int32",
}


def ctype(kind: Type) -> str:
    text = NAMES.get(kind.name, kind.name)
    pointers = len(kind.pointers)
    if kind.name == "void" and pointers:
        text, pointers = "ctypes.c_void_p", pointers - 1
    elif kind.name == "char" and kind.is_const and pointers:
        text, pointers = "ctypes.c_char_p", pointers - 1
    for _ in range(pointers):
        text = f"ctypes.POINTER({text})"
    return f"{text} * {kind.extent}" if kind.extent is not None else text


def hash_comment(text: str, indent: str = "") -> str:
    return "\n".join(words.comment(text, indent + "# ", lambda lines: ["    " + line for line in lines], str))


def docstring_body(text: str, indent: str = "") -> str:
    body = "\n".join(words.comment(text, "", lambda lines: ["    " + line for line in lines], str))
    return textwrap.indent(body.replace("\\", "\\\\"), indent)


def docstring(text: str, indent: str = "") -> str:
    lines = docstring_body(text, indent).splitlines()
    if len(lines) == 1:
        return f'{indent}"""{lines[0].strip()}"""'
    return "\n".join([f'{indent}"""{lines[0].strip()}', *lines[1:], f'{indent}"""'])

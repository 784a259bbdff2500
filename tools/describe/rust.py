"""C types in Rust."""
from __future__ import annotations

from model import Type

KEYWORDS = {"in", "type", "match", "ref", "move", "use"}
NAMES = {
    "void": "c_void", "char": "c_char", "double": "f64", "float": "f32", "size_t": "usize", "int8_t": "i8", "uint8_t": "u8",
    "int32_t": "i32", "uint32_t": "u32", "int64_t": "i64", "uint64_t": "u64",
}


def word(name: str) -> str:
    return name + "_" if name in KEYWORDS else name


def type_of(kind: Type) -> str:
    text = NAMES.get(kind.name, kind.name)
    for const in kind.pointers:
        text = f"*{'const' if const else 'mut'} {text}"
    return f"[{text}; {kind.extent}]" if kind.extent is not None else text


def argument(kind: Type) -> str:
    """An array as an argument is a pointer."""
    return f"*mut {NAMES.get(kind.name, kind.name)}" if kind.extent is not None else type_of(kind)

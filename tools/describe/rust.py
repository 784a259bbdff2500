"""C types in Rust."""
from __future__ import annotations

from contract import Member, Record
from model import Type

CONSTANTS = {"": "constants", "eval": "eval_constants", "model": "model_constants"}
STRUCTS = {"farspan.h": "structs", "cache.h": "cache_structs", "eval.h": "eval_structs", "model.h": "model_structs"}
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


def macro(record: Record) -> str:
    return {"config": "config", "answer": "result", "counter": "counter"}[record.kind]


def member(record: Record, given: Member) -> str:
    """The type of a field."""
    if given.option:
        return given.option.name("rust")
    if given.is_array:
        return f"Option<&'a [{NAMES[given.field.type.name]}]>"
    return "bool" if record.is_flag(given, "rust") else type_of(given.field.type)


def uses(records: list[Record]) -> dict[str, list[str]]:
    """The enumerations that the structs need, by the module where they are."""
    found: dict[str, set[str]] = {}
    for record in records:
        for option in (m.option for m in record.members):
            if option:
                found.setdefault(CONSTANTS[option.area], set()).add(option.name("rust"))
    return {module: sorted(names) for module, names in sorted(found.items())}


def argument(kind: Type) -> str:
    """An array as an argument is a pointer."""
    return f"*mut {NAMES.get(kind.name, kind.name)}" if kind.extent is not None else type_of(kind)

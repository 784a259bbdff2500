"""C types in Rust."""
from __future__ import annotations

import re

from contract import Member, Record
from model import Type

CONSTANTS = {"": "constants", "eval": "eval_constants", "model": "model_constants"}
STRUCTS = {"farspan.h": "structs", "cache.h": "cache_structs", "eval.h": "eval_structs", "model.h": "model_structs"}
KEYWORDS = {"in", "type", "match", "ref", "move", "use"}
NAMES = {
    "void": "c_void",
    "char": "c_char",
    "double": "f64",
    "float": "f32",
    "size_t": "usize",
    "int8_t": "i8",
    "uint8_t": "u8",
    "int32_t": "i32",
    "uint32_t": "u32",
    "int64_t": "i64",
    "uint64_t": "u64",
}


def word(name: str) -> str:
    return name + "_" if name in KEYWORDS else name


def type_of(kind: Type) -> str:
    text = NAMES.get(kind.name, kind.name)
    for const in kind.pointers:
        text = f"*{'const' if const else 'mut'} {text}"
    return f"[{text}; {kind.extent}]" if kind.extent is not None else text


def members(record: Record) -> tuple[Member, ...]:
    """The fields that Rust shows as they are."""
    return tuple(m for m in record.members if m.name not in record.notes.get("rust_without", ()))


def borrows(record: Record) -> bool:
    """Whether its type has a lifetime."""
    extra = record.notes.get("rust_extra", {}).values()
    return any(m.is_borrowed for m in record.members) or any("'a" in e["type"] for e in extra)


def derived(record: Record) -> str:
    """Traits of a struct."""
    extra = record.notes.get("rust_extra")
    traits = [
        "Clone",
        *(["Copy"] * (not any(m.is_text for m in record.members))),
        "Debug",
        *["PartialEq"] * (not extra),
    ]
    real = any(m.field.type.name in ("double", "float") for m in record.members)
    return ", ".join(traits + ["Eq"] * (record.kind == "answer" and not real))


def from_c(record: Record, given: Member) -> str:
    """A field out of C's."""
    field = f"c.{word(given.name)}"
    if given.option:
        return f"{given.option.name('rust')}({field})"
    if given.is_array:
        return f"slice({field}, c.{given.field.count})"
    if given.is_text:
        return f"text({field})"
    return f"{field} != 0" if record.is_flag(given, "rust") else field


def to_c(record: Record, given: Member) -> str:
    """The assignment of a field to C's."""
    target, value = f"c.{word(given.name)}", f"self.{given.name}"
    if given.is_array:
        return f"({target}, c.{given.field.count}) = array({value})"
    return (
        f"{target} = {value + '.0' if given.option else value + '.into()' if record.is_flag(given, 'rust') else value}"
    )


def member(record: Record, given: Member) -> str:
    """The type of a field."""
    if given.option:
        return given.option.name("rust")
    if given.is_array:
        return f"Option<&'a [{NAMES[given.field.type.name]}]>"
    if given.is_text:
        return "std::borrow::Cow<'a, str>"
    return "bool" if record.is_flag(given, "rust") else type_of(given.field.type)


def seen(given: Member, is_written: bool) -> str:
    """What a field of views is a reference to."""
    if given.field.type.name == "farspan_tensor":
        return "TensorMut<'_>" if is_written else "Tensor<'_>"
    return f"[{'u8' if given.field.type.name == 'void' else NAMES[given.field.type.name]}]"


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


def shown(path: str) -> str:
    """What a link shows of a path: the last two words, of which a type begins with a capital."""
    words = path.split("::")
    return "::".join(words[-2:] if len(words) > 1 and words[-2][:1].isupper() else words[-1:])


def without_targets(text: str, area: str) -> str:
    """Links whose words say where they lead, in a file that has the names of the crate and of one module."""
    module = rf"(?:{area}::)?" if area else ""
    return re.sub(rf"\]\(crate::{module}(?:[A-Z]\w*(?:::\w+)?|[a-z_]+)\)", "]", text)

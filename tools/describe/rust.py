"""C types in Rust."""
from __future__ import annotations

from calls import Call, Kind
from contract import Member, Record, camel
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


def macro(record: Record) -> str:
    if any(m.is_text for m in record.members):
        return "texts"
    return {"config": "config", "answer": "result", "counter": "counter"}[record.kind]


def derived(record: Record) -> str:
    """Traits of an answer."""
    traits = ["Clone", "Debug", "PartialEq"] if macro(record) == "texts" else ["Clone", "Copy", "Debug", "PartialEq"]
    return ", ".join(traits + ["Eq"] * (not any(m.field.type.name == "double" for m in record.members)))


def member(record: Record, given: Member) -> str:
    """The type of a field."""
    if given.option:
        return given.option.name("rust")
    if given.is_array:
        return f"Option<&'a [{NAMES[given.field.type.name]}]>"
    if given.is_text:
        return "std::borrow::Cow<'a, str>"
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


def call(given: Call) -> list[str]:
    """The lines of a plain call, without its comment."""
    parameters, values = [], []
    for a in given.arguments:
        name, kind = word(a.name), a.parameter.type
        if a.kind == Kind.CONTEXT:
            parameters.append(f"{name}: Option<&Context>")
            values.append(f"crate::context::as_c({name})")
        elif a.kind == Kind.HANDLE:
            parameters.append(f"{name}: &{camel(kind.short)}")
            values.append(f"{name}.as_c()")
        elif a.kind == Kind.ARRAY:
            parameters.append(f"{name}: &{'mut ' * a.is_written}[{NAMES[kind.name]}]")
            values += [f"{name}.{'as_mut_ptr' if a.is_written else 'as_ptr'}()", f"{name}.len() as i64"]
        elif a.kind == Kind.CONFIG:
            assert a.record
            parameters.append(f"{name}: &{a.record.name('rust')}")
            values.append(f"&{name}.to_c()")
        else:
            parameters.append(f"{name}: {NAMES[kind.name]}")
            values.append(name)
    function, result = given.function, NAMES.get(given.function.result.name, "")
    if not function.can_fail:
        return [
            f"pub fn {function.short}({', '.join(parameters)}) -> {result} {{",
            "    // SAFETY: handles are valid, and arrays as long as told.",
            f"    unsafe {{ sys::{function.name}({', '.join(values)}) }}",
            "}",
        ]
    return [
        f"pub fn {function.short}({', '.join(parameters)}) -> Result<()> {{",
        "    // SAFETY: handles are valid, and arrays as long as told.",
        f"    check(|error| unsafe {{ sys::{function.name}({', '.join([*values, 'error'])}) }})",
        "}",
    ]

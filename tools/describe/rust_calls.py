"""The calls of Rust: the functions and methods whose body is one call of C."""
from __future__ import annotations

from dataclasses import dataclass, field

from contract import Contract, camel
from idiom import Call, Given, Idiom, Role
from rust import NAMES, word

SAFETY = "// SAFETY: handles are valid, arrays as long as told, tensors within their slices, and what is written is ours alone."
FILES = {
    "farspan.h": "calls",
    "gradient.h": "calls",
    "cache.h": "cache_calls",
    "eval.h": "eval_calls",
    "model.h": "model_calls",
}
ELEMENTS = {"farspan_text": ("u8", "texts"), "farspan_ids": ("i64", "ids")}


@dataclass
class Text:
    """What stands in a function."""

    generics: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


def is_of_sequence(call: Call) -> bool:
    return call.owner == "cache" and any(g.role == Role.NUMBER and g.name == "sequence" for g in call.given)


def owner(contract: Contract, call: Call) -> str | None:
    """The type whose method it is."""
    if is_of_sequence(call):
        return "Sequence"
    if call.of_option:
        return call.owner
    record = next((r for r in contract.records if r.struct.short == call.owner), None)
    return record.name("rust") if record else camel(call.owner) if call.owner else None


def name(call: Call) -> str:
    given = call.name("rust")
    return given.removeprefix("sequence_") if is_of_sequence(call) else given


def path(contract: Contract, call: Call) -> str:
    """Where the crate has it."""
    area = {"cache.h": "cache::", "eval.h": "eval::", "model.h": "model::"}.get(call.function.header, "")
    of = owner(contract, call)
    return f"crate::{area}{of + '::' if of else ''}{name(call)}"


def changes(call: Call) -> bool:
    """Whether a method takes its object exclusively."""
    if is_of_sequence(call):
        return bool(call.this and call.this.is_written) and not call.notes.get("reads")
    return bool(call.this and call.this.role == Role.SELF and call.this.record and call.this.is_written)


def add(text: Text, given: Given, call: Call, contract: Contract) -> None:
    """An argument: its parameter, what must be done before the call, and what C is given for it."""
    name, kind, role = word(given.name), given.parameter.type, given.role
    if role == Role.NUMBER and name == "sequence" and is_of_sequence(call):
        text.values.append("self.id()")
    elif role == Role.CONTEXT:
        text.parameters.append(f"{name}: Option<&Context>")
        text.values.append(f"context::as_c({name})")
    elif role == Role.HANDLE:
        text.parameters.append(f"{name}: &{camel(kind.short)}")
        text.values.append(f"{name}.as_c()")
    elif role == Role.TENSOR:
        written = contract.is_written(given.parameter)
        text.parameters.append(f"{name}: {'&mut TensorMut' if written else '&Tensor'}<'_>")
        text.values.append(f"{name}.as_c()")
    elif role in (Role.ARRAY, Role.BYTES):
        slice_type = f"&{'mut ' * given.is_written}[{NAMES[kind.name] if role == Role.ARRAY else 'u8'}]"
        cast = ".cast()" * (role == Role.BYTES)
        if given.is_optional:
            text.parameters.append(f"{name}: Option<{slice_type}>")
            text.before.append(f"let ({name}, {given.parameter.count}) = array({name});")
            text.values += [name, str(given.parameter.count)]
        else:
            text.parameters.append(f"{name}: {slice_type}")
            text.values += [f"{name}.as_{'mut_' * given.is_written}ptr(){cast}", f"{name}.len() as i64"]
    elif role == Role.TEXT:
        text.parameters.append(f"{name}: impl AsRef<[u8]>")
        text.before.append(f"let {name} = {name}.as_ref();")
        text.values += [f"{name}.as_ptr().cast()", f"{name}.len() as i64"]
    elif role in (Role.CONFIG, Role.COUNTER):
        assert given.record
        lifetime = "<'_>" if any(m.is_borrowed for m in given.record.members) else ""
        text.parameters.append(f"{name}: &{given.record.name('rust')}{lifetime}")
        text.values.append(f"&{name}.to_c()")
    elif role == Role.VIEWS:
        assert given.record
        text.parameters.append(f"{name}: {given.record.name('rust')}<'_>")
        text.values.append(f"{name}.as_c()")
    elif role == Role.COUNTERS:
        assert given.record
        text.parameters.append(f"{name}: &[{given.record.name('rust')}]")
        text.before.append(f"let {name}: Vec<_> = {name}.iter().map(|counts| counts.to_c()).collect();")
        text.values += [f"{name}.as_ptr()", f"{name}.len() as i64"]
    elif role == Role.REFERENCES:
        element, views = ELEMENTS[kind.name]
        text.generics.append(f"R: Reference<{element}>")
        text.parameters.append(f"{name}: &[R]")
        text.before.append(f"let {name} = {views}({name});")
        text.values += [f"{name}.as_ptr()", f"{name}.len() as i64"]
    elif role == Role.BATCH:
        number = [p.name for p in call.function.parameters].index(given.name) + 1
        text.parameters.append(f"{name}: &mut CacheBatchMut<'_>")
        text.before.append(f"let {name} = {name}.to_c(&self.store, {number})?;")
        text.values.append(f"&{name}")
    elif given.option:
        text.parameters.append(f"{name}: {given.option.name('rust')}")
        text.values.append(f"{name}.0")
    else:
        text.parameters.append(f"{name}: {'bool' if given.is_flag else NAMES[kind.name]}")
        text.values.append(f"{name}.into()" if given.is_flag else name)


def answered(call: Call) -> tuple[str, str, str]:
    """The type of the answer by an argument, what it is before the call, and how it becomes the result."""
    given = call.result
    assert given
    kind = given.parameter.type
    if given.role == Role.ANSWER:
        assert given.record
        answer = given.record.name("rust")
        return answer, f"{answer}::empty()", f"{answer}::from_c(&%s)"
    if given.role == Role.VALUES:
        struct = call.notes["values"]
        return struct["type"], f"[0; {kind.extent}]", f"{struct['type']}::from(%s)"
    if call.notes.get("flag"):
        return "bool", "0", "%s != 0"
    return NAMES[kind.name], "0.0" if kind.name == "double" else "0", "%s"


def body(call: Call, text: Text) -> tuple[str, list[str]]:
    """The result's type and the lines of a function that may fail."""
    function, this, result = f"sys::{call.function.name}", call.this, call.result
    invoked = f"unsafe {{ {function}({', '.join(text.values)}) }}"
    in_store = call.owner == "cache"
    if result and result.role == Role.WRITTEN:
        return "Result<String>", [SAFETY, f"written(|buffer, size, needed, error| {invoked})"]
    if result and result.role == Role.MADE:
        return "Result<Self>", [SAFETY, f"Self::make(|made, error| {invoked})"]
    if in_store and result and result.role == Role.VALUE and result.name in ("sequence", "child"):
        return "Result<Sequence>", [SAFETY, f"Sequence::make(&self.store, |cache, made, error| {invoked})"]
    if this and this.role == Role.SELF and this.record and this.is_written:
        return "Result<()>", [SAFETY, f"self.change(|{this.name}, error| {invoked})"]
    made = f"self.store.call(|cache, error| {invoked})" if in_store else f"check(|error| {invoked})"
    if not result:
        return "Result<()>", [SAFETY, made]
    kind, before, after = answered(call)
    return f"Result<{kind}>", [f"let mut made = {before};", SAFETY, f"{made}?;", f"Ok({after % 'made'})"]


def infallible(call: Call, text: Text) -> tuple[str, list[str]]:
    kind = call.function.result
    invoked = f"unsafe {{ sys::{call.function.name}({', '.join(text.values)}) }}"
    safety = "// SAFETY: handles are valid, and numbers may be any."
    if kind.is_pointer:
        found = f"constant_text({invoked})"
        answer = (
            ("&'static str", f"{found}.unwrap_or_default()") if call.is_never_null else ("Option<&'static str>", found)
        )
        return answer[0], [safety, answer[1]]
    if call.owner == "cache":
        invoked = f"self.store.with(|cache| {invoked})"
    if call.notes.get("flag"):
        return "bool", [safety, f"let answer = {invoked};", "answer != 0"]
    if call.result_option:
        return call.result_option.name("rust"), [safety, f"{call.result_option.name('rust')}({invoked})"]
    if call.function.short.endswith("_size") and kind.name != "size_t":
        return "usize", [safety, f"let size = {invoked};", "size as usize"]
    return NAMES.get(kind.name, "()"), [safety, invoked]


def lines(contract: Contract, call: Call, in_place: bool = False) -> list[str]:
    """A function, without its comment; or its form whose input and output are the same tensor."""
    text = Text()
    if call.this or call.of_option:
        text.parameters.append("self" if call.of_option else "&mut self" if changes(call) else "&self")
    source, target = call.notes["in_place"] if in_place else ("", "")
    for given in call.given:
        if given is call.of_option:
            text.values.append("self.0")
        elif given.name == source:
            text.parameters.append(f"{word(given.name)}: &mut TensorMut<'_>")
            text.values.append(f"{word(given.name)}.as_c()")
        elif given.name == target:
            text.values.append(f"{word(source)}.as_c()")
        elif given.role == Role.SELF:
            by_value = given.record and not given.is_written
            by_name = call.owner == "cache" or (given.record and given.is_written)
            text.values.append("&self.to_c()" if by_value else given.name if by_name else "self.as_c()")
        elif given.role == Role.ERROR:
            text.values.append("error")
        elif given.role == Role.WRITTEN:
            text.values += ["buffer", "size", "needed"]
        elif given.role == Role.VALUES:
            text.values.append("made.as_mut_ptr()")
        elif given.role in (Role.MADE, Role.VALUE, Role.ANSWER):
            via_closure = given.role == Role.MADE or (call.owner == "cache" and given.name in ("sequence", "child"))
            text.values.append("made" if via_closure else "&mut made")
        elif given.is_argument:
            add(text, given, call, contract)
    kind, statements = body(call, text) if call.function.can_fail else infallible(call, text)
    generics = f"<{', '.join(text.generics)}>" if text.generics else ""
    result = f" -> {kind}" if kind != "()" else ""
    head = f"pub fn {name(call)}{'_in_place' * in_place}{generics}({', '.join(text.parameters)}){result} {{"
    inline = [] if call.function.can_fail else ["#[inline]"]
    return [*inline, head, *("    " + line for line in [*text.before, *statements]), "}"]


def grouped(contract: Contract, idiom: Idiom) -> dict[str, dict[str | None, list[Call]]]:
    """The calls by file, and in it by the type that has them."""
    found: dict[str, dict[str | None, list[Call]]] = {file: {} for file in FILES.values()}
    for call in idiom.calls("rust"):
        found[FILES[call.function.header]].setdefault(owner(contract, call), []).append(call)
    return found


def values(contract: Contract, calls: list[Call]) -> list[str]:
    """The structs that stand for fixed arrays of answers."""
    made: list[str] = []
    for call in calls:
        struct = call.notes.get("values")
        if struct:
            kind = NAMES[call.result.parameter.type.name] if call.result else ""
            fields = struct["fields"]
            made += [
                "",
                f"/// {struct['doc']}",
                "#[derive(Clone, Copy, Debug, PartialEq, Eq)]",
                f"pub struct {struct['type']} {{",
            ]
            made += [line for field, doc in fields.items() for line in (f"    /// {doc}", f"    pub {field}: {kind},")]
            made += [
                "}",
                "",
                f"impl From<[{kind}; {len(fields)}]> for {struct['type']} {{",
                f"    fn from(all: [{kind}; {len(fields)}]) -> Self {{",
            ]
            made += [
                f"        let [{', '.join(fields)}] = all;",
                f"        {struct['type']} {{ {', '.join(fields)} }}",
                "    }",
                "}",
            ]
    return made

"""C++: configurations with their arrays, methods and functions whose body is one call of C."""
from __future__ import annotations

import re
from dataclasses import dataclass, field

import words
from contract import Contract, Member, Record
from idiom import Call, Given, Idiom, Role
from model import Field, Function, Struct


STANDARD = {"size_t": "std::size_t", "void": "std::byte"}


def comment(text: str, indent: str = "") -> str:
    """The words of the header, without what is for C alone."""
    said, errors = words.parted(text)
    whole = said + ("\n\nErrors: " + errors if errors else "")
    drawing = lambda lines: ["    " + line for line in lines]  # noqa: E731
    return "\n".join(words.comment(whole, indent + "// ", drawing, lambda t: re.sub(r"\bNULL\b", "empty", t)))


@dataclass(frozen=True)
class Setter:
    """A function that gives a configuration arrays to keep, and numbers that go with them."""

    name: str
    members: tuple[Member, ...]
    after: str

    def parameters(self) -> str:
        def one(n: int, m: Member) -> str:
            if m.is_array:
                return f"std::vector<{m.field.type.name}> {m.name}_list" + " = {}" * (n > 0)
            return f"{m.field.type.name} {m.name}_number = 0"

        return ", ".join(one(n, m) for n, m in enumerate(self.members))

    def statements(self) -> list[str]:
        kept = [
            f"{m.name}_.keep(std::move({m.name}_list), {m.name}, {m.field.count});"
            if m.is_array
            else f"{m.name} = {m.name}_number;"
            for m in self.members
        ]
        return kept + ([self.after] if self.after else [])

    def doc(self) -> list[str]:
        return [f"{m.name}: {m.field.doc or m.field.group}" for m in self.members if m.is_array]


def arrays(record: Record) -> list[Member]:
    return [m for m in record.members if m.is_array]


def setters(record: Record) -> list[Setter]:
    """Those of contract.toml, and one for each array that is in none of them."""
    notes: dict[str, list[str]] = dict(record.notes.get("cpp_setters", {}))
    named = {name for group in notes.values() for name in group}
    notes |= {m.name: [m.name] for m in arrays(record) if m.name not in named}
    members = {m.name: m for m in record.members}
    after = record.notes.get("cpp_after", {})
    return [Setter(name, tuple(members[m] for m in group), after.get(name, "")) for name, group in notes.items()]


@dataclass(frozen=True)
class Seen:
    """A tensor or an array of a struct that a call reads and writes through."""

    field: Field
    is_written: bool

    @property
    def kind(self) -> str:
        if self.field.type.name == "farspan_tensor":
            return f"std::optional<{'' if self.is_written else 'const_'}tensor>"
        const = "const " if self.field.type.is_const else ""
        return f"array_view<{const}{STANDARD.get(self.field.type.name, self.field.type.name)}>"

    def statements(self) -> list[str]:
        name = self.field.name
        if self.field.count:
            return [f"data.{name} = detail::data_of({name});", f"data.{self.field.count} = detail::count_of({name});"]
        return [f"if ({name}) data.{name} = {name}->get();"]


def seen(record: Record, contract: Contract) -> list[Seen]:
    return [Seen(m.field, contract.is_written(m.field, record)) for m in record.members]


@dataclass
class Text:
    """What stands in a function: required arguments in C's order, then those that may be left out, then the context."""

    required: list[str] = field(default_factory=list)
    optional: dict[str, str] = field(default_factory=dict)
    context: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


def add(text: Text, given: Given, contract: Contract, taken: set[str]) -> None:
    """An argument: its parameter, what must be done before the call, and what C is given for it. `taken` are names of members."""
    name = given.name + "_" * (given.name in taken)
    kind, role, default = given.parameter.type, given.role, "{}"
    const = "" if given.is_written else "const "
    if role == Role.CONTEXT:
        text.context.append(f"const context* {name} = nullptr")
        text.values.append(f"detail::handle({name})")
        return
    if role == Role.HANDLE:
        parameter, values = f"const {kind.short}& {name}", [f"{name}.get()"]
    elif role == Role.TENSOR:
        written = contract.is_written(given.parameter)
        parameter, values = f"const {'' if written else 'const_'}tensor& {name}", [f"{name}.get()"]
    elif role in (Role.ARRAY, Role.BYTES):
        parameter = f"array_view<{const}{STANDARD.get(kind.name, kind.name)}> {name}"
        values = [f"detail::{'data_of' if given.is_optional else 'address_of'}({name})", f"detail::count_of({name})"]
    elif role == Role.TEXT:
        parameter, values = f"std::string_view {name}", [f"detail::address_of({name})", f"detail::count_of({name})"]
    elif role == Role.NAME:
        parameter, values = f"const std::string& {name}", [f"{name}.c_str()"]
    elif role in (Role.CONFIG, Role.COUNTER):
        parameter, values = f"const {kind.short if given.is_optional else kind.name}& {name}", [f"&{name}"]
    elif role == Role.VIEWS:
        parameter, values = f"const {kind.short}& {name}", [f"&{name}_view"]
        text.before.append(f"const {kind.name} {name}_view = {name}.view();")
    elif role == Role.COUNTERS:
        parameter, values = f"array_view<const {kind.short}> {name}", [f"{name}.data()", f"detail::count_of({name})"]
    elif role == Role.REFERENCES:
        parameter = f"{'text' if kind.name == 'farspan_text' else 'id'}_references {name}"
        text.before.append(f"const auto {name}_views = detail::views_of({name});")
        values = [f"{name}_views.data()", f"detail::count_of({name}_views)"]
    elif role == Role.BATCH:
        parameter, values = f"const cache_batch& {name}", [f"&{name}_view"]
        text.before.append(f"const farspan_cache_batch {name}_view = {name}.view();")
    else:
        default = given.default or ("false" if given.is_flag else "0")
        parameter, values = f"{'bool' if given.is_flag else STANDARD.get(kind.name, kind.name)} {name}", [name]
    text.values += values
    if given.is_optional:
        text.optional[given.name] = f"{parameter} = {default}"
    else:
        text.required.append(parameter)


def body(call: Call, text: Text) -> tuple[str, list[str]]:
    """The result's type and the statements."""
    function, result = call.function, call.result
    invoked = f"{function.name}({', '.join(text.values)})"
    check = f"detail::check([&](farspan_error* cause) {{ return {invoked}; }});"
    kind = function.result
    if not function.can_fail:
        if kind.is_pointer:
            return "std::string", [f"return detail::text_of({invoked});"]
        if call.notes.get("flag"):
            return "bool", [f"return {invoked} != 0;"]
        if function.short.endswith("_size"):
            return "std::size_t", [f"return static_cast<std::size_t>({invoked});"]
        return kind.name, [f"{'' if kind.name == 'void' else 'return '}{invoked};"]
    if not result:
        return "void", [check]
    made = result.parameter.type
    if result.role == Role.WRITTEN:
        head = "detail::written([&](char* buffer, int64_t size, int64_t* needed, farspan_error* cause)"
        return "std::string", [f"return {head} {{ return {invoked}; }});"]
    if result.role == Role.MADE:
        head = f"[&]({made.name}** made, farspan_error* cause)"
        return "static Self", [f"return Self(detail::created{{}}, {head} {{ return {invoked}; }});"]
    if result.role == Role.ANSWER:
        return made.name, [f"{made.name} made = detail::begun({made.name}_init);", check, "return made;"]
    if result.role == Role.VALUES:
        answer = f"std::array<{made.name}, {made.extent}>"
        return answer, [f"{answer} made{{}};", check, "return made;"]
    flag = call.notes.get("flag")
    return "bool" if flag else made.name, [f"{made.name} made = 0;", check, f"return made{' != 0' if flag else ''};"]


def lines(contract: Contract, call: Call) -> list[str]:
    """A function, without its comment."""
    text = Text()
    record = call.this and call.this.record
    taken = {f.name for f in record.struct.fields} if record else set()
    for given in call.given:
        if given.role == Role.SELF:
            text.values.append("this" if given.record else "this->get()")
        elif given.role == Role.ERROR:
            text.values.append("cause")
        elif given.role == Role.WRITTEN:
            text.values += ["buffer", "size", "needed"]
        elif given.role in (Role.VALUES, Role.MADE):
            text.values.append("made.data()" if given.role == Role.VALUES else "made")
        elif given.role in (Role.VALUE, Role.ANSWER):
            text.values.append("&made")
        elif given.is_argument:
            add(text, given, contract, taken)
    kind, statements = body(call, text)
    order = [n.split("=")[0] for n in call.notes.get("optional", ())]
    parameters = [*text.required, *sorted_by(text.optional, order), *text.context]
    const = " const" if call.this and not call.this.is_written else ""
    start = "" if call.owner else "inline "
    return [
        f"{start}{kind} {call.name('cpp')}({', '.join(parameters)}){const} {{",
        *("    " + s for s in [*text.before, *statements]),
        "}",
    ]


def sorted_by(found: dict[str, str], order: list[str]) -> list[str]:
    return [found[name] for name in order if name in found]


@dataclass(frozen=True)
class Header:
    """What one generated header has."""

    contract: Contract
    idiom: Idiom
    header: str

    @property
    def namespaces(self) -> list[str]:
        return ["farspan", "eval"] if self.header == "eval.h" else ["farspan"]

    def records(self, kind: str) -> list[Record]:
        return [r for r in self.contract.records if r.struct.header == self.header and r.kind == kind]

    @property
    def views(self) -> list[Record]:
        return [r for r in self.contract.views.values() if self.is_here(r.struct) and r.is_made_for("cpp")]

    def calls(self, owner: str | None) -> list[Call]:
        found = [c for c in self.idiom.calls("cpp") if c.function.header == self.header and c.owner == owner]
        return sorted(found, key=lambda c: [f.name for f in self.contract.model.functions].index(c.function.name))

    @property
    def handles(self) -> list[tuple[str, str, list[Call]]]:
        """Handles of this header that have methods: the short name, C's name and the methods."""
        destroyed = {
            f.name.removesuffix("_destroy"): f for f in self.contract.model.functions if f.name.endswith("_destroy")
        }
        return [
            (name.removeprefix("farspan_"), name, self.calls(name.removeprefix("farspan_")))
            for name in self.contract.model.handles
            if name in destroyed and self.is_here(destroyed[name])
        ]

    def is_here(self, one: Function | Struct) -> bool:
        return one.header == self.header

"""Structs as Java's classes and records."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from calls import Call, Kind
from contract import Contract, Member, Option, Record, camel

NUMBERS = {"int32_t": "int", "int64_t": "long", "uint64_t": "long", "double": "double", "float": "float"}
PUTS = {"int": "putInt", "long": "putLong", "double": "putDouble", "float": "putFloat"}
BOXES = {"int": "Integer", "long": "Long", "double": "Double", "float": "Float"}
PACKAGES = {"": "io.farspan", "model": "io.farspan", "eval": "io.farspan.eval"}
FOLDERS = {"": "", "model": "", "eval": "eval/"}


def lower(name: str) -> str:
    text = camel(name)
    return text[0].lower() + text[1:]


@dataclass(frozen=True)
class JavaField:
    """A field: its setter's parameter and what the setter does; how the value is read back."""

    member: Member
    record: Record
    after: str | None  # what else the setter does

    @property
    def name(self) -> str:
        return lower(self.member.name)

    @property
    def is_array(self) -> bool:
        return self.member.is_array

    @property
    def accessor(self) -> str:
        return self.name[0].upper() + self.name[1:]

    @property
    def element(self) -> str:
        return NUMBERS[self.member.field.type.name]

    def option_type(self, inside: str = "") -> str:
        option = self.member.option
        assert option
        within = f"{option.within}." if option.within and option.within != inside else ""
        return within + option.name("java")

    def parameter(self, inside: str) -> str:
        if self.member.option:
            return self.option_type(inside)
        if self.record.is_flag(self.member, "java"):
            return "boolean"
        return self.element + ("..." if self.is_array or self.member.field.type.extent else "")

    @property
    def is_plain(self) -> bool:
        """Whether the class has a field of its own, in place of one of a C struct."""
        return self.record.notes.get("java_plain", False) is True

    def put(self, value: str, offset: str = "") -> str:
        return f"fields.{PUTS[self.element]}({self.member.field.offset}{offset}, {value});"

    @property
    def is_pointer(self) -> bool:
        return self.member.field.type.is_pointer

    @property
    def get(self) -> str:
        """The number at its place, or the address."""
        return self.get_at(self.member.field.offset)

    def get_at(self, offset: int) -> str:
        if self.is_pointer:
            return f"fields.getLong({offset})"
        return f"fields.{PUTS[self.element].replace('put', 'get')}({offset})"

    @property
    def count(self) -> str:
        """Of an array, which stands directly behind its address."""
        return f"fields.getLong({self.member.field.offset + 8})"

    @property
    def statements(self) -> list[str]:
        name = self.name
        if self.is_plain:
            return [f"this.{name} = {name}{'.code' * bool(self.member.option)};"]
        if self.is_array:
            return [f"this.{name} = {name}.clone();", *([self.after] if self.after else [])]
        if extent := self.member.field.type.extent:
            text = self.member.name.replace("_", " ")
            return [
                f"if ({name}.length > {extent}) {{",
                f'    throw new IllegalArgumentException({name}.length + " {text}: at most {extent}");',
                "}",
                f"for (int n = 0; n < {name}.length; ++n) {{",
                f"    {self.put(name + '[n]', ' + 4 * n')}",
                "}",
            ]
        if self.member.option:
            return [self.put(name + ".code")]
        return [self.put(f"{name} ? 1 : 0" if self.record.is_flag(self.member, "java") else name)]

    @property
    def note(self) -> str:
        """What follows @param of a setter."""
        if self.is_array:
            return "copied"
        if extent := self.member.field.type.extent:
            return f"up to {extent} numbers"
        return (
            "the choice"
            if self.member.option
            else "whether so"
            if self.record.is_flag(self.member, "java")
            else "the number"
        )

    @property
    def component(self) -> str:
        """The type in a record."""
        if self.member.record:
            return self.member.record
        if self.is_pointer and not self.is_array:
            return "String"
        if self.member.option:
            return self.option_type()
        if self.record.is_flag(self.member, "java"):
            return "boolean"
        return f"List<{BOXES[self.element]}>" if self.is_array or self.member.field.type.extent else self.element

    @property
    def copied(self) -> str:
        """An array of the library's, as one of Java's."""
        return f"Structs.{self.element}s({self.get}, {self.count})"

    @property
    def read(self) -> str:
        """The value of a record, from the bytes of a struct."""
        if pointed := self.member.record:
            return f"{self.get} == 0 ? null : new {pointed}({self.get})"
        if self.is_pointer and not self.is_array:
            return f"Structs.text({self.get})"
        if self.is_array:
            return f"Codes.list(config.{self.name})"
        if extent := self.member.field.type.extent:
            size = 4 if self.element in ("int", "float") else 8
            offsets = (self.member.field.offset + size * n for n in range(extent))
            return "List.of(" + ", ".join(self.get_at(offset) for offset in offsets) + ")"
        if self.member.option:
            kind = self.option_type()
            if self.record.kind == "answer":
                return f"{kind}.of({self.get})"
            return f"Codes.find({kind}.values(), option -> option.code, {self.get})"
        return self.get + " != 0" if self.record.is_flag(self.member, "java") else self.get


@dataclass(frozen=True)
class Members:
    """What a person wrote for a generated class: imports, then members."""

    file: Path

    @property
    def text(self) -> str:
        return self.file.read_text() if self.file.exists() else ""

    @property
    def imports(self) -> list[str]:
        return re.findall(r"^import [^\n]*;", self.text, re.M)

    @property
    def body(self) -> str:
        return re.sub(r"^(?:import [^\n]*\n|//[^\n]*\n|\n)*", "", self.text).rstrip("\n")


@dataclass(frozen=True)
class JavaClass:
    """A configuration or an answer."""

    contract: Contract
    record: Record
    members: Members
    methods: tuple[str, ...] = ()  # lines

    @property
    def name(self) -> str:
        return self.record.name("java")

    @property
    def package(self) -> str:
        return PACKAGES[self.record.area]

    @property
    def path(self) -> str:
        return f"java/src/main/java/io/farspan/{FOLDERS[self.record.area]}{self.name}.java"

    @property
    def nested(self) -> list[Option]:
        return [option for option in self.contract.options if option.within == self.name]

    @property
    def fields(self) -> list[JavaField]:
        notes = self.record.notes
        hidden = notes.get("java_without", ())
        return [JavaField(m, self.record, self.after(m)) for m in self.record.members if m.name not in hidden]

    def after(self, member: Member) -> str | None:
        counted = self.record.notes.get("java_one_less", {}).get(member.name)
        if counted is None:
            return None
        return f"fields.putLong({self.offset(counted)}, Math.max(0, {lower(member.name)}.length - 1));"

    def offset(self, name: str) -> int:
        return next(f.offset for f in self.record.struct.fields if f.name == name)

    @property
    def selector(self) -> JavaField | None:
        return next((f for f in self.fields if f.member == self.record.selector), None)

    @property
    def setters(self) -> list[JavaField]:
        return [f for f in self.fields if f.member != self.record.selector]

    @property
    def required(self) -> list[JavaField]:
        """What the constructor takes."""
        names = self.record.notes.get("required", ())
        return [f for f in self.fields if f.member == self.record.selector or f.member.name in names]

    @property
    def is_plain(self) -> bool:
        return any(f.is_plain for f in self.fields)

    @property
    def is_pointed_at(self) -> bool:
        """Whether answers have the address of one."""
        return any(m.record == self.name for r in self.contract.records for m in r.members)

    @property
    def settings(self) -> str | None:
        """The record that tells what the configuration says."""
        return self.record.notes.get("settings")

    def imports(self, text: str) -> list[str]:
        return sorted({*self.members.imports, *imports(text, self.package)})


def imports(text: str, package: str) -> set[str]:
    """Lines for the names that a generated class uses."""
    places = {
        "io.farspan.internal": ("Native", "NativeConstants"),
        "io.farspan.runtime": ("Access", "Bytes", "Handle", "Memory", "Structs"),
        "java.nio": ("ByteBuffer", "FloatBuffer"),
        "java.util": ("List",),
        "io.farspan": ("Context", "Tensor") if package != "io.farspan" else (),
    }
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return {
        f"import {place}.{name};"
        for place, names in places.items()
        for name in names
        if re.search(rf"(?<![\w.]){name}\b", code)
    }


def call(given: Call) -> list[str]:
    """The lines of a plain call, without its comment."""
    function = given.function
    parameters, values, entered = [], [], []
    for a in given.arguments:
        name, kind = lower(a.name), a.parameter.type
        if a.kind == Kind.CONTEXT:
            parameters.append(f"Context {name}")
            entered.append(
                (f"io.farspan.internal.Context {name}Object = Context.acquire({name});", f"Context.release({name});")
            )
            values.append(f"{name}Object")
        elif a.kind == Kind.HANDLE:
            parameters.append(f"{camel(kind.short)} {name}")
            entered.append(
                (f"io.farspan.internal.{camel(kind.short)} {name}Object = {name}.acquire();", f"{name}.release();")
            )
            values.append(f"{name}Object")
        elif a.kind == Kind.CONFIG:
            assert a.record
            parameters.append(f"{a.record.name('java')} {name}")
            values.append(f"{name}.fields.array()")
        else:
            parameters.append(f"{NUMBERS[kind.name]}{'[]' * (a.kind == Kind.ARRAY)} {name}")
            values.append(name)
    result = "void" if function.can_fail else NUMBERS[function.result.name]
    lines = [f"{'return ' * (result != 'void')}Native.{function.short}({', '.join(values)});"]
    for enter, leave in reversed(entered):
        lines = [enter, "try {", *("    " + line for line in lines), "} finally {", "    " + leave, "}"]
    return [
        f"public static {result} {lower(function.short)}({', '.join(parameters)}) {{",
        *("    " + line for line in lines),
        "}",
    ]


def tags(given: Call) -> list[str]:
    notes = {
        Kind.CONTEXT: "null for the defaults",
        Kind.HANDLE: "not closed",
        Kind.ARRAY: "an array; what it must hold is said above",
        Kind.NUMBER: "a number",
        Kind.CONFIG: "not changed",
    }
    lines = [f"@param {lower(a.name)} {notes[a.kind]}" for a in given.arguments]
    return lines + (
        ["@throws FarspanException if the library refuses an argument"]
        if given.function.can_fail
        else ["@return the number"]
    )

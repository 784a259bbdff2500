"""Structs as Go's."""
from __future__ import annotations

import re

import words
from calls import Call, Kind
from contract import Contract, Member, Record, camel
from model import Field, Struct

KEYWORDS = ("range", "type", "func", "map", "len")
NUMBERS = {"int32_t": "int32", "int64_t": "int64", "uint64_t": "uint64", "double": "float64", "float": "float32"}


def imported(text: str) -> str:
    """With the imports that a generated file needs."""
    code = re.sub(r"//.*", "", text)
    standard = [f'\t"{name}"' for name in ("unsafe",) if f"{name}." in code]
    own = [
        f'\t"farspan.io/farspan{path}"'
        for name, path in (
            ("farspan", ""),
            ("bridge", "/internal/bridge"),
            ("cross", "/internal/cross"),
            ("raw", "/internal/raw"),
        )
        if re.search(rf"\b{name}\.[A-Z]", code)
    ]
    return text.replace("IMPORTS\n", "\n".join(standard + [""] * bool(standard and own) + own) + "\n")


class Go:
    """Names, types and statements of one contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.words: dict[str, str] = contract.notes["words"]["go"]
        self.translate = contract.translate("go")

    def name(self, member: Member) -> str:
        return camel(member.name, self.words)

    def members(self, record: Record) -> list[Member]:
        return [m for m in record.members if m.name not in record.notes.get("go_without", ())]

    def type_of(self, record: Record, member: Member) -> str:
        if member.name in record.notes.get("go_types", {}):
            return str(record.notes["go_types"][member.name])
        if member.option:
            return self.contract.go_name(member.option)
        if record.is_flag(member, "go"):
            return "bool"
        if member.is_text:
            return "string"
        number = NUMBERS[member.field.type.name]
        if extent := member.field.type.extent:
            return f"[{extent}]{number}"
        return "[]" + number if member.is_array else number

    def fields(self, record: Record) -> str:
        """The lines of a struct."""
        rows = [
            (
                words.godoc("", m.doc, "\t", self.translate) if m.field.doc or m.field.group else "",
                (self.name(m), self.type_of(record, m)),
            )
            for m in self.members(record)
        ]
        return words.go_columns(rows)

    def views(self, record: Record) -> str:
        """The lines of a struct of tensors and arrays; what is said of several stands above the first."""
        rows, said = [], ""
        for m in record.members:
            number = NUMBERS.get(m.field.type.name, "byte")
            kind = "*Tensor" if m.field.type.name == "farspan_tensor" else f"[]{number}"
            doc, said = "" if m.doc == said else m.doc, m.doc
            rows.append((words.godoc("", doc, "\t", self.translate) if doc else "", (self.name(m), kind)))
        return words.go_columns(rows)

    def raw_name(self, name: str) -> str:
        return camel(name)

    def mirror(self, struct: Struct) -> str:
        """The lines of a struct as C lays it out."""
        return words.go_columns([("", (self.raw_name(f.name), self.raw_type(f))) for f in struct.fields])

    def raw_type(self, field: Field) -> str:
        kind, pointers = field.type, "*" * len(field.type.pointers)
        name = {**NUMBERS, "uint32_t": "uint32", "char": "byte"}.get(kind.name)
        if name is None and kind.name in self.contract.model.handles:
            return "uintptr"
        if name is None:
            record = next((r for r in self.contract.records if r.struct.name == kind.name), None)
            name = record.name("") if record else camel(kind.short)
        return f"[{kind.extent}]{name}" if kind.extent else pointers + name

    def given(self, record: Record) -> str:
        """The fields of a literal of C's struct, without the arrays."""
        raw = record.name("")
        rows = [("", ("StructSize:", f"uint32(unsafe.Sizeof(raw.{raw}{{}})),"))]
        for member in self.members(record):
            name, raw = f"c.{self.name(member)}", self.raw_name(member.name)
            if member.field.type.is_pointer:
                continue
            if record.is_flag(member, "go"):
                name = f"cross.Flag({name})"
            elif not member.field.type.extent and self.type_of(record, member) != NUMBERS[member.field.type.name]:
                name = f"{NUMBERS[member.field.type.name]}({name})"
            rows.append(("", (raw + ":", name + ",")))
        return words.go_columns(rows, "\t\t")

    def reads(self, record: Record) -> list[str]:
        """Statements that copy the fields from C's struct."""
        lines = []
        for member in self.members(record):
            name, raw = f"c.{self.name(member)}", f"n.{self.raw_name(member.name)}"
            kind = self.type_of(record, member)
            if member.is_array:
                raw = f"cross.Copied({raw}, {raw}Count)"
            elif member.is_text:
                raw = f"raw.TextOf({raw})"
            elif record.is_flag(member, "go"):
                raw += " != 0"
            elif not member.field.type.extent and kind != NUMBERS[member.field.type.name]:
                raw = f"{kind}({raw})"
            lines.append(f"{name} = {raw}")
        return lines

    def call(self, given: Call) -> list[str]:
        """The lines of a plain call, without its comment."""
        function = given.function
        parameters, values, lines = [], [], []
        for a in given.arguments:
            name, kind = a.name if a.name not in KEYWORDS else a.name + "_", a.parameter.type
            if a.kind in (Kind.CONTEXT, Kind.HANDLE):
                parameters.append(f"{name} *{camel(kind.short)}")
                lines += [
                    f"{name}Native, err := {name}.native().enter()",
                    "if err != nil {",
                    "\treturn" + " 0," * (not function.can_fail) + " err",
                    "}",
                    f"defer {name}.native().leave()",
                ]
                values.append(f"{name}Native")
            elif a.kind == Kind.ARRAY:
                parameters.append(f"{name} []{NUMBERS[kind.name]}")
                values += [f"cross.Address({name})", f"cross.Length({name})"]
            elif a.kind == Kind.CONFIG:
                assert a.record
                parameters.append(f"{name} *{a.record.name('go')}")
                values.append(f"{name}.native()")
            else:
                parameters.append(f"{name} {NUMBERS[kind.name]}")
                values.append(name)
        name = camel(function.short, self.words)
        call = f"raw.{function.short[0].upper()}{function.short[1:]}({', '.join(values)})"
        if function.can_fail:
            return [
                f"func {name}({', '.join(parameters)}) error {{",
                *("\t" + line for line in lines),
                f"\treturn asError({call})",
                "}",
            ]
        number = NUMBERS[function.result.name]
        if any(a.kind in (Kind.CONTEXT, Kind.HANDLE) for a in given.arguments):
            return [
                f"func {name}({', '.join(parameters)}) ({number}, error) {{",
                *("\t" + line for line in lines),
                f"\treturn {call}, nil",
                "}",
            ]
        return [
            f"func {name}({', '.join(parameters)}) {number} {{",
            *("\t" + line for line in lines),
            f"\treturn {call}",
            "}",
        ]

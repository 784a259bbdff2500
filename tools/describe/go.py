"""Structs as Go's."""
from __future__ import annotations

import words
from contract import Contract, Member, Record, camel

NUMBERS = {"int32_t": "int32", "int64_t": "int64", "uint64_t": "uint64", "double": "float64", "float": "float32"}


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
        rows = [(words.godoc("", m.doc, "\t", self.translate) if m.field.doc or m.field.group else "",
                 (self.name(m), self.type_of(record, m))) for m in self.members(record)]
        return words.go_columns(rows)

    def moves(self, record: Record) -> list[str]:
        """Statements that copy the fields from or to C; arrays cross by themselves."""
        lines: list[str] = []
        for member in self.members(record):
            name, raw = self.name(member), member.name[0].upper() + member.name[1:]
            if member.is_array:
                continue
            if member.is_text:
                lines.append(f"c.{name} = n.Get{raw}()")
            elif member.field.type.extent:
                one = member.name.rstrip("s")
                lines += [f"for at := range c.{name} {{", "\tat := int32(at)",
                          f"\tcross.Number(d, &c.{name}[at], func() int32 {{ return n.Get_{one}(at) }}, func(value int32) {{ n.Set_{one}(at, value) }})", "}"]
            else:
                function = "Flag" if record.is_flag(member, "go") else "Number"
                lines.append(f"cross.{function}(d, &c.{name}, n.Get{raw}, n.Set{raw})")
        return lines

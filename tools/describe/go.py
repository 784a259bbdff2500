"""Structs as Go's."""
from __future__ import annotations

import words
from calls import Call, Kind
from contract import Contract, Member, Record, camel

KEYWORDS = ("range", "type", "func", "map", "len")
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
        rows = [
            (
                words.godoc("", m.doc, "\t", self.translate) if m.field.doc or m.field.group else "",
                (self.name(m), self.type_of(record, m)),
            )
            for m in self.members(record)
        ]
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
                lines += [
                    f"for at := range c.{name} {{",
                    "\tat := int32(at)",
                    f"\tcross.Number(d, &c.{name}[at], func() int32 {{ return n.Get_{one}(at) }}, func(value int32) {{ n.Set_{one}(at, value) }})",
                    "}",
                ]
            else:
                function = "Flag" if record.is_flag(member, "go") else "Number"
                lines.append(f"cross.{function}(d, &c.{name}, n.Get{raw}, n.Set{raw})")
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
                values += [f"first({name})", f"count({name})"]
            elif a.kind == Kind.CONFIG:
                assert a.record
                raw = a.record.name("")
                parameters.append(f"{name} *{a.record.name('go')}")
                lines += [
                    f"{name}Native := raw.New{raw}({'0' if a.record.selector else ''})",
                    f"defer raw.Delete{raw}({name}Native)",
                    f"{name}.move(cross.ToC, {name}Native)",
                ]
                values.append(f"{name}Native")
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

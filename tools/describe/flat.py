"""The flat form of functions for languages that collect garbage: a tensor is (address, dtype, dims), an array that stands in a struct or a
list of texts is arguments of its own, an options struct is its fields, a handle that is made is the result.

Flat are the functions that take one of these, but for those that a person wrote into bindings/flat.h. SWIG wraps the others as they are."""
from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

from contract import Contract, Record
from model import Field, Function, Parameter, Struct, Type

NUMBERS = ("int32_t", "int64_t", "double", "float", "uint8_t")
LISTS = {"farspan_text": "char", "farspan_ids": "int64_t"}  # views, and what they are of


@dataclass
class Text:
    """A flat function as it grows: its arguments, statements before the call, what the call is given, and what is freed after it."""

    arguments: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Flat:
    contract: Contract
    by_hand: tuple[Function, ...]  # of bindings/flat.h

    @property
    def notes(self) -> dict[str, Any]:
        return dict(self.contract.notes["flat"])

    def struct_of(self, kind: Type) -> Struct | None:
        found = len(kind.pointers) == 1 and kind.is_const and self.contract.model.has_struct(kind.name)
        return self.contract.model.struct(kind.name) if found else None

    def is_expanded(self, kind: Type) -> bool:
        return kind.short in self.notes["expanded"] and self.struct_of(kind) is not None

    def has_arrays(self, struct: Struct | None) -> bool:
        return struct is not None and any(f.count and f.type.name in NUMBERS for f in struct.fields)

    def is_list(self, given: Parameter | Field) -> bool:
        return given.type.name in LISTS and given.count is not None

    def is_flat(self, function: Function) -> bool:
        if not function.can_fail or any(f.name == "flat_" + function.short for f in self.by_hand):
            return False
        return any(
            p.type.name == "farspan_tensor"
            or self.is_expanded(p.type)
            or (self.has_arrays(self.struct_of(p.type)) and not p.count)
            or self.is_list(p)
            or self.is_made(p.type)
            for p in function.parameters
        )

    def is_made(self, kind: Type) -> bool:
        return len(kind.pointers) == 2 and kind.name in self.contract.model.handles

    def functions(self) -> list[list[str]]:
        return [self.print(f) for f in self.contract.model.functions if self.is_flat(f)]

    def print(self, function: Function) -> list[str]:
        text, made = Text(), ""
        counts = {p.count for p in function.parameters if p.count}
        for parameter in function.parameters:
            if parameter.name in counts:
                continue
            if self.is_made(parameter.type):
                made = parameter.type.name
                text.statements.append(f"{made}* {parameter.name} = NULL;")
                text.values.append("&" + parameter.name)
            else:
                text.values += self.argument(text, function, parameter)
        result = made + "*" if made else function.result.name
        call = f"{function.name}({', '.join(text.values)});"
        if made:
            end = [call, *text.freed, f"return {next(p.name for p in function.parameters if self.is_made(p.type))};"]
        elif text.freed:
            end = ["const farspan_status status = " + call, *text.freed, "return status;"]
        else:
            end = ["return " + call]
        head = f"static {result} flat_{function.short}({', '.join(text.arguments)}) {{"
        return [
            *textwrap.wrap(head, 120, subsequent_indent=" " * 8, break_long_words=False),
            *("    " + s for s in [*text.statements, *end]),
            "}",
        ]

    def argument(
        self, text: Text, function: Function, given: Parameter | Field, within: Record | None = None
    ) -> list[str]:
        """Adds one argument, or a field of views; gives the values that stand for it in the call."""
        name, kind = given.name, given.type
        struct = self.struct_of(kind)
        if kind.name == "farspan_tensor":
            const = "" if self.contract.is_written(given, within) else "const "
            text.arguments += [f"{const}void* {name}", f"int32_t {name}_dtype", f"const int64_t* {name}_dims"]
            text.statements.append(
                f"const farspan_tensor {name}_tensor = flat_tensor({name}, {name}_dtype, {name}_dims);"
            )
            return [f"{name}_tensor.data ? &{name}_tensor : NULL"]
        if self.is_list(given):
            element = LISTS[kind.name]
            text.arguments += [
                f"const {element}* {name}",
                f"int64_t {name}_count",
                f"const int64_t* {name}_lengths",
                f"int64_t {name}_lengths_count",
            ]
            text.statements += [
                f"{kind.name}* {name}_list = ({kind.name}*)(void*)",
                f"    flat_list({name}, sizeof *{name}, {name}_count, {name}_lengths, {name}_lengths_count, error);",
                f"if (!{name}_list) return error->code;",
            ]
            text.freed.append(f"free({name}_list);")
            return [f"{name}_list", f"{name}_lengths_count"]
        if struct and self.is_expanded(kind):
            self.expand(text, function, name, struct)
            return [f"&{name}"]
        if struct and self.has_arrays(struct) and not given.count:
            self.copy(text, name, struct)
            return [f"{name} ? &{name}_copy : NULL"]
        if given.count:
            text.arguments += [f"{kind.c} {name}", f"int64_t {given.count}"]
            return [name, given.count]
        text.arguments.append(f"{kind.c} {name}")
        return [name]

    def fields(self, function: Function, struct: Struct) -> list[Field]:
        """Those that a function is given, in the order that contract.toml may choose."""
        counts = {f.count for f in struct.fields if f.count}
        without = self.notes["without"].get(function.short, ())
        given = [f for f in struct.data if f.name not in counts and f.name not in without]
        order = self.notes["order"].get(struct.short, ())
        return sorted(given, key=lambda f: order.index(f.name)) if order else given

    def expand(self, text: Text, function: Function, name: str, struct: Struct) -> None:
        assignments = []
        for member in self.fields(function, struct):
            first, *count = self.argument(text, function, member, self.contract.views.get(struct.name))
            assignments.append(f"{name}.{member.name} = {first};")
            assignments += [f"{name}.{member.count} = {value};" for value in count]
        text.statements += [f"{struct.name} {name};", f"{struct.name}_init(&{name}, sizeof {name});", *assignments]

    def copy(self, text: Text, name: str, struct: Struct) -> None:
        """A struct that the language has as a class, and its arrays, which the language keeps."""
        text.arguments.append(f"const {struct.name}* {name}")
        assignments = []
        for member in struct.fields:
            if member.count and member.type.name in NUMBERS:
                text.arguments += [f"{member.type.c} {member.name}", f"int64_t {member.count}"]
                assignments += [
                    f"    {name}_copy.{member.name} = {member.name};",
                    f"    {name}_copy.{member.count} = {member.count};",
                ]
        text.statements += [
            f"{struct.name} {name}_copy;",
            f"if ({name}) {{",
            f"    {name}_copy = *{name};",
            *assignments,
            "}",
        ]

"""The flat form of functions for languages that collect garbage: a tensor is (address, dtype, dims), an array (address, count), also
inside a struct; an options struct is its fields; a handle that is made is the result.

Flat are the functions that take a tensor, an expanded struct, an array in a struct or one of fixed size, or that make a handle, and
those that contract.toml adds; but for those that a person wrote into bindings/flat*.h."""
from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

from contract import Contract
from model import Field, Function, Parameter, Struct, Type

NUMBERS = ("int32_t", "int64_t", "double", "float", "uint8_t")


@dataclass
class Text:
    """A flat function as it grows: its arguments, statements before the call, and what the call is given."""

    arguments: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Flat:
    contract: Contract
    by_hand: tuple[Function, ...]  # of bindings/flat*.h

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

    def is_flat(self, function: Function) -> bool:
        if not function.can_fail or function.short in self.notes["left_out"]:
            return False
        if any(f.name == "flat_" + function.short for f in self.by_hand):
            return False
        kinds = [p.type for p in function.parameters]
        return function.short in self.notes["also"] or any(
            k.name == "farspan_tensor"
            or self.is_expanded(k)
            or self.has_arrays(self.struct_of(k))
            or self.is_made(k)
            or k.extent is not None
            for k in kinds
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
        end = (
            [call, f"return {next(p.name for p in function.parameters if self.is_made(p.type))};"]
            if made
            else ["return " + call]
        )
        head = f"static {result} flat_{function.short}({', '.join(text.arguments)}) {{"
        return [
            *textwrap.wrap(head, 120, subsequent_indent=" " * 8, break_long_words=False),
            *("    " + s for s in [*text.statements, *end]),
            "}",
        ]

    def argument(self, text: Text, function: Function, given: Parameter | Field) -> list[str]:
        """Adds one argument or field; gives the values that stand for it in the call."""
        name, kind = given.name, given.type
        struct = self.struct_of(kind)
        if kind.name == "farspan_tensor":
            text.arguments += [f"void* {name}", f"int32_t {name}_dtype", f"const int64_t* {name}_dims"]
            text.statements.append(
                f"const farspan_tensor {name}_tensor = flat_tensor({name}, {name}_dtype, {name}_dims);"
            )
            return [f"{name}_tensor.data ? &{name}_tensor : NULL"]
        if struct and self.is_expanded(kind):
            self.expand(text, function, name, struct)
            return [f"&{name}"]
        if struct and self.has_arrays(struct):
            self.copy(text, function, name, struct)
            return [f"{name} ? &{name}_copy : NULL"]
        if given.count:
            text.arguments += [f"{kind.c} {name}", f"size_t {given.count}"]
            return [name, f"(int64_t){given.count}"]
        if kind.extent is not None:
            text.arguments += [f"{kind.name}* {name}", f"size_t {name}_count"]
            number = [p.name for p in function.parameters].index(name) + 1
            text.statements.append(
                f'if ({name}_count < {kind.extent}) return flat_few(error, {number}, "{name}", {name}_count, {kind.extent});'
            )
            return [name]
        if len(kind.pointers) == 1 and not kind.is_const and kind.name in NUMBERS:
            text.arguments += [f"{kind.c} {name}", f"size_t {name}_count"]
            return [f"{name}_count > 0 ? {name} : NULL"]
        text.arguments.append(f"{kind.c} {name}")
        return [name]

    def fields(self, function: Function, struct: Struct) -> list[Field]:
        counts = {f.count for f in struct.fields if f.count}
        without = self.notes["without"].get(function.short, ())
        return [f for f in struct.data if f.name not in counts and f.name not in without]

    def expand(self, text: Text, function: Function, name: str, struct: Struct) -> None:
        assignments = []
        for member in self.fields(function, struct):
            first, *count = self.argument(text, function, member)
            assignments.append(f"{name}.{member.name} = {first};")
            assignments += [f"{name}.{member.count} = {value};" for value in count]
        text.statements += [f"{struct.name} {name};", f"{struct.name}_init(&{name}, sizeof {name});", *assignments]

    def copy(self, text: Text, function: Function, name: str, struct: Struct) -> None:
        """A struct that the language has as a class, and its arrays, which the language keeps."""
        text.arguments.append(f"const {struct.name}* {name}")
        assignments = []
        for member in struct.fields:
            if member.count and member.type.name in NUMBERS:
                text.arguments += [f"{member.type.c} {member.name}", f"size_t {member.count}"]
                assignments += [
                    f"    {name}_copy.{member.name} = {member.name};",
                    f"    {name}_copy.{member.count} = (int64_t){member.count};",
                ]
        text.statements += [
            f"{struct.name} {name}_copy;",
            f"if ({name}) {{",
            f"    {name}_copy = *{name};",
            *assignments,
            "}",
        ]

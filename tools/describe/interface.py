"""What the interface files of SWIG say of each function and struct: what is wrapped, under which name, which arguments are arrays."""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from contract import Contract, Record, camel
from model import Function, Parameter

ELEMENTS = ("double", "float", "int64_t", "uint8_t", "char")


@dataclass(frozen=True)
class Interface:
    contract: Contract
    flat: tuple[Function, ...]

    @property
    def helpers(self) -> list[str]:
        return ["flat_" + name for name in self.contract.notes["swig"]["helpers"]]

    @property
    def records(self) -> list[Record]:
        """Structs that become classes."""
        numbers = self.contract.notes["swig"]["arrays_of_numbers"]
        return [r for r in self.contract.records if r.struct.short not in numbers]

    @property
    def handles(self) -> list[tuple[str, str]]:
        """Short names and classes; the function table is none."""
        return [
            (name.removeprefix("farspan_"), camel(name.removeprefix("farspan_")))
            for name in self.contract.model.handles
            if name != "farspan_api"
        ]

    @property
    def ignored_structs(self) -> list[str]:
        wrapped = {r.struct.name for r in self.records}
        return [s.name for s in self.contract.model.structs if s.name not in wrapped]

    @property
    def ignored_functions(self) -> list[str]:
        """Those that a flat function, a constructor or a destructor calls."""
        flat = {f.name.removeprefix("flat_") for f in self.flat}
        handles = {name for name, _ in self.handles}
        return [
            f.name
            for f in self.contract.model.functions
            if f.short in flat
            or f.short.endswith("_init")
            or f.short.removesuffix("_destroy") in handles
            or f.short == "get_api"
        ]

    @property
    def ignored_fields(self) -> list[str]:
        """Pointers and fixed arrays; texts that the library answers stay."""
        found = []
        for record in self.records:
            for field in record.struct.fields:
                text = field.type.name == "char" and record.kind == "answer"
                counted = any(f.count == field.name for f in record.struct.fields)
                if (field.type.is_pointer and not text) or field.type.extent is not None or counted:
                    found.append(f"{record.struct.name}::{field.name}")
        return found

    @property
    def texts(self) -> list[str]:
        """Texts of answers: the library's, not to be freed."""
        return [
            f"{r.struct.name}::{m.name}" for r in self.records if r.kind == "answer" for m in r.members if m.is_text
        ]

    @property
    def makers(self) -> list[tuple[str, str]]:
        """Flat functions that make a handle, with its type."""
        return [
            (f.result.name, f.name)
            for f in self.flat
            if f.result.is_pointer and f.result.name in self.contract.model.handles
        ]

    @cached_property
    def wrapped(self) -> list[Function]:
        ignored = {*self.ignored_functions, *self.helpers}
        return [f for f in (*self.flat, *self.contract.model.functions) if f.name not in ignored]

    @property
    def arrays(self) -> list[dict[str, str]]:
        """Arguments that are an array and its count."""
        found = set()
        for function in self.wrapped:
            for array, count in zip(function.parameters, function.parameters[1:]):
                if is_array(array, count):
                    const = "const " if array.type.is_const else ""
                    found.add((const, array.type.name, array.name, count.type.name, count.name))
        return [dict(zip(("const", "type", "name", "count_type", "count"), one)) for one in sorted(found)]

    @property
    def dims(self) -> list[str]:
        """Arguments that say how a tensor lies."""
        return sorted(
            {
                ("const " if p.type.is_const else "") + f"int64_t *{p.name}"
                for f in self.wrapped
                for p in f.parameters
                if p.name.endswith("dims")
            }
        )


def is_array(array: Parameter, count: Parameter) -> bool:
    return (
        len(array.type.pointers) == 1
        and array.type.name in ELEMENTS
        and not array.name.endswith("dims")
        and not re.match(r"lse(_[ab])?$", array.name)  # it may be a buffer, too
        and not count.type.is_pointer
        and count.type.name in ("size_t", "int64_t")
        and bool(re.search(r"(^|_)(count|bytes)$", count.name))
    )

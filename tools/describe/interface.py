"""What the interface files of SWIG say of each function and struct: what is wrapped, under which name, what its arguments are."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from contract import Contract, Record, camel
from flat import LISTS
from model import Function, Parameter

ELEMENTS = ("double", "float", "int64_t", "char")
NUMBERS = ("double", "int32_t", "int64_t")


@dataclass(frozen=True)
class Pair:
    """An array argument and its count, and the typemap that they get."""

    typemap: str
    array: Parameter
    count: str

    @property
    def kind(self) -> str:
        return self.array.type.c


@dataclass(frozen=True)
class Interface:
    contract: Contract
    flat: tuple[Function, ...]

    @property
    def helpers(self) -> list[str]:
        return ["flat_" + name for name in self.contract.notes["flat"]["helpers"]]

    @property
    def handles(self) -> list[tuple[str, str]]:
        """Short names and classes; the function table is none."""
        return [
            (name.removeprefix("farspan_"), camel(name.removeprefix("farspan_")))
            for name in self.contract.model.handles
            if name != "farspan_api"
        ]

    @property
    def records(self) -> tuple[Record, ...]:
        return self.contract.records

    @property
    def ignored_functions(self) -> list[str]:
        """Those that a flat function or a destructor calls, and inits of structs that cross as their fields."""
        flat = {f.name.removeprefix("flat_") for f in self.flat}
        handles = {name for name, _ in self.handles}
        inits = {r.init.name for r in self.records if r.init and r.kind != "answer"}
        return [
            f.name
            for f in self.contract.model.functions
            if f.short in flat
            or (f.short.endswith("_init") and f.name not in inits)
            or f.short.removesuffix("_destroy") in handles
            or f.short == "get_api"
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

    def parameters(self) -> Iterator[tuple[Parameter, str | None]]:
        """All arguments with their counts, that have one."""
        for function in self.wrapped:
            counts = {p.count for p in function.parameters if p.count}
            for parameter in function.parameters:
                if parameter.name not in counts:
                    yield parameter, parameter.count

    @cached_property
    def structs(self) -> set[str]:
        return {s.name for s in self.contract.model.structs}

    @property
    def pairs(self) -> list[Pair]:
        """Arguments that are an array and its count."""
        found = {}
        for array, count in self.parameters():
            if not count:
                continue
            name = array.type.name
            if name in self.structs and name not in (*LISTS, "farspan_metadata"):
                typemap = f"{array.type.c} STRUCTS, int64_t COUNT"
            elif name in ("void", "farspan_metadata"):
                typemap = f"{array.type.c} BYTES, int64_t COUNT"
            elif array.name in self.contract.notes["flat"]["buffers"]:
                typemap = f"{array.type.c} LSE, int64_t COUNT"
            elif name in ELEMENTS:
                typemap = f"{array.type.c} ARRAY, int64_t COUNT"
            else:
                continue
            found[f"{array.type.c} {array.name}, int64_t {count}"] = Pair(typemap, array, count)
        return [found[key] for key in sorted(found)]

    @property
    def numbers(self) -> list[Parameter]:
        """Single numbers that the library writes."""
        found = {
            f"{p.type.c} {p.name}": p
            for p, count in self.parameters()
            if not count
            and len(p.type.pointers) == 1
            and not p.type.is_const
            and p.type.name in NUMBERS
            and p.name != "dims"
        }
        return [found[key] for key in sorted(found)]

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

    @property
    def texts(self) -> list[str]:
        """Bytes of texts."""
        return sorted({f"{p.array.type.c} {p.array.name}" for p in self.pairs if p.array.type.name == "char"})

"""Functions as Rust and C++ have them: which class one belongs to, what its arguments are there, and what it answers.

Both take tensors, arrays, texts and configurations as they stand in C and let an error be the result or an exception, so one model does
for both. A function of which these rules know no form is refused until contract.toml gives it to people."""
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum as Kinds
from functools import cached_property
from typing import Any

from contract import Contract, Option, Record
from model import Function, Parameter

NUMBERS = ("int32_t", "int64_t", "uint32_t", "uint64_t", "size_t", "double")
ELEMENTS = ("float", "double", "int64_t")


class Role(Kinds):
    CONTEXT = "context"
    SELF = "self"  # the object that it is a method of
    HANDLE = "handle"
    TENSOR = "tensor"
    ARRAY = "array"
    TEXT = "text"
    NAME = "name"  # a text that ends in NUL
    BYTES = "bytes"
    CONFIG = "config"
    COUNTER = "counter"
    COUNTERS = "counters"
    REFERENCES = "references"
    BATCH = "batch"
    VIEWS = "views"
    NUMBER = "number"
    COUNT = "count"  # no argument of its own
    ERROR = "error"
    # what a function answers by an argument
    MADE = "made"  # a handle
    ANSWER = "answer"
    WRITTEN = "written"  # a text: buffer, bytes and needed
    VALUE = "value"
    VALUES = "values"


RESULTS = (Role.MADE, Role.ANSWER, Role.WRITTEN, Role.VALUE, Role.VALUES)


@dataclass(frozen=True)
class Given:
    """A parameter of C and what it is here."""

    parameter: Parameter
    role: Role
    record: Record | None = None
    option: Option | None = None
    is_flag: bool = False
    default: str | None = None  # of an argument that may be left out, in C++

    @property
    def is_optional(self) -> bool:
        return self.default is not None

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def is_written(self) -> bool:
        return not self.parameter.type.is_const

    @property
    def is_argument(self) -> bool:
        return self.role not in (Role.SELF, Role.COUNT, Role.ERROR, *RESULTS)


@dataclass(frozen=True)
class Call:
    """A function in a language."""

    function: Function
    owner: str | None  # scheme, bleu_counts ...
    given: tuple[Given, ...]
    notes: dict[str, Any]
    result_option: Option | None = None

    def name(self, language: str) -> str:
        """Behind the class: what it is called in C, without the class and without "get"."""
        if language in self.notes or "name" in self.notes:
            return str(self.notes.get(language) or self.notes["name"])
        name = self.function.short
        if self.owner and "of" not in self.notes:
            prefix = self.owner + "_" if name.startswith(self.owner + "_") else self.owner.split("_")[0] + "_"
            name = name.removeprefix(prefix)
        return name.removeprefix("get_")

    @cached_property
    def arguments(self) -> tuple[Given, ...]:
        return tuple(g for g in self.given if g.is_argument)

    @cached_property
    def result(self) -> Given | None:
        return next((g for g in self.given if g.role in RESULTS), None)

    @property
    def this(self) -> Given | None:
        return next((g for g in self.given if g.role == Role.SELF), None)

    @property
    def of_option(self) -> Given | None:
        """The number that is the object, if it is a method of an enumeration."""
        return next((g for g in self.given if g.option and g.option.name("rust") == self.owner), None)

    @property
    def is_never_null(self) -> bool:
        return bool(self.notes.get("never_null"))


class Idiom:
    """All functions that follow the rules."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.notes = contract.notes["call"]

    def calls(self, language: str) -> list[Call]:
        made = []
        for function in self.contract.model.functions:
            notes = self.notes.get(function.short, {})
            by_hand = language in notes.get("by_hand", ()) or function.short in self.notes["by_hand"]
            is_destructor = function.name.removesuffix("_destroy") in self.contract.model.handles
            if by_hand or is_destructor or function.short.endswith("_init"):
                continue
            call = self.call(function, notes, language)
            refused = call.refused if isinstance(call, Refusal) else None
            if refused:
                raise SystemExit(
                    f"describe: no rule covers {refused} of {function.name} in {language}: keep to the rules of "
                    'tools/describe/idiom.py, or give it to people in bindings/contract.toml, [call] by_hand = ["..."]'
                )
            made.append(call)
        return made

    def call(self, function: Function, notes: dict[str, Any], language: str) -> Call | Refusal:
        owner = self.owner(function, notes, language)
        counts = {p.count for p in function.parameters if p.count}
        given: list[Given] = []
        for parameter in function.parameters:
            if parameter.name in counts:
                given.append(Given(parameter, Role.COUNT))
                continue
            found = self.given(parameter, notes)
            if not found:
                return Refusal(parameter.name)
            if (
                parameter.type.short == owner
                and not any(g.role == Role.SELF for g in given)
                and found.role != Role.MADE
            ):
                found = Given(parameter, Role.SELF, found.record)
            given.append(found)
        if any(g.role == Role.WRITTEN for g in given):  # `needed` belongs to the buffer
            given = [g if g.name != "needed" else Given(g.parameter, Role.COUNT) for g in given]
        kind = function.result
        if not function.can_fail and not (kind.name in (*NUMBERS, "void") or (kind.name == "char" and kind.is_const)):
            return Refusal("the result")
        option = next((o for o in self.contract.options if o.key == notes.get("options", {}).get("result")), None)
        return Call(function, owner, tuple(given), notes, option)

    def owner(self, function: Function, notes: dict[str, Any], language: str) -> str | None:
        """The handle whose name its own begins with, or the counts; otherwise it is nobody's."""
        if "of" in notes:
            return notes["of"] if isinstance(notes["of"], str) else notes["of"].get(language)
        for parameter in function.parameters:
            kind = parameter.type
            record = self.record(kind.name)
            is_handle = kind.name in self.contract.model.handles and kind.short != "context"
            if kind.short == "context" and function.short.startswith("context_"):
                is_handle = True
            if is_handle and function.short.startswith(kind.short + "_"):
                return kind.short
            if record and record.kind == "counter" and not parameter.count:
                if function.short.startswith(kind.short.split("_")[0] + "_"):
                    return kind.short
        return None

    def record(self, name: str) -> Record | None:
        return next((r for r in self.contract.records if r.struct.name == name), None)

    def given(self, parameter: Parameter, notes: dict[str, Any]) -> Given | None:
        kind, record = parameter.type, self.record(parameter.type.name)
        option = next((o for o in self.contract.options if o.key == notes.get("options", {}).get(parameter.name)), None)
        optional = dict((name.split("=") + [""])[:2] for name in notes.get("optional", ()))
        is_flag = parameter.name in self.contract.notes["fields"]["flags"]
        role: Role | None = None
        if kind.extent is not None:
            role = Role.VALUES if not kind.is_const and kind.name in ELEMENTS else None
        elif not kind.is_pointer:
            role = Role.NUMBER if kind.name in NUMBERS or kind.name == "farspan_status" else None
        elif len(kind.pointers) == 2:
            role = Role.MADE if kind.name in self.contract.model.handles else None
        elif kind.name == "farspan_error":
            role = Role.ERROR
        elif kind.name == "farspan_context":
            role = Role.CONTEXT
        elif kind.name in self.contract.model.handles:
            role = Role.HANDLE
        elif kind.name == "farspan_tensor":
            role = Role.TENSOR if kind.is_const else None
        elif kind.name == "farspan_cache_batch":
            role = Role.BATCH
        elif kind.name in ("farspan_text", "farspan_ids"):
            role = Role.REFERENCES if kind.is_const and parameter.count else None
        elif kind.name in self.contract.views:
            role, record = (Role.VIEWS if kind.is_const else None), self.contract.views[kind.name]
        elif record:
            role = {
                ("config", True): Role.CONFIG,
                ("counter", True): Role.COUNTERS if parameter.count else Role.COUNTER,
                ("counter", False): None if parameter.count else Role.COUNTER,
                ("answer", False): Role.ANSWER,
            }.get((record.kind, kind.is_const))
        elif kind.name == "char":
            role = (Role.TEXT if parameter.count else Role.NAME) if kind.is_const else Role.WRITTEN
        elif kind.name == "void":
            role = Role.BYTES if parameter.count else None
        elif parameter.count:
            role = Role.ARRAY if kind.name in ELEMENTS else None
        elif not kind.is_const and kind.name in NUMBERS:
            role = Role.VALUE
        return Given(parameter, role, record, option, is_flag, optional.get(parameter.name)) if role else None


@dataclass(frozen=True)
class Refusal:
    """What no rule covers."""

    refused: str

"""Methods of Java and Go that are nothing but a call: where contract.toml says that a function stands, and what its arguments are.

An argument of a method may be several of the flat function (flat.py), and a field of an options struct is one of its own."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum as Kinds
from typing import Any

import words
from contract import Contract, Option, Record, camel
from flat import LISTS, Flat
from model import Field, Function, Parameter, Struct, Type


class Kind(Kinds):
    CONTEXT = "context"
    HANDLE = "a handle"
    CACHE = "a cache, which calls enter in turns"
    TENSOR = "a tensor"
    ARRAY = "an array"
    BUFFER = "an array that Java may also give as a buffer"
    BYTES = "bytes"
    TEXT = "a text"
    LIST = "a list of texts or of ids"
    NUMBER = "a number"
    CONFIG = "a struct that the caller fills"
    COUNTER = "a struct that caller and library fill"
    COUNTERS = "several of them"
    BATCH = "a batch of sequences"
    VIEWS = "a struct of tensors and arrays"
    OPTIONS = "options that cross as their fields"
    # What the library answers:
    ANSWER = "a struct that the library fills"
    WRITTEN_NUMBER = "one number"
    WRITTEN_NUMBERS = "some numbers"
    WRITTEN_TEXT = "a text in a buffer"
    MADE = "a handle that is made"


ANSWERS = (Kind.ANSWER, Kind.WRITTEN_NUMBER, Kind.WRITTEN_NUMBERS, Kind.WRITTEN_TEXT, Kind.MADE)


@dataclass(frozen=True)
class Slot:
    """An argument or an answer."""

    kind: Kind
    name: str
    type: Type
    doc: str = ""
    record: Record | None = None
    option: Option | None = None
    is_written: bool = False  # a tensor, array or counter that the library writes
    is_optional: bool = False
    is_flag: bool = False
    is_changing: bool = False  # a cache that is not only read
    contract_name: str = ""  # of the option in Go

    @property
    def is_answer(self) -> bool:
        return self.kind in ANSWERS


@dataclass(frozen=True)
class Method:
    """A function as a method. Names are "Class.name", or "name" for one of a package."""

    function: Function
    slots: tuple[Slot, ...]
    notes: dict[str, Any]
    extra_doc: str
    contract: Contract

    def class_of(self, language: str) -> str:
        return str(self.notes[language]).rpartition(".")[0]

    def name(self, language: str) -> str:
        return str(self.notes[language]).rpartition(".")[2]

    @property
    def area(self) -> str:
        return self.contract.area_of(self.function)

    @property
    def doc(self) -> str:
        return "\n\n".join(part for part in (words.parted(self.function.doc)[0], self.extra_doc) if part)

    @property
    def errors(self) -> str:
        """What the header says of them, without a full stop."""
        return words.parted(self.function.doc)[1].rstrip(".")

    @property
    def short(self) -> list[str]:
        """Arguments that the short form does without."""
        return list(self.notes.get("short", ()))

    @property
    def answer(self) -> Slot | None:
        return next((slot for slot in self.slots if slot.is_answer), None)

    @property
    def arguments(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if not slot.is_answer)

    def has_context(self, language: str) -> bool:
        """Whether it takes one beside what it belongs to."""
        return any(s.kind == Kind.CONTEXT and s != self.receiver(language) for s in self.slots)

    def receiver(self, language: str) -> Slot | None:
        """The argument that the method belongs to."""
        name = self.class_of(language)
        return next((slot for slot in self.arguments if name and class_of(slot, language) == name), None)

    @property
    def is_text(self) -> bool:
        """Whether the function answers a text of its own."""
        return self.function.result.name == "char"

    @property
    def result_option(self) -> Option | None:
        key = self.notes.get("result")
        return next((o for o in self.contract.options if o.key == key), None)

    @property
    def sequences(self) -> Slot | None:
        """Of a call on a cache: its batch or its sequence."""
        return next(
            (s for s in self.arguments if s.kind == Kind.BATCH or (s.kind == Kind.NUMBER and s.name == "sequence")),
            None,
        )

    @property
    def turn(self) -> str:
        """How the call enters a cache."""
        cache = next(s for s in self.slots if s.kind == Kind.CACHE)
        makes = self.answer and self.answer.kind == Kind.WRITTEN_NUMBER and self.answer.name in ("sequence", "child")
        if makes or not cache.is_changing:
            return "reading"
        return "changing" if self.sequences else "alone"

    @property
    def makes_sequence(self) -> bool:
        cache = any(s.kind == Kind.CACHE and s.is_changing for s in self.slots)
        return cache and self.answer is not None and self.answer.kind == Kind.WRITTEN_NUMBER

    @property
    def ends_sequence(self) -> bool:
        return self.function.short == "cache_sequence_destroy"


def class_of(slot: Slot, language: str) -> str | None:
    if slot.kind in (Kind.HANDLE, Kind.CACHE, Kind.CONTEXT):
        return camel(slot.type.short)
    if slot.kind in (Kind.CONFIG, Kind.COUNTER, Kind.VIEWS) and slot.record:
        return slot.record.name(language)
    if slot.kind == Kind.NUMBER and slot.option:
        return slot.option.name("java") if language == "java" else slot.contract_name
    return None


def seen(contract: Contract, record: Record) -> tuple[Slot, ...]:
    """The fields of views, each of which may be left out."""
    kinds = {"farspan_tensor": Kind.TENSOR, "void": Kind.BYTES}
    return tuple(
        Slot(
            kinds.get(m.field.type.name, Kind.BUFFER),
            m.name,
            m.field.type,
            m.doc,
            is_written=contract.is_written(m.field, record),
            is_optional=True,
        )
        for m in record.members
    )


@dataclass(frozen=True)
class Methods:
    contract: Contract
    flat: Flat

    @property
    def all(self) -> tuple[Method, ...]:
        known = {f.short: f for f in self.contract.model.functions}
        unknown = sorted(set(self.contract.notes["methods"]) - set(known))
        if unknown:
            raise SystemExit(f"describe: bindings/contract.toml has a call {unknown[0]}, which no header has")
        return tuple(
            self.method(function, self.contract.notes["methods"][function.short])
            for function in self.contract.model.functions
            if function.short in self.contract.notes["methods"]
        )

    def method(self, function: Function, notes: dict[str, Any]) -> Method:
        slots = tuple(self.slots(function, notes))
        expanded = [
            self.contract.model.struct(p.type.name).doc
            for p in function.parameters
            if self.flat.is_expanded(p.type) and p.type.short in ("attention_data",)
        ]
        return Method(function, slots, notes, "\n\n".join(expanded), self.contract)

    def slots(self, function: Function, notes: dict[str, Any]) -> Iterator[Slot]:
        counts = {p.count for p in function.parameters if p.count}
        for parameter in function.parameters:
            if parameter.name in counts or parameter.type.name == "farspan_error":
                continue
            struct = self.flat.struct_of(parameter.type)
            if struct and self.flat.is_expanded(parameter.type) and self.is_spread(struct):
                fields = self.flat.fields(function, struct)
            else:
                fields = [parameter]
            buffer = next((p for p in function.parameters if p.name == "buffer" and p.type.name == "char"), None)
            for given in fields:
                if buffer and given.name == "needed":
                    continue
                slot = self.slot(function, given)
                if slot is None:
                    raise SystemExit(
                        f"describe: no rule covers {given.name} of {function.name}, a call of bindings/contract.toml"
                    )
                optional = slot.name in (*self.contract.notes["flat"]["optional"], *notes.get("optional", ()))
                yield replace(slot, is_optional=optional)

    def is_spread(self, struct: Struct) -> bool:
        """Whether its fields are arguments, and the languages have no type for it."""
        views = self.contract.views.get(struct.name)
        return struct.short not in ("rope_options", "cache_batch") and not (views and views.is_made_for("java"))

    def slot(self, function: Function, given: Parameter | Field) -> Slot | None:
        name, kind = given.name, given.type
        record = next((r for r in self.contract.records if r.struct.name == kind.name), None)
        doc = given.doc if isinstance(given, Field) else ""
        pointers = len(kind.pointers)
        if pointers == 2 and kind.name in self.contract.model.handles:
            return Slot(Kind.MADE, name, kind)
        if pointers == 1 and kind.name == "farspan_context":
            return Slot(Kind.CONTEXT, name, kind)
        if pointers == 1 and kind.name == "farspan_cache":
            return Slot(Kind.CACHE, name, kind, is_changing=not kind.is_const)
        if pointers == 1 and kind.name in self.contract.model.handles:
            return Slot(Kind.HANDLE, name, kind)
        if kind.name == "farspan_tensor":
            return Slot(Kind.TENSOR, name, kind, doc, is_written=self.contract.is_written(given))
        if kind.name in self.contract.views:
            return Slot(Kind.VIEWS, name, kind, doc, self.contract.views[kind.name])
        if kind.name == "farspan_cache_batch":
            return Slot(Kind.BATCH, name, kind)
        if kind.name in LISTS and given.count:
            return Slot(Kind.LIST, name, kind)
        if record and pointers == 1:
            if given.count:
                return Slot(Kind.COUNTERS, name, kind, doc, record, is_written=not kind.is_const)
            if record.kind == "counter":
                return Slot(Kind.COUNTER, name, kind, doc, record, is_written=not kind.is_const)
            if record.kind == "answer":
                return Slot(Kind.ANSWER, name, kind, doc, record)
            return Slot(Kind.OPTIONS if self.flat.is_expanded(kind) else Kind.CONFIG, name, kind, doc, record)
        if kind.name == "char" and given.count:
            return Slot(Kind.TEXT if kind.is_const else Kind.WRITTEN_TEXT, name, kind)
        if kind.name == "void" and given.count:
            return Slot(Kind.BYTES, name, kind, doc, is_written=not kind.is_const)
        if pointers == 1 and given.count and kind.name in ("float", "double", "int64_t"):
            buffer = name in self.contract.notes["flat"]["buffers"]
            return Slot(Kind.BUFFER if buffer else Kind.ARRAY, name, kind, doc, is_written=not kind.is_const)
        if kind.extent is not None:
            return Slot(Kind.WRITTEN_NUMBERS, name, kind)
        if pointers == 1 and kind.name in ("int32_t", "int64_t", "double"):
            return Slot(Kind.WRITTEN_NUMBER, name, kind)
        if pointers == 0 and kind.name in ("int32_t", "int64_t", "uint64_t", "double", "farspan_status"):
            option = self.option(function, name)
            go_name = self.contract.go_name(option) if option else ""
            return Slot(
                Kind.NUMBER,
                name,
                kind,
                doc,
                option=option,
                contract_name=go_name,
                is_flag=name in self.contract.notes["fields"]["flags"],
            )
        return None

    def option(self, function: Function, name: str) -> Option | None:
        key = self.contract.notes["methods"][function.short].get("options", {}).get(name)
        return next((o for o in self.contract.options if o.key == key), None)

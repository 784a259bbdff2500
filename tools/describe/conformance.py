"""The fields of structs by name, for the runners of the conformance cases: what JSON sets, and what an answer consists of."""
from __future__ import annotations

from dataclasses import dataclass

from contract import Member, Record

C_KINDS = {"int32_t": "INT32", "int64_t": "INT64", "uint64_t": "INT64", "double": "DOUBLE"}
C_ARRAYS = {"int64_t": "INT64S", "float": "FLOATS", "double": "DOUBLES"}


@dataclass(frozen=True)
class Field:
    """A field that has a number, or an array of numbers."""

    name: str
    kind: str
    extent: int
    count: str | None


def is_said(record: Record, member: Member) -> bool:
    """Whether the field has numbers; how many notes a model has is what model_note_at asks for."""
    kinds = C_ARRAYS if member.field.type.is_pointer else C_KINDS
    return member.field.type.name in kinds and member.name != "notes"


def fields(record: Record) -> list[Field]:
    """As C and C++ find them in memory."""
    return [
        Field(
            m.name,
            (C_ARRAYS if m.is_array else C_KINDS)[m.field.type.name],
            m.field.type.extent or 1,
            m.field.count if m.is_array else None,
        )
        for m in record.members
        if is_said(record, m)
    ]


MODULES = {"farspan.h": "farspan", "cache.h": "farspan::cache", "eval.h": "farspan::eval", "model.h": "farspan::model"}


def rust_path(record: Record) -> str:
    return f"{MODULES[record.struct.header]}::{record.name('rust')}"


def rust_options(records: list[Record]) -> list[str]:
    """The enumerations of the configurations."""
    modules = {"": "farspan", "eval": "farspan::eval", "model": "farspan::model"}
    options = (m.option for r in records if r.kind == "config" for m in r.members if m.option)
    return sorted({f"{modules[o.area]}::{o.name('rust')}" for o in options})


def rust_whole(record: Record, member: Member) -> str | None:
    """An integer of an answer as i64; None for a real number."""
    if member.field.type.name == "double":
        return None
    if member.option:
        return f"self.{member.name}.0.into()"
    exact = member.field.type.name == "int64_t" and not record.is_flag(member, "rust")
    return f"self.{member.name}" if exact else f"self.{member.name}.into()"

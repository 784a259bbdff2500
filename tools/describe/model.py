"""What the public headers say, as plain data."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Type:
    """A C type. `pointers` has one entry per `*`, innermost first: whether what it points to is const."""

    name: str  # int32_t, double, char, void, farspan_scheme ...
    pointers: tuple[bool, ...] = ()
    extent: int | None = None  # of an array, whose elements the rest describes
    volatile: bool = False

    @property
    def is_pointer(self) -> bool:
        return bool(self.pointers)

    @property
    def is_const(self) -> bool:
        """Whether what the outermost pointer points to is const."""
        return bool(self.pointers) and self.pointers[-1]

    @property
    def short(self) -> str:
        """The name without the prefix: scheme, rope_config."""
        return self.name.removeprefix("farspan_")

    @property
    def c(self) -> str:
        """As C writes it, without the extent."""
        text = "volatile " * self.volatile + self.name
        for level, const in enumerate(self.pointers):
            text = ("const " + text if level == 0 else text + " const") * const or text
            text += "*"
        return text


@dataclass(frozen=True)
class Value:
    """A constant of an enumeration."""

    name: str  # FARSPAN_ROPE_YARN
    number: int
    doc: str


@dataclass(frozen=True)
class Enum:
    """Constants that belong together."""

    values: tuple[Value, ...]
    doc: str
    header: str

    @cached_property
    def prefix(self) -> str:
        """What all names begin with, up to an underscore: FARSPAN_ROPE_."""
        words = [value.name.split("_") for value in self.values]
        shared = 0
        while all(len(w) > shared + 1 and w[: shared + 1] == words[0][: shared + 1] for w in words):
            shared += 1
        return "_".join(words[0][:shared]) + "_"


@dataclass(frozen=True)
class Field:
    """A member of a struct."""

    name: str
    type: Type
    doc: str
    group: str  # the comment above a run of fields
    offset: int
    count: str | None = None  # the field or parameter that counts the elements behind this pointer

    @property
    def default(self) -> str | None:
        """The default that the comment names."""
        after, before = re.search(r"default ([\w.-]+)", self.doc), re.search(r"(-?[\w.]+)[^;]* \(default\)", self.doc)
        return after[1].rstrip(".") if after else before[1] if before else None


@dataclass(frozen=True)
class Struct:
    """Plain data that a caller owns."""

    name: str  # farspan_rope_config
    fields: tuple[Field, ...]
    doc: str
    header: str
    size: int

    @property
    def short(self) -> str:
        return self.name.removeprefix("farspan_")

    @property
    def is_versioned(self) -> bool:
        return self.fields[0].name == "struct_size"

    @property
    def data(self) -> tuple[Field, ...]:
        """The fields that mean something."""
        return tuple(f for f in self.fields if f.name not in ("struct_size", "reserved"))


@dataclass(frozen=True)
class Parameter:
    """An argument of a function."""

    name: str
    type: Type
    count: str | None = None


@dataclass(frozen=True)
class Function:
    """An exported function."""

    name: str  # farspan_rope_apply
    result: Type
    parameters: tuple[Parameter, ...]
    doc: str
    header: str

    @property
    def short(self) -> str:
        return self.name.removeprefix("farspan_")

    @property
    def can_fail(self) -> bool:
        return self.result.name == "farspan_status"


@dataclass(frozen=True)
class Model:
    """All public headers."""

    headers: tuple[str, ...]
    macros: dict[str, int]  # FARSPAN_VERSION ...
    enums: tuple[Enum, ...]
    structs: tuple[Struct, ...]
    handles: tuple[str, ...]  # farspan_scheme ..., which only the library looks into
    functions: tuple[Function, ...]
    docs: dict[str, str] = field(default_factory=dict)  # header -> its opening comment

    def struct(self, name: str) -> Struct:
        return next(s for s in self.structs if s.name == name)

    def function(self, name: str) -> Function:
        return next(f for f in self.functions if f.name == name)

    def has_struct(self, name: str) -> bool:
        return any(s.name == name for s in self.structs)

    def init_of(self, struct: Struct) -> Function | None:
        return next((f for f in self.functions if f.name == struct.name + "_init"), None)

"""The model together with what bindings/contract.toml adds: names in every language, and what only a person knows."""
from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from model import Enum, Field, Function, Model, Parameter, Struct, Value

LANGUAGES = ("java", "go", "rust")
AREAS = {
    "farspan.h": "",
    "cache.h": "",
    "gradient.h": "",
    "eval.h": "eval",
    "model.h": "model",
}  # where a header's things live in a language


@dataclass(frozen=True)
class Option:
    """An enumeration as the languages see it."""

    key: str  # ROPE
    values: tuple[Value, ...]
    doc: str
    header: str
    notes: dict[str, Any]

    def name(self, language: str) -> str:
        return self.notes.get(language) or self.notes.get("name") or camel(self.key)

    def is_made_for(self, language: str) -> bool:
        return language not in self.notes.get("by_hand", ())

    @property
    def part(self) -> str | None:
        return self.notes.get("part")

    @property
    def open(self) -> str | None:
        return self.notes.get("open")

    @property
    def within(self) -> str | None:
        """The class of Java that the type stands in."""
        return self.notes.get("within")

    @property
    def area(self) -> str:
        return AREAS[self.header]

    def short(self, value: Value) -> str:
        """A name without its prefix: YARN; V13A, because names do not begin with a digit."""
        text = re.sub(rf"^FARSPAN_({self.key}_)?", "", value.name)
        return "V" + text if text[0].isdigit() else text


def camel(text: str, words: dict[str, str] | None = None) -> str:
    """ROPE_NTK -> RopeNtk, or RopeNTK if the words say so."""
    return "".join((words or {}).get(word.lower(), word.capitalize()) for word in text.split("_"))


@dataclass(frozen=True)
class Member:
    """A field as the languages see it."""

    field: Field
    option: Option | None
    is_flag: bool
    struct: Struct
    record: str | None = None  # the name of the struct that this points to

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def is_array(self) -> bool:
        return self.field.type.is_pointer and self.field.type.name in ("double", "float", "int64_t")

    @property
    def is_borrowed(self) -> bool:
        return self.is_array or self.is_text

    @property
    def is_text(self) -> bool:
        return self.field.type.name == "char" and self.field.type.is_pointer

    @property
    def doc(self) -> str:
        """The comment beside it, or above its run. The name's words stand where it begins with a default or a list of methods."""
        words, text = self.name.replace("_", " "), self.field.doc or self.field.group
        text = re.sub(r"^FARSPAN_[A-Z]+_\*", "", text) if self.option else text
        if self.is_flag:
            text = text.replace("0 or 1", "whether so")
            text = re.sub(r"\b([01])(?=: )", lambda m: "true" if m[1] == "1" else "false", text)
        if not text or text[0] in ";:,":
            return words + text
        separator = "; " if text.startswith("default") else " " if text[0] in "[(" or self.option else ""
        return words + separator + text if separator else text


@dataclass(frozen=True)
class Record:
    """A struct that the languages have a type for."""

    struct: Struct
    notes: dict[str, Any]
    members: tuple[Member, ...]
    init: Function | None

    @property
    def kind(self) -> str:
        return str(self.notes["kind"])

    def name(self, language: str) -> str:
        return self.notes.get(language) or self.notes.get("name") or camel(self.struct.short)

    def is_made_for(self, language: str) -> bool:
        return language not in self.notes.get("by_hand", ())

    @property
    def doc(self) -> str:
        return self.notes.get("doc") or self.struct.doc

    @property
    def area(self) -> str:
        return AREAS[self.struct.header]

    @property
    def selector(self) -> Member | None:
        """The field that init asks for: the method, kind or form."""
        names = [p.name for p in self.init.parameters[2:]] if self.init else []
        return next((m for m in self.members if m.name in names), None)

    def is_flag(self, member: Member, language: str) -> bool:
        return member.is_flag and member.name not in self.notes.get("plain", {}).get(language, ())


@dataclass(frozen=True)
class Contract:
    """All that the templates print."""

    model: Model
    notes: dict[str, Any]

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The enumerations that a language has types for, in the order of the headers."""
        listed: dict[str, str] = {
            name: key for key, notes in self.notes["enum"].items() for name in notes.get("values", ())
        }
        groups: dict[str, list[tuple[Value, Enum]]] = {}
        for enum in self.model.enums:
            for value in enum.values:
                key = listed.get(value.name) or value.name.split("_")[1]
                groups.setdefault(key, []).append((value, enum))
        unknown = [key for key, group in groups.items() if key not in self.notes["enum"] and len(group) > 1]
        if unknown:
            raise SystemExit(f"describe: bindings/contract.toml has no [enum.{unknown[0]}]")
        return tuple(
            Option(
                key,
                tuple(v for v, _ in group),
                self.notes["enum"][key].get("doc") or group[0][1].doc,
                group[0][1].header,
                self.notes["enum"][key],
            )
            for key, group in groups.items()
            if key in self.notes["enum"]
        )

    @cached_property
    def structs(self) -> tuple[Record, ...]:
        """The structs of contract.toml, in the order of the headers."""
        unknown = [name for name in self.notes["struct"] if not self.model.has_struct("farspan_" + name)]
        if unknown:
            raise SystemExit(f"describe: bindings/contract.toml describes [struct.{unknown[0]}], which no header has")
        return tuple(
            self.record(s, self.notes["struct"][s.short]) for s in self.model.structs if s.short in self.notes["struct"]
        )

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Those of numbers, and of arrays that a call reads."""
        return tuple(r for r in self.structs if r.kind != "views")

    @cached_property
    def views(self) -> dict[str, Record]:
        """Those through which a call reads and writes tensors and arrays, by the names of C."""
        return {r.struct.name: r for r in self.structs if r.kind == "views"}

    def is_written(self, given: Field | Parameter, within: Record | None = None) -> bool:
        """Whether the library writes the tensor or the array: an argument, or a field of views."""
        if given.type.name != "farspan_tensor":
            return not given.type.is_const
        return given.name in (within.notes if within else self.notes["functions"])["written_tensors"]

    def record(self, struct: Struct, notes: dict[str, Any]) -> Record:
        counts = {f.count for f in struct.fields if f.count}
        left_out = counts | set(notes.get("without", ()))
        flags = {*self.notes["fields"]["flags"], *notes.get("flags", ())}
        members = tuple(
            Member(f, self.option_of(f), f.name in flags, struct, self.pointed_by(f))
            for f in struct.data
            if f.name not in left_out
        )
        return Record(struct, notes, members, self.model.init_of(struct))

    def pointed_by(self, field: Field) -> str | None:
        short = field.type.short
        notes = self.notes["struct"].get(short)
        return None if notes is None or not field.type.is_pointer else notes.get("name") or camel(short)

    def option_of(self, field: Field) -> Option | None:
        if field.type.name != "int32_t" or field.type.extent is not None:
            return None
        named = re.match(r"FARSPAN_([A-Z]+)_\*", field.doc)
        key = named[1] if named else self.notes["fields"]["options"].get(field.name)
        return next((option for option in self.options if option.key == key), None)

    def area_of(self, function: Function) -> str:
        return AREAS[function.header]

    @cached_property
    def limits(self) -> tuple[Value, ...]:
        """Constants that stand alone, such as FARSPAN_BLEU_MAX_ORDER."""
        taken = {value.name for option in self.options for value in option.values}
        return tuple(v for enum in self.model.enums for v in enum.values if v.name not in taken)

    def go_name(self, option: Option, value: Value | None = None) -> str:
        """RopeMethod, or RopeNTKByParts."""
        words = self.notes["words"]["go"]
        if value is None:
            name = option.notes.get("go") or option.notes.get("name") or option.key
            return camel(name, words) if name.isupper() or name.lower() in words else name
        text = value.name.removeprefix("FARSPAN_").removeprefix(option.key + "_")
        prefix = option.notes.get("go_prefix", camel(option.key, words))
        return prefix + camel(text, words) if prefix else text

    def go_function(self, function: Function) -> str:
        return camel(function.short, self.notes["words"]["go"])

    @cached_property
    def renamed(self) -> dict[str, dict[str, str]]:
        """What a comment of the header calls by its C name, in each language."""
        words = self.notes["words"]["go"]
        fields = {f.name for s in self.model.structs for f in s.data if "_" in f.name}
        names: dict[str, dict[str, str]] = {
            "go": {f: camel(f, words) for f in fields},
            "java": {f: f[0] + camel(f)[1:] for f in fields},
            "rust": {},
        }
        names["java"] |= {"NULL": "null", "INT64_MAX": "Long.MAX_VALUE"}
        names["go"] |= {"NULL": "nil", "INT64_MAX": "math.MaxInt64"}
        for function, notes in self.notes["methods"].items():
            for language in ("java", "go"):
                if language in notes:
                    names[language]["farspan_" + function] = notes[language]
        for option in self.options:
            for language in LANGUAGES:
                type_name = self.go_name(option) if language == "go" else option.name(language)
                if language != "rust":
                    names[language][f"FARSPAN_{option.key}_*"] = type_name
                for value in option.values:
                    short = {"go": self.go_name(option, value), "java": f"{type_name}.{option.short(value)}"}
                    if language != "rust":
                        names[language][value.name] = short[language]
            names["rust"] |= self.rust_links(option)
        return names

    def rust_links(self, option: Option) -> dict[str, str]:
        """Links to an enumeration and its values, if Rust has them."""
        if not option.is_made_for("rust") and option.key != "ERROR":
            return {}
        name = option.name("rust")
        path = f"crate::{option.area + '::' if option.area else ''}{name}"
        names = {value.name: option.short(value) for value in option.values if value.name != "FARSPAN_OK"}
        if option.key == "ERROR":  # an enum of Rust
            names = {value: camel(short) for value, short in names.items()}
        links = {value: f"[`{name}::{short}`]({path}::{short})" for value, short in names.items()}
        return {f"FARSPAN_{option.key}_*": f"[`{name}`]({path})", **links}

    def translate(self, language: str, more: dict[str, str] | None = None) -> Callable[[str], str]:
        """From the names of C to those of a language; `more` is what else has another name."""
        names = {**self.renamed[language], **(more or {})}
        return lambda text: re.sub(
            r"\b(FARSPAN_[A-Z0-9_]+\*?|NULL|INT64_MAX|[a-z]+(?:_[a-z0-9]+)+)(?![(\w])",
            lambda m: names.get(m[0], m[0]),
            text,
        )


def load(root: Path, model: Model) -> Contract:
    notes = tomllib.loads((root / "bindings" / "contract.toml").read_text())
    said = {f"farspan_{name}": "\n\n" + text for name, text in notes["said"].items()}
    functions = tuple(replace(f, doc=f.doc + said.pop(f.name, "")) for f in model.functions)
    if said:
        raise SystemExit(f"describe: bindings/contract.toml speaks of {next(iter(said))}, which no header has")
    return Contract(replace(model, functions=functions), notes)

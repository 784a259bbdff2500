"""Structs of the C interface from keywords and back, whatever their fields are: names, types and counts come from the description."""
from __future__ import annotations

import ctypes
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from . import _abi
from ._library import library, text

# Fields whose numbers have words. The word of FARSPAN_LAYOUT_HALF is "half".
_PREFIXES = {
    "layout": "LAYOUT",
    "angle": "ANGLE",
    "ramp": "RAMP",
    "magnitude": "MAGNITUDE",
    "length_switch": "SWITCH",
    "axes": "AXES",
    "temperature": "TEMPERATURE",
    "state": "STATE",
    "side": "SIDE",
    "direction": "ROTATE",
    "isa": "ISA",
    "release": "RELEASE",
    "extension": "EXTENSION",
    "bos": "BOS",
    "tokenizer": "TOKENIZER",
    "smoothing": "SMOOTHING",
    "form": "PASSKEY",
    "haystack": "HAYSTACK",
    "keys_are": "NEEDLE",
    "values_are": "NEEDLE",
}
_PARTS = ("rope", "remap", "bias", "temperature")
DTYPES = {
    "f32": _abi.FARSPAN_F32,
    "f64": _abi.FARSPAN_F64,
    "f16": _abi.FARSPAN_F16,
    "bf16": _abi.FARSPAN_BF16,
    "i8": _abi.FARSPAN_I8,
}

Answer = TypeVar("Answer")


@functools.cache
def _words(prefix: str) -> dict[str, int]:
    start = f"FARSPAN_{prefix}_"
    return {name[len(start) :].lower(): value for name, value in vars(_abi).items() if name.startswith(start)}


def number(prefix: str, value: int | str, path: str) -> int:
    """The number of an option, given as such or as a word."""
    if not isinstance(value, str):
        return value
    words = DTYPES if prefix == "DTYPE" else _words(prefix)
    if value.lower() not in words:
        raise ValueError(f"{path} is {value!r}: must be one of {', '.join(words)}")
    return words[value.lower()]


def word(prefix: str, value: int) -> str:
    """The word of an option's number; the number as text if it has none."""
    words = DTYPES if prefix == "DTYPE" else _words(prefix)
    return next((name for name, other in words.items() if other == value), str(value))


def method(part: str, value: int | str) -> int:
    """The number of a method of "rope", "remap", "bias" or "temperature"."""
    if not isinstance(value, str):
        return value
    found: int = library.farspan_method_find(_PARTS.index(part), value.encode())
    if found < 0:
        names = [method_name(part, n) for n in range(library.farspan_method_count(_PARTS.index(part)))]
        raise ValueError(f"{part}.method is {value!r}: must be one of {', '.join(names)}")
    return found


def method_name(part: str, value: int) -> str:
    return text(library.farspan_method_name(_PARTS.index(part), value)) or str(value)


@functools.cache
def _defaults(name: str, *options: int) -> tuple[Any, bytes]:
    kind = getattr(_abi, name)
    struct = kind()
    init = getattr(library, f"{name}_init", None)
    if init is not None:
        init(ctypes.byref(struct), ctypes.sizeof(struct), *options)
    else:
        struct.struct_size = ctypes.sizeof(struct)
    return kind.from_buffer_copy, bytes(struct)


def new(name: str, *options: int) -> Any:
    """A struct with the library's defaults."""
    copy, default = _defaults(name, *options)
    return copy(default)


def array(values: Any, dtype: Any, path: str) -> np.ndarray[Any, Any]:
    """A contiguous array of a C type, without a copy if it is one already."""
    given = np.asarray(values)
    if given.size and not np.can_cast(given.dtype, dtype, "same_kind"):
        raise TypeError(f"{path} holds {given.dtype}: must be {np.dtype(dtype).name}")
    return np.ascontiguousarray(given, dtype)


def pointer(values: Any, ctype: Any) -> Any:
    return None if values is None else values.ctypes.data_as(ctypes.POINTER(ctype))


def _integer(kind: Any, value: Any, path: str) -> int:
    if isinstance(value, (float, np.floating)):
        raise TypeError(f"{path} is {value!r}: must be a whole number")
    whole = int(value)
    bits = 8 * ctypes.sizeof(kind)
    low, high = (
        (0, 2**bits - 1) if kind in (ctypes.c_uint32, ctypes.c_uint64) else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )
    if not low <= whole <= high:
        raise OverflowError(f"{path} is {whole}: must be {low} .. {high}")
    return whole


def _is_pointer(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, ctypes._Pointer)


@functools.cache
def _kinds(struct: Any) -> dict[str, Any]:
    return dict(struct._fields_)


def fill(struct: Any, path: str, fields: Mapping[str, Any]) -> list[object]:
    """Sets fields by name. Texts name options, lists become arrays with their counts. Returns what must stay alive."""
    kinds = _kinds(type(struct))  # type: ignore[arg-type]
    keep: list[object] = []
    for name, value in fields.items():
        where = f"{path}.{name}"
        if name not in kinds or name in ("struct_size", "reserved") or name.endswith("_count") and name[:-6] in kinds:
            raise TypeError(f"{path} has no field {name!r}; it has {', '.join(public(struct))}")
        kind = kinds[name]
        if value is None:
            continue
        if _is_pointer(kind):
            values = array(value, np.dtype(kind._type_), where)
            keep.append(values)
            setattr(struct, name, pointer(values, kind._type_))
            if f"{name}_count" in kinds:
                setattr(struct, f"{name}_count", values.size)
        elif isinstance(kind, type) and issubclass(kind, ctypes.Array):
            given = list(value)
            most = len(kind())
            if len(given) > most:
                raise ValueError(f"{where} has {len(given)} entries: must be at most {most}")
            setattr(struct, name, kind(*(_integer(kind._type_, entry, where) for entry in given)))
        elif kind is ctypes.c_double:
            setattr(struct, name, float(value))
        else:
            if name == "method":
                value = method(path, value)
            elif isinstance(value, str):
                if name not in _PREFIXES and name != "dtype":
                    raise TypeError(f"{where} is {value!r}: must be a number")
                value = number("DTYPE" if name == "dtype" else _PREFIXES[name], value, where)
            setattr(struct, name, _integer(kind, value, where))
    return keep


def public(struct: Any) -> list[str]:
    """The fields that a caller sets."""
    names = [field[0] for field in struct._fields_]
    return [
        name
        for name in names
        if name not in ("struct_size", "reserved") and not (name.endswith("_count") and name[:-6] in names)
    ]


def _count(struct: Any, name: str) -> int:
    return int(getattr(struct, f"{name}_count"))


def as_dictionary(struct: Any, default: Any, part: str) -> dict[str, Any]:
    """The fields that differ from the defaults, arrays copied; what fill takes."""
    result: dict[str, Any] = {}
    for name, kind in struct._fields_:
        if name not in public(struct):
            continue
        value = getattr(struct, name)
        if _is_pointer(kind):
            if value:
                result[name] = np.ctypeslib.as_array(value, (_count(struct, name),)).copy()
        elif isinstance(value, ctypes.Array):
            if list(value) != list(getattr(default, name)):
                result[name] = list(value)
        elif name == "method":
            result[name] = method_name(part, value)
        elif value != getattr(default, name):
            result[name] = word(_PREFIXES[name], value) if name in _PREFIXES else value
    return result


def read(kind: type[Answer], struct: Any) -> Answer:
    """A dataclass from the fields of the same names; bytes become text, and 0 or 1 bool where that is declared."""
    values = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        value = getattr(struct, field.name)
        if isinstance(value, bytes):
            value = text(value)
        elif isinstance(value, ctypes.Array):
            value = tuple(value)
        elif field.type in ("bool", bool):
            value = bool(value)
        values[field.name] = value
    return kind(**values)

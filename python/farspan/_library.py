"""The native library: where it is found, how it is called, and what its failures become."""
from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import Any

from . import _abi

# Next to this file in a wheel; elsewhere the system's.
_NAME = "libfarspan.so.1"
_PACKAGED = Path(__file__).with_name(_NAME)


def _load() -> ctypes.CDLL:
    named = os.environ.get("FARSPAN_LIBRARY")
    tried = []
    for place in [named] if named else [str(_PACKAGED), _NAME]:
        if os.sep in place and not os.path.exists(place):
            tried.append(f"{place}: no such file")
            continue
        try:
            return _abi.load(place)
        except (OSError, AttributeError) as cause:  # AttributeError: a library that lacks one of our functions
            tried.append(f"{place}: {cause}")
    raise ImportError(
        "farspan cannot load its native library (the environment variable FARSPAN_LIBRARY names one): "
        + "; ".join(tried)
    )


library = _load()


class Error(Exception):
    """A call that the library refused. Nothing was written, unless it was cancelled.

    Attributes:
        status: the number of the status, FARSPAN_ERROR_* of the C header.
        reason: the status in words, "shape mismatch".
        field: path of the offending field or argument, "rope.factor"; empty if there is none.
        argument: 1-based index of the offending argument of the C function, 0 if there is none.
        message: names the field, its value and the allowed range.
        function: the C function without "farspan_".
    """

    def __init__(self, function: str, status: int, message: str, argument: int = 0, field: str = "") -> None:
        super().__init__(message)
        self.function, self.status, self.message, self.argument, self.field = function, status, message, argument, field
        self.reason = text(library.farspan_status_text(status)) or ""


class InputError(Error, ValueError):
    """What the caller gave is not accepted."""


class OutOfMemoryError(Error, MemoryError):
    """Memory was not to be had, or a cache's own limit does not allow it."""


class CancelledError(Error):
    """The context was cancelled; outputs are unspecified."""


class InternalError(Error):
    """A defect of the library: please report the message."""


_CLASSES: dict[int, type[Error]] = {
    _abi.FARSPAN_ERROR_OUT_OF_MEMORY: OutOfMemoryError,
    _abi.FARSPAN_ERROR_CANCELLED: CancelledError,
    _abi.FARSPAN_ERROR_INTERNAL: InternalError,
}


class _Local(threading.local):
    def __init__(self) -> None:
        self.error = _abi.farspan_error(struct_size=ctypes.sizeof(_abi.farspan_error))
        self.address = ctypes.addressof(self.error)


local = _Local()  # address: of this thread's farspan_error


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def failure(name: str, status: int) -> Error:
    error = local.error
    field = getattr(error, "field", b"")
    kind = _CLASSES.get(status, InputError)
    return kind(
        name[len("farspan_") :], status, error.message.decode("utf-8", "replace"), error.argument, field.decode()
    )


class _Functions(dict[str, Any]):
    """The library's functions with plain addresses for pointers: ctypes then looks at no type, which takes 2 us of a call."""

    def __missing__(self, name: str) -> Any:
        typed = getattr(library, name)
        kinds = [ctypes.c_void_p if issubclass(kind, ctypes._Pointer) else kind for kind in typed.argtypes]
        self[name] = function = ctypes.CFUNCTYPE(typed.restype, *kinds)((name, library))
        return function


functions = _Functions()


def call(name: str, *arguments: Any) -> None:
    """Calls a function whose last argument is an error, which becomes an exception. Pointers may be given as addresses."""
    status = functions[name](*arguments, local.address)
    if status:
        raise failure(name, status)


class Handle:
    """Owns an opaque object of the library, which ends with it. Then its pointer is None, which the library refuses: what is in one
    circle of references with it ends after it or before.
    """

    __slots__ = ("pointer", "address", "_destroy", "_keep", "__weakref__")

    def __init__(self, pointer: Any, destroy: str | None, keep: object = None) -> None:
        self.pointer, self._keep = pointer, keep
        self.address = ctypes.cast(pointer, ctypes.c_void_p).value
        self._destroy = getattr(library, destroy) if destroy else None

    def __del__(self) -> None:
        destroy = getattr(self, "_destroy", None)
        if destroy is not None:
            pointer, self.pointer, self.address = self.pointer, None, None
            destroy(pointer)


def version() -> str:
    """The version of the library that is loaded, "0.1.0"."""
    return text(library.farspan_version_text()) or ""


def diagnose() -> str:
    """A JSON object for bug reports: versions, instruction sets found and used, threads, quota."""
    return written(lambda buffer, size: library.farspan_diagnose(buffer, size))


def written(write: Any) -> str:
    """What write(buffer, size) writes, with a final NUL; it returns the bytes that it needs."""
    needed = write(None, 0)
    while True:
        buffer = ctypes.create_string_buffer(max(needed, 1))
        again = write(buffer, len(buffer))
        if again <= len(buffer):
            return buffer.value.decode("utf-8", "replace")
        needed = again


def shutdown() -> None:
    """Ends the library's worker threads; later calls start them again. Not while a call runs."""
    library.farspan_shutdown()


def text_of(write: Any) -> str:
    """What write(buffer, size, needed) writes."""
    needed = ctypes.c_int64()
    write(None, 0, ctypes.byref(needed))
    buffer = ctypes.create_string_buffer(needed.value)
    write(buffer, needed.value, ctypes.byref(needed))
    return buffer.raw[: needed.value - 1].decode("utf-8", "replace")

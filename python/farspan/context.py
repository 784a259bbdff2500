"""Threads, instruction set, cancellation."""
from __future__ import annotations

import ctypes

from . import _abi, _structs
from ._library import Handle, call, library


class Context:
    """How calls run. Immutable but for its cancel flag; any number of threads may use one.

    A call without a context has the defaults: the best instruction set of the machine (or what the environment variable
    FARSPAN_ISA names) and as many threads as the process may use (at most FARSPAN_NUM_THREADS).

    Args:
        threads: at most so many; 0 is the default above. 1 never starts a worker thread.
        isa: "best", "scalar", "avx2", "avx512" or "neon".
        exhaustive: reads also the keys whose bias makes them certainly change nothing (2^-24 of the largest value).
    """

    __slots__ = ("_handle", "_cancel")

    def __init__(self, threads: int = 0, isa: int | str = "best", exhaustive: bool = False) -> None:
        self._cancel = ctypes.c_int32(0)
        config = _structs.new("farspan_context_config")
        _structs.fill(config, "context", {"threads": threads, "isa": isa, "exhaustive": exhaustive})
        config.cancel = ctypes.pointer(self._cancel)
        made = ctypes.POINTER(_abi.farspan_context)()
        call("farspan_context_create", ctypes.byref(config), ctypes.byref(made))
        self._handle = Handle(made, "farspan_context_destroy", self._cancel)

    @property
    def threads(self) -> int:
        """What a run really uses."""
        return int(library.farspan_context_threads(self._handle.pointer))

    @property
    def isa(self) -> str:
        """The instruction set in use, "avx2"."""
        return isa_name(library.farspan_context_isa(self._handle.pointer)) or ""

    def cancel(self) -> None:
        """Stops the runs of this context soon, from any thread: they raise CancelledError, and so do later ones."""
        self._cancel.value = 1

    def reset(self) -> None:
        """Lets runs begin again after cancel()."""
        self._cancel.value = 0


def isa_name(isa: int) -> str | None:
    name = library.farspan_isa_name(isa)
    return None if name is None else name.decode()


def isa_supported(isa: int | str) -> bool:
    """Whether an instruction set is built in and usable on this machine."""
    return bool(library.farspan_isa_supported(_structs.number("ISA", isa, "isa")))


def context_address(context: Context | None) -> int | None:
    return None if context is None else context._handle.address

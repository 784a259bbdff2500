"""The key-value cache: keys without their position, so that any scheme may read them, another at every step."""
from __future__ import annotations

import contextlib
import ctypes
import threading
from collections.abc import Iterator, Sequence as ListLike
from dataclasses import dataclass
from typing import Any, TypeVar, Union

import numpy as np

from . import _abi, _structs
from ._library import Handle, call, failure, functions, library, local
from ._tensor import like, view
from .context import Context, context_address
from .encode import Positions, positions_array
from .plan import attention_data
from .scheme import Scheme

Array = TypeVar("Array")
_END = 2**63 - 1
_run = functions["farspan_cache_run"]  # once per token and layer


@dataclass(frozen=True)
class SequenceInfo:
    """tokens, position of the oldest and of the next, blocks, and those of them that forks share."""

    tokens: int
    first_position: int
    next_position: int
    blocks: int
    shared_blocks: int


@dataclass(frozen=True)
class CacheStatistics:
    sequences: int
    blocks: int
    free_blocks: int
    block_bytes: int


class Sequence:
    """Tokens of a cache, each at a position of its own. Made by Cache.sequence, fork and restore; ends with its last reference.

    Calls on one sequence wait for each other; calls on different ones run beside each other, also of forks that share memory.
    """

    __slots__ = ("cache", "number", "_lock", "__weakref__")

    def __init__(self, cache: Cache, number: int) -> None:
        self.cache, self.number, self._lock = cache, number, threading.Lock()

    def __del__(self) -> None:
        cache = getattr(self, "cache", None)
        if cache is not None and self.number >= 0:
            library.farspan_cache_sequence_destroy(cache._handle.pointer, self.number, None)

    def destroy(self) -> None:
        """Ends the sequence now. A second call is refused by the library."""
        with self._lock:
            call("farspan_cache_sequence_destroy", self.cache._handle.pointer, self.number)

    def fork(self) -> Sequence:
        """A second sequence with the same tokens, which costs a few bytes until one of the two writes."""
        child = ctypes.c_int64()
        with self._lock:
            call("farspan_cache_fork", self.cache._handle.pointer, self.number, ctypes.byref(child))
        return Sequence(self.cache, child.value)

    def evict(self, first: int, last: int = _END) -> None:
        """Forgets the tokens at positions [first, last). Without `last`, later tokens continue from first."""
        with self._lock:
            call("farspan_cache_evict", self.cache._handle.pointer, self.number, first, last)

    def keep(self, sinks: int, recent: int) -> None:
        """Keeps the first positions below `sinks` and the last `recent`: streaming with constant memory."""
        with self._lock:
            call("farspan_cache_keep", self.cache._handle.pointer, self.number, sinks, recent)

    def info(self) -> SequenceInfo:
        answer = _structs.new("farspan_sequence_info")
        with self._lock:
            call("farspan_cache_sequence_info", self.cache._handle.pointer, self.number, ctypes.byref(answer))
        return _structs.read(SequenceInfo, answer)

    def save(self) -> bytes:
        """The sequence, all layers, with a version and a checksum; Cache.restore reads it."""
        with self._lock:
            buffer = ctypes.create_string_buffer(
                max(library.farspan_cache_save_size(self.cache._handle.pointer, self.number), 1)
            )
            call("farspan_cache_save", None, self.cache._handle.pointer, self.number, buffer, len(buffer))
        return buffer.raw


class Batch:
    """New rows of some sequences: the n-th owns the rows offsets[n] .. offsets[n+1]-1 of the tensors; without offsets one row each."""

    __slots__ = ("sequences", "struct", "_keep")

    def __init__(self, sequences: ListLike[Sequence], offsets: Positions | None = None) -> None:
        self.sequences = tuple(sequences)
        numbers = np.array([s.number for s in self.sequences], np.int64)
        self.struct = _structs.new("farspan_cache_batch")
        self._keep = _structs.fill(
            self.struct, "batch", {"sequence": numbers, "offsets": positions_array(offsets, "batch.offsets")}
        )

    def _locked(self) -> contextlib.AbstractContextManager[Any]:
        """The only call on each of the sequences. Always in the order of their numbers, so that two batches cannot block each other."""
        if len(self.sequences) == 1:
            return self.sequences[0]._lock
        return self._all_locked()

    @contextlib.contextmanager
    def _all_locked(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for sequence in sorted(set(self.sequences), key=lambda s: s.number):
                stack.enter_context(sequence._lock)
            yield


Sequences = Union[Batch, Sequence, ListLike[Sequence]]


def _batch(given: Sequences) -> Batch:
    return given if isinstance(given, Batch) else Batch([given]) if isinstance(given, Sequence) else Batch(given)


class CachePlan:
    """The attention of the newest tokens of some sequences, made ready for all layers."""

    __slots__ = ("_handle", "_batch", "_lock")

    def __init__(self, handle: Handle, batch: Batch) -> None:
        self._handle, self._batch = handle, batch
        self._lock = batch.sequences[0]._lock if len(batch.sequences) == 1 else None

    @property
    def workspace_size(self) -> int:
        return int(library.farspan_cache_plan_workspace_size(self._handle.pointer))

    def advance(self, context: Context | None = None) -> None:
        """Makes it the plan for what its sequences hold by now: what Cache.plan would make again, with the same bits, in less time.

        A decoding loop makes one plan, and advances it whenever it has appended. Not for a plan with positions of its own. After an
        error, runs are refused until the plan has been advanced.
        """
        with self._batch._locked():
            call("farspan_cache_plan_advance", context_address(context), self._handle.pointer)

    def run(
        self,
        layer: int,
        q: Array,
        *,
        out: Any = None,
        lse: Any = None,
        workspace: Any = None,
        context: Context | None = None,
    ) -> Array:
        """softmax(logits) v over the cached tokens of one layer.

        Args:
            q: [1, query_heads, rows, head_dim], not rotated.
            out: [1, query_heads, rows, value_dim]; None: new memory of q's kind.
            lse: None, or float32 [query_heads, rows], contiguous.
            workspace: as for Plan.run.
        """
        result = self._batch.sequences[0].cache._result(q) if out is None else out
        data, keep = attention_data(q, None, None, None, result, lse, workspace)
        with self._lock or self._batch._locked():
            status = _run(context_address(context), self._handle.address, layer, data, local.address)
        if status:
            raise failure("farspan_cache_run", status)
        del keep
        return result  # type: ignore[no-any-return]


class Cache:
    """Keys and values of many sequences, in all layers of a model. Serves any number of threads.

    Args:
        key_heads, head_dim: required; value_dim 0: head_dim.
        layers: of the model.
        dtype: of what is stored: "f32", "f16", "bf16" or "i8".
        memory_limit: bytes of all blocks; 0: what the machine and its control group have.
    """

    def __init__(
        self,
        *,
        key_heads: int,
        head_dim: int,
        value_dim: int = 0,
        layers: int = 1,
        dtype: int | str = "bf16",
        memory_limit: int = 0,
    ) -> None:
        config = _structs.new("farspan_cache_config")
        _structs.fill(
            config,
            "config",
            {
                "dtype": dtype,
                "layers": layers,
                "key_heads": key_heads,
                "head_dim": head_dim,
                "value_dim": value_dim,
                "memory_limit": memory_limit,
            },
        )
        made = ctypes.POINTER(_abi.farspan_cache)()
        call("farspan_cache_create", ctypes.byref(config), ctypes.byref(made))
        self._handle = Handle(made, "farspan_cache_destroy")
        self.key_heads, self.head_dim, self.value_dim, self.layers = key_heads, head_dim, value_dim or head_dim, layers
        self.dtype = _structs.word("DTYPE", config.dtype)

    def sequence(self) -> Sequence:
        """A new sequence without tokens."""
        number = ctypes.c_int64()
        call("farspan_cache_sequence_create", self._handle.pointer, ctypes.byref(number))
        return Sequence(self, number.value)

    def append(self, batch: Sequences, positions: Positions | None = None, context: Context | None = None) -> None:
        """Makes room for the batch's rows as new tokens, in all layers.

        Args:
            positions: [rows], growing within a sequence; None: the next ones.
        """
        batch = _batch(batch)
        where = positions_array(positions, "positions")
        with batch._locked():
            call(
                "farspan_cache_append",
                context_address(context),
                self._handle.pointer,
                ctypes.byref(batch.struct),
                _structs.pointer(where, ctypes.c_int64),
                0 if where is None else where.size,
            )

    def write(self, layer: int, batch: Sequences, k: Any, v: Any, context: Context | None = None) -> None:
        """Stores the newest tokens of one layer: k [1, key_heads, rows, head_dim] (not rotated), v [1, key_heads, rows, value_dim]."""
        batch = _batch(batch)
        keys, values = view(k, "k"), view(v, "v")
        with batch._locked():
            call(
                "farspan_cache_write",
                context_address(context),
                self._handle.pointer,
                layer,
                ctypes.byref(batch.struct),
                ctypes.byref(keys.tensor),
                ctypes.byref(values.tensor),
            )

    def plan(
        self,
        scheme: Scheme,
        batch: Sequences,
        query_heads: int,
        *,
        positions: Positions | None = None,
        length: int = 0,
        head_offset: int = 0,
        context: Context | None = None,
    ) -> CachePlan:
        """Prepares the attention of the batch's rows to all tokens of their sequences.

        Args:
            positions: [rows]; None: the rows are the newest tokens.
            length: of dynamic methods; 0: of each sequence its own.
            head_offset: head 0 is this head of the layer, for the bias and the sink logits.
        """
        batch = _batch(batch)
        problem = _structs.new("farspan_cache_problem")
        keep = _structs.fill(
            problem,
            "problem",
            {
                "query_heads": query_heads,
                "length": length,
                "head_offset": head_offset,
                "positions": positions_array(positions, "positions"),
            },
        )
        made = ctypes.POINTER(_abi.farspan_cache_plan)()
        with batch._locked():
            call(
                "farspan_cache_plan_create",
                context_address(context),
                scheme._handle.pointer,
                self._handle.pointer,
                ctypes.byref(batch.struct),
                ctypes.byref(problem),
                ctypes.byref(made),
            )
        del keep
        return CachePlan(Handle(made, "farspan_cache_plan_destroy", (self, context)), batch)

    def decode(
        self,
        scheme: Scheme,
        layer: int,
        batch: Sequences,
        q: Array,
        *,
        out: Any = None,
        lse: Any = None,
        context: Context | None = None,
    ) -> Array:
        """Plan and run in one call: see CachePlan.run."""
        batch = _batch(batch)
        result = self._result(q) if out is None else out
        data, keep = attention_data(q, None, None, None, result, lse)
        with batch._locked():
            call(
                "farspan_attention_decode",
                context_address(context),
                scheme._handle.pointer,
                self._handle.pointer,
                layer,
                ctypes.byref(batch.struct),
                data,
            )
        del keep
        return result  # type: ignore[no-any-return]

    def _result(self, q: Any) -> Any:
        """New memory for the attention of q."""
        return like(q, (*view(q, "q").shape[:3], self.value_dim))

    def restore(self, saved: bytes) -> Sequence:
        """A new sequence from what Sequence.save wrote, of a cache of the same shape. Damaged bytes are refused."""
        number = ctypes.c_int64()
        call("farspan_cache_restore", None, self._handle.pointer, saved, len(saved), ctypes.byref(number))
        return Sequence(self, number.value)

    def statistics(self) -> CacheStatistics:
        answer = _structs.new("farspan_cache_statistics")
        call("farspan_cache_get_statistics", self._handle.pointer, ctypes.byref(answer))
        return _structs.read(CacheStatistics, answer)

    def clear(self) -> None:
        """Ends all sequences and gives the memory back. The only call on the cache at the time."""
        call("farspan_cache_clear", self._handle.pointer)

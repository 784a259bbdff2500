"""Attention: plan once, run often."""
from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from . import _abi, _structs
from ._library import Handle, call, library
from ._tensor import FORMAT, Vector, View, address_of, fields, like, put, view
from .context import Context, context_address
from .encode import Positions
from .scheme import Scheme

Array = TypeVar("Array")


class Problem:
    """The shape of an attention, its positions and its padding. The arrays are copied when a plan is made.

    Args:
        batch, query_heads, key_heads, queries, keys, head_dim: sizes; query_heads is a multiple of key_heads.
        value_dim: 0: head_dim.
        length: of dynamic methods; 0: the largest position that is seen + 1.
        query_positions, key_positions: [queries] and [keys], or one row for each batch, [batch, queries] and [batch, keys].
            None: keys 0 .. keys-1, queries the last of them.
        query_axis_positions, key_axis_positions: [axes, queries] and [axes, keys] of M-RoPE.
        query_offsets, key_offsets: [segments + 1] of packed sequences.
        key_ranges: [batch, 2], half-open ranges of valid keys: padding.
        state: "raw" (q and k carry no position) or "rotated".
    """

    __slots__ = ("_struct", "_keep")

    def __init__(
        self,
        *,
        batch: int = 1,
        query_heads: int,
        key_heads: int,
        queries: int,
        keys: int,
        head_dim: int,
        value_dim: int = 0,
        length: int = 0,
        query_positions: Positions | None = None,
        key_positions: Positions | None = None,
        query_axis_positions: Positions | None = None,
        key_axis_positions: Positions | None = None,
        query_offsets: Positions | None = None,
        key_offsets: Positions | None = None,
        key_ranges: Positions | None = None,
        state: int | str = "raw",
        **more: Any,
    ) -> None:
        self._struct = _structs.new("farspan_problem")
        fields: dict[str, Any] = {
            "batch": batch,
            "query_heads": query_heads,
            "key_heads": key_heads,
            "queries": queries,
            "keys": keys,
            "head_dim": head_dim,
            "value_dim": value_dim,
            "length": length,
            "state": state,
            "query_positions": query_positions,
            "key_positions": key_positions,
            "query_axis_positions": query_axis_positions,
            "key_axis_positions": key_axis_positions,
            "query_offsets": query_offsets,
            "key_offsets": key_offsets,
            "key_ranges": key_ranges,
            **more,
        }
        if query_offsets is not None and "segments" not in fields:
            fields["segments"] = len(query_offsets) - 1
        for name in ("query", "key"):
            rows = fields[f"{name}_positions"]
            if rows is not None and f"{name}_position_stride" not in fields and np.ndim(rows) == 2 and len(rows) > 1:
                fields[f"{name}_position_stride"] = np.shape(rows)[1]
        self._keep = _structs.fill(self._struct, "problem", fields)


@dataclass(frozen=True)
class TileCounts:
    """How the work of one batch and head divides."""

    skipped: int
    whole: int
    edge: int
    crossed: int


class Plan:
    """Everything that does not depend on the data, made ready. Immutable; any number of threads may run one."""

    __slots__ = ("_handle",)

    def __init__(self, scheme: Scheme, problem: Problem, context: Context | None = None) -> None:
        made = ctypes.POINTER(_abi.farspan_plan)()
        call(
            "farspan_plan_create",
            context_address(context),
            scheme._handle.pointer,
            ctypes.byref(problem._struct),
            ctypes.byref(made),
        )
        self._handle = Handle(made, "farspan_plan_destroy", context)  # whose flag stops runs without a context too

    @property
    def workspace_size(self) -> int:
        """Bytes of scratch that one run needs."""
        return int(library.farspan_plan_workspace_size(self._handle.pointer))

    def tile_counts(self) -> TileCounts:
        counts = (ctypes.c_int64 * 4)()
        call("farspan_plan_tile_counts", self._handle.pointer, counts)
        return TileCounts(*counts)

    def run(
        self,
        q: Array,
        k: Any,
        v: Any,
        *,
        bias: Any = None,
        out: Any = None,
        lse: Any = None,
        workspace: Any = None,
        context: Context | None = None,
    ) -> Array:
        """softmax(logits) v.

        Args:
            q: [batch, query_heads, queries, head_dim]    k: [batch, key_heads, keys, head_dim]
            v: [batch, key_heads, keys, value_dim]
            bias: of a dense bias: [batch or 1, query_heads or 1, queries, keys]; -infinity hides a key.
            out: [batch, query_heads, queries, value_dim]; None: new memory of q's kind.
            lse: None, or float32 [batch, query_heads, queries], contiguous: receives ln(sum of exp(logit)).
            workspace: None, or a writable buffer of workspace_size bytes (fastest: of ctypes.create_string_buffer), for runs that do not allocate; one run at a time.

        Returns:
            out. Types may be mixed; arithmetic is float32.
        """
        result = _result(out, q, v)
        run_attention(context_address(context), self._handle.pointer, q, k, v, bias, result, lse, workspace)
        return result  # type: ignore[no-any-return]

    @property
    def backward_workspace_size(self) -> int:
        """Bytes of scratch that one backward needs."""
        return int(library.farspan_attention_backward_workspace_size(self._handle.pointer))

    def backward(
        self,
        q: Any,
        k: Any,
        v: Any,
        out: Any,
        lse: Any,
        d_out: Any,
        *,
        bias: Any = None,
        d_lse: Any = None,
        d_q: Any = True,
        d_k: Any = True,
        d_v: Any = True,
        d_bias: Any = False,
        d_bias_values: Any = None,
        d_sink_logits: Any = None,
        workspace: Any = None,
        context: Context | None = None,
    ) -> AttentionGradient:
        """The exact gradient of run, for training: the weights are computed again from lse, so memory is linear in the tokens (as in
        FlashAttention, Dao et al. 2022). The equations are in gradient.h.

            out = plan.run(q, k, v, lse=lse)
            gradient = plan.backward(q, k, v, out, lse, d_out)
            gradient.q, gradient.k, gradient.v

        Args:
            q, k, v, bias: as the run had them.    out, lse: as it wrote them.
            d_out: [batch, query_heads, queries, value_dim], the derivative of the loss by out.
            d_lse: that by lse, of lse's shape; None: 0.
            d_q, d_k, d_v: where the gradients go, of the shapes of q, k and v; those of a key head are sums over its query heads. True:
                new memory of the kind and type of what each is the gradient of. False: not computed.
            d_bias: the same of bias; it sums over the batch entries and heads that share one, and must be float32 then.
            d_bias_values: None, or float32 [buckets, heads], contiguous: receives the gradient of the table of T5.
            d_sink_logits: None, or float32 [heads], contiguous: as many as the scheme has.
            workspace: as of run, backward_workspace_size bytes.

        Outputs must not overlap each other or the inputs. Types may be mixed; arithmetic is float32.
        """
        made = AttentionGradient(
            _wanted(d_q, q, "q"),
            _wanted(d_k, k, "k"),
            _wanted(d_v, v, "v"),
            _wanted(d_bias, bias, "bias"),
            d_bias_values,
            d_sink_logits,
        )
        data = _structs.new("farspan_attention_gradient")
        keep = [
            *_put_tensors(data, False, q=q, k=k, v=v, bias=bias, out=out, d_out=d_out),
            *_put_tensors(data, True, d_q=made.q, d_k=made.k, d_v=made.v, d_bias=made.bias),
            *_put_vectors(data, False, lse=lse, d_lse=d_lse),
            *_put_vectors(data, True, d_bias_values=d_bias_values, d_sink_logits=d_sink_logits),
        ]
        if workspace is not None:
            data.workspace, data.workspace_bytes, held = workspace_address(workspace)
            keep.append(held)
        call("farspan_attention_backward", context_address(context), self._handle.pointer, ctypes.byref(data))
        del keep
        return made


@dataclass(frozen=True)
class AttentionGradient:
    """The derivatives of the loss by what attention reads; None: was not wanted."""

    q: Any = None
    k: Any = None
    v: Any = None
    bias: Any = None
    bias_values: Any = None
    sink_logits: Any = None


@dataclass(frozen=True)
class MergeGradient:
    """The derivatives of the loss by the parts of a merge; None: was not wanted."""

    out_a: Any = None
    lse_a: Any = None
    out_b: Any = None
    lse_b: Any = None


def _wanted(memory: Any, source: Any, name: str) -> Any:
    """Where a gradient goes: the caller's memory, for True new memory like what it is the gradient of, for False none."""
    if memory is True:
        return like(source, view(source, name).shape)
    return None if memory is False else memory


def _result(out: Any, q: Any, v: Any) -> Any:
    return like(q, (*view(q, "q").shape[:3], view(v, "v").shape[3])) if out is None else out


def workspace_address(workspace: Any) -> tuple[int, int, object]:
    """Where a workspace lies, its bytes, and what must outlive the call."""
    if isinstance(workspace, np.ndarray) and (address := address_of(workspace)) is not None:
        return address, workspace.nbytes, workspace
    held = workspace
    if not isinstance(workspace, ctypes.Array):
        memory = memoryview(workspace).cast("B")
        held = (ctypes.c_char * memory.nbytes).from_buffer(memory)
    return ctypes.addressof(held), ctypes.sizeof(held), held


def run_attention(
    context: Any, plan: Any, q: Any, k: Any, v: Any, bias: Any, out: Any, lse: Any, workspace: Any
) -> None:
    """farspan_attention_run with the caller's arrays."""
    data, keep = attention_data(q, k, v, bias, out, lse, workspace)
    call("farspan_attention_run", context, plan, data)
    del keep


# farspan_attention_data from q on, and the tensors q and out behind it: written at once, since that is faster.
_put_data = struct.Struct("=6QqQq" + 2 * FORMAT).pack_into
_DATA_SIZE, _TENSOR_SIZE = ctypes.sizeof(_abi.farspan_attention_data), ctypes.sizeof(_abi.farspan_tensor)
_data_memory: Any = (ctypes.c_char * (_DATA_SIZE + 5 * _TENSOR_SIZE)).from_buffer_copy
_data_defaults = bytes(_structs.new("farspan_attention_data")) + bytes(5 * _TENSOR_SIZE)


def _put_next(memory: Any, number: int, x: Any, name: str, keep: list[object]) -> int:
    """Writes one more of the tensors behind the struct; returns its address, 0 for None."""
    if x is None:
        return 0
    given, owner = fields(x, name)
    keep.append(owner)
    offset = _DATA_SIZE + number * _TENSOR_SIZE
    put(memory, offset, *given)
    return ctypes.addressof(memory) + offset


def attention_data(
    q: Any, k: Any, v: Any, bias: Any, out: Any, lse: Any = None, workspace: Any = None
) -> tuple[Any, list[object]]:
    """The struct of an attention with its tensors behind it, in one piece of memory, and what must outlive it."""
    memory = _data_memory(_data_defaults)
    first = ctypes.addressof(memory) + _DATA_SIZE
    query, source = fields(q, "q")
    result, target = fields(out, "out", True)
    keep = [source, target]
    keys = values = added = sums = count = space = size = 0
    if k is not None:
        others = ((2, k, "k"), (3, v, "v"), (4, bias, "bias"))
        keys, values, added = (_put_next(memory, number, x, name, keep) for number, x, name in others)
    if lse is not None:
        vector = Vector(lse, ctypes.c_float, "lse")
        sums, count = vector.address, vector.count
        keep.append(vector)
    if workspace is not None:
        space, size, held = workspace_address(workspace)
        keep.append(held)
    addresses = first, keys, values, added, first + _TENSOR_SIZE
    _put_data(memory, 8, *addresses, sums, count, space, size, *query, *result)
    return memory, keep


def _put_tensors(data: Any, writable: bool, **tensors: Any) -> list[object]:
    """Points fields of a struct at tensors; returns what must outlive it."""
    views = {name: view(x, name, writable) for name, x in tensors.items() if x is not None}
    for name, given in views.items():
        setattr(data, name, ctypes.pointer(given.tensor))
    return list(views.values())


def _put_vectors(data: Any, writable: bool, **vectors: Any) -> list[object]:
    """Points fields of a struct at float32 numbers, with their counts; returns what must outlive it."""
    made = {name: Vector(x, ctypes.c_float, name, writable) for name, x in vectors.items()}
    for name, given in made.items():
        setattr(data, name, ctypes.cast(given.address, ctypes.POINTER(ctypes.c_float)))
        setattr(data, f"{name}_count", given.count)
    return list(made.values())


def attention(scheme: Scheme, q: Array, k: Any, v: Any, *, out: Any = None, context: Context | None = None) -> Array:
    """Plan and run in one call, with the sizes of the tensors and the default positions: see Plan.run."""
    result = _result(out, q, v)
    data, keep = attention_data(q, k, v, None, result)
    call("farspan_attention", context_address(context), scheme._handle.pointer, data)
    del keep
    return result  # type: ignore[no-any-return]


def attention_merge(out_a: Array, lse_a: Any, out_b: Any, lse_b: Any, context: Context | None = None) -> Array:
    """Merges a partial result over other keys into (out_a, lse_a), and returns out_a.

    Args:
        out_a, out_b: [batch, heads, queries, value_dim]    lse_a, lse_b: float32 [batch, heads, queries], contiguous
    """
    a, b = view(out_a, "out_a", True), view(out_b, "out_b")
    sums_a, sums_b = Vector(lse_a, ctypes.c_float, "lse_a"), Vector(lse_b, ctypes.c_float, "lse_b", writable=False)
    call(
        "farspan_attention_merge",
        context_address(context),
        ctypes.byref(a.tensor),
        sums_a.address,
        sums_a.count,
        ctypes.byref(b.tensor),
        sums_b.address,
        sums_b.count,
    )
    return out_a


def attention_merge_backward(
    out_a: Any,
    lse_a: Any,
    out_b: Any,
    lse_b: Any,
    d_out: Any,
    *,
    d_lse: Any = None,
    d_out_a: Any = True,
    d_lse_a: Any = None,
    d_out_b: Any = True,
    d_lse_b: Any = None,
    context: Context | None = None,
) -> MergeGradient:
    """The gradient of attention_merge; the equations are in gradient.h.

    Args:
        out_a, lse_a, out_b, lse_b: the parts before the merge, which overwrites the first: keep its values.
        d_out: [batch, heads, queries, value_dim], the derivative of the loss by the merged out.
        d_lse: that by the merged lse, float32 [batch, heads, queries]; None: 0.
        d_out_a, d_out_b: where the gradients go; True: new memory of the kind and type of out_a and out_b. False: not computed.
        d_lse_a, d_lse_b: None, or float32 [batch, heads, queries], contiguous: receive the derivatives by the sums.
    """
    made = MergeGradient(_wanted(d_out_a, out_a, "out_a"), d_lse_a, _wanted(d_out_b, out_b, "out_b"), d_lse_b)
    data = _structs.new("farspan_merge_gradient")
    keep = [
        *_put_tensors(data, False, out_a=out_a, out_b=out_b, d_out=d_out),
        *_put_tensors(data, True, d_out_a=made.out_a, d_out_b=made.out_b),
        *_put_vectors(data, False, lse_a=lse_a, lse_b=lse_b, d_lse=d_lse),
        *_put_vectors(data, True, d_lse_a=d_lse_a, d_lse_b=d_lse_b),
    ]
    call("farspan_attention_merge_backward", context_address(context), ctypes.byref(data))
    del keep
    return made

"""Attention: plan once, run often."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from . import _abi, _structs
from ._library import Handle, call, library
from ._tensor import Vector, View, like, view
from .context import Context, pointer
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
            pointer(context),
            scheme._handle.pointer,
            ctypes.byref(problem._struct),
            ctypes.byref(made),
        )
        self._handle = Handle(made, "farspan_plan_destroy")

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
        run_attention(pointer(context), self._handle.pointer, q, k, v, bias, result, lse, workspace)
        return result  # type: ignore[no-any-return]


def _result(out: Any, q: Any, v: Any) -> Any:
    return like(q, (*view(q, "q").shape[:3], view(v, "v").shape[3])) if out is None else out


def workspace_pointer(workspace: Any) -> tuple[Any, int, object]:
    if workspace is None:
        return None, 0, None
    if isinstance(workspace, ctypes.Array):
        return workspace, ctypes.sizeof(workspace), workspace
    memory = memoryview(workspace).cast("B")
    held = (ctypes.c_char * memory.nbytes).from_buffer(memory)
    return ctypes.addressof(held), memory.nbytes, held


def run_attention(
    context: Any, plan: Any, q: Any, k: Any, v: Any, bias: Any, out: Any, lse: Any, workspace: Any
) -> None:
    """farspan_attention_run with the caller's arrays."""
    views = [
        view(q, "q"),
        view(k, "k"),
        view(v, "v"),
        None if bias is None else view(bias, "bias"),
        view(out, "out", True),
    ]
    sums = Vector(lse, ctypes.c_float, "lse")
    scratch, size, held = workspace_pointer(workspace)
    data = _data(*views)
    data.lse, data.lse_count, data.workspace, data.workspace_bytes = sums.pointer, sums.count, scratch, size
    call("farspan_attention_run", context, plan, ctypes.byref(data))
    del held


def _data(q: View | None, k: View | None, v: View | None, bias: View | None, out: View | None) -> Any:
    """The struct of an attention; the views must outlive it."""
    data = _structs.new("farspan_attention_data")
    for name, given in (("q", q), ("k", k), ("v", v), ("bias", bias), ("out", out)):
        if given is not None:
            setattr(data, name, ctypes.pointer(given.tensor))
    return data


def attention(scheme: Scheme, q: Array, k: Any, v: Any, *, out: Any = None, context: Context | None = None) -> Array:
    """Plan and run in one call, with the sizes of the tensors and the default positions: see Plan.run."""
    result = _result(out, q, v)
    views = view(q, "q"), view(k, "k"), view(v, "v"), None, view(result, "out", True)
    call("farspan_attention", pointer(context), scheme._handle.pointer, ctypes.byref(_data(*views)))
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
        pointer(context),
        ctypes.byref(a.tensor),
        sums_a.pointer,
        sums_a.count,
        ctypes.byref(b.tensor),
        sums_b.pointer,
        sums_b.count,
    )
    return out_a

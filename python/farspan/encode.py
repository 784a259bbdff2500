"""Positions without attention: frequencies, rotation, biases, encodings that are added."""
from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, TypeVar, Union

import numpy as np
import numpy.typing as npt

from . import _structs
from ._library import call
from ._tensor import like, view
from .context import Context, context_address
from .scheme import Scheme

Array = TypeVar("Array")
Positions = Union[Sequence[int], "npt.NDArray[np.int64]"]


def positions_array(values: Any, name: str) -> np.ndarray[Any, Any] | None:
    """int64, contiguous; from lists, arrays and tensors."""
    return None if values is None else _structs.array(values, np.int64, name)


def _given(values: np.ndarray[Any, Any] | None) -> Any:
    return _structs.pointer(values, ctypes.c_int64)


def _size(values: np.ndarray[Any, Any] | None) -> int:
    return 0 if values is None else values.size


def rope_frequencies(scheme: Scheme, length: int, count: int) -> tuple[npt.NDArray[np.float64], float]:
    """inv_freq [count] in radians per position, count = rotary_dim / 2, and the magnitude on cos and sin.

    Args:
        length: the current length; 0: the trained one, so that dynamic methods are at rest.
    """
    inv_freq = np.zeros(count)
    magnitude = ctypes.c_double()
    call(
        "farspan_rope_frequencies",
        scheme._handle.pointer,
        length,
        _structs.pointer(inv_freq, ctypes.c_double),
        count,
        ctypes.byref(magnitude),
    )
    return inv_freq, magnitude.value


def rope_apply(
    scheme: Scheme,
    x: Array,
    positions: Positions | None = None,
    *,
    out: Any = None,
    side: int | str = "query",
    branch: int = 0,
    direction: int | str = "forward",
    length: int = 0,
    axis_stride: int = 0,
    xpos_centre: float = 0.0,
    context: Context | None = None,
) -> Array:
    """Rotates x [batch, heads, sequence, head_dim] by a position for each row of the sequence.

    Args:
        positions: [sequence], of M-RoPE [axes, sequence]; None: 0, 1, 2 ...
        out: the shape of x; may be x itself. None: new memory.
        side, branch: which of the remap's maps to use: "query" or "key", 0 the true positions.
        direction: "forward"; "inverse" undoes it; "delta" turns by a difference of positions, without magnitude.
        length: of dynamic methods; 0: max(position) + 1.
    """
    options = _rope_options(side, branch, direction, length, axis_stride, xpos_centre)
    return _rotate("farspan_rope_apply", scheme, options, positions, x, "in", out, "out", context)  # type: ignore[no-any-return]


def rope_backward(
    scheme: Scheme,
    d_out: Array,
    positions: Positions | None = None,
    *,
    d_in: Any = None,
    side: int | str = "query",
    branch: int = 0,
    direction: int | str = "forward",
    length: int = 0,
    axis_stride: int = 0,
    xpos_centre: float = 0.0,
    context: Context | None = None,
) -> Array:
    """The gradient of rope_apply with the same scheme, positions and options: d_in from d_out, both [batch, heads, sequence, head_dim].

    It is the transpose, f R(-t) of f R(t): not the inverse, where the rotation has a magnitude or the decay of xpos.

    Args:
        d_in: where it goes, the shape of d_out; may be d_out itself. None: new memory.
    """
    options = _rope_options(side, branch, direction, length, axis_stride, xpos_centre)
    return _rotate("farspan_rope_backward", scheme, options, positions, d_out, "d_out", d_in, "d_in", context)  # type: ignore[no-any-return]


def _rope_options(
    side: int | str, branch: int, direction: int | str, length: int, axis_stride: int, xpos_centre: float
) -> Any:
    options = _structs.new("farspan_rope_options")
    fields = {
        "side": side,
        "branch": branch,
        "direction": direction,
        "length": length,
        "axis_stride": axis_stride,
        "xpos_centre": xpos_centre,
    }
    _structs.fill(options, "options", fields)
    return options


def _rotate(
    function: str,
    scheme: Scheme,
    options: Any,
    positions: Positions | None,
    x: Any,
    x_name: str,
    result: Any,
    result_name: str,
    context: Context | None,
) -> Any:
    where = positions_array(positions, "positions")
    source = view(x, x_name)
    if result is None:
        result = like(x, source.shape)
    call(
        function,
        context_address(context),
        scheme._handle.pointer,
        ctypes.byref(options),
        _given(where),
        _size(where),
        ctypes.byref(source.tensor),
        ctypes.byref(view(result, result_name, True).tensor),
    )
    return result


def bias_fill(
    scheme: Scheme, head: int, first_distance: int, count: int, length: int = 0, context: Context | None = None
) -> npt.NDArray[np.float32]:
    """The bias of a head at the distances first_distance, first_distance + 1 ...: [count]. Not of a dense bias."""
    out = np.zeros(max(count, 0), np.float32)
    call(
        "farspan_bias_fill",
        context_address(context),
        scheme._handle.pointer,
        head,
        length,
        first_distance,
        _structs.pointer(out, ctypes.c_float),
        out.size,
    )
    return out


def sinusoidal_fill(
    out: Array, layout: int | str = "interleaved", first: int = 0, base: float = 10000.0, context: Context | None = None
) -> Array:
    """Writes the encodings of the positions first, first + 1 ... into out [1, 1, positions, features], and returns it.

    Args:
        layout: "interleaved" (Vaswani et al. 2017), "blocks" (RoFormer, Marian) or "tensor2tensor" (fairseq).
    """
    call(
        "farspan_sinusoidal_fill",
        context_address(context),
        _structs.number("SINUSOIDAL", layout, "layout"),
        first,
        base,
        ctypes.byref(view(out, "out", True).tensor),
    )
    return out


def position_lookup(
    table: Any, out: Array, positions: Positions | None = None, context: Context | None = None
) -> Array:
    """Learned positions: out [batch, 1, tokens, features] = rows of table [1, 1, rows, features], and returns out.

    Args:
        positions: [tokens]; None: 0, 1, 2 ... One outside the table is an error.
    """
    where = positions_array(positions, "positions")
    call(
        "farspan_position_lookup",
        context_address(context),
        ctypes.byref(view(table, "table").tensor),
        _given(where),
        _size(where),
        ctypes.byref(view(out, "out", True).tensor),
    )
    return out


def fire_fill(
    out: Array,
    query_positions: Positions | None = None,
    key_positions: Positions | None = None,
    context: Context | None = None,
    **config: Any,
) -> Array:
    """FIRE (Li et al. 2024) as a dense bias: writes out [1, heads, queries, keys], and returns it.

    Args:
        query_positions, key_positions: [queries] and [keys]; None: as a problem's.
        config: hidden, heads, w1 [hidden], b1 [hidden], w2 [heads, hidden], b2 [heads]; c, threshold and epsilon have defaults.
    """
    struct = _structs.new("farspan_fire_config")
    keep = _structs.fill(struct, "config", config)
    queries, keys = positions_array(query_positions, "query_positions"), positions_array(key_positions, "key_positions")
    call(
        "farspan_fire_fill",
        context_address(context),
        ctypes.byref(struct),
        _given(queries),
        _size(queries),
        _given(keys),
        _size(keys),
        ctypes.byref(view(out, "out", True).tensor),
    )
    del keep
    return out

"""Attention as an operation of PyTorch with a gradient, which torch.compile and torch.export keep as one node of the graph.

    from farspan.torch import attention

    out = attention(q, k, v, scheme)  # [batch, heads, tokens, features], on the CPU
    out.sum().backward()

The gradient is exact under every scheme, in memory linear in the tokens (gradient.h). Schemes are constants of a graph; a graph that
was exported needs the schemes of the process that made it. Parameters of a scheme that are learned, the table of T5 and the sink
logits, are given as tensors in place of the scheme's own numbers.
"""
from __future__ import annotations

import itertools
import json
import threading
import weakref
from typing import Any

import numpy as np
import torch

from .plan import Plan, Problem
from .scheme import Scheme

_numbers = itertools.count(1)
_schemes: weakref.WeakValueDictionary[int, Scheme] = weakref.WeakValueDictionary()
_known: weakref.WeakKeyDictionary[Scheme, int] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


@torch.compiler.assume_constant_result
def scheme_number(scheme: Scheme) -> int:
    """The number under which the operation finds a scheme, for as long as somebody holds the scheme."""
    with _lock:
        if scheme not in _known:
            _known[scheme] = next(_numbers)
            _schemes[_known[scheme]] = scheme
        return _known[scheme]


def attention(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scheme: Scheme,
    *,
    positions: torch.Tensor | None = None,
    padding: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    bias_values: torch.Tensor | None = None,
    sink_logits: torch.Tensor | None = None,
) -> torch.Tensor:
    """softmax(logits) v under a scheme.

    Args:
        q: [batch, query_heads, queries, head_dim], not rotated.    k: [batch, key_heads, keys, head_dim], not rotated.
        v: [batch, key_heads, keys, value_dim]
        positions: of the queries, [1 or batch, queries]; None: they are the last of the keys, which begin at 0. The queries are the
            newest of the keys, and earlier keys are at the positions before.
        padding: bool [batch, keys], true for keys that exist; in each row they are one run.
        bias: of a scheme with a dense bias, [batch or 1, query_heads or 1, queries, keys].
        bias_values: of a scheme with T5's bias, [buckets, heads]: the table, in place of the scheme's.
        sink_logits: [query_heads], in place of the scheme's, which may have none.

    Returns:
        [batch, query_heads, queries, value_dim], in the type of q. Its memory is [batch, queries, query_heads, value_dim].

    The gradients of q, k, v, bias, bias_values and sink_logits are computed where they are asked for. There is no second derivative.
    """
    return attention_and_lse(
        q,
        k,
        v,
        scheme,
        positions=positions,
        padding=padding,
        bias=bias,
        bias_values=bias_values,
        sink_logits=sink_logits,
    )[0]


def attention_and_lse(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scheme: Scheme,
    *,
    positions: torch.Tensor | None = None,
    padding: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    bias_values: torch.Tensor | None = None,
    sink_logits: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """attention, and lse, float32 [batch, query_heads, queries]: ln(sum of exp(logit)), which has a gradient too."""
    number = scheme_number(scheme)
    out, lse = torch.ops.farspan.attention(q, k, v, number, positions, padding, bias, bias_values, sink_logits)
    return out.transpose(1, 2), lse


# ---- The operations ----


@torch.library.custom_op("farspan::attention", mutates_args=(), device_types="cpu")
def _attention(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scheme: int,
    positions: torch.Tensor | None,
    padding: torch.Tensor | None,
    bias: torch.Tensor | None,
    bias_values: torch.Tensor | None,
    sink_logits: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    out, lse = _outputs(q, v)
    plan = _plan(scheme, q.shape, k.shape, v.shape[3], positions, padding, bias_values, sink_logits)
    plan.run(q, k, v, bias=bias, out=out.transpose(1, 2), lse=lse)
    return out, lse


def _outputs(q: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    batch, heads, queries, _ = q.shape
    return q.new_empty((batch, queries, heads, v.shape[3])), q.new_empty((batch, heads, queries), dtype=torch.float32)


@_attention.register_fake
def _attention_fake(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scheme: int, *others: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    return _outputs(q, v)


# Written out: PyTorch 2.4 infers lists from the aliases of `typing` only.
_SCHEMA = (
    "(Tensor d_out, Tensor? d_lse, Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, int scheme, Tensor? positions, "
    "Tensor? padding, Tensor? bias, Tensor? bias_values, Tensor? sink_logits, bool[] wanted) -> Tensor[]"
)


@torch.library.custom_op("farspan::attention_backward", mutates_args=(), device_types="cpu", schema=_SCHEMA)
def _backward(
    d_out: torch.Tensor,
    d_lse: torch.Tensor | None,
    out: torch.Tensor,
    lse: torch.Tensor,
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scheme: int,
    positions: torch.Tensor | None,
    padding: torch.Tensor | None,
    bias: torch.Tensor | None,
    bias_values: torch.Tensor | None,
    sink_logits: torch.Tensor | None,
    wanted: list[bool],
) -> list[torch.Tensor]:
    """The gradients of those of q, k, v, bias, bias_values and sink_logits that are wanted."""
    plan = _plan(scheme, q.shape, k.shape, v.shape[3], positions, padding, bias_values, sink_logits)
    inputs = (q, k, v, bias, bias_values, sink_logits)
    made = [_memory(x, n) if want and x is not None else None for n, (x, want) in enumerate(zip(inputs, wanted))]
    d_q, d_k, d_v, d_bias, d_bias_values, d_sink_logits = made
    plan.backward(
        q,
        k,
        v,
        out.transpose(1, 2),
        lse,
        d_out.transpose(1, 2),
        bias=bias,
        d_lse=None if d_lse is None else d_lse.contiguous(),
        d_q=d_q,
        d_k=d_k,
        d_v=d_v,
        d_bias=d_bias,
        d_bias_values=d_bias_values,
        d_sink_logits=d_sink_logits,
    )
    return [x.to(source.dtype) for x, source in zip(made, inputs) if x is not None and source is not None]


_PLACES = (0, 1, 2, 6, 7, 8)  # of q, k, v, bias, bias_values and sink_logits among the inputs of the operation


def _memory(x: torch.Tensor, which: int) -> torch.Tensor:
    """For the gradient of x: what sums over heads is float32 for the library."""
    if which < 3:
        return torch.empty_like(x)
    return torch.empty_like(x, dtype=torch.float32, memory_format=torch.contiguous_format)


@_backward.register_fake
def _backward_fake(
    d_out: Any, d_lse: Any, out: Any, lse: Any, q: Any, k: Any, v: Any, scheme: int, *others: Any
) -> list[torch.Tensor]:
    _, _, *learned, wanted = others  # without positions and padding
    inputs = (q, k, v, *learned)
    return [_memory(x, n).to(x.dtype) for n, (x, want) in enumerate(zip(inputs, wanted)) if want and x is not None]


def _save(ctx: Any, inputs: tuple[Any, ...], output: tuple[torch.Tensor, torch.Tensor]) -> None:
    q, k, v, number, *others = inputs
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(*output, q, k, v, *others)
    ctx.number, ctx.scheme = number, _schemes.get(number)  # which lives as long as the graph


def _differentiate(ctx: Any, d_out: torch.Tensor | None, d_lse: torch.Tensor | None) -> tuple[torch.Tensor | None, ...]:
    out, lse, q, k, v, *others = ctx.saved_tensors
    gradients: list[torch.Tensor | None] = [None] * len(ctx.needs_input_grad)
    if d_out is None and d_lse is None:
        return tuple(gradients)
    d_out = torch.zeros_like(out) if d_out is None else d_out
    wanted = [ctx.needs_input_grad[place] for place in _PLACES]
    found = torch.ops.farspan.attention_backward(d_out, d_lse, out, lse, q, k, v, ctx.number, *others, wanted)
    for place, gradient in zip(itertools.compress(_PLACES, wanted), found):
        gradients[place] = gradient
    return tuple(gradients)


def _refuse(ctx: Any, *gradients: Any) -> None:
    raise RuntimeError("farspan.torch.attention has a first derivative only: this asks for the second")


_attention.register_autograd(_differentiate, setup_context=_save)
_backward.register_autograd(_refuse)


# ---- Plans ----


class _Recent(threading.local):
    """The plans that this thread made last: layers that are alike run one after the other."""

    def __init__(self) -> None:
        self.plans: dict[Any, tuple[Scheme, Plan]] = {}


_recent = _Recent()
_KEPT = 4


def _plan(
    number: int,
    q: Any,
    k: Any,
    value_dim: int,
    positions: torch.Tensor | None,
    padding: torch.Tensor | None,
    bias_values: torch.Tensor | None,
    sink_logits: torch.Tensor | None,
) -> Plan:
    scheme = _schemes.get(number)
    if scheme is None:
        raise RuntimeError(
            f"scheme {number} of a compiled graph is gone: keep the Scheme for as long as the graph is used"
        )
    learned = [None if x is None else x.detach().float().numpy() for x in (bias_values, sink_logits)]
    layout = _layout(
        q[0], q[2], k[2], None if positions is None else positions.numpy(), None if padding is None else padding.numpy()
    )
    key = (
        id(scheme),
        *q,
        *k[1:],
        value_dim,
        *(None if values is None else values.tobytes() for values in (*learned, *layout.values())),
    )
    found = _recent.plans.pop(key, None)
    if found is None:
        sizes = {
            "batch": q[0],
            "query_heads": q[1],
            "key_heads": k[1],
            "queries": q[2],
            "keys": k[2],
            "head_dim": q[3],
            "value_dim": value_dim,
        }
        found = (scheme, Plan(_with(scheme, *learned), Problem(**sizes, **layout)))
        while len(_recent.plans) >= _KEPT:
            del _recent.plans[next(iter(_recent.plans))]
    _recent.plans[key] = found
    return found[1]


def _with(scheme: Scheme, bias_values: np.ndarray[Any, Any] | None, sink_logits: np.ndarray[Any, Any] | None) -> Scheme:
    """The scheme with learned numbers in place of its own."""
    if bias_values is None and sink_logits is None:
        return scheme
    parts = json.loads(scheme.to_json())
    if bias_values is not None:
        bias = parts.get("bias", {})
        if np.shape(bias.get("values")) != (bias_values.size,):
            raise ValueError(
                f"bias_values has {bias_values.size} numbers, {tuple(bias_values.shape)}: "
                f"must be the {np.size(bias.get('values', []))} of the scheme's bias"
            )
        bias["values"] = bias_values
    if sink_logits is not None:
        parts.setdefault("score", {})["sink_logits"] = sink_logits
    return Scheme(**parts)


def _layout(
    batch: int, queries: int, keys: int, positions: np.ndarray[Any, Any] | None, padding: np.ndarray[Any, Any] | None
) -> dict[str, Any]:
    """Positions, padding and segments of a problem. Nothing at all for the usual case."""
    usual = np.arange(keys - queries, keys)
    if positions is None and padding is not None:
        positions = padding.astype(np.int64).cumsum(1)[:, keys - queries :] - 1
    if positions is None or padding is None and np.array_equal(positions, np.broadcast_to(usual, positions.shape)):
        return {}
    positions = np.ascontiguousarray(positions, np.int64)
    if padding is None and queries == keys and np.any(np.diff(positions) != 1):
        return _segments(batch, positions)
    if queries == keys:
        where = positions
    else:
        where = positions[:, -1:] - np.arange(keys - 1, -1, -1)
        if not np.array_equal(where[:, keys - queries :], positions) and not _only_padding_differs(
            where, positions, padding
        ):
            raise ValueError("the queries are not at consecutive positions after earlier keys")
    layout: dict[str, Any] = {"query_positions": _rows(positions), "key_positions": _rows(where)}
    if padding is not None:
        layout["key_ranges"] = _runs(np.broadcast_to(padding, (batch, keys)))
    return layout


def _only_padding_differs(
    where: np.ndarray[Any, Any], positions: np.ndarray[Any, Any], padding: np.ndarray[Any, Any] | None
) -> bool:
    newest = where[:, -positions.shape[1] :]
    return padding is not None and bool(np.all((newest == positions) | ~padding[:, -positions.shape[1] :]))


def _rows(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One row for each batch, or one for all if they are equal."""
    return values[0] if np.all(values == values[0]) else values


def _runs(padding: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """[batch, 2]: where the keys that exist begin and end. A row without any has an empty run."""
    first = padding.argmax(1)
    last = np.where(padding.any(1), padding.shape[1] - padding[:, ::-1].argmax(1), first)
    if np.any(padding.sum(1) != last - first):
        raise ValueError("the keys that exist are not one run in each row: padding in the middle")
    return np.stack([first, last], 1).astype(np.int64)


def _segments(batch: int, positions: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Packed sequences: positions that do not go on by 1 begin a new one."""
    if batch != 1 and not np.all(positions == positions[0]):
        raise ValueError("packed sequences must be the same in all rows of the batch")
    begins = np.flatnonzero(np.diff(positions[0]) != 1) + 1
    offsets = np.concatenate([[0], begins, [positions.shape[1]]]).astype(np.int64)
    return {
        "query_positions": positions[0],
        "key_positions": positions[0],
        "query_offsets": offsets,
        "key_offsets": offsets,
    }

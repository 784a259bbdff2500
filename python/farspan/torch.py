"""Attention as an operation of PyTorch, which torch.compile and torch.export keep as one node of the graph.

    from farspan.torch import attention

    out = attention(q, k, v, scheme)  # [batch, heads, tokens, features], on the CPU

There is no gradient: backward through the operation raises. Schemes are constants of a graph; a graph that was exported needs the
schemes of the process that made it.
"""
from __future__ import annotations

import itertools
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
) -> torch.Tensor:
    """softmax(logits) v under a scheme.

    Args:
        q: [batch, query_heads, queries, head_dim], not rotated.    k: [batch, key_heads, keys, head_dim], not rotated.
        v: [batch, key_heads, keys, value_dim]
        positions: of the queries, [1 or batch, queries]; None: they are the last of the keys, which begin at 0. The queries are the
            newest of the keys, and earlier keys are at the positions before.
        padding: bool [batch, keys], true for keys that exist; in each row they are one run.
        bias: of a scheme with a dense bias, [batch or 1, query_heads or 1, queries, keys].

    Returns:
        [batch, query_heads, queries, value_dim], in the type of q. Its memory is [batch, queries, query_heads, value_dim].
    """
    out: torch.Tensor = torch.ops.farspan.attention(q, k, v, scheme_number(scheme), positions, padding, bias)
    return out.transpose(1, 2)


@torch.library.custom_op("farspan::attention", mutates_args=(), device_types="cpu")
def _attention(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scheme: int,
    positions: torch.Tensor | None,
    padding: torch.Tensor | None,
    bias: torch.Tensor | None,
) -> torch.Tensor:
    found = _schemes.get(scheme)
    if found is None:
        raise RuntimeError(
            f"scheme {scheme} of a compiled graph is gone: keep the Scheme for as long as the graph is used"
        )
    out = q.new_empty((q.shape[0], q.shape[2], q.shape[1], v.shape[3]))
    plan = _plan(found, q.shape, k.shape, v.shape[3], positions, padding)
    plan.run(q, k, v, bias=bias, out=out.transpose(1, 2))
    return out


@_attention.register_fake
def _attention_fake(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    scheme: int,
    positions: torch.Tensor | None,
    padding: torch.Tensor | None,
    bias: torch.Tensor | None,
) -> torch.Tensor:
    return q.new_empty((q.shape[0], q.shape[2], q.shape[1], v.shape[3]))


# ---- Plans ----


class _Recent(threading.local):
    """The plans that this thread made last: layers that are alike run one after the other."""

    def __init__(self) -> None:
        self.plans: dict[Any, tuple[Scheme, Plan]] = {}


_recent = _Recent()
_KEPT = 4


def _plan(
    scheme: Scheme, q: Any, k: Any, value_dim: int, positions: torch.Tensor | None, padding: torch.Tensor | None
) -> Plan:
    layout = _layout(
        q[0], q[2], k[2], None if positions is None else positions.numpy(), None if padding is None else padding.numpy()
    )
    key = (
        id(scheme),
        *q,
        *k[1:],
        value_dim,
        *(None if values is None else values.tobytes() for values in layout.values()),
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
        found = (scheme, Plan(scheme, Problem(**sizes, **layout)))
        while len(_recent.plans) >= _KEPT:
            del _recent.plans[next(iter(_recent.plans))]
    _recent.plans[key] = found
    return found[1]


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

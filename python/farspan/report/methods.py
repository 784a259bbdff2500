"""The methods of the report: an extension of the library, or parts of a scheme. L is the trained length, n the window's."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LOG_N = "-logn"
SINKS = 4  # StreamingLLM's and LM-Infinite's first tokens that stay visible

Parts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Method:
    """extension: of farspan_model, which derives the parameters. parts: of a scheme, from L. keys: that a query sees at most.
    equals: another method with the same arithmetic for windows as long as the target."""

    name: str
    rule: str
    extension: str | None = None
    parts: Callable[[int], Parts] | None = None
    keys: Callable[[int], int] | None = None
    equals: str | None = None


def _lambda(trained: int) -> Parts:
    return {
        "remap": {"method": "lm_infinite", "window": trained - SINKS},
        "mask": {"window_left": trained - SINKS - 1, "sinks": SINKS},
    }


def _streaming(trained: int) -> Parts:
    recent = trained - 1 - SINKS
    return {
        "remap": {"method": "streaming", "sinks": SINKS, "recent": recent},
        "mask": {"window_left": recent, "sinks": SINKS},
    }


METHODS = (
    Method("none", "the model as it was trained"),
    Method("pi", "position interpolation, factor n/L", "linear"),
    Method("ntk", "NTK-aware base: no pair that never completed a turn in training sees an unseen angle", "ntk"),
    Method("dynamic-ntk", "the same, growing from L on: equals ntk for whole windows", "dynamic_ntk", equals="ntk"),
    Method("yarn", "YaRN, factor n/L", "yarn"),
    Method("rerope", "distances count as at most w = L/4", "rerope"),
    Method("leaky-rerope", "beyond w = L/4 distances grow by 1/k, k = ceil((n-1-w) / (L-1-w))", "leaky_rerope"),
    Method("self-extend", "beyond W = L/4 positions in groups of the smallest G that fits", "self_extend"),
    Method("dual-chunk", "Dual Chunk Attention, chunk 3L/4, local window L/8", "dual_chunk"),
    Method(
        "lambda", "LM-Infinite: the last L-4 keys and the first 4, those at distance L-4", None, _lambda, lambda l: l
    ),
    Method("window", "sliding window of L keys", None, lambda l: {"mask": {"window_left": l - 1}}, lambda l: l),
    Method("streaming", "StreamingLLM: 4 sinks and the last L-5 keys before the query", None, _streaming, lambda l: l),
)


def all_names() -> list[str]:
    return [m.name + suffix for m in METHODS for suffix in ("", LOG_N)]


def find(name: str) -> tuple[Method, bool]:
    """The method, and whether the name asks for log-n scaling too."""
    base = name.removesuffix(LOG_N)
    for method in METHODS:
        if method.name == base:
            return method, base != name
    raise ValueError(f"unknown method {name!r}: known are {', '.join(m.name for m in METHODS)}, each also with {LOG_N}")


def same_windows(name: str) -> str:
    """The method whose losses of whole windows are those of this one: mostly itself."""
    method, log_n = find(name)
    return name if method.equals is None else method.equals + (LOG_N if log_n else "")


def measured(name: str, trained: int, length: int) -> str:
    """The name under which windows of a length are kept: up to the trained length all methods are one."""
    return same_windows(name) if length > trained else METHODS[0].name


def settings(name: str, trained: int, length: int) -> dict[str, Any]:
    """Arguments of farspan.transformers.enable. Up to the trained length every method is at rest."""
    method, log_n = find(name)
    if length <= trained:
        return {}
    result: dict[str, Any] = {}
    if method.extension is not None:
        result.update(extend=method.extension, target_length=length)
    parts = {} if method.parts is None else method.parts(trained)
    if log_n:
        parts["score"] = {"temperature": "log_n", "trained_length": float(trained)}
    if parts:
        result["scheme"] = parts
    return result


def pairs(name: str, trained: int, length: int) -> float:
    """Queries times keys that each sees: what attention costs, but for a factor."""
    method, _ = find(name)
    seen = length if method.keys is None else min(length, method.keys(trained))
    return seen * length - seen * seen / 2

"""Schemes: a method is data, in five parts."""
from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Union

import numpy as np

from . import _abi, _structs
from ._library import Handle, call, library, text_of

Floats = Union[Sequence[float], "np.ndarray[Any, Any]"]


class Rope(TypedDict, total=False):
    """How the angle of each rotary pair grows with position. The C header says which method reads which field, and its source.

    method: "base" (Su et al. 2021), "linear" (position interpolation, Chen et al. 2023), "dynamic_linear", "ntk", "ntk_old",
    "ntk_fixed", "ntk_mixed", "dynamic_ntk", "dynamic_ntk_qwen", "ntk_by_parts", "yarn" (Peng et al. 2023), "dynamic_yarn",
    "longrope" (Ding et al. 2024), "llama3", "proportional", "xpos" (Sun et al. 2022), "pair_factors" or "none".
    layout (required): "half" (NeoX, rotate_half; Llama, Qwen and Gemma as Hugging Face has them) or "interleaved" (GPT-J).
    """

    method: int | str
    layout: int | str
    rotary_dim: int
    rotary_offset: int
    angle: int | str
    base: float
    factor: float
    original_context: int
    beta_fast: float
    beta_slow: float
    extrapolation_factor: float
    ramp: int | str
    truncate: int
    mscale: float
    mscale_all_dim: float
    magnitude: int | str
    length_switch: int | str
    attention_factor: float
    mixed_exponent: float
    low_freq_factor: float
    high_freq_factor: float
    rotated_fraction: float
    xpos_scale_base: float
    xpos_gamma: float
    short_factors: Floats
    long_factors: Floats
    axes: int | str
    axis_sections: Sequence[int]


class Remap(TypedDict, total=False):
    """Which position the rope part sees.

    method: "rerope" (Su 2023), "leaky_rerope", "self_extend" (Jin et al. 2024), "dual_chunk" (An et al. 2024), "lm_infinite"
    (Han et al. 2023), "streaming" (Xiao et al. 2023) or "none". The last two want the mask that the C header names with them.
    """

    method: int | str
    window: int
    recent: int
    group: int
    leak: float
    chunk: int
    local_window: int
    limit: int
    sinks: int
    real_shift: int
    position_scale: float


class Bias(TypedDict, total=False):
    """What is added to the logit, by distance and head.

    method: "alibi" (Press et al. 2022), "t5" (Raffel et al. 2020), "kerple_log", "kerple_power" (Chi et al. 2022), "sandwich"
    (Chi et al. 2023), "dense" (a tensor given to the run) or "none". heads: those of the layer. values: [buckets, heads] of T5.
    """

    method: int | str
    heads: int
    bidirectional: int
    buckets: int
    max_distance: int
    distance_limit: int
    max_bias: float
    scale: float
    trained_length: int
    dim: int
    alibi_heads: int
    values: Floats
    a: Floats
    p: Floats
    slopes: Floats


class Mask(TypedDict, total=False):
    """Which keys a query sees: window_left and window_right are distances, without the query itself; -1 is unlimited."""

    causal: int
    window_left: int
    window_right: int
    sinks: int
    chunk: int
    prefix: int


class Score(TypedDict, total=False):
    """The scale of the logit, its cap, and learned sinks.

    temperature: "none", "log_n", "log_n_trained", "log_n_long" (Su), "llama4", "length" or "ministral3".
    scale: 0 is 1/sqrt(head_dim). sink_logits: one for each head, which joins the softmax's sum.
    """

    temperature: int | str
    scale: float
    multiplier: float
    trained_length: float
    alpha: float
    power: float
    softcap: float
    sink_logits: Floats


@dataclass(frozen=True)
class Probe:
    """Everything that a scheme says about one pair of query and key."""

    visible: bool
    branch: int
    query_angle_position: float
    key_angle_position: float
    relative_position: float
    bias: float
    scale: float
    magnitude: float


_PARTS = ("rope", "remap", "bias", "mask", "score")


def part_struct(part: str, given: Mapping[str, Any]) -> tuple[Any, list[object]]:
    """A configuration of C from a dictionary, and the arrays that it points to."""
    options = []
    if part in ("rope", "remap", "bias"):
        options.append(_structs.method(part, given.get("method", 0)))
    config = _structs.new(f"farspan_{part}_config", *options)
    return config, _structs.fill(config, part, given)


def part_dictionary(part: str, config: Any) -> dict[str, Any]:
    """A configuration of C as a dictionary that makes the same: its method, and what differs from the method's defaults."""
    options = [config.method] if part in ("rope", "remap", "bias") else []
    return _structs.as_dictionary(config, _structs.new(f"farspan_{part}_config", *options), part)


class Scheme:
    """Five parts together, checked and immutable. Any number of threads may use one.

    Each part is a dictionary, or made by the class of its name, which is one too; without it: no rotation, no remap, no bias, a
    causal mask and a plain 1/sqrt(head_dim) score.

        Scheme(rope=Rope(method="yarn", layout="half", rotary_dim=64, original_context=2048, factor=4))
        Scheme(bias={"method": "alibi", "heads": 12})

    Raises:
        InputError: the message names the field, its value and the allowed range.
    """

    __slots__ = ("_handle", "__weakref__")

    def __init__(
        self,
        *,
        rope: Rope | Mapping[str, Any] | None = None,
        remap: Remap | Mapping[str, Any] | None = None,
        bias: Bias | Mapping[str, Any] | None = None,
        mask: Mask | Mapping[str, Any] | None = None,
        score: Score | Mapping[str, Any] | None = None,
    ) -> None:
        given = {"rope": rope, "remap": remap, "bias": bias, "mask": mask, "score": score}
        made = [None if given[part] is None else part_struct(part, given[part]) for part in _PARTS]  # type: ignore[arg-type]
        self._handle = _create([None if part is None else part[0] for part in made])

    @classmethod
    def from_json(cls, text: str | bytes) -> Scheme:
        """The scheme that a text of JSON describes: an object of the parts, with the keys of their dictionaries. Methods and other enums
        are words, flags are true or false; what is absent has its default.

            Scheme.from_json('{"rope": {"method": "base", "layout": "half", "rotary_dim": 64}, "mask": {"sinks": 4}}')

        Raises:
            InputError: the message has the path, as in "$.rope.basee is not a field of rope".
        """
        data = text.encode() if isinstance(text, str) else bytes(text)
        made = ctypes.POINTER(_abi.farspan_scheme)()
        call("farspan_scheme_from_json", data, len(data), ctypes.byref(made))
        scheme = cls.__new__(cls)
        scheme._handle = Handle(made, "farspan_scheme_destroy")
        return scheme

    def to_json(self) -> str:
        """The scheme as text: one line, canonical, what differs from the defaults. from_json makes the same scheme of it, bit for bit."""
        return text_of(
            lambda buffer, size, needed: call("farspan_scheme_to_json", self._handle.pointer, buffer, size, needed)
        )

    @classmethod
    def _borrowed(cls, pointer: Any, owner: object) -> Scheme:
        """A scheme of the library that lives as long as `owner`."""
        scheme = cls.__new__(cls)
        scheme._handle = Handle(pointer, None, owner)
        return scheme

    @property
    def axes(self) -> int:
        """Positions of a token that the rope part reads: 1, or the number of axes of M-RoPE."""
        return int(library.farspan_scheme_axes(self._handle.pointer))

    def probe(self, query: int, key: int, head: int = 0, length: int = 0) -> Probe:
        """What the scheme does to the query at one position and the key at another.

        Args:
            length: the current length of the methods that depend on it; 0: max(query, key) + 1.
        """
        answer = _structs.new("farspan_probe")
        call("farspan_scheme_probe", self._handle.pointer, length, query, key, head, ctypes.byref(answer))
        return _structs.read(Probe, answer)

    def visible(self, query: int, keys: int) -> tuple[range, range]:
        """The keys that a query sees among key positions 0 .. keys-1; the second range is empty if there is one."""
        intervals = (ctypes.c_int64 * 4)()
        call("farspan_scheme_visible", self._handle.pointer, query, keys, intervals)
        return range(intervals[0], intervals[1]), range(intervals[2], intervals[3])


def _create(parts: list[Any]) -> Handle:
    made = ctypes.POINTER(_abi.farspan_scheme)()
    given = _structs.new("farspan_scheme_parts")
    for name, part in zip(_PARTS, parts):
        if part is not None:
            setattr(given, name, ctypes.pointer(part))
    call("farspan_scheme_create", ctypes.byref(given), ctypes.byref(made))
    return Handle(made, "farspan_scheme_destroy")

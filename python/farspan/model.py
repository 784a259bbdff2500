"""A model's own configuration, read into the scheme of each layer."""
from __future__ import annotations

import ctypes
import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import _abi, _structs
from ._library import Handle, call
from .scheme import Scheme, part_dictionary

_PARTS = ("rope", "remap", "bias", "mask", "score")
KINDS = ("full", "sliding", "chunked", "other")


@dataclass(frozen=True)
class ModelInfo:
    """What the configuration says of the whole model; the C header has a sentence for each field."""

    absolute: int
    family: str
    layers: int
    encoder_layers: int
    query_heads: int
    key_heads: int
    head_dim: int
    value_dim: int
    hidden: int
    vocabulary: int
    context: int
    trained_context: int
    usable_context: int
    usable_context_most: int
    absolute_rows: int
    absolute_offset: int
    layer_kinds: int
    notes: int
    final_softcap: float


@dataclass(frozen=True)
class Layer:
    """A layer's attention. `parts` makes the same scheme, or after changes another: Scheme(**layer.parts).

    kind: 0 full, 1 sliding, 2 chunked, 3 other (no softmax attention: scheme is None and parts is empty).
    alike: the first layer with the same settings. window: keys that a query sees at most, itself included; 0: all before it.
    """

    kind: int
    alike: int
    query_heads: int
    key_heads: int
    head_dim: int
    value_dim: int
    window: int
    attention_scale: float
    scheme: Scheme | None = field(compare=False)
    parts: dict[str, dict[str, Any]] = field(compare=False)


@dataclass(frozen=True)
class Note:
    """What was assumed (severity 0) or looks wrong (1), and where it stands: "$.rope_scaling.factor"."""

    severity: int
    code: int
    path: str
    text: str


class Model:
    """A model as Farspan reads it: made by from_config, from_gguf or from_metadata. Immutable.

    All three take the options of the C header: extension ("yarn", "rerope", "self_extend" ...) with target_length, window, group;
    release, angle; and weights that belong to the positions: t5_encoder, t5_decoder, rope_freqs, rope_short, rope_long.
    """

    __slots__ = ("_handle", "info")

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        answer = _structs.new("farspan_model_info")
        call("farspan_model_describe", handle.pointer, ctypes.byref(answer))
        self.info: ModelInfo = _structs.read(ModelInfo, answer)

    @classmethod
    def from_config(cls, config: str | bytes | Mapping[str, Any], **options: Any) -> Model:
        """From the text of a config.json or params.json, or from what json.load makes of it."""
        if isinstance(config, Mapping):
            config = json.dumps(config)
        data = config.encode("utf-8", "surrogatepass") if isinstance(config, str) else config
        return cls(_make("config", (data, len(data)), options))

    @classmethod
    def from_gguf(cls, file: str | os.PathLike[str] | bytes, **options: Any) -> Model:
        """From a GGUF file, or from the bytes of its beginning."""
        if isinstance(file, bytes):
            return cls(_make("gguf", (file, len(file)), options))
        with open(file, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            view = np.frombuffer(mapped, np.uint8)
            try:
                return cls(_make("gguf", (view.ctypes.data, view.size), options))
            finally:
                del view  # the mapping cannot be closed while it lives

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any], **options: Any) -> Model:
        """From the keys of a GGUF file: whole numbers, floats, texts, or lists of one of these."""
        entries = (_abi.farspan_metadata * len(metadata))()
        keep: list[object] = []
        for entry, (key, value) in zip(entries, metadata.items()):
            _set_entry(entry, key, value, keep)
        return cls(_make("metadata", (entries, len(metadata)), options))

    def layer(self, index: int) -> Layer:
        """Layer 0 .. info.layers - 1; of encoder-decoders the encoder's come first."""
        answer = _structs.new("farspan_model_layer")
        call("farspan_model_layer_at", self._handle.pointer, index, ctypes.byref(answer))
        parts = {
            part: part_dictionary(part, getattr(answer, part).contents) for part in _PARTS if getattr(answer, part)
        }
        scheme = Scheme._borrowed(answer.scheme, self._handle) if answer.scheme else None
        numbers = {
            name: getattr(answer, name) for name in Layer.__dataclass_fields__ if name not in ("scheme", "parts")
        }
        return Layer(**numbers, scheme=scheme, parts=parts)

    @property
    def layers(self) -> list[Layer]:
        return [self.layer(index) for index in range(self.info.layers)]

    @property
    def notes(self) -> list[Note]:
        result = []
        for index in range(self.info.notes):
            answer = _structs.new("farspan_model_note")
            call("farspan_model_note_at", self._handle.pointer, index, ctypes.byref(answer))
            result.append(_structs.read(Note, answer))
        return result


def _make(source: str, arguments: tuple[Any, ...], given: Mapping[str, Any]) -> Handle:
    options = _structs.new("farspan_model_options")
    keep = _structs.fill(options, "options", given)
    made = ctypes.POINTER(_abi.farspan_model)()
    call(f"farspan_model_from_{source}", None, *arguments, ctypes.byref(options), ctypes.byref(made))
    del keep
    return Handle(made, "farspan_model_destroy")


def _set_entry(entry: Any, key: str, value: Any, keep: list[object]) -> None:
    is_array = isinstance(value, (list, tuple, np.ndarray))
    values = list(value) if is_array else [value]
    if values and isinstance(values[0], (str, bytes)):
        kind = _abi.FARSPAN_METADATA_TEXT
        texts = [v.encode("utf-8", "surrogatepass") if isinstance(v, str) else v for v in values]
        entry.texts = (_abi.farspan_text * len(texts))(*(_abi.farspan_text(text, len(text)) for text in texts))
        entry.texts_count = len(texts)
        keep += texts
    elif any(isinstance(v, (float, np.floating)) for v in values):
        kind = _abi.FARSPAN_METADATA_REAL
        entry.reals = (ctypes.c_double * len(values))(*map(float, values))
        entry.reals_count = len(values)
    else:
        kind = _abi.FARSPAN_METADATA_INTEGER
        entry.integers = (ctypes.c_int64 * len(values))(*map(int, values))
        entry.integers_count = len(values)
    name = key.encode("utf-8", "surrogatepass")
    keep += [name]
    entry.key, entry.key_bytes, entry.type, entry.is_array = name, len(name), kind, int(is_array)

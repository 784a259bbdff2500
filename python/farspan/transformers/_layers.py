"""What each layer of a model does, as schemes."""
from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Union

import torch

from ..model import Layer, Model
from ..scheme import Scheme

Parts = Mapping[str, Mapping[str, Any]]
#: A scheme for every layer as it is; parts that replace those of full layers with rotary positions; or what makes either for a layer.
Given = Union[Scheme, Parts, Callable[[int, Layer], "Scheme | Parts | None"], None]


class Unsupported(ValueError):
    """A model, or a call of it, that cannot be expressed; the message says why."""


# Their q and k are normalised with weights after the rotation, which therefore stays the model's own.
ROTATE_THEMSELVES = {"hunyuan_v1_dense", "hunyuan_v1_moe", "hunyuan_vl", "hunyuan_vl_text"}


def config_text(config: Any) -> str:
    """The text that config.json would have."""
    return json.dumps(config.to_dict(), default=str)


class LayerSchemes:
    """The schemes of one layer. The scale is that which the module passes, and a temperature is the module's own too: models of
    transformers apply it to q before their attention."""

    def __init__(self, layer: Layer, given: Scheme | Parts | None, layout: str | None, rotates_itself: bool) -> None:
        self.described = layer
        self.fixed = given if isinstance(given, Scheme) else None
        self.parts: dict[str, dict[str, Any]] = {name: dict(part) for name, part in layer.parts.items()}
        rope, score = self.parts["rope"], self.parts["score"]
        for name in ("temperature", "trained_length", "alpha", "power", "multiplier"):
            score.pop(name, None)
        if rope.pop("axes", None) is not None:  # texts have the same position on every axis
            rope.pop("axis_sections", None)
        if layout is not None and "layout" in rope:
            rope["layout"] = layout
        if rotates_itself:
            self.parts["rope"] = {"method": "none"}
        if isinstance(given, Mapping):
            for name, part in given.items():
                self.parts[name] = {**score, **part} if name == "score" else dict(part)
        self._made: dict[Any, Scheme] = {}

    def scheme(self, scaling: float | None, sinks: torch.Tensor | None, dense_bias: bool) -> Scheme:
        if self.fixed is not None:
            return self.fixed
        key = (scaling, dense_bias, None if sinks is None else (sinks.data_ptr(), sinks._version))
        if key not in self._made:
            parts = {name: dict(part) for name, part in self.parts.items()}
            if scaling is not None:
                parts["score"]["scale"] = float(scaling)
            if sinks is not None:
                parts["score"]["sink_logits"] = sinks.detach().float().numpy()
            if dense_bias:
                parts["bias"] = {"method": "dense"}
            self._made[key] = _shared(Scheme(**parts))
        return self._made[key]


_schemes: weakref.WeakValueDictionary[str, Scheme] = weakref.WeakValueDictionary()


def _shared(scheme: Scheme) -> Scheme:
    """One for all layers that are alike: they share its plans too, which have tables as long as the text."""
    return _schemes.setdefault(scheme.to_json(), scheme)


def read_layers(
    config: Any, given: Given, extend: str | None, target_length: int | None, layout: str | None = None
) -> tuple[Model, list[LayerSchemes | None]]:
    """The model as Farspan reads it, and the schemes of each layer; None for layers without softmax attention.

    layout: the pairing of what arrives at the attention, if that is not the configuration's.
    """
    options: dict[str, Any] = {} if extend is None else {"extension": extend, "target_length": target_length or 0}
    described = Model.from_config(config_text(config), **options)
    family = text_family(config)
    rotates_itself = family in ROTATE_THEMSELVES
    if rotates_itself and (given is not None or extend is not None):
        raise Unsupported(
            f"{family} normalises queries and keys with weights after it has rotated them: its positions cannot be changed"
        )
    layers: list[LayerSchemes | None] = []
    for index, layer in enumerate(described.layers):
        if layer.scheme is None:
            layers.append(None)
            continue
        chosen = given(index, layer) if callable(given) else given
        if (
            isinstance(chosen, Mapping)
            and not callable(given)
            and (layer.kind != 0 or layer.parts["rope"]["method"] == "none")
        ):
            chosen = None
        layers.append(LayerSchemes(layer, chosen, layout, rotates_itself))
    return described, layers


def text_family(config: Any) -> str:
    text = config.get_text_config()
    return str(getattr(text, "model_type", ""))

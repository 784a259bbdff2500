"""Puts a model's attention on Farspan, and takes it back."""
from __future__ import annotations

import inspect
import re
import sys
import threading
import weakref
from typing import Any

import torch
import transformers
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, causal_mask_function

from ..model import Model
from ..torch import attention
from ._cache import attend
from ._layers import Given, LayerSchemes, Unsupported, read_layers, text_family

NAME = "farspan"
_ATTRIBUTE = "_farspan"


class _Pass(threading.local):
    """What this thread's forward pass has said: the positions that the rotary module was asked for, and which layer a module that
    several layers share, by its id, is now."""

    def __init__(self) -> None:
        self.positions: torch.Tensor | None = None
        self.layers: dict[int, int] = {}


class State:
    """Of a model that is enabled."""

    def __init__(self, model: Any, described: Model, layers: list[LayerSchemes | None]) -> None:
        self.model = weakref.ref(model)
        self.described, self.layers = described, layers
        self.first = described.info.encoder_layers
        self.hooks: list[Any] = []
        self.implementations: list[tuple[Any, str | None]] = []
        self.now = _Pass()
        self.called: set[int] | None = set()  # layers, until the end of the first pass

    def layer(self, module: Any, index: int | None) -> LayerSchemes:
        if index is None:
            index = self.now.layers.get(id(module), module.layer_idx)
        known = index is not None and 0 <= self.first + index < len(self.layers)
        found = self.layers[self.first + index] if known else None
        if found is None:
            raise Unsupported(f"layer {index} asks for attention, and by its configuration it has none")
        called = self.called
        if called is not None:
            called.add(index)
        return found


def enable(model: Any, scheme: Given = None, extend: str | None = None, target_length: int | None = None) -> Any:
    """Runs the attention of a model on Farspan, with the scheme of each layer from the model's configuration.

    A model that is enabled may be enabled again with another scheme, also between two steps of generation: keys have no positions.

    Args:
        model: of transformers, on the CPU.
        scheme: None; a Scheme for every layer, whose scale then is its own; parts as a dictionary ({"remap": {...}}), which replace
            those of the full layers with rotary positions; or a function of the layer's index and farspan.Layer that gives one of these.
        extend: a way to run beyond the trained length: "linear", "ntk", "dynamic_ntk", "yarn", "self_extend", "rerope",
            "leaky_rerope", "dual_chunk".    target_length: how far.

    Returns:
        model.

    Raises:
        Unsupported: what cannot be expressed, with the reason.
        farspan.InputError: the library does not read the configuration, or the extension does not fit it.
    """
    described, layers = read_layers(model.config, scheme, extend, target_length, _layout(model))
    family = text_family(model.config)
    old = getattr(model, _ATTRIBUTE, None)
    if old is not None:
        old.described, old.layers = described, layers
        return model
    if model.config.is_encoder_decoder and any(True for _ in _named(model, r"encoder_attn|EncDecAttention|cross_attn")):
        raise Unsupported(f"{family} is an encoder-decoder: its cross-attention has no scheme")
    if not getattr(type(model), "_supports_attention_backend", False) and not getattr(
        type(model), "_supports_sdpa", False
    ):
        raise Unsupported(
            f"{family} computes attention in its own way: transformers gives no other implementation to {type(model).__name__}"
        )
    for index, module in _indexed(model):
        place = described.info.encoder_layers + index
        if 0 <= place < len(layers) and layers[place] is None and _rotates(module):
            raise Unsupported(f"{family} rotates in {type(module).__name__} too, which is no attention of a scheme")
    state = State(model, described, layers)
    rotary = [] if _rotates_itself(layers) else list(_rotary_modules(model))
    if not rotary and any(layer is not None and layer.parts["rope"]["method"] != "none" for layer in layers):
        raise Unsupported(f"{family} has no rotary module that could be made neutral: it rotates inside its attention")
    for config in _configs(model):
        state.implementations.append((config, config._attn_implementation))
    try:
        model.set_attn_implementation(NAME)
    except Exception as cause:
        _restore(state)
        raise Unsupported(f"{family} takes no other attention: {cause}") from cause
    for module in rotary:
        state.hooks.append(module.register_forward_hook(_neutral(state), with_kwargs=True))
    for index, module in _indexed(model):
        setattr(module, _ATTRIBUTE, state)
        if index < 0:
            state.hooks.append(module.register_forward_pre_hook(_note_layer(state), with_kwargs=True))
    setattr(model, _ATTRIBUTE, state)
    state.hooks.append(model.register_forward_hook(_check))
    return model


def disable(model: Any) -> Any:
    """Restores what enable changed, and returns the model. A cache that was filled meanwhile holds keys without positions."""
    state = getattr(model, _ATTRIBUTE, None)
    if state is None:
        return model
    for hook in state.hooks:
        hook.remove()
    _restore(state)
    for module in model.modules():
        if _ATTRIBUTE in module.__dict__:
            delattr(module, _ATTRIBUTE)
    return model


def _restore(state: State) -> None:
    for config, implementation in state.implementations:
        config._attn_implementation = implementation


def _configs(model: Any) -> list[Any]:
    """The configuration and those inside it, each once."""
    found: dict[int, Any] = {id(model.config): model.config}
    for module in model.modules():
        config = getattr(module, "config", None)
        if config is not None and hasattr(config, "_attn_implementation"):
            found[id(config)] = config
    return list(found.values())


def _rotates(module: Any) -> bool:
    """Whether a module uses the cos and sin that it is given, and does not only hand them on."""
    return re.search(r"cos, sin = position_embeddings", inspect.getsource(type(module).forward)) is not None


def _layout(model: Any) -> str | None:
    """Halves, where the helper for interleaved weights has brought the pairs into that order."""
    config = model.config.get_text_config()
    helper = any(
        hasattr(sys.modules[type(module).__module__], "apply_rotary_pos_emb_interleave")
        for _, module in _indexed(model)
    )
    return "half" if helper and getattr(config, "rope_interleave", True) else None


def _indexed(model: Any) -> list[tuple[int, Any]]:
    """The modules that know their layer; -1 for an attention that several layers share, which hears of it at each call."""
    found = [(getattr(module, "layer_idx", None), module) for module in model.modules() if hasattr(module, "layer_idx")]
    return [(index if isinstance(index, int) else -1, module) for index, module in found]


def _note_layer(state: State) -> Any:
    def note(module: Any, arguments: Any, named: Any) -> None:
        state.now.layers[id(module)] = named.get("layer_idx")

    return note


def _named(model: Any, pattern: str) -> Any:
    return (module for name, module in model.named_modules() if re.search(pattern, name))


def _rotates_itself(layers: list[LayerSchemes | None]) -> bool:
    return all(layer is None or layer.parts["rope"]["method"] == "none" and layer.fixed is None for layer in layers)


def _rotary_modules(model: Any) -> Any:
    for module in model.modules():
        name = type(module).__name__
        if re.search(r"Rotary|RoPE", name) and not re.search(r"Vision|Audio|2D", name):
            yield module


def _neutral(state: State) -> Any:
    def neutral(module: Any, arguments: Any, named: Any, output: Any) -> Any:
        positions = named.get("position_ids", arguments[1] if len(arguments) > 1 else None)
        if isinstance(positions, torch.Tensor) and positions.dim() == 3:
            if not bool((positions == positions[:1]).all()):
                raise Unsupported(
                    "tokens with several positions, as those of images, have no place in one scheme for all of them"
                )
            positions = positions[0]
        state.now.positions = positions if isinstance(positions, torch.Tensor) and positions.dim() == 2 else None
        return _without_rotation(output)

    return neutral


def _without_rotation(output: Any) -> Any:
    if isinstance(output, dict):
        return {key: _without_rotation(value) for key, value in output.items()}
    if isinstance(output, torch.Tensor) and output.is_complex():
        return output.new_ones(()).expand(output.shape)
    if (
        isinstance(output, (tuple, list))
        and len(output) == 2
        and all(isinstance(x, torch.Tensor) and not x.is_complex() for x in output)
    ):
        return output[0].new_ones(()).expand(output[0].shape), output[1].new_zeros(()).expand(output[1].shape)
    if isinstance(output, (tuple, list)):
        return type(output)(_without_rotation(value) for value in output)
    raise Unsupported("the rotary module gives neither cos and sin nor complex numbers")


def _check(model: Any, arguments: Any, output: Any) -> None:
    """After the first pass: every layer that the configuration describes must have asked for its attention."""
    state = getattr(model, _ATTRIBUTE, None)
    called = state.called if state is not None else None
    if state is None or called is None:
        return
    expected = {n - state.first for n, layer in enumerate(state.layers) if layer is not None and n >= state.first}
    missing = sorted(expected - called)
    if missing:
        raise Unsupported(
            f"layers {missing} did not ask for another attention: {text_family(model.config)} computes it in its own way"
        )
    state.called = None


# ---- What transformers calls ----


def _attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **named: Any,
) -> tuple[torch.Tensor, None]:
    """[batch, heads, tokens, features] to [batch, tokens, heads, features], as transformers' attention functions do."""
    state = getattr(module, _ATTRIBUTE, None)
    if state is None:  # of a vision or audio part
        if attention_mask is not None and attention_mask.dim() != 4:
            raise Unsupported(f"{type(module).__name__} is no layer that the configuration describes")
        result: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout, scaling, **named
        )
        return result
    if attention_mask is not None and attention_mask.dim() != 2:
        raise Unsupported(
            "a mask for pairs of tokens, where a scheme has one of its own: give a mask [batch, tokens] for padding"
        )
    if dropout:
        raise Unsupported("dropout of attention weights")
    layer = state.layer(module, named.get("layer_idx"))
    bias = named.get("position_bias")
    sinks = named.get("s_aux")
    cached = getattr(key, "_farspan_layer", None)
    learned = None  # sinks with a gradient are given to the operation, not to the scheme
    if cached is None and sinks is not None and sinks.requires_grad and torch.is_grad_enabled():
        sinks, learned = None, sinks
    scheme = layer.scheme(scaling, sinks, bias is not None)
    positions = named.get("position_ids")
    if positions is None or positions.dim() != 2:
        positions = state.now.positions
    if cached is not None:
        if bias is not None:
            raise Unsupported("a bias of the model's own, over Farspan's cache")
        return attend(cached, scheme, query, key, value, attention_mask, positions), None
    if attention_mask is not None:
        attention_mask = attention_mask[:, -key.shape[2] :]
    out = attention(
        query, key, value, scheme, positions=positions, padding=attention_mask, bias=bias, sink_logits=learned
    )
    return out.transpose(1, 2), None


def _mask(
    batch_size: int,
    q_length: int,
    kv_length: int,
    q_offset: Any = 0,
    kv_offset: Any = 0,
    mask_function: Any = causal_mask_function,
    attention_mask: torch.Tensor | None = None,
    use_vmap: bool = False,
    **named: Any,
) -> torch.Tensor | None:
    """Padding alone: what else hides keys is in the schemes."""
    if use_vmap or _has_overlay(mask_function):
        raise Unsupported("a mask of the model's own over the usual one, as for images")
    if not isinstance(q_offset, int) or kv_offset + kv_length > q_offset + q_length:
        raise Unsupported("a cache of fixed size, which has keys of tokens to come")
    if attention_mask is None:
        return None
    attention_mask = attention_mask[:, -kv_length:]
    if attention_mask.shape[1] != kv_length:
        raise Unsupported(f"a mask of {attention_mask.shape[1]} tokens for {kv_length} keys")
    return None if bool(attention_mask.all()) else attention_mask


def _has_overlay(function: Any) -> bool:
    """Whether a mask function was made by or_masks."""
    if "or_masks" in getattr(function, "__qualname__", ""):
        return True
    inside = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    return any(
        _has_overlay(f) for entry in inside for f in (entry if isinstance(entry, tuple) else (entry,)) if callable(f)
    )


transformers.AttentionInterface.register(NAME, _attention)
AttentionMaskInterface.register(NAME, _mask)

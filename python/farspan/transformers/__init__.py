"""Models of Hugging Face transformers on Farspan's attention, on the CPU.

    from farspan.transformers import Cache, disable, enable

    enable(model)                                            # the same logits
    enable(model, extend="self_extend", target_length=32768)  # beyond its trained length; also in the middle of a text
    model.generate(**inputs, past_key_values=Cache(model, dtype="bf16"))
    disable(model)                                           # as it was

The scheme of each layer comes from the model's own configuration. The model's rotary module is made neutral, and keys stay without
positions, in transformers' caches and in this one, so that the scheme may change between two steps.
"""
from ._cache import Cache
from ._enable import disable, enable
from ._layers import Unsupported

__all__ = ["Cache", "Unsupported", "disable", "enable"]

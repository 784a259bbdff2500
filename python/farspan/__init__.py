"""Position encodings and attention for long contexts on CPUs.

A method is data: a Scheme of five parts. Attention under it runs on arrays of NumPy, tensors of PyTorch and whatever speaks DLPack or
the buffer protocol, without a copy. Every number comes from the native library, whose C headers are the manual.

    import numpy as np
    import farspan

    scheme = farspan.Scheme(rope=farspan.Rope(method="yarn", layout="half", rotary_dim=64, original_context=256, factor=4))
    out = farspan.attention(scheme, q, k, v)  # [batch, heads, tokens, features], not rotated

Calls release the interpreter's lock. Schemes, plans, contexts and models are immutable; a cache serves any number of threads.
farspan.eval judges models; farspan.torch and farspan.transformers need those packages.
"""
from ._library import CancelledError, Error, InputError, InternalError, OutOfMemoryError, diagnose, shutdown, version
from ._tensor import SupportsDLPack, Tensor, View, view
from .cache import Batch, Cache, CachePlan, CacheStatistics, Sequence, SequenceInfo
from .context import Context, isa_name, isa_supported
from .encode import bias_fill, fire_fill, position_lookup, rope_apply, rope_backward, rope_frequencies, sinusoidal_fill
from .model import Layer, Model, ModelInfo, Note
from .plan import (
    AttentionGradient,
    MergeGradient,
    Plan,
    Problem,
    TileCounts,
    attention,
    attention_merge,
    attention_merge_backward,
)
from .scheme import Bias, Mask, Probe, Remap, Rope, Scheme, Score

__version__ = version()

__all__ = [
    "AttentionGradient",
    "Batch",
    "Bias",
    "Cache",
    "CachePlan",
    "CacheStatistics",
    "CancelledError",
    "Context",
    "Error",
    "InputError",
    "InternalError",
    "Layer",
    "Mask",
    "MergeGradient",
    "Model",
    "ModelInfo",
    "Note",
    "OutOfMemoryError",
    "Plan",
    "Probe",
    "Problem",
    "Remap",
    "Rope",
    "Scheme",
    "Score",
    "Sequence",
    "SequenceInfo",
    "SupportsDLPack",
    "Tensor",
    "TileCounts",
    "View",
    "attention",
    "attention_merge",
    "attention_merge_backward",
    "bias_fill",
    "diagnose",
    "fire_fill",
    "isa_name",
    "isa_supported",
    "position_lookup",
    "rope_apply",
    "rope_backward",
    "rope_frequencies",
    "shutdown",
    "sinusoidal_fill",
    "version",
    "view",
]

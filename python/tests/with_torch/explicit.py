"""Attention under several schemes, written out in PyTorch for any type, so that autograd differentiates it in double precision."""
import math

import torch


def frequencies(features, base=10000.0):
    """[features / 2] (Su et al. 2021)."""
    return base ** (-torch.arange(0, features, 2, dtype=torch.float64) / features)


def yarn(features, factor, original, base=10000.0, fast=32.0, slow=1.0):
    """Frequencies and magnitude (Peng et al. 2023): pairs that turn more than `fast` times stay, fewer than `slow` are divided."""
    plain = frequencies(features, base)

    def pair(turns):
        return features * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(base))

    low, high = max(math.floor(pair(fast)), 0), min(math.ceil(pair(slow)), features - 1)
    ramp = ((torch.arange(features // 2, dtype=torch.float64) - low) / max(high - low, 1e-3)).clamp(0, 1)
    return plain / factor * ramp + plain * (1 - ramp), 0.1 * math.log(factor) + 1


def rotate(x, positions, inv_freq, magnitude=1.0):
    """Half layout: x [batch, heads, sequence, features]."""
    angle = positions[..., None].double() * inv_freq
    cos, sin = (magnitude * angle.cos()).to(x.dtype), (magnitude * angle.sin()).to(x.dtype)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def t5_buckets(distance, buckets, most):
    """One bucket per distance, then logarithmic ones up to `most` (Raffel et al. 2020, causal)."""
    distance, exact = distance.clamp(min=0), buckets // 2
    ratio = torch.log(distance.clamp(min=1).double() / exact) / math.log(most / exact)
    far = (exact + (ratio * (buckets - exact)).long()).clamp(max=buckets - 1)
    return torch.where(distance < exact, distance, far)


def alibi(distance, heads):
    """[heads, queries, keys] (Press et al. 2022)."""
    slopes = 2.0 ** (-8 * torch.arange(1, heads + 1, dtype=torch.float64) / heads)
    return -slopes[:, None, None] * distance


def attend(q, k, v, product=None, *, visible, scale=None, cap=None, bias=0.0, sinks=None):
    """product(q, k): the products of rotated queries and keys, [batch, heads, queries, keys]. Returns (out, lse)."""
    groups = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    logits = q @ k.mT if product is None else product(q, k)
    logits = logits * (q.shape[-1] ** -0.5 if scale is None else scale)
    if cap is not None:
        logits = cap * torch.tanh(logits / cap)
    logits = (logits + bias).masked_fill(~visible, -torch.inf)
    if sinks is not None:
        logits = torch.cat([logits, sinks[:, None, None].expand(*logits.shape[:3], 1)], -1)
    lse = logits.logsumexp(-1)
    weights = (logits - lse[..., None]).exp()[..., : k.shape[2]]
    return weights @ v, lse

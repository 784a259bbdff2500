"""Attention written out in double precision."""
import numpy as np


def rotate(x, positions, base=10000.0):
    """Half layout over the whole head: x [..., sequence, features]."""
    half = x.shape[-1] // 2
    angle = np.asarray(positions, np.float64)[..., None] * base ** (-np.arange(half) / half)
    u, v = x[..., :half].astype(np.float64), x[..., half:].astype(np.float64)
    return np.concatenate([u * np.cos(angle) - v * np.sin(angle), v * np.cos(angle) + u * np.sin(angle)], -1)


def attention(q, k, v, visible=None, bias=0.0):
    """q, k, v [batch, heads, sequence, features], rotated; visible [queries, keys]. Returns (out, lse)."""
    groups = q.shape[1] // k.shape[1]
    q, k, v = (
        q.astype(np.float64),
        np.repeat(k, groups, 1).astype(np.float64),
        np.repeat(v, groups, 1).astype(np.float64),
    )
    if visible is None:
        n, m = q.shape[2], k.shape[2]
        visible = np.arange(m)[None] <= np.arange(m - n, m)[:, None]
    logits = np.where(visible, q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]) + bias, -np.inf)
    top = logits.max(-1, keepdims=True)
    weights = np.exp(logits - top)
    total = weights.sum(-1, keepdims=True)
    return weights / total @ v, (np.log(total) + top)[..., 0]

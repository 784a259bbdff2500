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


def attention_backward(q, k, v, d_out, d_lse=None, visible=None, bias=0.0):
    """The gradient of attention above of the loss sum(d_out * out) + sum(d_lse * lse): d_q, d_k, d_v of rotated q and k, and d_bias.

    d_bias is [batch, heads, queries, keys], of every logit.
    """
    groups, scale = q.shape[1] // k.shape[1], 1 / np.sqrt(q.shape[-1])
    out, lse = attention(q, k, v, visible, bias)
    wide_k, wide_v = (np.repeat(x, groups, 1).astype(np.float64) for x in (k, v))
    logits = q.astype(np.float64) @ wide_k.swapaxes(-1, -2) * scale + bias
    if visible is None:
        n, m = q.shape[2], k.shape[2]
        visible = np.arange(m)[None] <= np.arange(m - n, m)[:, None]
    weights = np.where(visible, np.exp(logits - lse[..., None]), 0.0)
    delta = (d_out * out).sum(-1, keepdims=True) - (0.0 if d_lse is None else d_lse[..., None])
    d_logits = weights * (d_out @ wide_v.swapaxes(-1, -2) - delta)

    def of_key_heads(x):
        return x.reshape(x.shape[0], k.shape[1], groups, *x.shape[2:]).sum(2)

    d_k = of_key_heads(d_logits.swapaxes(-1, -2) @ q.astype(np.float64)) * scale
    return d_logits @ wide_k * scale, d_k, of_key_heads(weights.swapaxes(-1, -2) @ d_out), d_logits

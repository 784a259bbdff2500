"""Attention with every term written out: angles, biases and masks as tensors over queries and keys, in float64, and PyTorch's
scaled_dot_product_attention over them. Shapes: q [batch, query_heads, queries, features], k and v [batch, key_heads, keys, features];
i [queries, 1] and j [1, keys] are positions."""
import math

import torch

DOUBLE = torch.float64


def positions(queries, keys):
    """The queries are the last of the keys."""
    j = torch.arange(keys)
    return j[keys - queries :, None], j[None]


def inverse_frequencies(rotary_dim, base=10000.0):
    return torch.tensor(base, dtype=DOUBLE) ** (-torch.arange(0, rotary_dim, 2, dtype=DOUBLE) / rotary_dim)


def pairs_of(x, rotary_dim, layout):
    """The rotated features as complex numbers, one per pair, and the others."""
    turned, rest = x[..., :rotary_dim], x[..., rotary_dim:]
    first, second = turned.chunk(2, -1) if layout == "half" else (turned[..., 0::2], turned[..., 1::2])
    return torch.complex(first.contiguous(), second.contiguous()), rest


def rotate(x, where, inv_freq, layout):
    pairs, rest = pairs_of(x, 2 * len(inv_freq), layout)
    angles = where.to(DOUBLE).reshape(-1, 1) * inv_freq
    turned = pairs * torch.polar(torch.ones_like(angles), angles)
    parts = (turned.real, turned.imag)
    return torch.cat([torch.cat(parts, -1) if layout == "half" else torch.stack(parts, -1).flatten(-2), rest], -1)


def products_at(q, k, distances, inv_freq, layout):
    """<R(distance) q_i, k_j> for distances [queries, keys] of any kind: what methods do that change distances."""
    (queries, q_rest), (keys, k_rest) = (pairs_of(x, 2 * len(inv_freq), layout) for x in (q, grouped(k, q)))
    angles = distances.to(DOUBLE)[..., None] * inv_freq
    turned = torch.einsum(
        "bhip,bhjp,ijp->bhij", queries, keys.conj(), torch.polar(torch.ones_like(angles), angles)
    ).real
    return turned + torch.einsum("bhif,bhjf->bhij", q_rest, k_rest)


def grouped(x, q):
    """Key heads repeated for their query heads."""
    return x.repeat_interleave(q.shape[1] // x.shape[1], 1)


def attend(q, k, v, bias, scale=None):
    """PyTorch's attention, key heads shared, with a bias that hides by -infinity."""
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=scale, enable_gqa=True)


def attend_to_logits(logits, v):
    """The same for logits that no product of a query and a key gives: they enter as the bias of empty products."""
    batch, heads, queries, keys = logits.shape
    nothing = torch.zeros(batch, heads, 1, 1, dtype=DOUBLE)
    return attend(nothing.expand(-1, -1, queries, -1), nothing.expand(-1, -1, keys, -1), v, logits)


def hidden_where(invisible):
    return torch.zeros(invisible.shape, dtype=DOUBLE).masked_fill(invisible, -math.inf)


def alibi_slopes(heads):
    """Press et al.: a geometric sequence for a power of two, else that of the power below and every other of the one above."""
    power = 2 ** math.floor(math.log2(heads))
    slopes = [2 ** (-8 * (n + 1) / power) for n in range(power)]
    between = [2 ** (-8 * (n + 1) / (2 * power)) for n in range(0, 2 * power, 2)]
    return torch.tensor(slopes + between[: heads - power], dtype=DOUBLE)[:, None, None]


def kerple(d, a, p, kind):
    """Chi et al. 2022, per head."""
    d, a, p = d.to(DOUBLE)[None], a[:, None, None], p[:, None, None]
    return -p * torch.log(1 + a * d) if kind == "log" else -a * d**p


def sandwich(d, heads, dim):
    """Chi et al. 2023: head h = 1 .. H divides by 8 h / H."""
    powers = 10000.0 ** (-2 * torch.arange(1, dim // 2 + 1, dtype=DOUBLE) / dim)
    total = torch.cos(d.to(DOUBLE)[..., None] * powers).sum(-1) - dim / 2
    return total / (8 * torch.arange(1, heads + 1, dtype=DOUBLE) / heads)[:, None, None]


def t5_bias(i, j, table, bidirectional, max_distance=128):
    """transformers' own buckets."""
    from transformers.models.t5.modeling_t5 import T5Attention

    buckets = T5Attention._relative_position_bucket(
        j - i, bidirectional=bidirectional, num_buckets=table.shape[0], max_distance=max_distance
    )
    return table.to(DOUBLE)[buckets].permute(2, 0, 1)


def rerope_distances(i, j, window, leak=None):
    """Su 2023: the distance as it is within the window, then constant, or a leak-th as fast."""
    d = (i - j).to(DOUBLE)
    far = torch.full_like(d, window) if leak is None else window + (d - window) / leak
    return torch.where(d < window, d, far)


def self_extend_distances(i, j, window, group):
    """Jin et al. 2024, equation 4."""
    return torch.where(i - j < window, i - j, i // group - j // group + window - window // group)


def dual_chunk_distances(i, j, chunk, local):
    """An et al. 2024: within a chunk, to the one before, to all older ones."""
    size = chunk - local
    apart = i // size - j // size
    before = torch.clamp(i % size + size, max=chunk) - j % size
    older = min(2 * size - 1, chunk) - j % size
    return torch.where(apart == 0, i - j, torch.where(apart == 1, before, older))

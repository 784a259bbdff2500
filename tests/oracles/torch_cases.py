"""Schemes of the library against attention written out with PyTorch: a bias, a mask, a map of distances or a score at a time."""
import math

import numpy as np
import torch

import farspan
from torch_attention import (
    DOUBLE,
    alibi_slopes,
    attend,
    attend_to_logits,
    dual_chunk_distances,
    grouped,
    hidden_where,
    inverse_frequencies,
    kerple,
    positions,
    products_at,
    rerope_distances,
    rotate,
    sandwich,
    self_extend_distances,
    t5_bias,
)

# Sums in float32 of 64 products and up to 200 weights. T5's logits reach 40: rounded, they move a weight by 40 * 2^-24 of itself,
# several times over.
BOUND = 2e-5
HALF, INTERLEAVED = 1, 2
LAYOUTS = {HALF: "half", INTERLEAVED: "interleaved"}


class Problem:
    """Random inputs, and what the oracle does with them. Biases are [heads or 1, queries, keys]."""

    def __init__(self, seed, query_heads=8, key_heads=8, queries=72, keys=200, head_dim=64, value_dim=64):
        random = np.random.default_rng(seed)
        self.q, self.k, self.v = (
            random.standard_normal((1, *shape)).astype(np.float32)
            for shape in ((query_heads, queries, head_dim), (key_heads, keys, head_dim), (key_heads, keys, value_dim))
        )
        self.i, self.j = positions(queries, keys)
        self.causal = hidden_where(self.j > self.i)

    def tensors(self):
        return [torch.from_numpy(x).to(DOUBLE) for x in (self.q, self.k, self.v)]

    def rotated(self, bias=None, layout=HALF, inv_freq=None, scale=None):
        """RoPE by true positions and a bias."""
        q, k, v = self.tensors()
        inv_freq = inverse_frequencies(q.shape[-1]) if inv_freq is None else inv_freq
        q, k = (rotate(x, where, inv_freq, LAYOUTS[layout]) for x, where in ((q, self.i), (k, self.j)))
        return attend(q, k, v, self.causal if bias is None else bias, scale)

    def plain(self, bias, scale=None):
        q, k, v = self.tensors()
        return attend(q, k, v, bias.expand(q.shape[1], -1, -1)[None], scale)

    def remapped(self, distances, hidden=None):
        q, k, v = self.tensors()
        logits = products_at(q, k, distances, inverse_frequencies(q.shape[-1]), "half") / math.sqrt(q.shape[-1])
        return attend_to_logits(logits + (self.causal if hidden is None else hidden), v)

    def of_logits(self, change):
        """`change` of the scaled products without positions."""
        q, k, v = self.tensors()
        return attend_to_logits(change(q @ grouped(k, q).transpose(-1, -2) / math.sqrt(q.shape[-1])), v)

    def with_sinks(self, sinks):
        """A key without value whose logit is the head's sink."""
        q, k, v = self.tensors()
        logits = q @ grouped(k, q).transpose(-1, -2) / math.sqrt(q.shape[-1]) + self.causal
        column = sinks.to(DOUBLE)[None, :, None, None].expand(*logits.shape[:3], 1)
        return attend_to_logits(torch.cat([logits, column], -1), torch.nn.functional.pad(grouped(v, q), (0, 0, 0, 1)))


def rope(layout=HALF, rotary_dim=64, **more):
    return {"method": 1, "layout": layout, "rotary_dim": rotary_dim, **more}


def rotations():
    p = Problem(1, key_heads=2)
    for layout in LAYOUTS:
        yield f"rope {LAYOUTS[layout]}, groups of 4", p, {"rope": rope(layout)}, p.rotated(layout=layout)
        part = inverse_frequencies(24)
        yield f"rope {LAYOUTS[layout]}, 24 of 64", p, {"rope": rope(layout, 24)}, p.rotated(
            layout=layout, inv_freq=part
        )
    one = Problem(2, key_heads=1, queries=1, keys=777, value_dim=40)
    yield "rope, one query, one key head", one, {"rope": rope()}, one.rotated()
    linear = inverse_frequencies(64) / 8
    yield "linear", p, {"rope": {**rope(), "method": 2, "factor": 8}}, p.rotated(inv_freq=linear)


def biases():
    for heads in (8, 12, 40):
        p = Problem(heads, query_heads=heads, key_heads=heads // 4)
        d = p.i - p.j
        alibi = -alibi_slopes(heads) * d
        yield f"alibi, {heads} heads", p, {"bias": {"method": 1, "heads": heads}}, p.plain(alibi + p.causal)
    p, d = Problem(20), Problem(20).i - Problem(20).j
    both = {"method": 1, "heads": 8, "bidirectional": 1}
    yield "alibi to both sides", p, {"bias": both, "mask": {"causal": 0}}, p.plain(-alibi_slopes(8) * d.abs())
    table = np.random.default_rng(3).standard_normal((32, 8)).astype(np.float32)
    for side in (0, 1):
        expected = t5_bias(p.i, p.j, torch.from_numpy(table), bool(side)) + (0 if side else p.causal)
        parts = {
            "bias": {"method": 2, "heads": 8, "bidirectional": side, "values": table},
            "mask": {"causal": 1 - side},
            "score": {"scale": 1},
        }
        yield f"t5, {'both sides' if side else 'causal'}", p, parts, p.plain(expected, scale=1.0)
    a, power = (np.random.default_rng(n).uniform(0.1, 1, 8) for n in (4, 5))
    for method, kind in ((3, "log"), (4, "power")):
        expected = kerple(d.clamp(min=0), torch.from_numpy(a), torch.from_numpy(power), kind) + p.causal
        yield f"kerple {kind}", p, {"bias": {"method": method, "heads": 8, "a": a, "p": power}}, p.plain(expected)
    yield "sandwich", p, {"bias": {"method": 5, "heads": 8, "dim": 128}}, p.plain(
        sandwich(d.clamp(min=0), 8, 128) + p.causal
    )
    yield "alibi over rope", p, {"rope": rope(), "bias": {"method": 1, "heads": 8}}, p.rotated(
        -alibi_slopes(8) * d + p.causal
    )


def masks():
    p = Problem(30)
    i, j, d = p.i, p.j, p.i - p.j
    rows = {
        "window": ({"window_left": 31}, (d < 0) | (d > 31)),
        "window to both sides": ({"causal": 0, "window_left": 16, "window_right": 16}, d.abs() > 16),
        "chunks": ({"chunk": 48}, (d < 0) | (i // 48 != j // 48)),
        "sinks and window": ({"sinks": 4, "window_left": 20}, (d < 0) | ((d > 20) & (j >= 4))),
        "prefix": ({"prefix": 150}, (d < 0) & (j >= 150)),
        "everything": ({"causal": 0}, d < -1000),
    }
    for name, (mask, hidden) in rows.items():
        yield name, p, {"rope": rope(), "mask": mask}, p.rotated(hidden_where(hidden))


def remaps():
    p = Problem(40, key_heads=4)
    i, j = p.i, p.j
    yield "rerope", p, {"rope": rope(), "remap": {"method": 1, "window": 50}}, p.remapped(rerope_distances(i, j, 50))
    leaky = {"method": 2, "window": 50, "leak": 16.0}
    yield "leaky rerope", p, {"rope": rope(), "remap": leaky}, p.remapped(rerope_distances(i, j, 50, 16))
    for group in (4, 7):
        grouping = {"method": 3, "window": 32, "group": group}
        yield f"self-extend, group {group}", p, {"rope": rope(), "remap": grouping}, p.remapped(
            self_extend_distances(i, j, 32, group)
        )
    for chunk, local in ((48, 16), (60, 10)):
        chunks = {"method": 4, "chunk": chunk, "local_window": local}
        yield f"dual chunk {chunk}, {local}", p, {"rope": rope(), "remap": chunks}, p.remapped(
            dual_chunk_distances(i, j, chunk, local)
        )
    d = i - j
    seen = hidden_where((d < 0) | ((d >= 64) & (j >= 6)))
    limited = {"method": 5, "window": 64, "limit": 64}
    yield "lm-infinite", p, {"rope": rope(), "remap": limited, "mask": {"sinks": 6, "window_left": 63}}, p.remapped(
        torch.where(d < 64, d, torch.full_like(d, 64)), seen
    )


def scores():
    p = Problem(50)
    yield "softcap", p, {"score": {"softcap": 2.0}}, p.of_logits(lambda x: 2 * torch.tanh(x / 2) + p.causal)
    sinks = np.linspace(-1, 3, 8).astype(np.float32)
    yield "learned sinks", p, {"score": {"sink_logits": sinks}}, p.with_sinks(torch.from_numpy(sinks))
    i = p.i.to(DOUBLE)
    temperatures = {
        "log_n": torch.log(i + 1).div(math.log(40)).clamp(min=1),
        "log_n_trained": torch.log(i + 1) / math.log(40),
        "llama4": 1 + 0.1 * torch.log(torch.floor((i + 1) / 40) + 1),
        "ministral3": 1 + 0.1 * torch.log(torch.floor(i / 40) + 1),
    }
    for name, factor in temperatures.items():
        score = {"temperature": farspan.find("temperature", name), "trained_length": 40.0}
        yield f"temperature {name}", p, {"score": score}, p.of_logits(lambda x, factor=factor: x * factor + p.causal)
    alibi = -alibi_slopes(8) * (p.i - p.j)
    yield "cap before bias", p, {"score": {"softcap": 2.0}, "bias": {"method": 1, "heads": 8}}, p.of_logits(
        lambda x: 2 * torch.tanh(x / 2) + alibi + p.causal
    )


def run():
    """(passed, messages of failures, worst difference); prints a line per case."""
    passed, failures, worst = 0, [], 0.0
    for group in (rotations, biases, masks, remaps, scores):
        for name, problem, parts, expected in group():
            scheme = farspan.Scheme(**parts)  # lives until it has been used
            ours = farspan.attention(scheme.handle, problem.q, problem.k, problem.v)
            expected = expected.numpy()
            difference = float(np.max(np.abs(ours - expected)) / np.max(np.abs(expected)))
            print(f"{group.__name__:<11}{name:<34}{difference:>10.1e}", flush=True)
            worst = max(worst, difference)
            if difference <= BOUND:
                passed += 1
            else:
                failures.append(f"{group.__name__}, {name}: {difference:.1e}, bound {BOUND:.1e}")
    return passed, failures, worst

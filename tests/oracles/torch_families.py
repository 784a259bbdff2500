"""Families that transformers does not have, by the formulas of the code that they were published with, in float64: Qwen-1, Baichuan,
ChatGLM, InternLM2, Qwen2.5-1M; and ALiBi of MPT and Falcon with the published numbers of heads."""
import json
import math

import numpy as np
import torch

import families
import farspan
from compare import Table
from torch_attention import (
    DOUBLE,
    alibi_slopes,
    attend,
    attend_to_logits,
    dual_chunk_distances,
    hidden_where,
    inverse_frequencies,
    positions,
    products_at,
    rotate,
)

POSITIONS = [0, 1, 17, 1023, 4095]
# Exact angles: frequencies in double, cos and sin rounded once. Attention as in compare.py.
BOUND = {"inv_freq": 1e-13, "factor": 1e-15, "cos_sin": 2.0**-24, "attention": 2e-5}


class Family:
    """What a row of the table says, of layer 0. `logits(q, k, i, j)` without mask and scale, or None for rotated products; positions
    count modulo `period`."""

    def __init__(
        self,
        fixture,
        keys,
        inv_freq=None,
        layout="half",
        logits=None,
        bias=None,
        temperature=None,
        period=None,
        **changes,
    ):
        self.fixture, self.keys, self.inv_freq, self.layout, self.period = fixture, keys, inv_freq, layout, period
        self.logits, self.bias, self.temperature, self.changes = logits, bias, temperature, changes

    def document(self):
        return json.loads((families.FIXTURES / f"{self.fixture}.json").read_text())

    def model_type(self):
        return self.document().get("model_type", self.fixture)

    def model(self):
        document = self.document()
        return farspan.Model(json.dumps({**document, **self.changes}), angle=farspan.ANGLE_EXACT)

    def attention(self, q, k, v):
        queries, keys = q.shape[2], k.shape[2]
        i, j = positions(queries, keys)
        bias = hidden_where(j > i) + (0 if self.bias is None else self.bias(i, j))
        if self.temperature is not None:
            q = q * self.temperature(i)
        if self.logits is not None:
            return attend_to_logits(self.logits(q, k, i, j) / math.sqrt(q.shape[-1]) + bias, v)
        if self.inv_freq is not None:
            q, k = rotate(q, i, self.inv_freq, self.layout), rotate(k, j, self.inv_freq, self.layout)
        return attend(q, k, v, bias.expand(q.shape[1], -1, -1)[None])


def qwen_base(keys, trained):
    """The base of Qwen-1's use_dynamic_ntk: alpha is one less than a power of two."""
    alpha = max(2 ** math.ceil(math.log2(keys / trained) + 1) - 1, 1)
    return 10000.0 * alpha ** (128 / 126)


def dynamic_base(base, factor, keys, trained, rotary_dim):
    return base * (factor * keys / trained - (factor - 1)) ** (rotary_dim / (rotary_dim - 2))


def alibi(heads, scale=1.0):
    return lambda i, j: -alibi_slopes(heads) * scale * (i - j)


def chunked(chunk, local, inv_freq):
    return lambda q, k, i, j: products_at(q, k, dual_chunk_distances(i, j, chunk, local), inv_freq, "half")


def all_families():
    logn = lambda i: torch.log(i.to(DOUBLE) + 1).div(math.log(2048)).clamp(min=1)
    few = {"num_attention_heads": 4, "num_key_value_heads": 4, "hidden_size": 512}
    plain = inverse_frequencies(128)
    million = inverse_frequencies(128, 1e7)
    small_chunks = {"chunk_size": 64, "local_size": 16, "original_max_position_embeddings": 128}
    return [
        Family("qwen-7b", 1500, plain, **few),
        Family("qwen-7b", 5000, inverse_frequencies(128, qwen_base(5000, 2048)), temperature=logn, **few),
        Family("baichuan-7b", 96, plain),
        Family("baichuan2-7b", 96, plain),
        Family("baichuan-13b", 96, bias=alibi(40)),
        Family("baichuan2-13b", 96, bias=alibi(40)),
        Family("glm-4-9b-1m", 96, inverse_frequencies(64, 1e8), "interleaved"),
        Family("internlm2-7b", 96, inverse_frequencies(128, 1e6), **few),
        Family("internlm2-7b", 40000, inverse_frequencies(128, dynamic_base(1e6, 2, 40000, 32768, 128)), **few),
        # The published chunk is 262144 keys: a smaller one goes through the same three branches. vLLM's factor counts twice.
        Family(
            "qwen2.5-7b-1m",
            300,
            million,
            logits=chunked(64, 16, million),
            dual_chunk_attention_config=small_chunks,
            period=48,
            temperature=lambda i: (0.1 * math.log(300 / 128) + 1) ** 2,
        ),
        Family("falcon-7b-2023", 96, inverse_frequencies(64)),
        Family("falcon-40b-2023", 96, inverse_frequencies(64)),
        Family("falcon-rw-1b", 96, bias=alibi(32, 1 / 8)),
        Family("mpt-default", 96, bias=alibi(16)),
        Family("bloom-7b1", 96, bias=alibi(32)),
    ]


def compare(family):
    """(layer, [inv_freq, factor, cos/sin, attention])."""
    model = family.model()
    layer = model.layer(0)
    rotation = np.zeros(3)
    if family.inv_freq is not None:
        ours, magnitude = farspan.frequencies(layer, family.keys)
        rotation[:2] = np.max(np.abs(ours / family.inv_freq.numpy() - 1)), abs(magnitude - 1)
        seen = [position % family.period if family.period else position for position in POSITIONS]
        angles = torch.tensor(seen, dtype=DOUBLE)[:, None] * family.inv_freq
        for mine, theirs in zip(farspan.cos_sin(layer, POSITIONS, family.keys), (torch.cos(angles), torch.sin(angles))):
            rotation[2] = max(rotation[2], np.max(np.abs(mine - theirs.numpy())))
    random = np.random.default_rng(family.keys)
    q, k, v = (
        random.standard_normal((1, heads, count, layer.head_dim)).astype(np.float32)
        for heads, count in ((layer.query_heads, 6), (layer.key_heads, family.keys), (layer.key_heads, family.keys))
    )
    expected = family.attention(*(torch.from_numpy(x).to(DOUBLE) for x in (q, k, v))).numpy()
    ours = farspan.attention(layer.scheme, q, k, v)
    return layer, [*rotation, np.max(np.abs(ours - expected)) / np.max(np.abs(expected))]


def run():
    """A Table of the families."""
    table = Table(BOUND)
    for family in all_families():
        table.add(family.fixture, family.model_type(), 0, *compare(family))
    return table

"""A byte-level decoder in the shape of Llama, with five ways to tell it about position.

All five models share everything but the position method: RMSNorm before attention and MLP,
no biases, SwiGLU, an output head of its own. Tensor names are those of Hugging Face's Llama.
The position methods are the small functions of the first half; each follows the definition
that the library implements, with angles and scales formed in double. They are what the models
were trained with; with attention="farspan" the library computes attention instead, in f32.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

ATTENTIONS = ("farspan", "torch")
ROWS = 128  # query rows per block of attention; changes speed and memory only
METHODS = ("sinusoidal", "rope", "alibi", "t5", "xpos")


def make_config(method: str) -> dict:
    """What models/<name>/config.json holds: the shape, and every parameter of the method."""
    heads, head_dim = 4, 32
    position = {
        "sinusoidal": {"base": 10000.0, "layout": "interleaved", "added_to": "embeddings"},
        "rope": {"base": 10000.0, "rotary_dim": head_dim, "layout": "half"},
        "alibi": {"slopes": [2.0 ** (-8 * (h + 1) / heads) for h in range(heads)]},
        "t5": {"num_buckets": 32, "max_distance": 128, "bidirectional": False},
        "xpos": {"base": 10000.0, "rotary_dim": head_dim, "layout": "interleaved", "scale_base": 512.0, "gamma": 0.4},
    }[method]
    return {
        "model_type": "farspan_tiny_lm",
        "vocab_size": 256,
        "hidden_size": heads * head_dim,
        "intermediate_size": 344,
        "num_hidden_layers": 6,
        "num_attention_heads": heads,
        "num_key_value_heads": heads,
        "head_dim": head_dim,
        "rms_norm_eps": 1e-5,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        "embedding_scale": 1.0,
        "softmax_scale": 1.0 if method == "t5" else 1.0 / math.sqrt(head_dim),
        "trained_length": 256,
        "torch_dtype": "float16",
        "position": {"method": method, **position},
    }


# Position methods. `length` is the number of tokens; positions are 0 .. length-1.


def sinusoidal_table(length: int, width: int, base: float) -> torch.Tensor:
    """[length, width], Vaswani et al.: even columns sin(pos / base^(2p/width)), odd columns cos."""
    angles = rotary_angles(length, width, base)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(torch.get_default_dtype())


def rotary_angles(length: int, rotary_dim: int, base: float) -> torch.Tensor:
    """[length, rotary_dim/2] in double: pos * base^(-2p/rotary_dim)."""
    pairs = torch.arange(0, rotary_dim, 2, dtype=torch.float64)
    return torch.outer(torch.arange(length, dtype=torch.float64), base ** (-pairs / rotary_dim))


def rotate_half_layout(x, cos, sin):
    """Pairs (p, p + R/2), also called NeoX or rotate_half. [cccc ssss]"""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


def rotate_interleaved_layout(x, cos, sin):
    """Pairs (2p, 2p + 1), also called GPT-J. [cscs cscs]"""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, b * cos + a * sin], dim=-1).flatten(-2)


def xpos_scale(length: int, rotary_dim: int, gamma: float, scale_base: float) -> torch.Tensor:
    """[length, rotary_dim/2] in double: zeta_p^((pos - centre) / scale_base).

    Queries are multiplied by it and keys divided, so that the centre cancels and a logit
    keeps zeta_p^((i - j) / scale_base). The centre only bounds the range of the numbers.
    """
    pairs = torch.arange(0, rotary_dim, 2, dtype=torch.float64)
    zeta = (pairs / rotary_dim + gamma) / (1 + gamma)
    power = (torch.arange(length, dtype=torch.float64) - length // 2) / scale_base
    return zeta ** power[:, None]


def distances(length: int) -> torch.Tensor:
    """[length, length] of i - j, negative above the diagonal."""
    position = torch.arange(length)
    return position[:, None] - position[None, :]


def alibi_bias(length: int, slopes: list) -> torch.Tensor:
    """[heads, length, length]: -slope_h * (i - j)."""
    return -torch.tensor(slopes)[:, None, None] * distances(length)


def t5_buckets(length: int, num_buckets: int, max_distance: int) -> torch.Tensor:
    """[length, length] of causal buckets: one per distance at first, then logarithmic ones."""
    distance = distances(length).clamp(min=0)
    exact = num_buckets // 2
    log_ratio = torch.log(distance.clamp(min=1).double() / exact) / math.log(max_distance / exact)
    far = exact + (log_ratio.clamp(min=0) * (num_buckets - exact)).long()
    return torch.where(distance < exact, distance, far.clamp(max=num_buckets - 1))


def scheme_parts(config: dict) -> dict:
    """The same method as the parts of a scheme of Farspan. `scheme` in the configuration replaces parts of it."""
    p, heads = config["position"], config["num_attention_heads"]
    parts = {
        "sinusoidal": lambda: {},
        "rope": lambda: {"rope": {"method": "base", **{n: p[n] for n in ("base", "rotary_dim", "layout")}}},
        "alibi": lambda: {"bias": {"method": "alibi", "heads": heads, "slopes": p["slopes"]}},
        "t5": lambda: {
            "bias": {
                "method": "t5",
                "heads": heads,
                "buckets": p["num_buckets"],
                "max_distance": p["max_distance"],
                "values": [0.0] * p["num_buckets"] * heads,
            }
        },
        "xpos": lambda: {
            "rope": {
                "method": "xpos",
                **{n: p[n] for n in ("base", "rotary_dim", "layout")},
                "xpos_scale_base": p["scale_base"],
                "xpos_gamma": p["gamma"],
            }
        },
    }[p["method"]]()
    parts["score"] = {"scale": config["softmax_scale"]}
    for name, part in config.get("scheme", {}).items():
        parts[name] = {**parts.get(name, {}), **part}
    return parts


class Position:
    """The constants of one method at one length: what to add, rotate by and bias with, or a scheme that says it."""

    def __init__(self, config: dict, length: int, scheme=None):
        p = config["position"]
        self.method, self.scheme = p["method"], scheme
        self.added = self.buckets = self.query = self.key = self.mask = None
        if scheme is not None:
            if self.method == "sinusoidal":
                self.added = sinusoidal_table(length, config["hidden_size"], p["base"])
            return
        self.mask = torch.full((length, length), -torch.inf).triu(1)
        if self.method == "sinusoidal":
            self.added = sinusoidal_table(length, config["hidden_size"], p["base"])
        elif self.method == "alibi":
            self.mask = alibi_bias(length, p["slopes"]) + self.mask
        elif self.method == "t5":
            self.buckets = t5_buckets(length, p["num_buckets"], p["max_distance"])
        else:
            angles = rotary_angles(length, p["rotary_dim"], p["base"])
            cos, sin = angles.cos(), angles.sin()
            if self.method == "rope":
                self.rotate, scale = rotate_half_layout, torch.ones_like(angles)
            else:
                self.rotate = rotate_interleaved_layout
                scale = xpos_scale(length, p["rotary_dim"], p["gamma"], p["scale_base"])
            dtype = torch.get_default_dtype()
            self.query = (cos * scale).to(dtype), (sin * scale).to(dtype)
            self.key = (cos / scale).to(dtype), (sin / scale).to(dtype)


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def attend(q, k, v, bias, first: int, last: int):
    """Attention of the query rows [first, last). Keys after `last` are masked, so not touched.

    `bias` holds the causal mask as well.
    """
    scores = q[:, :, first:last] @ k[:, :, :last].transpose(-1, -2)
    scores += bias[..., first:last, :last]
    return F.softmax(scores, dim=-1) @ v[:, :, :last]


class Attention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.heads, self.head_dim = config["num_attention_heads"], config["head_dim"]
        self.softmax_scale = config["softmax_scale"]
        width = config["hidden_size"]
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, nn.Linear(width, width, bias=False))
        self.library = None  # farspan.torch.attention, where the library computes it

    def forward(self, x, position: Position, bias):
        batch, length, width = x.shape
        q, k, v = (
            proj(x).view(batch, length, self.heads, self.head_dim).transpose(1, 2)
            for proj in (self.q_proj, self.k_proj, self.v_proj)
        )
        if position.scheme is not None:
            out = self.library(q, k, v, position.scheme, bias_values=bias)
            return self.o_proj(out.transpose(1, 2).reshape(batch, length, width))
        if position.query is not None:
            q, k = position.rotate(q, *position.query), position.rotate(k, *position.key)
        q = q * self.softmax_scale
        out = torch.cat(
            [attend(q, k, v, bias, first, min(first + ROWS, length)) for first in range(0, length, ROWS)], dim=2
        )
        return self.o_proj(out.transpose(1, 2).reshape(batch, length, width))


class MLP(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width, hidden = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = nn.Linear(width, hidden, bias=False)
        self.up_proj = nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.self_attn, self.mlp = Attention(config), MLP(config)
        self.input_layernorm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])
        self.post_attention_layernorm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])

    def forward(self, x, position, bias):
        x = x + self.self_attn(self.input_layernorm(x), position, bias)
        return x + self.mlp(self.post_attention_layernorm(x))


class TinyLM(nn.Module):
    """tokens [batch, length] -> logits [batch, length, 256].

    attention: "torch": written out here. "farspan": the library's, whose gradient is exact as well.
    """

    def __init__(self, config: dict, attention: str = "torch"):
        super().__init__()
        self.config, self.scheme = config, None
        if "scheme" in config and attention != "farspan":
            raise ValueError("a model with a scheme needs the library's attention")
        width = config["hidden_size"]
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(config["vocab_size"], width)
        self.model.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.model.norm = RMSNorm(width, config["rms_norm_eps"])
        self.lm_head = nn.Linear(width, config["vocab_size"], bias=False)
        if config["position"]["method"] == "t5":
            self.relative_attention_bias = nn.Embedding(
                config["position"]["num_buckets"], config["num_attention_heads"]
            )
        self._positions = {}
        if attention == "farspan":
            import farspan
            import farspan.torch

            self.scheme = farspan.Scheme(**scheme_parts(config))
            for layer in self.model.layers:
                layer.self_attn.library = farspan.torch.attention

    def initialize(self, seed: int) -> None:
        """Same numbers for the same tensor name whatever the method, as far as shapes agree.

        Embeddings start with unit variance, on the scale of a sinusoidal table. T5 has no
        1/sqrt(head_dim) in the softmax; its query projections start that much smaller instead.
        Its bias starts with unit variance: from zero the model knows no order at all and does not
        get beyond the statistics of byte pairs for hundreds of steps.
        """
        layers, head_dim = self.config["num_hidden_layers"], self.config["head_dim"]
        generator = torch.Generator().manual_seed(seed)
        for name, weight in sorted(self.named_parameters()):
            if name == "relative_attention_bias.weight":
                with torch.no_grad():
                    weight.normal_(0, 1.0, generator=torch.Generator().manual_seed(seed))
            elif weight.dim() == 2:
                std = 1.0 if "embed_tokens" in name else 0.05
                if "o_proj" in name or "down_proj" in name:
                    std /= math.sqrt(2 * layers)
                if "q_proj" in name:
                    std /= self.config["softmax_scale"] * math.sqrt(head_dim)
                with torch.no_grad():
                    weight.normal_(0, std, generator=generator)

    def forward(self, tokens):
        length = tokens.shape[1]
        if length not in self._positions:
            self._positions[length] = Position(self.config, length, self.scheme)
        position = self._positions[length]

        x = self.model.embed_tokens(tokens) * self.config["embedding_scale"]
        if position.added is not None:
            x = x + position.added
        bias = position.mask
        if self.scheme is not None:
            bias = self.relative_attention_bias.weight if position.method == "t5" else None
        elif position.buckets is not None:
            bias = bias + self.relative_attention_bias(position.buckets).permute(2, 0, 1)
        for layer in self.model.layers:
            x = layer(x, position, bias)
        return self.lm_head(self.model.norm(x))


def load_model(folder: pathlib.Path) -> TinyLM:
    """An exported model, computing in torch's default dtype, or in f32 by the library if it has a scheme.

    What a fine-tuned model does not hold is its base model's, which is in the folder beside.
    """
    config = json.loads((folder / "config.json").read_text())
    model = TinyLM(config, "farspan" if "scheme" in config else "torch")
    tensors = load_file(folder / "model.safetensors")
    if "fine_tuned" in config:
        tensors = {**load_file(folder.parent / config["fine_tuned"]["base_model"] / "model.safetensors"), **tensors}
    model.load_state_dict(tensors)  # f16; copied into the default dtype
    return model.eval().requires_grad_(False)

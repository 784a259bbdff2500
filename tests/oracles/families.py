"""The families that transformers has, as changes to the fixtures: few and small layers that still show every kind of layer. The same text
goes to transformers and to farspan."""
import json
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "configs"

# Fixture -> what differs from the rules of shrink(): keys, or how to compare.
CASES = {
    "llama-1-30b": {},
    "llama-2-7b": {},
    "codellama-34b": {},
    "llama-3-8b": {},
    "llama-3.1-8b": {},
    "llama-3.1-8b-v5": {},
    "llama-3.2-1b": {},
    "falcon-3-7b": {},
    # transformers 5 refuses the published 4 for "attn_temperature_tuning".
    "llama-4-scout-early": {"after": "norm", "floor_scale": 16, "attn_temperature_tuning": True},
    "smollm3-3b": {},
    # The temperature's steps are at multiples of the original length: a short one, so that there are some.
    "mistral-7b-v0.1": {},
    "mistral-7b-v0.3": {},
    "mixtral-8x7b": {},
    "ministral-3-8b": {"after": "temperature", "inner": {"original_max_position_embeddings": 32}},
    "qwen2.5-7b": {},
    "qwen2.5-7b-yarn": {},
    "qwen3-8b": {},
    "qwen3-8b-yarn": {},
    "qwen3-30b-a3b": {},
    "qwen2-vl-7b": {"model_type": "qwen2_vl_text"},
    "qwen3-next": {},
    "phi-2": {},
    "phi-3-mini-4k": {},
    # transformers 5 finds the top-level original length only after it has looked at the type, under its newer name.
    "phi-3-mini-128k": {"rope_type": "longrope"},
    # transformers 5 asks for the frequencies of Phi-3.5-MoE without the length, so that its long factors are never used.
    "phi-3.5-moe": {"lengths": [96]},
    "phi-4": {},
    "phi-4-mini": {},
    "gemma-2b": {},
    "gemma-2-9b": {},
    "gemma-2-27b": {},
    "gemma-3-1b": {},
    "gemma-3-4b": {},
    "gemma-3-4b-v5": {},
    "gemma-3-27b": {},
    "gemma-4-31b": {},
    "gemma-4-default": {},
    "gpt-oss-20b": {},
    "deepseek-v2-lite": {},
    "deepseek-v3": {},
    "kimi-k2": {"model_type": "deepseek_v3"},
    "minicpm3-4b": {},
    "gpt-neox-20b": {},
    "pythia-6.9b": {},
    "stablelm-3b-4e1t": {},
    "command-r-plus": {},
    "command-r7b": {},
    "olmo-7b": {},
    "olmo-2-7b": {},
    "olmo-3-7b": {},
    "glm-4-9b-hf": {},
    "granite-4.1-3b": {},
    # transformers 5 does not read the letters of "sliding_window_pattern", nor its null: layer_types stands in for it there.
    "exaone-4-32b": {"theirs": {"layer_types": "SSSFSS"}},
    "exaone-4-1.2b": {"theirs": {"layer_types": "FFFFFF"}},
    "gpt2": {},
    "opt-125m": {"after": "scale"},
    "modernbert-base": {"local_attention": 32},
    "hunyuan-ocr": {"model_type": "hunyuan_vl_text", "after": "norm"},
    "ernie-4.5-0.3b": {},
    "minimax-m2": {},
    "hunyuan-a13b": {"after": "norm"},
    # Attention written out in the model's own way: see own_attention.py.
    "falcon-7b": {"own": True},
    "falcon-40b": {"own": True},
    "bloom-7b1": {"own": True},
    # Written out, transformers 5 adds Falcon's ALiBi twice: in the mask and in the logits. PyTorch's attention gets it once.
    "falcon-rw-1b": {"own": True, "implementation": "sdpa"},
    "mpt-default": {"own": True},
    "gpt-j-6b": {"own": True},
    "t5-base": {"own": True},
    "roformer-default": {"own": True, "lengths": [96, 1536]},
}

# One for every rope type, every kind of layer, every kind of bias.
QUICK = [
    "llama-3.1-8b",
    "llama-4-scout-early",
    "mistral-7b-v0.1",
    "ministral-3-8b",
    "qwen3-8b-yarn",
    "qwen2-vl-7b",
    "phi-4-mini",
    "gemma-3-4b",
    "gemma-4-31b",
    "gpt-oss-20b",
    "deepseek-v3",
    "command-r7b",
    "glm-4-9b-hf",
    "modernbert-base",
    "hunyuan-a13b",
    "falcon-rw-1b",
    "mpt-default",
    "gpt-j-6b",
    "t5-base",
]

NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "hidden": ("hidden_size", "n_embd", "n_embed", "d_model"),
    "heads": ("num_attention_heads", "n_head", "n_heads", "num_heads"),
    "key_heads": ("num_key_value_heads", "num_kv_heads"),
    "window": ("sliding_window",),
    "chunk": ("attention_chunk_size",),
}


def spelled(keys, meaning):
    return next((name for name in NAMES[meaning] if keys.get(name) is not None), None)


def shrink(keys):
    """Fewer layers and heads, short windows; widths of a head, rotation and patterns stay."""
    keys = dict(keys)
    heads, hidden = spelled(keys, "heads"), spelled(keys, "hidden")
    head_dim = keys.get("head_dim") or (keys[hidden] // keys[heads] if heads else 256)
    groups = keys[heads] // keys[spelled(keys, "key_heads")] if heads and spelled(keys, "key_heads") else 1
    layers = spelled(keys, "layers")
    keys[layers] = min(keys[layers], 6)
    for name in ("layer_types", "no_rope_layers"):
        if name in keys:
            keys[name] = keys[name][: keys[layers]]
    if heads:
        keys[heads] = 4
    if spelled(keys, "key_heads"):
        keys[spelled(keys, "key_heads")] = 4 if groups == 1 else 2 if groups < 8 else 1
    if "qk_rope_head_dim" not in keys and "d_kv" not in keys:
        keys[hidden] = 4 * head_dim if not keys.get("head_dim") else 64
    else:
        keys[hidden] = 64
    if keys.get("num_global_key_value_heads"):
        keys["num_global_key_value_heads"] = 1
    if spelled(keys, "window"):
        keys["sliding_window"] = 24
    if spelled(keys, "chunk"):
        keys["attention_chunk_size"] = 32
    return keys


class Case:
    """One fixture: the text for farspan, the keys for transformers, and how to compare."""

    def __init__(self, name):
        document = json.loads((FIXTURES / f"{name}.json").read_text())
        changes = dict(CASES[name])
        self.encoder = True
        self.family, self.config_class = document.get("text_config", document)["model_type"], None
        self.model_class = None
        self.after, self.own = changes.pop("after", None), changes.pop("own", False)
        self.lengths, self.implementation = changes.pop("lengths", None), changes.pop("implementation", "eager")
        theirs, rope_type = changes.pop("theirs", {}), changes.pop("rope_type", None)
        inner = changes.pop("inner", {})
        small = {**shrink(document.get("text_config", document)), **changes}
        if inner:
            small["rope_parameters"] = {**small["rope_parameters"], **inner}
        small.pop("architectures", None)
        self.text = json.dumps({**document, "text_config": small} if "text_config" in document else small)
        self.keys = {**small, **theirs}
        if "layer_types" in theirs:
            words = {"S": "sliding_attention", "F": "full_attention"}
            self.keys["layer_types"] = [words[letter] for letter in theirs["layer_types"]]
            self.keys.pop("sliding_window_pattern", None)
        if rope_type:
            self.keys["rope_scaling"] = {**small["rope_scaling"], "type": rope_type}

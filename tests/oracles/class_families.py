"""Every causal language model that transformers names and farspan reads, with nothing but sizes in the file: what the class assumes for
all the rest must be what farspan assumes. transformers is asked for the names, so that a new release shows what is new."""
import json

from transformers import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

import farspan
import own_attention

NAMES = list(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
CANONICAL = {"num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": None, "hidden_size": 128}
WINDOWS = {
    "sliding_window": 24,
    "window_size": 24,
    "attention_window_size": 24,
    "local_attention": 48,
    "attention_chunk_size": 32,
}

# What a family needs beside: keys for both; "after" and "theirs" as in families.py.
CHANGES = {
    "bamba": {"attn_layer_indices": [1, 4]},
    "codegen": {"n_embd": 512},
    "cohere2_moe": {"first_k_dense_replace": 2},
    # Without them transformers 5.24 misses keys of its own.
    "dbrx": {"attn_config": {"kv_n_heads": 2, "rope_theta": 10000.0, "clip_qkv": 8.0}},
    "falcon_h1": {"mamba_d_ssm": 256},
    "gemma3n": {"num_kv_shared_layers": 0},
    "gemma3n_text": {"num_kv_shared_layers": 0},
    "gpt_neo": {"attention_types": [[["global", "local"], 3]], "attention_layers": ["global", "local"] * 3},
    "gptj": {"n_embd": 512},
    "granite_swa": {"layer_rope_theta": [10000, 0, 500000, 10000, 10000, 10000]},
    "granitemoehybrid": {"layer_types": ["mamba", "attention"] * 3, "position_embedding_type": "rope"},
    "helium": {"hidden_size": 512},
    # The classes ask for a head size that their defaults do not have.
    "hunyuan_v1_dense": {"head_dim": 32, "after": "norm"},
    "hunyuan_v1_moe": {"head_dim": 32, "after": "norm"},
    "ministral": {"head_dim": 32},
    "nemotron": {"head_dim": 32, "num_key_value_heads": 2},
    "laguna": {"layer_types": ["full_attention", "sliding_attention"] * 3, "num_attention_heads_per_layer": [4, 8] * 3},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"] * 3},
    "llama4": {"after": "norm"},
    "llama4_text": {"after": "norm"},
    "longcat_flash": {"num_layers": 2, "moe_topk": 2},
    "mellum": {"layer_types": ["full_attention", "sliding_attention"] * 3},
    "ministral3": {"after": "temperature"},
    # Its window is that of the cache: the mask of a first pass has none.
    "moshi": {"sliding_window": 3000},
    "musicgen": {"num_codebooks": 1},
    "musicgen_melody": {"num_codebooks": 1},
    "nemotron_h": {"hybrid_override_pattern": "M*E-*M"},
    "opt": {"after": "scale"},
    "roformer": {"lengths": [96, 1536]},
    "whisper": {"after": "scale"},
    "zamba": {"num_hidden_layers": 9},
    "zamba2": {"layers_block_type": ["mamba", "mamba", "hybrid"] * 2},
    "zaya": {"layer_types": ["hybrid", "hybrid_sliding"] * 3, "sliding_window": 24},
}
# One for every way of listing layers, and for positions that the quick fixtures do not have.
QUICK = [
    "afmoe",
    "bailing_hybrid",
    "bart",
    "cohere2_moe",
    "flint",
    "gpt_neo",
    "granite_swa",
    "jamba",
    "kimi_linear",
    "laguna",
    "lfm3",
    "mimo_v2_flash",
    "minimax",
    "nemotron_h",
    "qwen3_5",
    "recurrent_gemma",
    "roberta",
    "zamba2",
]
# Encoder and decoder have sizes of their own.
BOTH_SIDES = {"encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 2, "decoder_attention_heads": 4}


def refusals():
    """(names that are read, {name: the message with which it is refused})."""
    read, refused = [], {}
    for name in NAMES:
        try:
            farspan.Model(
                json.dumps({"model_type": name, "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 64})
            )
            read.append(name)
        except farspan.Failure as failure:
            if "model_type" in str(failure) and ("not supported" in str(failure) or "no model family" in str(failure)):
                refused[name] = str(failure)
            else:
                read.append(name)
    return read, refused


def check_names():
    """(passed, messages of failures): every name that transformers has is read, or refused with a reason of the library's table."""
    read, refused = refusals()
    unknown = [name for name, message in refused.items() if "not supported" not in message]
    print(
        f"transformers names {len(NAMES)} causal language models: {len(read)} are read, {len(refused) - len(unknown)} refused with a reason"
    )
    for name, message in refused.items():
        print(f"    {name:<26}{message.split('not supported: ')[-1]}")
    return len(NAMES) - len(unknown), [
        f"names: {name} is neither a family nor in the table of refusals: {message}"
        for name, message in refused.items()
        if name in unknown
    ]


def text_config(name):
    config = CONFIG_MAPPING[name]()
    return config.decoder if hasattr(config, "decoder") else config.get_text_config()


def spelled(config, canonical):
    return config.attribute_map.get(canonical, canonical)


class Case:
    """A family as its class makes it, small."""

    lengths, encoder = None, False

    def __init__(self, name):
        self.family = name
        config = text_config(name)
        config.allow_global_per_layer_attribute_access = True
        known = config.to_dict()
        changes = dict(CHANGES.get(name, {}))
        self.after, theirs = changes.pop("after", None), changes.pop("theirs", {})
        self.implementation, self.lengths = changes.pop("implementation", "eager"), changes.pop("lengths", None)
        small = {"model_type": config.model_type}
        for canonical, value in CANONICAL.items():
            key = spelled(config, canonical)
            if canonical == "num_key_value_heads":
                usual = getattr(type(config), key, None)  # None: as many as there are query heads
                value = usual and (4 if known.get(spelled(config, "num_attention_heads")) == usual else 2)
            if value and key in known:
                small[key] = value
        small.update({key: value for key, value in {**WINDOWS, **BOTH_SIDES}.items() if known.get(key)})
        small.update(changes)
        self.keys, self.config_class = {**small, **theirs}, type(config)
        self.model_class = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES[name]
        self.own = config.model_type in own_attention.SEPARATE or config.model_type in own_attention.FUSED
        self.text = json.dumps(small if config.model_type == name else {"model_type": name, "text_config": small})

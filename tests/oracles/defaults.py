"""The defaults of the model classes as farspan knows them against those of transformers. Farspan says in a note what it assumes for an
absent key; the classes are asked for the same key."""
import json
import re

import transformers

import class_families
import farspan

# Read, but no causal language model: text parts of others, encoders, encoder-decoders.
OTHERS = ("qwen2_vl_text", "qwen3_vl_text", "qwen3_vl_moe_text", "hunyuan_vl_text", "t5", "modernbert")

# Not keys of the class but code of the model, which the comparison of the layers covers.
IN_CODE = {"sliding_window_pattern", "full_attention_interval", "global_attn_every_n_layers"}
# Behind a switch: the class of transformers 5 drops the value unless use_sliding_window is true, where its default is this one.
SWITCHED = {("sliding_window", 4096)}
# Not from the classes: the test states them. 160 heads are a multiple of all numbers of key heads.
SIZES = {
    "num_hidden_layers": 8,
    "num_attention_heads": 160,
    "hidden_size": 160 * 64,
    "n_layer": 8,
    "n_head": 160,
    "n_embd": 160 * 64,
    "num_layers": 8,
    "num_heads": 160,
    "n_layers": 8,
    "n_heads": 160,
    "d_model": 160 * 64,
    "emb_dim": 160 * 64,
}


STATED = ("num_hidden_layers", "num_attention_heads", "hidden_size", "max_position_embeddings")
# The width of the class is no multiple of its heads.
NO_SIZES = ("glm4_moe",)


def theirs(config, key):
    rope = getattr(config, "rope_parameters", None) or {}
    if key in ("rope_theta", "global_rope_theta", "rope_local_base_freq", "local_rope_theta"):
        kind = "sliding_attention" if "local" in key else "full_attention"
        rope = rope.get(kind, rope.get("hybrid", rope))
        return rope.get("rope_theta", config.default_theta)
    if key in ("partial_rotary_factor", "rotary_pct"):
        return rope["partial_rotary_factor"]
    if key == "kv_n_heads":
        return config.attn_config.kv_n_heads
    if key == "global_head_dim":
        return config.per_layer_config["full_attention"].head_dim
    if key in ("alibi", "alibi_bias_max"):
        return getattr(config.attn_config, key)
    return getattr(config, key, None)


def assumed(document):
    """{key: number} that farspan assumes for what the document leaves out."""
    notes = farspan.Model(json.dumps(document)).notes()
    found = (
        (path.split(".")[-1], re.match(r"absent: the model class assumes (\S+)", text))
        for code, path, text in notes
        if code == 1
    )
    return {key: float(value[1]) for key, value in found if value}


def size_of(config, key):
    if key == "max_position_embeddings" and hasattr(config, "max_target_positions"):
        return config.max_target_positions
    return getattr(config, key, None)


def compare_sizes(name, config):
    """Nothing but a name: (key, farspan's, the class's)."""
    try:
        ours = assumed({"model_type": name})
    except farspan.Failure as failure:
        return [] if name in NO_SIZES else [(f"without sizes: {failure}", None, None)]
    return [(key, ours[key], size_of(config, key)) for key in STATED if key in ours]


def run():
    """(passed, messages of failures)"""
    passed, wrong = 0, []
    names = [*class_families.refusals()[0], *OTHERS]
    for name in names:
        config = class_families.text_config(name)
        config.allow_global_per_layer_attribute_access = True  # Gemma 4: the sizes of its sliding layers
        found = [
            (key, ours, theirs(config, key))
            for key, ours in assumed({"model_type": name, **SIZES}).items()
            if key not in IN_CODE and key not in STATED
        ]
        for key, ours, other in found + compare_sizes(name, config):
            if (key, ours) in SWITCHED and other in (None, 0) and "use_sliding_window" in config.to_dict():
                other = type(config)(use_sliding_window=True).sliding_window
            if other is None or ours is None or float(other) != ours:
                wrong.append(f"defaults, {name}.{key}: farspan assumes {ours}, transformers {other}")
            else:
                passed += 1
    print(
        f"transformers {transformers.__version__}: {passed + len(wrong)} defaults of {len(names)} classes compared, {len(wrong)} differ"
    )
    return passed, wrong

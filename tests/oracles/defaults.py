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
SIZES = {"num_hidden_layers": 8, "num_attention_heads": 160, "hidden_size": 160 * 64, "n_layer": 8, "n_head": 160, "n_embd": 160 * 64,
         "num_layers": 8, "num_heads": 160, "n_layers": 8, "n_heads": 160, "d_model": 160 * 64, "emb_dim": 160 * 64}


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


def run():
    """(passed, messages of failures)"""
    passed, wrong = 0, []
    names = [*class_families.refusals()[0], *OTHERS]
    for name in names:
        config = class_families.text_config(name)
        config.allow_global_per_layer_attribute_access = True  # Gemma 4: the sizes of its sliding layers
        notes = list(farspan.Model(json.dumps({"model_type": name, **SIZES})).notes())
        for code, path, text in notes:
            key = path.split(".")[-1]
            value = re.match(r"absent: the model class assumes (\S+)", text)
            if code != 1 or not value or key in IN_CODE:
                continue
            ours = float(value[1])
            found = theirs(config, key)
            if (key, ours) in SWITCHED and found in (None, 0) and "use_sliding_window" in config.to_dict():
                found = type(config)(use_sliding_window=True).sliding_window
            if found is None or float(found) != ours:
                wrong.append(f"defaults, {name}.{key}: farspan assumes {ours:g}, transformers {found}")
            else:
                passed += 1
    print(f"transformers {transformers.__version__}: {passed + len(wrong)} defaults of {len(names)} classes compared, {len(wrong)} differ")
    return passed, wrong

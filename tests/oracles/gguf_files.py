"""GGUF files as llama.cpp's own Python package writes them, against the config.json of the same model: both must give every layer the
same heads, window, scale and frequencies."""
import math
import tempfile
from pathlib import Path

import gguf
import numpy as np

import families
import farspan

# Frequencies: GGUF holds bases and divisors in float32, which are rounded once or twice.
BOUND = 4 * 2.0**-23
NO_TURN = 1e-20  # a pair that is slower does not rotate: GGUF divides by 1e30 where a config says none


def llama3_divisors(rotary_dim, base, factor, low, high, original):
    """The tensor rope_freqs.weight of Llama 3.1: what each frequency is divided by."""
    result = []
    for p in range(rotary_dim // 2):
        wavelength = 2 * math.pi * base ** (2 * p / rotary_dim)
        smooth = min(max((original / wavelength - low) / (high - low), 0), 1)
        result.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(result, np.float32)


def llama31(w):
    w.add_rope_freq_base(500000.0)
    w.add_rope_dimension_count(128)
    w.add_tensor("rope_freqs.weight", llama3_divisors(128, 500000.0, 8, 1, 4, 8192))


def qwen_yarn(w):
    w.add_rope_freq_base(1000000.0)
    w.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    w.add_rope_scaling_factor(4.0)
    w.add_rope_scaling_orig_ctx_len(32768)


def ministral3(w):
    w.add_rope_freq_base(1000000.0)
    w.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    w.add_rope_scaling_factor(16.0)
    w.add_rope_scaling_orig_ctx_len(16384)
    w.add_rope_scaling_yarn_beta_fast(32.0)
    w.add_rope_scaling_yarn_beta_slow(1.0)
    w.add_rope_scaling_yarn_log_mul(1.0)
    w.add_attn_temperature_scale(0.1)


def gemma3(w):
    w.add_rope_freq_base(1000000.0)
    w.add_rope_freq_base_swa(10000.0)
    w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
    w.add_rope_scaling_factor(8.0)
    w.add_sliding_window(1024)


def phi3(w):
    scaling = families.Case("phi-3-mini-128k").keys["rope_scaling"]
    w.add_rope_freq_base(10000.0)
    w.add_rope_dimension_count(96)
    w.add_sliding_window(262144)
    w.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE)
    w.add_rope_scaling_orig_ctx_len(4096)
    w.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(32) / math.log(4096)))
    for name in ("short", "long"):
        w.add_tensor(f"rope_factors_{name}.weight", np.array(scaling[f"{name}_factor"], np.float32))


def deepseek2(w):
    w.add_key_length_mla(192)
    w.add_value_length_mla(128)
    w.add_rope_dimension_count(64)
    w.add_rope_freq_base(10000.0)
    w.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    w.add_rope_scaling_factor(40.0)
    w.add_rope_scaling_orig_ctx_len(4096)
    w.add_rope_scaling_yarn_log_mul(0.1)


def gemma2(w):
    w.add_sliding_window(4096)
    w.add_attn_logit_softcapping(50.0)
    w.add_final_logit_softcapping(30.0)


def gemma4(w):
    w.add_rope_freq_base(1000000.0)
    w.add_rope_freq_base_swa(10000.0)
    w.add_rope_dimension_count(512)
    w.add_rope_dimension_count_swa(256)
    w.add_key_length_swa(256)
    w.add_value_length_swa(256)
    w.add_sliding_window(1024)
    w.add_sliding_window_pattern([layer % 6 != 5 for layer in range(60)])
    w.add_final_logit_softcapping(30.0)
    w.add_tensor("rope_freqs.weight", np.repeat(np.array([1, 1e30], np.float32), (64, 192)))


def modern_bert(w):
    w.add_causal_attention(False)
    w.add_rope_freq_base(160000.0)
    w.add_rope_freq_base_swa(10000.0)
    w.add_sliding_window(128)
    w.add_sliding_window_pattern(3)
    w.add_rope_scaling_type(gguf.RopeScalingType.NONE)


def smollm3(w):
    w.add_rope_freq_base(5000000.0)


# What is written per layer, or for the layers that see everything, where info has the first layer's number.
WHOLE = {
    "gemma-4-31b": {
        "key_heads": [4 if layer % 6 == 5 else 16 for layer in range(60)],
        "head_dim": 512,
        "value_dim": 512,
    }
}

CASES = {
    "llama-3.1-8b": ("llama", llama31),
    "qwen3-8b-yarn": ("qwen3", qwen_yarn),
    "ministral-3-8b-params": ("mistral3", ministral3),
    "gemma-3-4b": ("gemma3", gemma3),
    "gemma-3-27b": ("gemma3", gemma3),
    "gemma-2-9b": ("gemma2", gemma2),
    "gemma-2-27b": ("gemma2", gemma2),
    "gemma-4-31b": ("gemma4", gemma4),
    "modernbert-base": ("modern-bert", modern_bert),
    "phi-3-mini-128k": ("phi3", phi3),
    "deepseek-v3": ("deepseek2", deepseek2),
    "smollm3-3b": ("smollm3", smollm3),
    "falcon-7b": ("falcon", lambda w: w.add_rope_dimension_count(64)),
    "bloom-7b1": ("bloom", lambda w: None),
    "mpt-default": ("mpt", lambda w: w.add_max_alibi_bias(8.0)),
}


def file_of(architecture, info, fill, key_heads=None, head_dim=None, value_dim=None):
    """A GGUF file with the sizes of a model, or those given, and what `fill` adds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        writer = gguf.GGUFWriter(path, architecture)
        writer.add_block_count(info.layers)
        writer.add_context_length(info.context)
        writer.add_embedding_length(info.hidden or 64)
        writer.add_head_count(info.query_heads)
        writer.add_head_count_kv(key_heads or info.key_heads)
        writer.add_key_length(head_dim or info.head_dim)
        writer.add_value_length(value_dim or info.value_dim)
        fill(writer)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def difference(ours, theirs):
    """The largest relative difference of the numbers of two layers; infinite if what must be equal is not."""
    for field in ("kind", "query_heads", "key_heads", "head_dim", "value_dim", "window"):
        if getattr(ours, field) != getattr(theirs, field):
            return math.inf
    worst = abs(ours.attention_scale / theirs.attention_scale - 1)
    if farspan.method(theirs) == "none":
        return worst if farspan.method(ours) == "none" else math.inf
    for length in (100, 200000):
        (a, m), (b, n) = farspan.frequencies(ours, length), farspan.frequencies(theirs, length)
        worst = max(worst, np.max(np.abs(a - b) / np.maximum(b, NO_TURN)), abs(m / n - 1))
    return worst


def run():
    """(passed, messages of failures)"""
    passed, failures = 0, []
    print(f"{'GGUF':<12}{'config':<24}{'difference':>10}")
    for fixture, (architecture, fill) in CASES.items():
        model = farspan.Model((families.FIXTURES / f"{fixture}.json").read_text(), angle=farspan.ANGLE_EXACT)
        written = farspan.Model(
            file_of(architecture, model.info, fill, **WHOLE.get(fixture, {})), angle=farspan.ANGLE_EXACT
        )
        worst = max(difference(written.layer(n), model.layer(n)) for n in range(model.info.layers))
        print(f"{architecture:<12}{fixture:<24}{worst:>10.1e}", flush=True)
        if worst <= BOUND:
            passed += 1
        else:
            failures.append(f"GGUF {architecture}, {fixture}: {worst:.1e}, bound {BOUND:.1e}")
    return passed, failures

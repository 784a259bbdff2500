"""FARSPAN_RELEASE_TRANSFORMERS_4_48 against that release's own modeling_rope_utils.py, which is loaded alone: the package as a whole would
need the other packages of its time."""
import importlib.util
import json
import logging
import sys
import types
from pathlib import Path

import numpy as np

import families
import farspan

# Two roundings each for power, product and quotient, as in compare.py.
BOUND = 4 * 2.0**-23
FIXTURES = [
    "llama-3.1-8b",
    "llama-3.2-1b",
    "qwen2.5-7b-yarn",
    "qwen3-8b-yarn",
    "gpt-oss-20b",
    "deepseek-v3",
    "deepseek-v2-lite",
    "phi-3-mini-128k",
    "phi-4-mini",
    "internlm2-7b",
    "gemma-3-4b",
]
NAMES = {"su": "longrope"}


def load_old(folder):
    """The file as a module of a package that has only what it imports."""
    package = types.ModuleType("old")
    package.__path__ = []
    configuration, utils = types.ModuleType("old.configuration_utils"), types.ModuleType("old.utils")
    configuration.PretrainedConfig = object
    utils.is_torch_available = lambda: True
    utils.logging = types.SimpleNamespace(get_logger=logging.getLogger)
    sys.modules.update({"old": package, "old.configuration_utils": configuration, "old.utils": utils})
    spec = importlib.util.spec_from_file_location(
        "old.modeling_rope_utils", Path(folder) / "transformers" / "modeling_rope_utils.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ROPE_INIT_FUNCTIONS


def old_config(document):
    keys = dict(document.get("text_config", document))
    keys.setdefault("rope_theta", 1e6 if keys["model_type"] == "gemma3_text" else 10000.0)
    keys.setdefault("max_position_embeddings", 131072)
    keys.setdefault("num_attention_heads", 8)
    if "qk_rope_head_dim" in keys:
        keys["head_dim"] = keys["qk_rope_head_dim"]
    keys.setdefault(
        "head_dim", 256 if keys["model_type"] == "gemma3_text" else keys["hidden_size"] // keys["num_attention_heads"]
    )
    return types.SimpleNamespace(**keys)


def run(folder):
    """(passed, messages of failures). `folder` holds the package "transformers" in version 4.48.3."""
    functions = load_old(folder)
    worst, passed, failures = 0.0, 0, []
    print(f"{'file':<22}{'type':<10}{'length':>9}{'inv_freq':>10}{'factor':>10}   transformers 4.48.3")
    for name in FIXTURES:
        text = (families.FIXTURES / f"{name}.json").read_text()
        config = old_config(json.loads(text))
        kind = config.rope_scaling.get("rope_type", config.rope_scaling.get("type"))
        layer = farspan.Model(text, release=farspan.RELEASE_4_48).layer(5)
        original = getattr(config, "original_max_position_embeddings", config.max_position_embeddings)
        for length in (100, original, original + 1, 2 * config.max_position_embeddings):
            theirs, factor = functions[NAMES.get(kind, kind)](config, "cpu", seq_len=length)
            ours, magnitude = farspan.frequencies(layer, length)
            differences = np.max(np.abs(ours / theirs.numpy() - 1)), abs(magnitude / factor - 1)
            worst = max(worst, *differences)
            print(f"{name:<22}{kind:<10}{length:>9}{differences[0]:>10.1e}{differences[1]:>10.1e}")
            if max(differences) <= BOUND:
                passed += 1
            else:
                failures.append(
                    f"transformers 4.48.3, {name} at length {length}: {max(differences):.1e}, bound {BOUND:.1e}"
                )
    print(f"{len(FIXTURES)} files, worst {worst:.1e}, bound {BOUND:.1e}, {len(failures)} beyond it")
    return passed, failures

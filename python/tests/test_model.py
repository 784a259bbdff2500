import json
import subprocess
import sys
from pathlib import Path

import pytest

import farspan
from farspan import Model, Scheme

CONFIGS = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "configs"
LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "hidden_size": 256,
    "max_position_embeddings": 2048,
}


def test_layers_and_notes():
    model = Model.from_config((CONFIGS / "gemma-3-4b.json").read_text())
    kinds = [layer.kind for layer in model.layers]
    assert model.info.family.startswith("gemma3") and kinds[:6] == [1, 1, 1, 1, 1, 0]
    assert model.layer(0).window == 1024 and model.layer(5).parts["rope"]["factor"] == 8.0
    assert all(note.text for note in model.notes)


@pytest.mark.parametrize(
    "name", ["gpt-oss-20b", "phi-3-mini-128k", "gemma-2-9b", "falcon-rw-1b", "llama-4-scout-early", "qwen3-8b-yarn"]
)
def test_parts_make_the_same_scheme(name):
    for layer in Model.from_config((CONFIGS / f"{name}.json").read_text()).layers:
        same = Scheme(**layer.parts)
        for query, key in ((0, 0), (5000, 10), (5000, 4990)):
            assert same.probe(query, key) == layer.scheme.probe(query, key)


def test_a_scheme_outlives_its_model():
    schemes = [Model.from_config(LLAMA).layer(0).scheme for _ in range(50)]
    assert all(scheme.probe(9, 4).relative_position == 5 for scheme in schemes)


def test_extension():
    model = Model.from_config(LLAMA, extension="self_extend", target_length=8192)
    assert model.layer(0).parts["remap"]["method"] == "self_extend" and model.info.usable_context == 8192


def test_metadata():
    metadata = {
        "general.architecture": "llama",
        "llama.block_count": 1,
        "llama.embedding_length": 256,
        "llama.attention.head_count": 4,
        "llama.context_length": 2048,
        "llama.rope.freq_base": 5e5,
    }
    assert Model.from_metadata(metadata).layer(0).parts["rope"]["base"] == 5e5


def test_refused(tmp_path):
    with pytest.raises(farspan.InputError, match="model_type"):
        Model.from_config({"model_type": "no such"})
    with pytest.raises(farspan.InputError) as caught:
        Model.from_config(json.dumps(LLAMA)[:-3])
    assert caught.value.function == "model_from_config"
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF")
    for given in (broken, str(broken), b"GGUF"):
        with pytest.raises(farspan.InputError):
            Model.from_gguf(given)


def test_import_needs_no_torch():
    code = "import sys; sys.modules['torch'] = None; import farspan, numpy; print(farspan.version(), 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.endswith(
        " False\n"
    )

"""The programs of tools/train on the library's attention: the training of a small model, and a few steps of a fine-tuning."""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "tools" / "train"
METHODS = ["sinusoidal", "rope", "alibi", "t5", "xpos"]


@pytest.fixture(scope="module")
def text():
    """Bytes to train on: what this repository says about itself."""
    return b"\n".join(path.read_bytes() for path in sorted((ROOT / "docs").glob("*.md")))


@pytest.fixture
def programs(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    import compare
    import model

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the products are too small for more
    yield compare, model
    torch.set_num_threads(threads)


@pytest.mark.parametrize("method", METHODS)
def test_the_losses_are_those_of_pytorch_s_own_attention(programs, text, method):
    """40 steps from the same weights on the same bytes. Losses differ by rounding, which training makes grow."""
    compare, model = programs
    config = {**model.make_config(method), "num_hidden_layers": 2, "intermediate_size": 64, "hidden_size": 64}
    config.update(num_attention_heads=2, num_key_value_heads=2)
    if method == "alibi":
        config["position"]["slopes"] = config["position"]["slopes"][1:3]
    args = argparse.Namespace(
        steps=40, batch=4, length=128, lr=5e-3, warmup=10, repeats=0.5, seed=1, precision="f32", turn=5, compile=False
    )
    found = compare.compare(config, np.frombuffer(text, np.uint8), args)
    ours, theirs = (np.array(found["losses"][name]) for name in ("farspan", "torch"))
    assert theirs[0] - theirs[-1] > 1
    assert np.abs(ours - theirs)[:10].max() < 2e-5 and np.abs(ours - theirs).max() < 1e-3


def run(work, *options):
    command = [sys.executable, str(TOOLS / "extend.py"), "--work", str(work), "--out", str(work / "out.json"), *options]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ)


def test_fine_tuning(tmp_path, text, monkeypatch):
    """Two steps, once in one go and once interrupted: the same numbers, and an exported model that has them."""
    sizes = "--batch 1 --length 512 --steps 2 --at 1 --lengths 256 1024 --stretches 1 --no-compile".split()
    results = []
    for name, stops in (("whole", [[]]), ("interrupted", [["--stop", "1"], []])):
        corpus = tmp_path / name / "corpus"
        corpus.mkdir(parents=True)
        held_out = text[:8192]
        (corpus / "train.bin").write_bytes(text[8192:])
        (corpus / "heldout.bin").write_bytes(held_out)
        (corpus / "manifest.json").write_text(json.dumps({"heldout": {"names": [["text", len(held_out)]]}}))
        for stop in stops:
            exported = ["--export", str(tmp_path / name)]
            done = run(tmp_path / name, "--start", "direct", "rerope", *sizes, *stop, *exported)
            assert done.returncode == 0, done.stderr
            assert (tmp_path / name / "rope-rerope").exists() == (stop == [])
        results.append(json.loads((tmp_path / name / "out.json").read_text())["starts"])
    whole, interrupted = results
    for start, known in whole.items():
        assert [row["step"] for row in known["rows"]] == [0, 1, 2] and known["rows"] == interrupted[start]["rows"]
        assert all(1 < row["perplexity"][n] < 100 for row in known["rows"] for n in ("256", "1024"))
    first = {start: known["rows"][0]["perplexity"] for start, known in whole.items()}
    assert first["direct"]["1024"] > first["direct"]["256"] and first["rerope"]["1024"] < first["direct"]["1024"]

    monkeypatch.syspath_prepend(str(TOOLS))
    import evaluate
    import extend
    import model
    from safetensors.torch import load_file

    assert not set(extend.TABLES) & set(load_file(tmp_path / "whole" / "rope-rerope" / "model.safetensors"))
    (tmp_path / "whole" / "rope").symlink_to(extend.MODELS / "rope")
    stretches = evaluate.long_stretches(np.frombuffer(text[:8192], np.uint8), [["text", 8192]], 1)
    exported = model.load_model(tmp_path / "whole" / "rope-rerope")
    measured = extend.perplexities(exported, stretches, [256, 1024])
    known = whole["rerope"]["rows"][-1]["perplexity"]
    assert all(abs(measured[n] / known[n] - 1) < 2e-3 for n in known) and measured != known  # f16

    refused = run(tmp_path / "whole", "--start", "direct", *sizes, "--seed", "2")
    assert refused.returncode != 0 and "other options" in refused.stderr


def test_what_the_starts_change(monkeypatch):
    """Every start is a scheme of the library: what its first pair of frequencies and its far distances become at four times 256."""
    monkeypatch.syspath_prepend(str(TOOLS))
    import extend
    import farspan
    import model

    config = model.make_config("rope")
    made = {
        start: farspan.Scheme(**model.scheme_parts({**config, "scheme": extend.scheme_of(start, 256, 1024)}))
        for start in extend.STARTS
    }
    slowest = {
        start: farspan.rope_frequencies(scheme, 1024, 16)[0][-1] * 10000 ** (15 / 16) for start, scheme in made.items()
    }
    assert np.allclose([slowest[s] for s in extend.STARTS], [1, 0.25, 0.25, 0.25, 1])
    probes = {start: scheme.probe(1000, 0) for start, scheme in made.items()}
    assert {start: p.relative_position for start, p in probes.items()} == {
        **dict.fromkeys(made, 1000.0),
        "rerope": 128.0,
    }
    assert probes["rerope"].scale > probes["direct"].scale == probes["yarn"].scale

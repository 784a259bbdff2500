"""A pretrained model, SmolLM2-135M-Instruct out of a GGUF file: logits on Farspan equal those of transformers' eager attention."""
import os
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from farspan.report.model import LanguageModel  # noqa: E402
from farspan.transformers import Cache, disable, enable  # noqa: E402

FILE = os.environ.get("FARSPAN_SMOLLM2", "")
TEXT = Path(__file__).parents[2] / "README.md"
BOUND = 1e-4  # of the largest logit


@pytest.fixture(scope="module")
def language():
    if not os.path.isfile(FILE):
        pytest.skip("no SmolLM2: FARSPAN_SMOLLM2 names no file; scripts/smollm2.sh fetches it")
    return LanguageModel(FILE)


@pytest.fixture(autouse=True)
def no_gradient():
    with torch.inference_mode():
        yield


def difference(got, expected):
    return ((got - expected).abs().max() / expected.abs().max()).item()


def test_logits_equal_eager(language, capsys):
    tokens = torch.from_numpy(language.encode(TEXT.read_text())[:512])[None]
    model = language.model
    disable(model)
    model.set_attn_implementation("eager")
    expected = model(tokens).logits
    enable(model)
    prefill = model(tokens, use_cache=False).logits
    cache = Cache(model, "f32")
    steps = [model(tokens[:, :500], cache=cache).logits]
    steps += [model(tokens[:, n : n + 1], cache=cache).logits for n in range(500, 512)]
    found = {"prefill": difference(prefill, expected), "token by token": difference(torch.cat(steps, 1), expected)}
    with capsys.disabled():
        print(f"SmolLM2, largest difference from eager over the largest logit: {found}")
    assert all(value < BOUND for value in found.values())
    assert (prefill.argmax(-1) == expected.argmax(-1)).all()


def test_it_has_read_english(language):
    """Were rows of weights in another order than transformers wants them, the loss would be that of a guess: 10.8 nats."""
    tokens = language.encode(
        "The quick brown fox jumps over the lazy dog. The sun rises in the east and sets in the west."
    )
    assert language.trained == 8192 and language.bos is None
    assert language.losses(tokens, len(tokens), len(tokens) - 1, len(tokens) - 1).mean() < 3.5

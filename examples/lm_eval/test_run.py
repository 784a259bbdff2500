"""The harness finds on Farspan what it finds with the model's own attention."""
import os
import sys
from pathlib import Path

import pytest
import transformers

os.environ["HF_DATASETS_OFFLINE"] = "1"
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
import run  # noqa: E402
import small_model  # noqa: E402

from farspan.report.model import LanguageModel  # noqa: E402

BYTES = 700


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_model.save(tmp_path_factory.mktemp("small"), trained=256)


def likelihoods(found):
    """Of every choice of every text."""
    samples = sorted(found["samples"]["farspan_passkey"], key=lambda sample: sample["doc_id"])
    return [float(response[0][0]) for sample in samples for response in sample["resps"]]


def test_the_harness_finds_the_same(folder):
    texts = run.documents(5, BYTES)
    assert all(text["choices"][text["answer"]] in text["text"] and len(set(text["choices"])) == 4 for text in texts)
    eager = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    language = LanguageModel(folder)
    expected = run.evaluate(eager, language.tokenizer, texts, 800)
    found = run.evaluate(language.model, language.tokenizer, texts, 800)
    assert len(likelihoods(found)) == 20
    assert likelihoods(found) == pytest.approx(likelihoods(expected), abs=1e-3)
    assert found["results"]["farspan_passkey"]["acc,none"] == expected["results"]["farspan_passkey"]["acc,none"]
    language.use("rerope", 800)
    other = likelihoods(run.evaluate(language.model, language.tokenizer, texts, 800))
    assert max(abs(a - b) for a, b in zip(other, likelihoods(found))) > 0.1

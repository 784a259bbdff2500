"""The example in local mode: the same bits for any number of partitions, and the losses of the model's own attention."""
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from pyspark.sql import SparkSession

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
import score  # noqa: E402
import small_model  # noqa: E402

LENGTH = 48


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(small_model.save(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def spark():
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def texts():
    random = np.random.default_rng(2)
    lengths = [1, 2, 17, 48, 49, 200, 131]  # one without a token to score, some with a window more
    return {f"{n}.txt": "".join(random.choice(list(small_model.LETTERS), n)) for n in lengths}


def expected(model, texts):
    """Mean loss and tokens by transformers' eager attention: windows without overlap, whose first token is read only once."""
    eager = transformers.AutoModelForCausalLM.from_pretrained(model, attn_implementation="eager").eval()
    losses = []
    for name in sorted(texts):
        tokens = torch.tensor([small_model.LETTERS.index(c) for c in texts[name]])
        for begin in range(0, len(tokens) - 1, LENGTH):
            window = tokens[begin : begin + LENGTH + 1]
            with torch.no_grad():
                logits = eager(window[None, :-1]).logits[0]
            losses += torch.nn.functional.cross_entropy(logits, window[1:], reduction="none").tolist()
    return losses


def test_any_number_of_partitions_gives_the_same_bits(spark, model, texts):
    found = [score.score_corpus(spark, texts, model, "none", LENGTH, partitions) for partitions in (1, 2, 5)]
    as_bytes = [(bytes(whole), [bytes(bucket) for bucket in curve.buckets]) for whole, curve in found]
    assert as_bytes[0] == as_bytes[1] == as_bytes[2]
    losses = expected(model, texts)
    summary = score.report(*found[0])
    assert summary["tokens"] == len(losses) == sum(len(text) - 1 for text in texts.values())
    assert summary["nll"] == pytest.approx(np.mean(losses), abs=1e-5)
    assert sum(bucket["tokens"] for bucket in summary["by_context"]) == len(losses)


def test_a_method_beyond_the_trained_length(spark, model, texts):
    plain = score.score_corpus(spark, texts, model, "none", 150, 2)[0].summary()
    extended = score.score_corpus(spark, texts, model, "self-extend", 150, 2)[0].summary()
    assert plain.tokens == extended.tokens and abs(plain.nll - extended.nll) > 1e-4

import pickle

import numpy as np
import pytest

from farspan import eval as judging


def test_losses_by_windows(rng):
    logits = rng.normal(size=(1, 1, 50, 17)).astype(np.float32)
    targets = rng.integers(0, 17, 50)
    nll = judging.token_nll(logits, targets)
    wide = logits[0, 0].astype(np.float64)
    expected = np.log(np.exp(wide).sum(-1)) - wide[np.arange(50), targets]
    assert np.abs(nll - expected).max() < 1e-6
    grad = judging.token_nll_grad(logits, targets)
    assert np.abs(grad.sum(-1)).max() < 1e-5

    windows = judging.Windows("sliding", bos="every", tokens=50, length=20, stride=10)
    assert (
        sum(w.end - w.first_scored for w in windows) == 50
        and windows[-1].end == 50
        and len(list(windows)) == len(windows)
    )
    loss, half = judging.Loss(block_tokens=5), judging.Loss(block_tokens=5)
    loss.add(nll[:25])
    half.add(nll[25:])
    loss.merge(pickle.loads(pickle.dumps(half)))
    summary = loss.summary()
    assert (
        summary.tokens == 50
        and summary.nll == pytest.approx(nll.mean())
        and summary.perplexity == pytest.approx(np.exp(nll.mean()))
    )


def test_curve_and_verdict():
    curve = judging.LossCurve([1, 10, 100])
    curve.add(1, np.full(50, 2.0))
    assert [b.summary().tokens for b in curve.buckets] == [9, 41]
    sent = pickle.loads(pickle.dumps(curve))
    sent.merge(pickle.loads(pickle.dumps(sent)))
    assert [b.summary().tokens for b in sent.buckets] == [18, 82] and sent.buckets[1].summary().nll == 2.0
    verdict = judging.judge([128, 256, 512], [2.0, 1.9, 3.0], 256)
    assert verdict.name == "explodes" and verdict.worst_length == 512 and "1.10" in judging.verdict_rule()


def test_texts():
    bleu, counts = judging.Bleu(), judging.BleuCounts()
    counts.add(bleu, "the cat sat on the mat", ["the cat sat on the mat", None])
    assert counts.score(bleu).score == pytest.approx(100) and "tok:13a" in bleu.signature()
    assert judging.rouge("l", "a b c", ["a c"]).recall == 1.0
    assert judging.rouge("n", [1, 2, 3], [[1, 2, 4]], order=2).precision == 0.5
    chrf, texts = judging.Chrf(word_order=2), judging.ChrfCounts()
    texts.add(chrf, "abc def", ["abc def"])
    assert texts.score(chrf) == pytest.approx(100)
    assert judging.tokenize("13a", "Hello, world") == "Hello , world"


def test_passkey_and_needle():
    task = judging.passkey("landmark", 3000, seed=3, depth=0.5)
    assert str(task.key) in task.text[task.key_begin : task.key_end] and judging.passkey_check(
        f" {task.key}.", task.key
    )
    ids, position = judging.needle_place([1] * 5, [7, 8], [9], 10, 0.5)
    assert ids.tolist()[position : position + 2] == [7, 8] and ids[-1] == 9 and len(ids) == 10


def test_intervals_and_wrong_sizes():
    interval = judging.bootstrap_mean(np.arange(100.0), samples=200)
    assert interval.low < 49.5 < interval.high
    with pytest.raises(ValueError, match="targets_count is 2: must be 3"):
        judging.Loss().add([1.0, 2.0, 3.0], targets=[1, 2])


def test_key_tokens_and_effective_length():
    longs, shorts = np.array([1.0, 1.0, 5.0, 0.5]), np.array([4.0, 2.0, 9.0, 3.0])
    keys = judging.key_tokens(longs, shorts)
    assert keys.tolist() == [1, 0, 0, 1] and judging.key_tokens(longs, shorts, gain=0.5).tolist() == [1, 1, 0, 1]
    found = judging.long_ppl(longs, keys, block_tokens=2)
    assert found.key_tokens == 2 and found.share == 0.5 and found.perplexity == pytest.approx(np.exp(0.75))
    assert (found.low, found.high) == pytest.approx((np.exp(0.5), np.exp(1.0)))
    loss = judging.Loss()
    loss.add(longs, targets=keys, ignore_index=0)
    assert loss.summary().nll == pytest.approx(found.nll)
    reach = judging.effective_length([4096, 8192, 16384], [0.95, 0.9, 0.8], 0.856)
    assert (reach.length, reach.first_below, reach.score) == (8192, 16384, 0.9)

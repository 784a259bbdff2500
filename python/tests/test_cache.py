import threading

import numpy as np
import pytest

import farspan
from farspan import Batch, Cache, Scheme

ROPE = {"method": "base", "layout": "half", "rotary_dim": 32}
SCHEME = Scheme(rope=ROPE)


def qkv(rng, tokens):
    return [rng.normal(size=(1, h, tokens, 32)).astype(np.float32) for h in (4, 2, 2)]


def fill(cache, sequence, k, v, tokens=slice(None)):
    k, v = k[:, :, tokens], v[:, :, tokens]
    batch = Batch([sequence], [0, k.shape[2]])
    cache.append(batch)
    cache.write(0, batch, k, v)
    return batch


def test_prefill_and_decode_equal_attention(rng):
    q, k, v = qkv(rng, 90)
    expected = farspan.attention(SCHEME, q, k, v)
    cache = Cache(key_heads=2, head_dim=32, dtype="f32")
    sequence = cache.sequence()
    first = fill(cache, sequence, k, v, slice(0, 60))
    assert np.abs(cache.plan(SCHEME, first, 4).run(0, q[:, :, :60]) - expected[:, :, :60]).max() < 1e-5
    for n in range(60, 90):
        fill(cache, sequence, k, v, slice(n, n + 1))
        out = cache.decode(SCHEME, 0, sequence, q[:, :, n : n + 1])
        assert np.abs(out - expected[:, :, n : n + 1]).max() < 1e-5
    info = sequence.info()
    assert (info.tokens, info.next_position) == (90, 90)


def test_another_scheme_at_every_step(rng):
    q, k, v = qkv(rng, 300)
    cache = Cache(key_heads=2, head_dim=32, dtype="f32")
    fill(cache, sequence := cache.sequence(), k, v)
    for parts in ({}, {"remap": {"method": "rerope", "window": 50}}, {"mask": {"sinks": 4, "window_left": 99}}):
        scheme = Scheme(rope=ROPE, **parts)
        out = cache.decode(scheme, 0, sequence, q[:, :, -1:])
        assert np.abs(out - farspan.attention(scheme, q, k, v)[:, :, -1:]).max() < 1e-5


def test_fork_rollback_save_and_keep(rng):
    q, k, v = qkv(rng, 200)
    cache = Cache(key_heads=2, head_dim=32, dtype="bf16")
    fill(cache, sequence := cache.sequence(), k, v)
    out = cache.decode(SCHEME, 0, sequence, q[:, :, -1:])
    child, restored = sequence.fork(), cache.restore(sequence.save())
    fill(cache, child, k, v, slice(0, 5))
    child.evict(200)
    for other in (sequence, child, restored):
        assert np.array_equal(cache.decode(SCHEME, 0, other, q[:, :, -1:]), out)
    restored.keep(4, 20)
    assert restored.info().tokens < 200 and cache.statistics().sequences == 3
    del child
    assert cache.statistics().sequences == 2
    with pytest.raises(farspan.InputError):
        cache.restore(sequence.save()[:-1])


def test_batch_of_different_lengths(rng):
    cache = Cache(key_heads=2, head_dim=32, dtype="f32")
    sequences, queries, expected = [], [], []
    for tokens in (7, 130, 64):
        q, k, v = qkv(rng, tokens)
        fill(cache, sequence := cache.sequence(), k, v)
        sequences.append(sequence)
        queries.append(q[:, :, -1:])
        expected.append(farspan.attention(SCHEME, q, k, v)[:, :, -1:])
    out = cache.decode(SCHEME, 0, sequences, np.concatenate(queries, 2))
    assert np.abs(out - np.concatenate(expected, 2)).max() < 1e-5


def test_refused(rng):
    q, k, v = qkv(rng, 3)
    cache = Cache(key_heads=2, head_dim=32)
    sequence = cache.sequence()
    with pytest.raises(ValueError, match="batch.offsets_count is 1: must be 2"):
        cache.append(Batch([sequence], [0]))
    with pytest.raises(ValueError, match="positions_count is 2: must be 1"):
        cache.append(sequence, [1, 2])
    plan = cache.plan(SCHEME, fill(cache, sequence, k, v), 4)
    fill(cache, sequence, k, v)
    with pytest.raises(farspan.InputError):
        plan.run(0, q)
    small = Cache(key_heads=2, head_dim=32, memory_limit=1)
    with pytest.raises(farspan.OutOfMemoryError):
        small.append(small.sequence())


def test_sessions_in_threads(rng):
    """Each its own sequence, of one cache: the numbers are those of a session alone."""
    q, k, v = qkv(rng, 60)

    def session(cache, outputs):
        sequence = cache.sequence()
        for n in range(60):
            fill(cache, sequence, k, v, slice(n, n + 1))
            outputs.append(cache.decode(SCHEME, 0, sequence, q[:, :, n : n + 1]))

    cache, expected = Cache(key_heads=2, head_dim=32), []
    session(cache, expected)
    results = [[] for _ in range(8)]
    threads = [threading.Thread(target=session, args=(cache, result)) for result in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(a, b) for result in results for a, b in zip(result, expected, strict=True))
    assert cache.statistics().sequences == 0


def test_one_sequence_in_many_threads(rng):
    """Calls on it wait for each other, so that none of them fails or crashes."""
    q, k, v = qkv(rng, 1)
    cache = Cache(key_heads=2, head_dim=32)
    sequence = cache.sequence()

    def work():
        for _ in range(100):
            cache.append(sequence)
            sequence.fork().evict(0)
            sequence.info()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sequence.info().tokens == 600

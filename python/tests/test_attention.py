import threading
import time

import numpy as np
import pytest

import farspan
import reference
from farspan import Context, Plan, Problem, Scheme

ROPE = {"method": "base", "layout": "half", "rotary_dim": 32}


def data(rng, heads=4, key_heads=2, queries=50, keys=50, batch=2):
    return [
        rng.normal(size=(batch, h, n, 32)).astype(np.float32)
        for h, n in ((heads, queries), (key_heads, keys), (key_heads, keys))
    ]


def problem(q, k, **more):
    return Problem(
        batch=q.shape[0],
        query_heads=q.shape[1],
        key_heads=k.shape[1],
        queries=q.shape[2],
        keys=k.shape[2],
        head_dim=32,
        **more,
    )


def test_against_double_precision(rng):
    q, k, v = data(rng, queries=20)
    lse = np.zeros((2, 4, 20), np.float32)
    plan = Plan(Scheme(rope=ROPE), problem(q, k))
    out = plan.run(q, k, v, lse=lse, workspace=bytearray(plan.workspace_size))
    expected, sums = reference.attention(reference.rotate(q, range(30, 50)), reference.rotate(k, range(50)), v)
    assert np.abs(out - expected).max() < 1e-5 and np.abs(lse - sums).max() < 1e-5
    assert plan.tile_counts().whole >= 0


def test_positions_per_batch_and_padding(rng):
    q, k, v = data(rng)
    positions = np.stack([np.arange(50), np.maximum(np.arange(50) - 10, 0)])
    ranges = [[0, 50], [10, 50]]
    plan = Plan(Scheme(rope=ROPE), problem(q, k, query_positions=positions, key_positions=positions, key_ranges=ranges))
    out = plan.run(q, k, v)
    assert np.array_equal(out[0], farspan.attention(Scheme(rope=ROPE), q, k, v)[0])
    alone = farspan.attention(Scheme(rope=ROPE), q[1:, :, 10:], k[1:, :, 10:], v[1:, :, 10:])
    assert np.abs(out[1, :, 10:] - alone[0]).max() < 1e-5


def test_dense_bias(rng):
    q, k, v = data(rng)
    bias = rng.normal(size=(1, 4, 50, 50)).astype(np.float32)
    out = Plan(Scheme(bias={"method": "dense"}), problem(q, k)).run(q, k, v, bias=bias)
    assert np.abs(out - reference.attention(q, k, v, bias=bias)[0]).max() < 1e-5


def test_merge_of_two_halves(rng):
    q, k, v = data(rng)
    scheme = Scheme(mask={"causal": 0})
    parts = []
    for keys in (slice(0, 20), slice(20, 50)):
        lse = np.zeros((2, 4, 50), np.float32)
        part = Plan(scheme, problem(q, k[:, :, keys])).run(q, k[:, :, keys], v[:, :, keys], lse=lse)
        parts += [part, lse]
    merged = farspan.attention_merge(*parts)
    assert merged is parts[0] and np.abs(merged - farspan.attention(scheme, q, k, v)).max() < 1e-5


def test_wrong_sizes_are_refused(rng):
    q, k, v = data(rng)
    plan = Plan(Scheme(), problem(q, k))
    with pytest.raises(ValueError, match="lse_count is 7: must be at least 400"):
        plan.run(q, k, v, lse=np.zeros(7, np.float32))
    with pytest.raises(farspan.InputError, match="workspace"):
        plan.run(q, k, v, workspace=bytearray(plan.workspace_size - 1))
    with pytest.raises(farspan.InputError):
        plan.run(q[:1], k, v)


def test_rotation_and_its_inverse(rng):
    x = rng.normal(size=(1, 2, 9, 32)).astype(np.float32)
    scheme, where = Scheme(rope=ROPE), np.arange(100, 109)
    turned = farspan.rope_apply(scheme, x, where)
    assert np.abs(turned - reference.rotate(x, where)).max() < 1e-6
    back = farspan.rope_apply(scheme, turned, where, direction="inverse", out=turned)
    assert back is turned and np.abs(back - x).max() < 1e-6


def test_encodings():
    out = farspan.sinusoidal_fill(np.zeros((1, 1, 3, 8), np.float32))
    assert out[0, 0, 0].tolist() == [0, 1, 0, 1, 0, 1, 0, 1]
    rows = farspan.position_lookup(out, np.zeros((2, 1, 2, 8), np.float32), [2, 0])
    assert np.array_equal(rows[1, 0], out[0, 0, [2, 0]])
    with pytest.raises(farspan.InputError, match="positions"):
        farspan.position_lookup(out, np.zeros((1, 1, 1, 8), np.float32), [3])


def test_the_lock_of_the_interpreter_is_released(rng):
    q, k, v = (rng.normal(size=(1, 4, 4096, 32)).astype(np.float32) for _ in range(3))
    context, done, ticks = Context(threads=1), threading.Event(), []

    def run():
        farspan.attention(Scheme(), q, k, v, context=context)
        done.set()

    worker = threading.Thread(target=run)
    start = time.perf_counter()
    worker.start()
    while not done.is_set():
        ticks.append(time.perf_counter())
        time.sleep(0.0005)
    worker.join()
    took = time.perf_counter() - start
    assert max(np.diff([start, *ticks])) < took / 2, "no other thread ran during the call"


def test_cancel(rng):
    q, k, v = (rng.normal(size=(1, 4, 256, 32)).astype(np.float32) for _ in range(3))
    context = Context(threads=1)
    context.cancel()
    with pytest.raises(farspan.CancelledError):
        farspan.attention(Scheme(), q, k, v, context=context)
    context.reset()
    farspan.attention(Scheme(), q, k, v, context=context)
    assert context.threads == 1 and farspan.isa_supported(context.isa)


def test_many_threads_on_one_plan(rng):
    q, k, v = data(rng)
    plan = Plan(Scheme(rope=ROPE), problem(q, k))
    expected, wrong = plan.run(q, k, v), []

    def work():
        for _ in range(50):
            if not np.array_equal(plan.run(q, k, v), expected):
                wrong.append(1)
            try:
                Scheme(rope={**ROPE, "rotary_dim": 31})
            except farspan.InputError as error:
                wrong.extend([1] if "31" not in str(error) else [])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong

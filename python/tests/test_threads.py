"""Many threads at once: the numbers are those of one thread, and errors are each thread's own. scripts/test-bare.sh free_threaded runs
this without the interpreter's lock too."""
import ctypes
import gc
import os
import subprocess
import sys
import threading
import types
import weakref

import numpy as np
import pytest

import farspan
from farspan import Batch, Cache, Context, Plan, Problem, Scheme, _library, _structs

THREADS = 8
ROPE = {"method": "base", "layout": "half", "rotary_dim": 32}


@pytest.fixture(autouse=True)
def often():
    """With the lock of the interpreter, threads take turns a thousand times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work):
    """[work(0), work(1) ...], all begun at once; raises what the first of them raises."""
    results, failures, start = [None] * THREADS, [], threading.Barrier(THREADS)

    def run(n):
        start.wait()
        try:
            results[n] = work(n)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def qkv(seed, tokens):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(1, h, tokens, 32)).astype(np.float32) for h in (4, 2, 2)]


def sizes(tokens):
    return {"query_heads": 4, "key_heads": 2, "queries": tokens, "keys": tokens, "head_dim": 32}


def test_a_plan_for_each_thread():
    def work(n):
        q, k, v = qkv(n, 40 + n)
        scheme = Scheme(rope=ROPE, remap={"method": "rerope", "window": 8 + n}, score={"sink_logits": [0.1 * n] * 4})
        plan = Plan(scheme, Problem(**sizes(40 + n)))
        lse = np.empty((1, 4, 40 + n), np.float32)
        out = plan.run(q, k, v, lse=lse, workspace=np.empty(plan.workspace_size, np.uint8))
        gradient = plan.backward(q, k, v, out, lse, out)
        numbers = scheme.to_json(), scheme.probe(30, 1), plan.tile_counts()
        return numbers, [out, lse, gradient.q, gradient.k, gradient.v, farspan.rope_apply(scheme, q)]

    expected = [work(n) for n in range(THREADS)]
    for _ in range(10):
        for (numbers, arrays), (numbers_alone, arrays_alone) in zip(in_threads(work), expected):
            assert numbers == numbers_alone
            assert all(np.array_equal(a, b) for a, b in zip(arrays, arrays_alone, strict=True))


@pytest.mark.parametrize("threads", [1, 2])
def test_one_plan_for_all(threads):
    """Also with one context, and one view of the keys."""
    context = Context(threads=threads)
    plan = Plan(Scheme(rope=ROPE, bias={"method": "alibi", "heads": 4}), Problem(**sizes(100)), context)
    _, k, v = qkv(99, 100)
    keys = farspan.view(k)

    def work(n):
        q = qkv(n, 100)[0]
        return [plan.run(q, keys, v, context=context if n % 2 else None) for _ in range(20)]

    expected = [work(n)[0] for n in range(THREADS)]
    for outs, alone in zip(in_threads(work), expected):
        assert all(np.array_equal(out, alone) for out in outs)


def test_one_cache_for_all():
    """Sequences of their own that share the blocks of a prompt: forked, written, rolled back, saved and ended in many threads."""
    scheme, prompt = Scheme(rope=ROPE), qkv(99, 70)

    def work(cache, parent, n):
        outs = []
        for _ in range(5):
            sequence = parent.fork()
            for step in range(3):
                q, k, v = qkv(100 * n + step, 1)
                cache.append(sequence)
                cache.write(0, sequence, k, v)
                outs.append(cache.decode(scheme, 0, sequence, q))
            sequence.evict(70)
            restored = cache.restore(sequence.save())
            outs.append(cache.decode(scheme, 0, [restored, parent], np.concatenate([q, q], 2)))
        return outs

    def session(run):
        cache = Cache(key_heads=2, head_dim=32)
        newest = Batch([cache.sequence()], [0, 70])
        cache.append(newest)
        cache.write(0, newest, *prompt[1:])
        outs = run(lambda n: work(cache, newest.sequences[0], n))
        assert cache.statistics().sequences == 1
        return outs

    expected = session(lambda work: [work(n) for n in range(THREADS)])
    for outs, alone in zip(session(in_threads), expected):
        assert all(np.array_equal(a, b) for a, b in zip(outs, alone, strict=True))


def test_one_plan_of_a_cache_for_all():
    cache = Cache(key_heads=2, head_dim=32)
    q, k, v = qkv(1, 70)
    newest = Batch([cache.sequence()], [0, 70])
    cache.append(newest)
    cache.write(0, newest, k, v)
    plan = cache.plan(Scheme(rope=ROPE), newest, 4)
    expected = plan.run(0, q)
    for outs in in_threads(lambda n: [plan.run(0, q) for _ in range(20)]):
        assert all(np.array_equal(out, expected) for out in outs)


def test_errors_are_each_threads_own():
    def work(n):
        q, k, v = qkv(1, 4)
        for round in range(50):
            wrong = -1.0 - n - 100 * round
            with pytest.raises(farspan.InputError, match=rf"rope\.factor is {wrong:g}\b") as caught:
                Scheme(rope={**ROPE, "method": "linear", "factor": wrong})
            assert caught.value.field == "rope.factor" and caught.value.function == "scheme_create"
            with pytest.raises(farspan.InputError, match="k"):
                farspan.attention(Scheme(), q, k[:, :, :, : n + 1], v)
            with pytest.raises(ValueError, match=f"'{n}'"):
                Scheme(rope={**ROPE, "method": str(n)})

    in_threads(work)


def test_handles_end_in_other_threads():
    scheme, (q, k, v) = Scheme(rope=ROPE), qkv(1, 20)
    expected = farspan.attention(scheme, q, k, v)
    cache = Cache(key_heads=2, head_dim=32)
    shelf = [None] * 16  # what one thread puts there ends when another one puts something else there

    def work(n):
        for round in range(50):
            shelf[(n + round) % 16] = plan = Plan(scheme, Problem(**sizes(20)), Context(threads=1))
            shelf[(n + 3 * round) % 16] = sequence = cache.sequence()
            cache.append(sequence)
            shelf[(n + 5 * round) % 16] = cache.plan(scheme, sequence, 4)
            assert np.array_equal(plan.run(q, k, v), expected)

    in_threads(work)
    shelf.clear()
    gc.collect()
    assert cache.statistics().sequences == 0


def test_plans_keep_the_flag_of_their_context():
    """It stops their runs without a context too, so it must not end before them."""
    q, k, v = qkv(1, 4)
    context, cache = Context(threads=1), Cache(key_heads=2, head_dim=32)
    newest = Batch([cache.sequence()], [0, 4])
    cache.append(newest)
    plans = [Plan(Scheme(), Problem(**sizes(4)), context), cache.plan(Scheme(), newest, 4, context=context)]
    runs = [lambda: plans[0].run(q, k, v), lambda: plans[1].run(0, q)]
    context.cancel()
    for run in runs:
        with pytest.raises(farspan.CancelledError):
            run()
    handle = weakref.ref(context._handle)
    del context
    gc.collect()
    assert handle() is not None
    del runs
    plans.clear()
    gc.collect()
    assert handle() is None


def test_a_cache_in_a_circle_of_references(monkeypatch):
    """The collector ends the cache before its sequences: they must not be looked for in it then."""
    events = []
    library = _library.library

    def end(pointer, number, error):
        events.append("none" if pointer is None else ctypes.addressof(pointer.contents))
        library.farspan_cache_sequence_destroy(pointer, number, error)

    class Owner:
        pass

    owner = Owner()
    owner.circle, owner.cache = owner, Cache(key_heads=2, head_dim=32)
    owner.sequences = [owner.cache.sequence() for _ in range(3)]
    owner.cache.append(owner.sequences)
    owner.plan = owner.cache.plan(Scheme(), owner.sequences, 4)
    handle = owner.cache._handle
    mine = handle.address
    handle._destroy = lambda pointer: (events.append("cache"), library.farspan_cache_destroy(pointer))
    monkeypatch.setattr(farspan.cache, "library", types.SimpleNamespace(farspan_cache_sequence_destroy=end))
    del owner, handle
    gc.collect()
    events = [event for event in events if event in ("cache", "none", mine)]
    assert len(events) == 4 and mine not in events[events.index("cache") :]


def test_numpy_while_another_thread_imports_torch(monkeypatch):
    """The module is known before it has any name in it."""
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))
    q, k, v = qkv(1, 4)
    assert farspan.attention(Scheme(), q, k, v).shape == q.shape
    assert farspan.attention(Scheme(), *(memoryview(x) for x in (q, k, v))).shape == q.shape


def test_first_calls_in_many_threads():
    """Whatever is made at the first use is made by several threads at once."""
    for _ in range(3):
        done = subprocess.run([sys.executable, __file__], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        assert done.returncode == 0


def first_calls(n):
    q, k, v = qkv(1, 8)
    scheme = Scheme(rope=farspan.Rope(**ROPE), mask={"sinks": 2, "window_left": 4})
    plan = Plan(scheme, Problem(**sizes(8)))
    plan.run(q, k, v, workspace=bytearray(plan.workspace_size))
    cache = Cache(key_heads=2, head_dim=32)
    cache.append(sequence := cache.sequence())
    cache.write(0, sequence, k[:, :, :1], v[:, :, :1])
    cache.decode(scheme, 0, sequence, q[:, :, :1])
    with pytest.raises(farspan.InputError):
        Scheme(rope={**ROPE, "rotary_dim": 3})
    assert scheme.visible(7, 8) == (range(0, 2), range(3, 8)) and farspan.diagnose() and sequence.info().tokens == 1
    model = farspan.Model.from_config(
        {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 64}
    )
    return (
        farspan.attention(scheme, memoryview(q), k, v),
        model.layer(1).parts["rope"]["rotary_dim"],
        _structs.number("ISA", "best", ""),
    )


if __name__ == "__main__":
    for out, rotary_dim, isa in in_threads(first_calls):
        assert rotary_dim == 16 and isa == 0 and np.array_equal(out, first_calls(0)[0])

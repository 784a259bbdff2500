"""Gradients on arrays of NumPy, against double precision and against differences of the functions themselves."""
import numpy as np
import pytest

import farspan
import reference
from farspan import Plan, Problem, Scheme

ROPE = {"method": "base", "layout": "half", "rotary_dim": 32}


def random(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


@pytest.fixture
def qkv(rng):
    return random(rng, 2, 4, 30, 32), random(rng, 2, 2, 50, 32), random(rng, 2, 2, 50, 24)


def plan_of(scheme, q, k, v):
    sizes = {"batch": q.shape[0], "query_heads": q.shape[1], "key_heads": k.shape[1], "queries": q.shape[2]}
    return Plan(scheme, Problem(**sizes, keys=k.shape[2], head_dim=q.shape[3], value_dim=v.shape[3]))


def run(plan, q, k, v, bias=None):
    lse = np.zeros(q.shape[:3], np.float32)
    return plan.run(q, k, v, bias=bias, lse=lse), lse


def close(found, expected, bound=1e-5):
    """Within 1e-5 of the largest number, as docs/numerics.md promises."""
    assert found.shape == expected.shape
    return np.abs(found - expected).max() <= bound * np.abs(expected).max()


def agrees_with_differences(loss, x, gradient, rng, step=2.0**-6):
    """The derivative along random directions against a difference of the loss in float32, whose rounding bounds what it can see."""
    for _ in range(3):
        along = rng.choice([-1, 1], x.shape).astype(np.float32)
        difference = (loss(x + step * along) - loss(x - step * along)) / (2 * step)
        expected = (gradient.astype(np.float64) * along).sum()
        assert abs(difference - expected) < 2e-3 * np.linalg.norm(gradient)


def test_against_double_precision(rng, qkv):
    q, k, v = qkv
    d_out, d_lse = random(rng, 2, 4, 30, 24), random(rng, 2, 4, 30)
    plan = plan_of(Scheme(rope=ROPE), q, k, v)
    scratch = bytearray(plan.backward_workspace_size)
    found = plan.backward(q, k, v, *run(plan, q, k, v), d_out, d_lse=d_lse, workspace=scratch)
    queries, keys = np.arange(20, 50), np.arange(50)
    d_q, d_k, d_v, _ = reference.attention_backward(
        reference.rotate(q, queries), reference.rotate(k, keys), v, d_out, d_lse
    )
    assert close(found.q, reference.rotate(d_q, -queries)) and close(found.k, reference.rotate(d_k, -keys))
    assert close(found.v, d_v) and found.bias is None and found.sink_logits is None


def test_dense_bias_shared_by_heads(rng, qkv):
    q, k, v = qkv
    bias, d_out = random(rng, 1, 1, 30, 50), random(rng, 2, 4, 30, 24)
    plan = plan_of(Scheme(bias={"method": "dense"}), q, k, v)
    found = plan.backward(q, k, v, *run(plan, q, k, v, bias), d_out, bias=bias, d_bias=True)
    d_q, _, _, d_bias = reference.attention_backward(q, k, v, d_out, bias=bias)
    assert close(found.q, d_q) and close(found.bias, d_bias.sum((0, 1), keepdims=True))


def test_table_of_t5_and_sinks(rng, qkv):
    q, k, v = qkv
    values, sinks, d_out = random(rng, 8, 4), random(rng, 4), random(rng, 2, 4, 30, 24)

    def scheme(values, sinks):
        return Scheme(
            bias={"method": "t5", "heads": 4, "buckets": 8, "max_distance": 40, "values": values},
            score={"sink_logits": sinks},
        )

    plan = plan_of(scheme(values, sinks), q, k, v)
    d_values, d_sinks = np.zeros_like(values), np.zeros_like(sinks)
    found = plan.backward(
        q, k, v, *run(plan, q, k, v), d_out, d_q=False, d_k=False, d_bias_values=d_values, d_sink_logits=d_sinks
    )
    assert found.q is None and found.k is None and found.bias_values is d_values and found.sink_logits is d_sinks

    def loss_of(values, sinks):
        return (d_out.astype(np.float64) * run(plan_of(scheme(values, sinks), q, k, v), q, k, v)[0]).sum()

    agrees_with_differences(lambda x: loss_of(x, sinks), values, d_values, rng)
    agrees_with_differences(lambda x: loss_of(values, x), sinks, d_sinks, rng)


@pytest.mark.parametrize(
    "parts",
    [
        {"rope": {**ROPE, "method": "yarn", "factor": 4, "original_context": 16}},
        {
            "rope": ROPE,
            "remap": {"method": "rerope", "window": 8},
            "score": {"temperature": "log_n", "trained_length": 16},
        },
        {"bias": {"method": "alibi", "heads": 4}, "score": {"softcap": 2.0}, "mask": {"window_left": 12, "sinks": 2}},
    ],
    ids=["yarn", "rerope with log-n", "alibi, cap and window"],
)
def test_against_differences(rng, qkv, parts):
    d_out, d_lse = random(rng, 2, 4, 30, 24), random(rng, 2, 4, 30)
    plan = plan_of(Scheme(**parts), *qkv)
    found = plan.backward(*qkv, *run(plan, *qkv), d_out, d_lse=d_lse)
    for n, gradient in enumerate((found.q, found.k, found.v)):

        def loss(x):
            out, lse = run(plan, *qkv[:n], x, *qkv[n + 1 :])
            return (d_out.astype(np.float64) * out).sum() + (d_lse.astype(np.float64) * lse).sum()

        agrees_with_differences(loss, qkv[n], gradient, rng)


def test_strides_types_and_memory_of_the_caller(rng, qkv):
    q, k, v = qkv
    d_out = random(rng, 2, 4, 30, 24)
    plan = plan_of(Scheme(rope=ROPE), q, k, v)
    out, lse = run(plan, q, k, v)
    expected = plan.backward(q, k, v, out, lse, d_out)
    across = np.zeros((2, 30, 4, 32), np.float32).transpose(0, 2, 1, 3)
    half = np.zeros(k.shape, np.float16)
    found = plan.backward(
        np.ascontiguousarray(q.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0), k, v, out, lse, d_out, d_q=across, d_k=half
    )
    assert found.q is across and np.array_equal(across, expected.q)
    assert found.k is half and np.array_equal(half, expected.k.astype(np.float16))
    bits = np.zeros(v.shape, np.uint16)
    plan.backward(q, k, v, out, lse, d_out, d_q=False, d_k=False, d_v=farspan.view(bits, "d_v", True, bfloat16=True))
    upper = (bits.astype(np.uint32) << 16).view(np.float32)
    assert np.abs(upper - expected.v).max() <= 2.0**-8 * np.abs(expected.v).max()


def test_refused(rng, qkv):
    q, k, v = qkv
    d_out = random(rng, 2, 4, 30, 24)
    plan = plan_of(Scheme(), q, k, v)
    out, lse = run(plan, q, k, v)
    with pytest.raises(farspan.InputError, match="data.lse_count is 7"):
        plan.backward(q, k, v, out, np.zeros(7, np.float32), d_out)
    with pytest.raises(farspan.InputError, match="none is wanted"):
        plan.backward(q, k, v, out, lse, d_out, d_q=False, d_k=False, d_v=False)
    with pytest.raises(farspan.InputError, match="overlap"):
        plan.backward(q, k, v, out, lse, d_out, d_q=q)
    with pytest.raises(farspan.InputError, match="the scheme has no sink logits"):
        plan.backward(q, k, v, out, lse, d_out, d_sink_logits=np.zeros(4, np.float32))
    with pytest.raises(farspan.InputError, match="workspace"):
        plan.backward(q, k, v, out, lse, d_out, workspace=bytearray(plan.backward_workspace_size - 1))
    q.flags.writeable = False
    with pytest.raises(ValueError, match="d_q is read-only"):
        plan.backward(q, k, v, out, lse, d_out, d_q=q)


def test_the_parts_of_a_merge_are_the_whole(rng, qkv):
    """Attention in two parts that are merged: its gradient is that of attention to all keys at once."""
    q, k, v = qkv
    scheme = Scheme(mask={"causal": 0})
    d_out, d_lse = random(rng, 2, 4, 30, 24), random(rng, 2, 4, 30)
    halves = [(k[:, :, s], v[:, :, s]) for s in (slice(0, 20), slice(20, 50))]
    plans = [plan_of(scheme, q, *half) for half in halves]
    parts = [part for plan, half in zip(plans, halves) for part in run(plan, q, *half)]
    d_lse_a, d_lse_b = np.zeros_like(d_lse), np.zeros_like(d_lse)
    merged = farspan.attention_merge_backward(*parts, d_out, d_lse=d_lse, d_lse_a=d_lse_a, d_lse_b=d_lse_b)
    assert merged.lse_a is d_lse_a and merged.lse_b is d_lse_b
    a = plans[0].backward(q, *halves[0], *parts[:2], merged.out_a, d_lse=d_lse_a)
    b = plans[1].backward(q, *halves[1], *parts[2:], merged.out_b, d_lse=d_lse_b)
    whole = plan_of(scheme, q, k, v)
    expected = whole.backward(q, k, v, *run(whole, q, k, v), d_out, d_lse=d_lse)
    assert close(a.q + b.q, expected.q)
    assert close(np.concatenate([a.k, b.k], 2), expected.k) and close(np.concatenate([a.v, b.v], 2), expected.v)
    only = farspan.attention_merge_backward(*parts, d_out, d_lse=d_lse, d_out_b=False)
    assert only.out_b is None and only.lse_a is None and np.array_equal(only.out_a, merged.out_a)


@pytest.mark.parametrize("direction", ["forward", "inverse"])
def test_rotation(rng, direction):
    """<d_out, apply(x)> = <backward(d_out), x>: the transpose, also where a magnitude makes it differ from the inverse."""
    scheme = Scheme(rope={**ROPE, "method": "yarn", "factor": 8, "original_context": 16})
    x, d_out, where = random(rng, 1, 2, 9, 32), random(rng, 1, 2, 9, 32), np.arange(100, 109)
    turned = farspan.rope_apply(scheme, x, where, direction=direction).astype(np.float64)
    back = farspan.rope_backward(scheme, d_out, where, direction=direction)
    assert abs((turned * d_out).sum() - (back.astype(np.float64) * x).sum()) < 1e-5 * np.abs(turned * d_out).sum()
    assert farspan.rope_backward(scheme, d_out, where, d_in=d_out, direction=direction) is d_out
    assert np.array_equal(d_out, back)

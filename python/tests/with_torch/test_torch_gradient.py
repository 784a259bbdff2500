"""The gradient of farspan.torch.attention against autograd in double precision, of attention written out in explicit.py."""
import math

import pytest

torch = pytest.importorskip("torch")

import explicit  # noqa: E402
from explicit import attend, rotate  # noqa: E402
from farspan import Scheme  # noqa: E402
from farspan.torch import attention, attention_and_lse, scheme_number  # noqa: E402

QUERIES = KEYS = 50
HEADS, KEY_HEADS, FEATURES = 4, 2, 32
PLACES = torch.arange(KEYS)
DISTANCE = PLACES[:, None] - PLACES
CAUSAL = DISTANCE >= 0
ROPE = {"method": "base", "layout": "half", "rotary_dim": FEATURES}
PLAIN = explicit.frequencies(FEATURES)


def rotated(inv_freq, magnitude=1.0, places=PLACES):
    return lambda q, k: rotate(q, places, inv_freq, magnitude) @ rotate(k, places, inv_freq, magnitude).mT


def rerope(window):
    """Near pairs at their distance, far ones as if `window` apart (Su 2023)."""

    def product(q, k):
        far = rotate(q, torch.full((QUERIES,), window), PLAIN) @ k.mT
        return torch.where(DISTANCE < window, rotated(PLAIN)(q, k), far)

    return product


def log_n(trained):
    return (torch.log(PLACES + 1.0).double() / math.log(trained)).clamp(min=1)[:, None] * FEATURES**-0.5


def random(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def inputs():
    return [random(2, heads, KEYS, FEATURES, seed=heads + n) for n, heads in enumerate((HEADS, KEY_HEADS, KEY_HEADS))]


TABLE, SINKS, BIAS = random(8, HEADS), random(HEADS, seed=2), random(1, HEADS, QUERIES, KEYS, seed=3)
T5 = {"method": "t5", "heads": HEADS, "buckets": 8, "max_distance": 40, "values": [0.0] * 8 * HEADS}
SEGMENT = (PLACES >= 20).long()  # two packed sequences, of 20 and 30 tokens
PACKED = torch.where(PLACES < 20, PLACES, PLACES - 20)
PADDED = torch.tensor([[True] * KEYS, [False] * 9 + [True] * (KEYS - 9)])

# Name: the scheme, what the operation gets beside q, k and v, and the same for attend; numbers of both may be tensors with a gradient.
CASES = {
    "rope": ({"rope": ROPE}, {}, lambda: {"product": rotated(PLAIN)}),
    "yarn": (
        {"rope": {**ROPE, "method": "yarn", "factor": 4, "original_context": 16}},
        {},
        lambda: {"product": rotated(*explicit.yarn(FEATURES, 4, 16))},
    ),
    "rerope with log-n": (
        {
            "rope": ROPE,
            "remap": {"method": "rerope", "window": 8},
            "score": {"temperature": "log_n", "trained_length": 16},
        },
        {},
        lambda: {"product": rerope(8), "scale": log_n(16)},
    ),
    "alibi": ({"bias": {"method": "alibi", "heads": HEADS}}, {}, lambda: {"bias": explicit.alibi(DISTANCE, HEADS)}),
    "t5 with its table": (
        {"bias": T5, "score": {"scale": 1.0}},
        {"bias_values": TABLE},
        lambda bias_values: {"scale": 1.0, "bias": bias_values[explicit.t5_buckets(DISTANCE, 8, 40)].permute(2, 0, 1)},
    ),
    "sinks in a window": (
        {"rope": ROPE, "mask": {"window_left": 12, "sinks": 3}},
        {"sink_logits": SINKS},
        lambda sink_logits: {
            "product": rotated(PLAIN),
            "sinks": sink_logits,
            "visible": CAUSAL & ((DISTANCE <= 12) | (PLACES < 3)),
        },
    ),
    "softcap": ({"rope": ROPE, "score": {"softcap": 1.5}}, {}, lambda: {"product": rotated(PLAIN), "cap": 1.5}),
    "dense bias": ({"bias": {"method": "dense"}}, {"bias": BIAS}, lambda bias: {"bias": bias}),
    "packed": (
        {"rope": ROPE},
        {"positions": PACKED[None]},
        lambda positions: {"product": rotated(PLAIN, places=PACKED), "visible": CAUSAL & (SEGMENT[:, None] == SEGMENT)},
    ),
    "padding": (
        {"rope": ROPE},
        {"padding": PADDED},
        lambda padding: {"product": rotated(PLAIN), "visible": CAUSAL & PADDED[:, None, None]},
    ),
}


def to(x, dtype):
    """A leaf with a gradient, if x has one."""
    return x.to(dtype).requires_grad_() if x.is_floating_point() else x


def gradients(result, weights, leaves):
    """Of sum(weights * result) by those leaves that have one."""
    loss = sum((w.to(r.dtype) * r).sum() for w, r in zip(weights, result))
    return torch.autograd.grad(loss, [x for x in leaves if x.requires_grad])


@pytest.mark.parametrize("name", CASES)
def test_against_autograd_in_double_precision(name):
    """1e-5 of the largest number, as docs/numerics.md promises; rows that see nothing do not count."""
    parts, more, definition = CASES[name]
    scheme = Scheme(**parts)
    seen = (PADDED if "padding" in more else torch.ones(2, KEYS, dtype=torch.bool))[:, None]
    weights = random(2, HEADS, QUERIES, FEATURES, seed=8) * seen[..., None], random(2, HEADS, QUERIES, seed=9) * seen

    def run(dtype, function):
        qkv, others = [to(x, dtype) for x in inputs()], {name: to(x, dtype) for name, x in more.items()}
        out, lse = function(qkv, others)
        result = out, lse.masked_fill(~seen, 0.0)
        return [x.masked_fill(~seen[..., None], 0) for x in result[:1]] + [result[1]], gradients(
            result, weights, [*qkv, *others.values()]
        )

    def define(qkv, others):
        given = {"visible": CAUSAL, **definition(**others)}
        if "padding" not in more:
            return attend(*qkv, **given)
        out, lse = attend(*qkv, **{**given, "visible": given["visible"] | ~seen[..., None]})  # no row without keys
        return out, lse

    found = run(torch.float32, lambda qkv, others: attention_and_lse(*qkv, scheme, **others))
    expected = run(torch.float64, define)
    for kind in range(2):
        for f, e in zip(found[kind], expected[kind]):
            assert f.dtype == torch.float32 and (f - e).abs().max() < 1e-5 * e.abs().max()


def test_gradcheck():
    """The library computes in float32, so PyTorch's own check runs on float32 with steps that floats hold exactly; what it can see is
    bounded by their rounding. The sharp bounds are above."""
    scheme = Scheme(bias=T5, score={"softcap": 4.0})

    def leaf(*shape, seed):
        return ((random(*shape, seed=seed) * 64).round() / 64).float().requires_grad_()

    given = leaf(1, 2, 5, 8, seed=1), leaf(1, 1, 7, 8, seed=2), leaf(1, 1, 7, 8, seed=3), leaf(8, 4, seed=4)
    sinks = leaf(2, seed=5)

    def function(q, k, v, table, sinks):
        return attention_and_lse(q, k, v, scheme, bias_values=table, sink_logits=sinks)

    with pytest.warns(UserWarning, match="double precision"):
        assert torch.autograd.gradcheck(function, (*given, sinks), eps=2.0**-6, atol=2e-4, rtol=1e-3, nondet_tol=0.0)


def test_only_what_is_asked_for():
    q, k, v = (x.float() for x in inputs())
    scheme = Scheme(rope=ROPE)
    (alone,) = torch.autograd.grad(attention(q, k, v.requires_grad_(), scheme).sum(), v)
    q.requires_grad_(), k.requires_grad_()
    together = torch.autograd.grad(attention(q, k, v, scheme).sum(), (v, k, q))
    assert torch.equal(alone, together[0])
    out, lse = attention_and_lse(q, k, v, scheme)
    of_lse = torch.autograd.grad(lse.sum(), (q, k, v), allow_unused=True)
    assert of_lse[0].abs().max() > 0 and of_lse[2].abs().max() == 0
    assert not attention(q.detach(), k.detach(), v.detach(), scheme).requires_grad


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_types_and_strides(dtype):
    """[batch, tokens, heads, features] in memory, as a projection gives it: the gradients lie so too."""
    scheme = Scheme(rope=ROPE)

    def run(dtype):
        leaves = [x.to(torch.bfloat16).to(dtype).transpose(1, 2).contiguous().requires_grad_() for x in inputs()]
        found = torch.autograd.grad(attention(*(x.transpose(1, 2) for x in leaves), scheme).square().sum(), leaves)
        return found

    for f, e in zip(run(dtype), run(torch.float32)):
        assert f.dtype == dtype and f.is_contiguous()
        assert (f - e).abs().max() < {torch.float16: 4e-3, torch.bfloat16: 3e-2}[dtype] * e.abs().max()


def test_no_second_derivative():
    q, k, v = (x.float().requires_grad_() for x in inputs())
    (first,) = torch.autograd.grad(attention(q, k, v, Scheme(rope=ROPE)).square().sum(), q, create_graph=True)
    with pytest.raises(RuntimeError, match="first derivative only"):
        first.sum().backward()


def test_wrong_tables_are_refused():
    q, k, v = (x.float() for x in inputs())
    with pytest.raises(ValueError, match=r"bias_values has 12 numbers, \(3, 4\): must be the 32 of the scheme's bias"):
        attention(q, k, v, Scheme(bias=T5), bias_values=torch.zeros(3, 4))
    with pytest.raises(ValueError, match="must be the 0 of the scheme's bias"):
        attention(q, k, v, Scheme(), bias_values=torch.zeros(3, 4))
    with pytest.raises(ValueError, match="sink_logits"):
        attention(q, k, v, Scheme(), sink_logits=torch.zeros(3))


def test_the_gradient_is_kept_by_compile_and_export():
    table_scheme, rope_scheme = Scheme(bias=T5), Scheme(rope=ROPE)

    def step(q, k, v, table, sinks):
        first = attention(2 * q, k, v, table_scheme, bias_values=table)
        return attention(first, k, v, rope_scheme, sink_logits=sinks) + 1

    class Module(torch.nn.Module):
        def forward(self, *given):
            return step(*given)

    given = [x.float().requires_grad_() for x in (*inputs(), TABLE, SINKS)]
    expected = torch.autograd.grad(step(*given).square().sum(), given)
    exported = torch.export.export(Module(), tuple(given)).module()
    for function in (torch.compile(step, fullgraph=True, backend="aot_eager"), exported):
        found = torch.autograd.grad(function(*given).square().sum(), given)
        assert all(torch.allclose(f, e, rtol=1e-5, atol=1e-6) for f, e in zip(found, expected))


def test_the_operations_keep_the_rules_of_pytorch():
    q, k, v = (x.float().requires_grad_() for x in inputs())
    number = scheme_number(scheme := Scheme(bias=T5))
    table, sinks = TABLE.float().requires_grad_(), SINKS.float().requires_grad_()
    arguments = q, k, v, number, None, None, None, table, sinks
    torch.library.opcheck(torch.ops.farspan.attention.default, arguments)
    out, lse = (x.detach() for x in torch.ops.farspan.attention(*arguments))
    q, k, v, table, sinks = (x.detach() for x in (q, k, v, table, sinks))
    wanted = [True, False, True, False, True, True]
    torch.library.opcheck(
        torch.ops.farspan.attention_backward.default,
        (torch.ones_like(out), None, out, lse, q, k, v, number, None, None, None, table, sinks, wanted),
    )
    del scheme

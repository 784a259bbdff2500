"""ggml's own rope and softmax, called one by one with random parameters and positions up to a million, against schemes with the same
parameters."""
import numpy as np

import farspan
import llama_cpp
from llama_cpp import ULP, chain_error

SEED, ROUNDS, TOKENS, HEADS = 1, 40, 12, 3
LAYOUTS = {llama_cpp.NORM: 2, llama_cpp.NEOX: 1, llama_cpp.MROPE: 1, llama_cpp.IMROPE: 1}
AXES = {llama_cpp.MROPE: 1, llama_cpp.IMROPE: 3}  # FARSPAN_AXES_SECTIONS, FARSPAN_AXES_INTERLEAVED_GGML
UNCLAMPED = 3  # FARSPAN_MAGNITUDE_UNCLAMPED


def float32(x):
    return float(np.float32(x))


def base(random, pairs):
    return {"method": farspan.find("rope", "base")}, {}


def linear(random, pairs):
    factor = float32(random.uniform(1, 16))
    return {"method": farspan.find("rope", "linear"), "factor": factor}, {"freq_scale": 1 / factor}


def yarn(random, pairs):
    factor, original = float32(random.uniform(0.5, 64)), int(random.integers(512, 65536))
    fast, slow, kept, attention = map(float32, random.uniform((8, 0.5, 0.1, 0.5), (64, 4, 1, 2)))
    return (
        {
            "method": farspan.find("rope", "yarn"),
            "factor": factor,
            "original_context": original,
            "beta_fast": fast,
            "beta_slow": slow,
            "extrapolation_factor": kept,
            "magnitude": UNCLAMPED,
            "attention_factor": attention,
        },
        {
            "freq_scale": 1 / factor,
            "original": original,
            "beta_fast": fast,
            "beta_slow": slow,
            "ext_factor": kept,
            "attn_factor": attention,
        },
    )


def divisors(random, pairs):
    values = random.uniform(1, 40, pairs).astype(np.float32)
    return (
        {"method": farspan.find("rope", "pair_factors"), "short_factors": values.astype(np.float64)},
        {"factors": values},
    )


def rope_share(random, method, mode):
    """The largest difference of one random rotation and its share of the bound."""
    dim = 2 * int(random.integers(8, 65))
    dims = dim if random.random() < 0.5 else 2 * int(random.integers(4, dim // 2 + 1))
    pairs, theta = dims // 2, float32(10 ** random.uniform(3, 7))
    ours, theirs = method(random, pairs)
    ours |= {"base": theta, "rotary_dim": dims, "layout": LAYOUTS[mode]}
    positions = np.sort(random.integers(0, 10 ** int(random.integers(2, 7)), TOKENS))
    rows = positions
    if mode in AXES:
        sections = [pairs - 2 * (pairs // 3), pairs // 3, pairs // 3, 0]
        ours |= {"axes": AXES[mode], "axis_sections": (farspan.i32 * 4)(*sections)}
        rows = np.stack([positions, positions // 2, positions // 3, 0 * positions])
        theirs["sections"] = sections
    x = random.normal(size=(TOKENS, HEADS, dim)).astype(np.float32)
    expected = llama_cpp.rope(x, rows.reshape(-1), dims, mode, theta, **theirs)[0]
    scheme = farspan.Scheme(rope=ours)
    where = rows[: farspan.lib.farspan_scheme_axes(scheme.handle)] if mode in AXES else rows
    got = farspan.rotate(scheme.handle, x.transpose(1, 0, 2)[None], where)[0].transpose(1, 0, 2)
    angles = chain_error(positions[:, None] * theta ** (-2.0 * np.arange(pairs) / dims))
    magnitude = theirs.get("attn_factor", 1) * (
        1 + 0.1 * abs(np.log(theirs.get("freq_scale", 1))) if "ext_factor" in theirs else 1
    )
    bound = np.max(np.abs(x)) * np.sqrt(2) * magnitude * (np.max(angles, axis=1) + 8 * ULP)
    difference = np.max(np.abs(got - expected), axis=(1, 2))
    return np.max(difference), np.max(difference / bound)


def alibi_share(random):
    """Weights of attention with ALiBi: the values are unit vectors, so that the output shows them."""
    heads, keys, dim = int(random.choice([1, 2, 6, 8, 12, 20, 40])), 96, 64
    most = float32(random.uniform(4, 16))
    q, k = (random.normal(size=(heads, keys, dim)).astype(np.float32) for _ in range(2))
    distance = np.arange(keys)[:, None] - np.arange(keys)
    mask = np.where(distance < 0, -np.inf, -distance).astype(np.float32)
    scores = np.matmul(q.astype(np.float64), k.astype(np.float64).transpose(0, 2, 1)).astype(np.float32)
    expected = llama_cpp.soft_max(scores, mask, dim**-0.5, most)[0]
    scheme = farspan.Scheme(bias={"method": farspan.find("bias", "alibi"), "heads": heads, "max_bias": most})
    unit = np.broadcast_to(np.eye(keys, dtype=np.float32), (1, heads, keys, keys))
    got = farspan.attention(scheme.handle, q[None], k[None], unit)[0]
    size = np.max(np.linalg.norm(q, axis=2)) * np.max(np.linalg.norm(k, axis=2)) * dim**-0.5
    difference = np.max(np.abs(got - expected))
    return difference, difference / (2 * (size * (dim + 16) + keys * 8) * ULP)


def cases():
    modes = {"NORM": llama_cpp.NORM, "NEOX": llama_cpp.NEOX, "MROPE": llama_cpp.MROPE, "IMROPE": llama_cpp.IMROPE}
    for method in (base, linear, yarn, divisors):
        for name, mode in modes.items():
            yield f"rope {name} {method.__name__}", lambda random, method=method, mode=mode: rope_share(
                random, method, mode
            )
    yield "soft_max_ext ALiBi", alibi_share


def run():
    """(passed, messages of failures)"""
    passed, failures = 0, []
    print(f"{'ggml, ' + str(ROUNDS) + ' random ones each':<30}{'difference':>12}{'of bound':>10}")
    for index, (name, case) in enumerate(cases()):
        random = np.random.default_rng([SEED, index])
        difference, share = np.max([case(random) for _ in range(ROUNDS)], axis=0)
        print(f"{name:<30}{difference:>12.1e}{share:>10.2f}", flush=True)
        if share <= 1:
            passed += ROUNDS
        else:
            failures.append(f"ggml {name}, seed {SEED}: {share:.3g} times the bound")
    return passed, failures

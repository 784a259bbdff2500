"""What a call costs from Python: the calls of bench/bench_crossing.cpp. Prints "python NAME NANOSECONDS" for each."""

import time
from collections.abc import Callable

import numpy as np

import farspan


def least(call: Callable[[], object], calls: int, measurements: int) -> float:
    """Nanoseconds of a call: the least of the measurements, in time that this thread ran."""
    call()
    best = float("inf")
    for _ in range(measurements):
        start = time.thread_time_ns()
        for _ in range(calls):
            call()
        best = min(best, (time.thread_time_ns() - start) / calls)
    return best


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape, dtype=np.float32)


def decode(context: farspan.Context, scheme: farspan.Scheme) -> Callable[[], object]:
    """A step of one layer after 64 tokens: 32 query heads on 8 key heads of 64."""
    cache = farspan.Cache(key_heads=8, head_dim=64, dtype="f32")
    sequence = cache.sequence()
    rows = random(1, 8, 64, 64)
    batch = farspan.Batch([sequence], [0, 64])
    cache.append(batch)
    cache.write(0, batch, rows, rows, context)
    plan = cache.plan(scheme, [sequence], 32, context=context)
    q, out = random(1, 32, 1, 64), np.empty((1, 32, 1, 64), np.float32)
    return lambda: plan.run(
        0, q, out=out, context=context
    )  # the library allocates faster than Python finds a workspace


def main() -> None:
    context = farspan.Context(threads=1)
    scheme = farspan.Scheme(rope=farspan.Rope(method="base", layout="half", rotary_dim=64))
    row = random(1, 8, 1, 64)
    turned, positions = np.empty_like(row), np.array([1000], np.int64)
    tokens = random(1, 8, 2048, 64)
    problem = farspan.Problem(query_heads=8, key_heads=8, queries=2048, keys=2048, head_dim=64)
    plan = farspan.Plan(scheme, problem, context)
    out, workspace = np.empty_like(tokens), np.empty(plan.workspace_size, np.uint8)
    print(
        f"python rope_apply {least(lambda: farspan.rope_apply(scheme, row, positions, out=turned, context=context), 500, 40):.2f}"
    )
    print(f"python decode {least(decode(context, scheme), 500, 40):.2f}")
    run = lambda: plan.run(tokens, tokens, tokens, out=out, workspace=workspace, context=context)  # noqa: E731
    print(f"python prefill {least(run, 1, 40):.2f}")


if __name__ == "__main__":
    main()

"""Attention and its gradient beside PyTorch's scaled_dot_product_attention, in one process: a table in Markdown.

    python python/bench/peers.py [--quick] [--threads 1]

Each row's two sides take turns; the least time of each counts, by the clock on the wall. Tensors are normal numbers; 8 query and 8 key
heads unless the row says otherwise. PyTorch gets what it has for a row: is_causal, or a mask or bias of [heads, queries, keys], which is
made before the clock starts. Timings of a busy machine are worth little.
"""
from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch.nn.functional import scaled_dot_product_attention as sdpa

import farspan

Call = Callable[[], object]


@dataclass
class Row:
    name: str
    farspan: Call
    torch: Call


def least(row: Row, rounds: int) -> tuple[float, float]:
    """Milliseconds of both sides."""
    best = [float("inf"), float("inf")]
    for side in (row.farspan, row.torch):
        side()
    for _ in range(rounds):
        for n, side in enumerate((row.farspan, row.torch)):
            start = time.perf_counter()
            side()
            best[n] = min(best[n], 1e3 * (time.perf_counter() - start))
    return best[0], best[1]


def random(dtype: torch.dtype, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(dtype)


def alibi(heads: int, tokens: int) -> torch.Tensor:
    distance = torch.arange(tokens)[:, None] - torch.arange(tokens)
    slopes = torch.tensor([2 ** (-8 * (h + 1) / heads) for h in range(heads)])
    return torch.where(distance >= 0, -slopes[:, None, None] * distance, -float("inf"))


class Problem:
    """One shape and scheme, run and differentiated by both."""

    def __init__(
        self,
        context: farspan.Context,
        tokens: int,
        dim: int,
        heads: int = 8,
        dtype: torch.dtype = torch.float32,
        scheme: farspan.Scheme | None = None,
        mask: torch.Tensor | None = None,
    ) -> None:
        self.context = context
        self.q, self.k, self.v, self.d_out = (random(dtype, 1, heads, tokens, dim) for _ in range(4))
        problem = farspan.Problem(query_heads=heads, key_heads=heads, queries=tokens, keys=tokens, head_dim=dim)
        self.plan = farspan.Plan(scheme or farspan.Scheme(), problem, context)
        self.masked = {"is_causal": True} if mask is None else {"attn_mask": mask.to(dtype)}
        self.out, self.lse = torch.empty_like(self.q), torch.empty(heads * tokens)
        self.workspace = torch.empty(self.plan.workspace_size, dtype=torch.uint8).numpy()

    def forward(self) -> tuple[Call, Call]:
        run = lambda: self.plan.run(  # noqa: E731
            self.q, self.k, self.v, out=self.out, workspace=self.workspace, context=self.context
        )
        return run, lambda: sdpa(self.q, self.k, self.v, **self.masked)

    def backward(self) -> tuple[Call, Call]:
        self.plan.run(self.q, self.k, self.v, out=self.out, lse=self.lse, context=self.context)
        inputs = [x.clone().requires_grad_() for x in (self.q, self.k, self.v)]
        result = sdpa(*inputs, **self.masked)
        made = [torch.empty_like(self.q) for _ in range(3)]
        run = lambda: self.plan.backward(  # noqa: E731
            self.q,
            self.k,
            self.v,
            self.out,
            self.lse,
            self.d_out,
            d_q=made[0],
            d_k=made[1],
            d_v=made[2],
            context=self.context,
        )
        return run, lambda: torch.autograd.grad(result, inputs, self.d_out, retain_graph=True)


def rows(context: farspan.Context, quick: bool) -> Iterator[Row]:
    lengths = (512, 2048) if quick else (512, 2048, 4096)
    for dim in (64, 128):
        for tokens in lengths:
            yield Row(f"prefill f32 d{dim}, {tokens:,}", *Problem(context, tokens, dim).forward())
    for dtype, name in ((torch.bfloat16, "bf16"), (torch.float16, "f16")):
        yield Row(f"prefill {name} d128, {512:,}", *Problem(context, 512, 128, dtype=dtype).forward())
    for tokens in lengths[1:]:
        scheme = farspan.Scheme(bias={"method": "alibi", "heads": 8})
        mask = alibi(8, tokens)
        yield Row(f"prefill ALiBi d64, {tokens:,}", *Problem(context, tokens, 64, scheme=scheme, mask=mask).forward())
    tokens = lengths[-1]
    scheme = farspan.Scheme(mask={"window_left": 511})
    distance = torch.arange(tokens)[:, None] - torch.arange(tokens)
    mask = torch.where((distance >= 0) & (distance < 512), 0.0, -float("inf"))
    yield Row(
        f"prefill window of 512 d64, {tokens:,}", *Problem(context, tokens, 64, scheme=scheme, mask=mask).forward()
    )
    for dim in (64, 128):
        for tokens in (2048,) if quick else (2048, 8192):
            yield Row(f"backward f32 d{dim}, {tokens:,}", *Problem(context, tokens, dim).backward())
    scheme = farspan.Scheme(bias={"method": "alibi", "heads": 8})
    yield Row("backward ALiBi d64, 2,048", *Problem(context, 2048, 64, scheme=scheme, mask=alibi(8, 2048)).backward())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the shorter problems")
    parser.add_argument("--threads", type=int, default=1, help="of both (default %(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    context = farspan.Context(threads=args.threads)
    load = os.getloadavg()[0]
    print(f"{context.isa}, {args.threads} thread(s), PyTorch {torch.__version__}, load before {load:.2f}\n")
    print("| row | Farspan ms | PyTorch ms | PyTorch / Farspan |\n|---|---|---|---|")
    for row in rows(context, args.quick):
        ours, theirs = least(row, 3 if args.quick else 5)
        print(f"| {row.name} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} |", flush=True)


if __name__ == "__main__":
    main()

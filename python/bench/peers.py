"""Attention and its gradient beside PyTorch's scaled_dot_product_attention, ggml's flash attention and onnxruntime's
GroupQueryAttention, in one process: a table in Markdown.

    python python/bench/peers.py [--quick] [--rows decode] [--threads 1]

A row's sides take turns; the least time of each counts, by the clock on the wall, and behind a peer's stands how many times ours it
is. Before the clock starts their outputs are compared. Tensors are normal numbers; 8 query and 8 key heads, in decoding 32 and 8. A peer
gets what it has for a row: its causal switch, window, cap or slopes, else a mask or bias that is made before; what it has not at all
is a dash. ggml's queries are f32 in every row. Decoding rotates nothing, as the peers keep rotated keys. A busy machine's timings are
worth little.
"""
from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention as sdpa

import farspan
import peer_ggml
import peer_onnxruntime

F32, F16, BF16 = torch.float32, torch.float16, torch.bfloat16
NAMES = {F32: "f32", F16: "f16", BF16: "bf16"}
TOLERANCE = {F32: 2e-3, F16: 4e-3, BF16: 4e-2}  # ggml has masks in f16
PEERS = ("PyTorch", "ggml", "onnxruntime")


@dataclass
class Row:
    name: str
    sides: dict[str, Callable[[], object]] = field(default_factory=dict)
    # Of the last call: [queries, heads, dim] in any shape. Sides without are not compared.
    outputs: dict[str, Callable[[], torch.Tensor]] = field(default_factory=dict)
    tolerance: float = 0.0

    def compare(self) -> None:
        for peer, output in self.outputs.items():
            difference = (output().float().flatten() - self.outputs["Farspan"]().float().flatten()).abs().max().item()
            if not difference <= self.tolerance:
                raise SystemExit(f"{self.name}: {peer} computes something else, by {difference:.2g}")

    def least(self, rounds: int) -> dict[str, float]:
        """Milliseconds of every side."""
        for side in self.sides.values():
            side()
        self.compare()
        best = dict.fromkeys(self.sides, float("inf"))
        for _ in range(rounds):
            for name, side in self.sides.items():
                start = time.perf_counter()
                side()
                best[name] = min(best[name], 1e3 * (time.perf_counter() - start))
        return best


@dataclass
class Kind:
    """A scheme, and what the peers call it. Without a word for it they get the mask that it amounts to."""

    name: str = ""
    scheme: dict[str, Any] = field(default_factory=dict)
    ggml: dict[str, float] = field(default_factory=dict)
    onnxruntime: dict[str, float] | None = None  # None: it cannot
    has_mask: bool = True  # what it amounts to

    def mask(self, queries: int, keys: int) -> torch.Tensor:
        """[8 heads or 1, queries, keys]: the bias where a query sees the key, else -infinity."""
        distance = torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)
        seen = (distance >= 0) & (distance <= self.scheme.get("mask", {}).get("window_left", keys))
        bias = torch.zeros(1, keys)
        if "bias" in self.scheme:
            scheme = farspan.Scheme(**self.scheme)
            bias = torch.stack([torch.from_numpy(farspan.bias_fill(scheme, h, 0, keys)) for h in range(8)])
        return torch.where(seen, bias[:, distance.clamp(0)], -float("inf"))


TABLE = torch.randn(32, 8, generator=torch.Generator().manual_seed(1)).numpy()
PLAIN = Kind(onnxruntime={})
ALIBI = Kind("ALiBi ", {"bias": {"method": "alibi", "heads": 8}}, {"max_bias": 8.0})
T5 = Kind("T5 bias ", {"bias": {"method": "t5", "heads": 8, "values": TABLE}})
WINDOW = Kind("window of 512 ", {"mask": {"window_left": 511}}, {}, {"window": 512})
SOFTCAP = Kind("softcap ", {"score": {"softcap": 30.0}}, {"softcap": 30.0}, {"softcap": 30.0}, has_mask=False)


class Problem:
    """One shape and scheme for all sides. The last queries of the keys."""

    def __init__(
        self, context: farspan.Context, threads: int, keys: int, dim: int, dtype: torch.dtype, kind: Kind = PLAIN
    ) -> None:
        self.context, self.threads, self.kind, self.dtype = context, threads, kind, dtype
        self.keys, self.dim = keys, dim
        self.scheme = farspan.Scheme(**kind.scheme)

    def tensors(self, heads: int, key_heads: int, queries: int) -> None:
        of = torch.Generator().manual_seed(1)
        self.q = torch.randn(1, heads, queries, self.dim, generator=of).to(self.dtype)
        self.k, self.v = (torch.randn(1, key_heads, self.keys, self.dim, generator=of).to(self.dtype) for _ in range(2))

    def add_peers(self, row: Row) -> None:
        """For the tensors that are set."""
        q, k, v, kind = self.q, self.k, self.v, self.kind
        queries = q.shape[2]
        plain = kind is PLAIN
        if kind.has_mask:
            how: dict[str, Any] = {"is_causal": queries > 1} if plain else {}
            if not plain:
                how["attn_mask"] = kind.mask(queries, self.keys).to(self.dtype)
            row.sides["PyTorch"] = lambda: sdpa(q, k, v, enable_gqa=q.shape[1] != k.shape[1], **how)
            row.outputs["PyTorch"] = lambda: sdpa(q, k, v, enable_gqa=q.shape[1] != k.shape[1], **how).transpose(1, 2)
        if peer_ggml.available():
            given = (kind if not kind.ggml else PLAIN).mask(queries, self.keys)
            if "max_bias" in kind.ggml:  # it multiplies the mask by the slope
                distance = torch.arange(self.keys - queries, self.keys)[:, None] - torch.arange(self.keys)
                given = given - distance
            ggml = peer_ggml.Flash(q, k, v, given, threads=self.threads, **kind.ggml)
            row.sides["ggml"], row.outputs["ggml"] = ggml, ggml.output
        if peer_onnxruntime.available() and kind.onnxruntime is not None and self.dtype is not BF16:
            ort = peer_onnxruntime.Grouped(q, k, v, self.threads, **kind.onnxruntime)
            row.sides["onnxruntime"], row.outputs["onnxruntime"] = ort, ort.output

    def prefill(self) -> Row:
        self.tensors(8, 8, self.keys)
        problem = farspan.Problem(query_heads=8, key_heads=8, queries=self.keys, keys=self.keys, head_dim=self.dim)
        plan = farspan.Plan(self.scheme, problem, self.context)
        out = torch.empty_like(self.q)
        workspace = torch.empty(plan.workspace_size, dtype=torch.uint8).numpy()
        run = lambda: plan.run(self.q, self.k, self.v, out=out, workspace=workspace, context=self.context)  # noqa: E731
        row = Row(
            f"prefill {self.kind.name}{NAMES[self.dtype]} d{self.dim}, {self.keys:,}",
            {"Farspan": run},
            {"Farspan": lambda: out.transpose(1, 2)},
            TOLERANCE[self.dtype],
        )
        self.add_peers(row)
        return row

    def decode(self) -> Row:
        self.tensors(32, 8, 1)
        cache = farspan.Cache(key_heads=8, head_dim=self.dim, dtype=NAMES[self.dtype])
        sequence = cache.sequence()
        batch = farspan.Batch([sequence], [0, self.keys])
        cache.append(batch)
        cache.write(0, batch, self.k, self.v, self.context)
        plan = cache.plan(self.scheme, [sequence], query_heads=32, context=self.context)
        query, out = self.q.float(), torch.empty(1, 32, 1, self.dim)
        row = Row(
            f"decode {NAMES[self.dtype]} d{self.dim}, {self.keys:,}",
            {"Farspan": lambda: plan.run(0, query, out=out, context=self.context)},
            {"Farspan": lambda: out},
            TOLERANCE[self.dtype],
        )
        self.add_peers(row)
        return row

    def backward(self) -> Row:
        self.tensors(8, 8, self.keys)
        q, k, v = self.q, self.k, self.v
        problem = farspan.Problem(query_heads=8, key_heads=8, queries=self.keys, keys=self.keys, head_dim=self.dim)
        plan = farspan.Plan(self.scheme, problem, self.context)
        out, lse = torch.empty_like(q), torch.empty(8 * self.keys)
        plan.run(q, k, v, out=out, lse=lse, context=self.context)
        d_out = torch.randn(q.shape, generator=torch.Generator().manual_seed(2))
        made = [torch.empty_like(q) for _ in range(3)]
        inputs = [x.clone().requires_grad_() for x in (q, k, v)]
        how = {"is_causal": True} if self.kind is PLAIN else {"attn_mask": self.kind.mask(self.keys, self.keys)}
        result = sdpa(*inputs, **how)
        theirs: list[torch.Tensor] = []

        def differentiate() -> None:
            theirs[:] = torch.autograd.grad(result, inputs, d_out, retain_graph=True)

        run = lambda: plan.backward(  # noqa: E731
            q, k, v, out, lse, d_out, d_q=made[0], d_k=made[1], d_v=made[2], context=self.context
        )
        return Row(
            f"backward {self.kind.name}f32 d{self.dim}, {self.keys:,}",
            {"Farspan": run, "PyTorch": differentiate},
            {"Farspan": lambda: torch.cat(made), "PyTorch": lambda: torch.cat(theirs)},
            1e-3,
        )


def rows(context: farspan.Context, threads: int, quick: bool) -> Iterator[tuple[str, Callable[[], Row]]]:
    def make(work: str, *more: Any) -> tuple[str, Callable[[], Row]]:
        return work, lambda: getattr(Problem(context, threads, *more), work)()

    lengths = (512, 2048) if quick else (512, 2048, 4096)
    for dim in (64, 128):
        for tokens in lengths:
            yield make("prefill", tokens, dim, F32)
    for dtype in (F16, BF16):
        yield make("prefill", 512 if quick else 2048, 128, dtype)
    for kind in (ALIBI, T5, WINDOW, SOFTCAP):
        for tokens in lengths[1:]:
            yield make("prefill", tokens, 64, F32, kind)
    for dtype in (F32, F16, BF16):
        for dim in (64, 128):
            yield make("decode", 4096 if quick else 32768, dim, dtype)
    for dim in (64, 128):
        for tokens in (2048,) if quick else (2048, 8192):
            yield make("backward", tokens, dim, F32)
    yield make("backward", 2048, 64, F32, ALIBI)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the shorter problems")
    parser.add_argument("--rows", choices=("prefill", "decode", "backward"), help="only these")
    parser.add_argument("--threads", type=int, default=1, help="of every side (default %(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    context = farspan.Context(threads=args.threads)
    versions = [f"PyTorch {torch.__version__}"]
    versions += [peer.name() if peer.available() else f"no {peer.NAME}" for peer in (peer_ggml, peer_onnxruntime)]
    print(f"{context.isa}, {args.threads} thread(s), load before {os.getloadavg()[0]:.2f}; {'; '.join(versions)}\n")
    print(f"| row | Farspan ms | {' | '.join(PEERS)} |\n|{'---|' * (2 + len(PEERS))}")
    for work, make in rows(context, args.threads, args.quick):
        if args.rows not in (None, work):
            continue
        row = make()
        best = row.least(3 if args.quick else 5)
        ours = best["Farspan"]
        cells = [f"{best[peer]:.2f} ({best[peer] / ours:.2f})" if peer in best else "-" for peer in PEERS]
        print(f"| {row.name} | {ours:.2f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()

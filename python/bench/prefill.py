"""Prefill of a real model on Farspan and on PyTorch's scaled_dot_product_attention: a table in Markdown.

    python python/bench/prefill.py --model "$(scripts/smollm2.sh)" [--tokens 8192] [--threads 1 2]

Each row is one pass in a process of its own, after a short one: seconds by the clock on the wall, of the whole pass and of what
transformers' registered attention functions took in all layers. Farspan's part includes the rotation, PyTorch's does not. The tokens are
random, the weights the model's own, in float32; one row of logits is computed. Timings of a busy machine are worth little. Memory is
resident, what the pass at its peak adds to the model; PyTorch keeps what it frees, which moves it by tens of MiB.
"""
from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import subprocess
import sys
import time
from typing import Any

SIDES = ("farspan", "sdpa")


def resident(field: str) -> float:
    """MiB of this process: "VmRSS" now, "VmHWM" at most since reset_peak."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(f"{field}:"))


def reset_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


class Attention:
    """Stands in for a registered attention function, and keeps what its calls took."""

    def __init__(self, name: str) -> None:
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

        self.function = ALL_ATTENTION_FUNCTIONS[name]
        self.reset()
        ALL_ATTENTION_FUNCTIONS.register(name, self)

    def reset(self) -> None:
        self.seconds, self.calls = 0.0, 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        result = self.function(*arguments, **named)
        self.seconds += time.perf_counter() - start
        self.calls += 1
        return result


def load(path: str, side: str, threads: int) -> Any:
    """The model on one of the sides. Before anything of Farspan is imported."""
    os.environ["FARSPAN_NUM_THREADS"] = str(threads)
    import torch
    from farspan.report.model import LanguageModel
    from farspan.transformers import disable

    torch.set_num_threads(threads)
    model = LanguageModel(path).model
    if side == "sdpa":
        disable(model).set_attn_implementation("sdpa")
    return model


def measure(model: Any, side: str, tokens: int) -> dict[str, float]:
    """One pass."""
    import torch

    given = torch.randint(model.config.vocab_size, (1, tokens), generator=torch.Generator().manual_seed(1))
    attention = Attention(side)
    with torch.inference_mode():
        model(given[:, :256], use_cache=False, logits_to_keep=1)
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        attention.reset()
        reset_peak()
        before = resident("VmRSS")
        start = time.perf_counter()
        model(given, use_cache=False, logits_to_keep=1)
        seconds = time.perf_counter() - start
    if attention.calls != model.config.num_hidden_layers:
        raise RuntimeError(f"{attention.calls} calls of the attention in {model.config.num_hidden_layers} layers")
    return {"attention": attention.seconds, "pass": seconds, "added": resident("VmHWM") - before}


def row(side: str, threads: int, found: dict[str, float]) -> str:
    return f"| {side} | {threads} | {found['attention']:.2f} | {found['pass']:.2f} | {found['added']:.0f} |"


HEAD = "| attention | threads | attention s | pass s | pass adds MiB |\n|---|---|---|---|---|"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder in the form of save_pretrained, or a GGUF file")
    parser.add_argument("--tokens", type=int, default=8192, help="of the prompt (default %(default)s)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="of both (default 1 2)")
    parser.add_argument("--side", choices=SIDES, help="only this one, and what was measured as JSON")
    args = parser.parse_args()
    if args.side:
        print(json.dumps(measure(load(args.model, args.side, args.threads[0]), args.side, args.tokens)))
        return
    print(f"{args.tokens:,} tokens, load before {os.getloadavg()[0]:.2f}\n\n{HEAD}")
    for threads in args.threads:
        seconds = []
        for side in SIDES:
            command = [sys.executable, __file__, "--model", args.model, "--tokens", str(args.tokens), "--side", side]
            said = subprocess.check_output([*command, "--threads", str(threads)])
            found = json.loads(said.splitlines()[-1])
            seconds.append(found["attention"])
            print(row(side, threads, found), flush=True)
        print(f"| PyTorch / Farspan | {threads} | {seconds[1] / seconds[0]:.2f} | | |", flush=True)


if __name__ == "__main__":
    main()

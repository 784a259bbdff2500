"""Prefill of a real model on Farspan and on PyTorch's scaled_dot_product_attention: a table in Markdown.

    python python/bench/prefill.py --model "$(scripts/smollm2.sh)" [--tokens 8192] [--threads 1 2]

Each row is one pass in a process of its own, after a short one: seconds by the clock on the wall, of the whole pass and of what
transformers' registered attention functions took in all layers. Farspan's part includes the rotation, PyTorch's does not. The tokens are
random, the weights the model's own, in float32; one row of logits is computed. Timings of a busy machine are worth little.

Memory, in MiB. "held": what the pass at its peak adds to the resident memory of the process, which has the model by then, without
pages of files; with what the C library keeps of freed memory, which depends on the order of calls and moves by some tens. "tensors": the
most that PyTorch's tensors have at a time, by its profiler, in a second process. "kept": what the pass leaves behind in the C library's
memory, of which Farspan's part is the plan, as it lies beside those tensors at the peak; what a call of attention needs and gives back is
less than what the layer's feed-forward part needs. --memory: only the last two, and with --layers N of a model that has N layers, which
need no more than all.
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
from itertools import accumulate
from typing import Any

SIDES = ("farspan", "sdpa")
MALLINFO2 = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()


def resident(field: str) -> float:
    """MiB of this process: "RssAnon" and "RssFile" now, "VmHWM" of both at most since reset_peak."""
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


def load(path: str, side: str, threads: int, layers: int) -> Any:
    """The model on one of the sides. Before anything of Farspan is imported."""
    os.environ["FARSPAN_NUM_THREADS"] = str(threads)
    import torch
    from farspan.report.model import LanguageModel
    from farspan.transformers import disable, enable

    torch.set_num_threads(threads)
    model = disable(LanguageModel(path).model)
    if layers:
        model.config.num_hidden_layers = layers
        del model.model.layers[layers:]
    if side == "sdpa":
        model.set_attn_implementation("sdpa")
    else:
        enable(model)
    return model


def in_use() -> float:
    """MiB that the C library has given out and not got back."""

    class Mallinfo2(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in MALLINFO2]

    call = ctypes.CDLL(None).mallinfo2
    call.restype = Mallinfo2
    found = call()
    return float(found.uordblks + found.hblkhd) / 2**20


def most_of_tensors(model: Any, given: Any) -> dict[str, float]:
    """Of one pass, by the events of allocation that PyTorch's profiler keeps."""
    from torch.profiler import ProfilerActivity, profile

    gc.collect()
    before = in_use()
    model(given, use_cache=False, logits_to_keep=1)
    gc.collect()
    kept = in_use() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        model(given, use_cache=False, logits_to_keep=1)
    results = profiled.profiler.kineto_results
    changes = sorted((event.start_ns(), event.nbytes()) for event in results.events() if event.name() == "[memory]")
    return {"tensors": max(accumulate(nbytes for _, nbytes in changes)) / 2**20, "kept": kept}


def measure(model: Any, side: str, tokens: int, memory: bool) -> dict[str, float]:
    """One pass, or where its memory goes."""
    import torch

    given = torch.randint(model.config.vocab_size, (1, tokens), generator=torch.Generator().manual_seed(1))
    attention = Attention(side)
    with torch.inference_mode():
        model(given[:, :256], use_cache=False, logits_to_keep=1)
        if memory:
            return most_of_tensors(model, given)
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        attention.reset()
        reset_peak()
        before = resident("RssAnon")
        start = time.perf_counter()
        model(given, use_cache=False, logits_to_keep=1)
        seconds = time.perf_counter() - start
        peak = resident("VmHWM") - resident("RssFile")
    if attention.calls != model.config.num_hidden_layers:
        raise RuntimeError(f"{attention.calls} calls of the attention in {model.config.num_hidden_layers} layers")
    return {"attention": attention.seconds, "pass": seconds, "added": peak - before}


def ask(args: argparse.Namespace, side: str, threads: int, memory: bool) -> dict[str, float]:
    """What a process of its own measures."""
    options = {
        "--model": args.model,
        "--tokens": args.tokens,
        "--layers": args.layers,
        "--side": side,
        "--threads": threads,
    }
    command = [sys.executable, __file__, *(str(word) for option in options.items() for word in option)]
    command += ["--memory"] if memory else []
    found: dict[str, float] = json.loads(subprocess.check_output(command).splitlines()[-1])
    return found


HEAD = (
    "| attention | threads | attention s | pass s | held MiB | tensors MiB | kept MiB |\n|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a folder in the form of save_pretrained, or a GGUF file")
    parser.add_argument("--tokens", type=int, default=8192, help="of the prompt (default %(default)s)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="of both (default 1 2)")
    parser.add_argument("--memory", action="store_true", help="only tensors and what is kept")
    parser.add_argument("--layers", type=int, default=0, help="so many of the model (default: all)")
    parser.add_argument("--side", choices=SIDES, help="only this one, and what was measured as JSON")
    args = parser.parse_args()
    if args.side:
        model = load(args.model, args.side, args.threads[0], args.layers)
        print(json.dumps(measure(model, args.side, args.tokens, args.memory)))
        return
    print(f"{args.tokens:,} tokens, load before {os.getloadavg()[0]:.2f}\n\n{HEAD}")
    for threads in args.threads:
        seconds = []
        for side in SIDES:
            cells = ["", "", ""]
            if not args.memory:
                found = ask(args, side, threads, memory=False)
                seconds.append(found["attention"])
                cells = [f"{found['attention']:.2f}", f"{found['pass']:.2f}", f"{found['added']:.0f}"]
            found = ask(args, side, threads, memory=True)
            cells += [f"{found['tensors']:.1f}", f"{found['kept']:.1f}"]
            print(f"| {side} | {threads} | {' | '.join(cells)} |", flush=True)
        if seconds:
            print(f"| PyTorch / Farspan | {threads} | {seconds[1] / seconds[0]:.2f} | | | | |", flush=True)


if __name__ == "__main__":
    main()

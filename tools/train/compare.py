#!/usr/bin/env python3
"""Train the same model twice, with the library's attention and with PyTorch's, and compare the losses and the times per step.

Both start with the same weights and see the same batches. They take turns of a few steps, so that both have the same share of
whatever else the machine does. In f32 the losses agree until rounding has grown: the first steps are the test of the gradient.
"""
import argparse
import json
import pathlib
import statistics
import time

import numpy as np
import torch

import corpus
from model import ATTENTIONS, METHODS, TinyLM, make_config
from train import add_step_options, make_optimizers, train_step, training_batch, use_threads


class Run:
    """One model in training."""

    def __init__(self, config: dict, attention: str, data: np.ndarray, args):
        self.data, self.args = data, args
        self.losses, self.seconds, self.processor = [], [], []
        self.model = TinyLM(config, attention)
        self.model.initialize(args.seed)
        self.optimizers = make_optimizers(self.model, args)
        self.forward = torch.compile(self.model) if args.compile else self.model

    def take(self, steps: int) -> None:
        for _ in range(steps):
            step = len(self.losses)
            batch = training_batch(self.data, step, self.args)
            began, busy = time.perf_counter(), time.process_time()
            self.losses.append(train_step(self.forward, self.model, self.optimizers, batch, step, self.args))
            self.seconds.append(time.perf_counter() - began)
            self.processor.append(time.process_time() - busy)


def pace(seconds: list, first: int) -> float:
    return 1000 * statistics.median(seconds[first:] or seconds)


def compare(config: dict, data: np.ndarray, args) -> dict:
    """Losses of every step, and milliseconds per step: medians without the first turn, which compiles."""
    runs = {attention: Run(config, attention, data, args) for attention in ATTENTIONS}
    for turn in range(0, args.steps, args.turn):
        order = ATTENTIONS if turn // args.turn % 2 == 0 else ATTENTIONS[::-1]
        for attention in order:
            runs[attention].take(min(args.turn, args.steps - turn))
    differences = np.abs(np.subtract(*(run.losses for run in runs.values())))
    return {
        "position": config["position"]["method"],
        "losses": {name: run.losses for name, run in runs.items()},
        "largest_difference": float(differences.max()),
        "milliseconds_per_step": {name: pace(run.seconds, args.turn) for name, run in runs.items()},
        "processor_milliseconds_per_step": {name: pace(run.processor, args.turn) for name, run in runs.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--position", choices=METHODS, nargs="+", default=["rope"])
    add_step_options(parser)
    parser.set_defaults(steps=40, batch=4, warmup=10, precision="f32")
    parser.add_argument(
        "--turn", type=int, default=5, help="steps of one model before the other's (default %(default)s)"
    )
    parser.add_argument("--no-compile", dest="compile", action="store_false", help="without torch.compile")
    parser.add_argument(
        "--work", type=pathlib.Path, default="/var/tmp/farspan-train", help="corpus cache (default %(default)s)"
    )
    parser.add_argument("--json", type=pathlib.Path, help="file for all losses and times")
    args = parser.parse_args()
    use_threads(args.threads)
    data = np.frombuffer(corpus.load(args.work / "corpus", "train"), np.uint8)

    results = []
    heads = (
        "position",
        "last loss",
        "PyTorch's",
        "largest difference",
        "ms per step",
        "PyTorch's",
        "of processor",
        "PyTorch's",
    )
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for position in args.position:
        results.append(compare(make_config(position), data, args))
        found = results[-1]
        cells = [f"{losses[-1]:.6f}" for losses in found["losses"].values()] + [f"{found['largest_difference']:.1e}"]
        for kind in ("milliseconds_per_step", "processor_milliseconds_per_step"):
            cells += [f"{value:.0f}" for value in found[kind].values()]
        print(f"| {position} | {' | '.join(cells)} |", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fine-tune the shipped rope model on longer windows, from several starts, and follow the held-out perplexity.

A start is a method of extension that the model has from the first step on; attention and its gradient are the library's. All starts
see the same windows in the same order. All weights learn but the two tables of bytes, which know nothing of positions; an exported
model takes them from the model it began with. A run that is started again continues from its last checkpoint; starts that are done
are not run again.

    direct   as it was trained: positions beyond its length are new to it
    pi       position interpolation (Chen et al. 2023)
    ntk      NTK-aware: a larger base (bloc97 2023)
    yarn     by parts, with a magnitude (Peng et al. 2023); beta_fast as in farspan report
    rerope   distances from half the trained length on count as that, with log-n scaling (Su 2023)

The result is a JSON file: for each start its scheme and, by step, the mean training loss since the row before and the perplexity per
byte by length of the window, of the same held-out bytes at every length (see evaluate.py); and the seconds of training, of
processor time, with their median per step.
"""
import argparse
import json
import math
import pathlib
import statistics
import time

import numpy as np
import torch

import corpus
from evaluate import LONGEST, long_stretches, loss_at_length
from model import TinyLM, load_model
from train import add_step_options, export, load_checkpoint, save_checkpoint, train_step, training_batch, use_threads

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
STARTS = ("direct", "pi", "ntk", "yarn", "rerope")
TABLES = ("model.embed_tokens.weight", "lm_head.weight")
# Two runs with the same are the same run.
SETTINGS = ("steps", "batch", "length", "lr", "warmup", "repeats", "seed", "precision", "lengths", "stretches")


def scheme_of(start: str, trained: int, length: int) -> dict:
    """What a start changes of the model's scheme."""
    factor = length / trained
    return {
        "direct": {},
        "pi": {"rope": {"method": "linear", "factor": factor}},
        "ntk": {"rope": {"method": "ntk", "factor": factor}},
        "yarn": {
            "rope": {
                "method": "yarn",
                "factor": factor,
                "original_context": trained,
                "beta_fast": min(max(32 * trained / 2048, 2), 32),
            }
        },
        "rerope": {
            "remap": {"method": "rerope", "window": trained // 2},
            "score": {"temperature": "log_n", "trained_length": trained},
        },
    }[start]


def make_model(folder: pathlib.Path, start: str, length: int) -> TinyLM:
    """The exported model with the scheme of a start, ready to be trained."""
    shipped = load_model(folder)
    config = {**shipped.config, "scheme": scheme_of(start, shipped.config["trained_length"], length)}
    model = TinyLM(config, "farspan")
    model.load_state_dict(shipped.state_dict())
    for name, weight in model.named_parameters():
        weight.requires_grad_(name not in TABLES)
    return model


def make_optimizer(model: TinyLM, args) -> torch.optim.AdamW:
    """As the papers fine-tune: without weight decay (Chen et al. 2023, Peng et al. 2023)."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return torch.optim.AdamW(
        [{"params": weights, "rate": 1}], lr=args.lr, betas=(0.9, 0.95), weight_decay=0.0, foreach=True
    )


def export_model(model: TinyLM, start: str, args) -> None:
    """The folder args.export/<base model>-<start>. Its scheme is complete; the tensors are those that learned."""
    config = {
        **model.config,
        "trained_length": args.length,
        "scheme": json.loads(model.scheme.to_json()),
        "fine_tuned": {"base_model": args.model.name, "start": start, "steps": args.steps},
    }
    learned = {name: weight for name, weight in model.state_dict().items() if name not in TABLES}
    export(config, learned, args.export / f"{args.model.name}-{start}")


@torch.no_grad()
def perplexities(model: TinyLM, stretches: np.ndarray, lengths: list) -> dict:
    return {str(length): math.exp(loss_at_length(model, stretches, length)) for length in lengths}


def settings_of(args) -> dict:
    return {"model": args.model.name, **{name: getattr(args, name) for name in SETTINGS}}


def fine_tune(start: str, data: np.ndarray, stretches: np.ndarray, args):
    """Yields what is known of the start after every evaluation, first before any step."""
    model = make_model(args.model, start, args.length)
    optimizers = [make_optimizer(model, args)]
    checkpoint = args.work / "extend" / f"{start}-{args.length}.pt"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    known = {"scheme": model.config["scheme"], "seconds": 0.0, "seconds_per_step": None, "rows": []}
    if checkpoint.exists():
        known = load_checkpoint(checkpoint, model, optimizers, settings_of(args))["known"]
    else:
        before = perplexities(model, stretches, args.lengths)
        known["rows"].append({"step": 0, "train_loss": None, "perplexity": before})
    yield known

    forward = torch.compile(model) if args.compile else model
    losses, seconds = [], []
    for step in range(known["rows"][-1]["step"], min(args.steps, args.stop or args.steps)):
        began = time.process_time()
        batch = training_batch(data, step, args, args.repeats)
        losses.append(train_step(forward, model, optimizers, batch, step, args))
        seconds.append(time.process_time() - began)
        if not math.isfinite(losses[-1]):
            raise SystemExit(f"{start}, step {step}: the loss is {losses[-1]}")
        done = step + 1
        if done in (*args.at, args.steps, args.stop):
            known["seconds"] += sum(seconds)
            known["seconds_per_step"] = statistics.median(seconds)
            measured = perplexities(model, stretches, args.lengths)
            known["rows"].append({"step": done, "train_loss": float(np.mean(losses)), "perplexity": measured})
            save_checkpoint(checkpoint, model, optimizers, known=known, settings=settings_of(args))
            losses, seconds = [], []
            yield known
    if args.export and known["rows"][-1]["step"] == args.steps:
        export_model(model, start, args)


def print_last(start: str, known: dict, steps: int) -> None:
    """The newest row of a start."""
    row = known["rows"][-1]
    loss = "" if row["train_loss"] is None else f" train {row['train_loss']:.4f}"
    cells = " ".join(f"{length}: {value:.3f}" for length, value in row["perplexity"].items())
    pace = "" if known["seconds_per_step"] is None else f", {known['seconds_per_step']:.2f} s per step"
    print(f"{start} step {row['step']}/{steps}{loss} perplexity {cells}{pace}", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", choices=STARTS, nargs="+", default=STARTS, help="default: all")
    parser.add_argument(
        "--out", required=True, type=pathlib.Path, help="file of JSON; what it has of other starts stays"
    )
    parser.add_argument("--model", type=pathlib.Path, default=MODELS / "rope", help="folder (default %(default)s)")
    parser.add_argument(
        "--work",
        type=pathlib.Path,
        default="/var/tmp/farspan-train",
        help="corpus cache and checkpoints (default %(default)s)",
    )
    add_step_options(parser)
    parser.set_defaults(steps=100, batch=4, length=1024, lr=1e-3, warmup=10, precision="f32")
    parser.add_argument(
        "--at",
        type=int,
        nargs="+",
        default=[10, 25, 50],
        help="steps after which to evaluate, beside none and all (default %(default)s)",
    )
    parser.add_argument("--export", type=pathlib.Path, help="folder for the models that are done, each in its own")
    parser.add_argument("--stop", type=int, default=None, help="stop after this many steps, for probes")
    parser.add_argument(
        "--lengths",
        type=int,
        nargs="+",
        default=[256, 1024, 4096],
        help=f"of windows to evaluate, divisors of {LONGEST} (default %(default)s)",
    )
    parser.add_argument(
        "--stretches", type=int, default=6, help=f"held-out stretches of {LONGEST} bytes (default %(default)s)"
    )
    parser.add_argument("--no-compile", dest="compile", action="store_false", help="without torch.compile")
    args = parser.parse_args()
    if any(length <= 0 or LONGEST % length for length in args.lengths):
        parser.error(f"--lengths must be divisors of {LONGEST}")
    return args


def main() -> None:
    args = parse_arguments()
    use_threads(args.threads)
    torch.manual_seed(args.seed)
    data = {part: np.frombuffer(corpus.load(args.work / "corpus", part), np.uint8) for part in ("train", "heldout")}
    names = json.loads((args.work / "corpus" / "manifest.json").read_text())["heldout"]["names"]
    stretches = long_stretches(data["heldout"], names, args.stretches)

    found = json.loads(args.out.read_text()) if args.out.exists() else {"settings": settings_of(args), "starts": {}}
    if found["settings"] != settings_of(args):
        raise SystemExit(f"{args.out} has results of other options, {found['settings']}: give another --out")
    for start in args.start:
        for known in fine_tune(start, data["train"], stretches, args):
            found["starts"][start] = known
            args.out.write_text(json.dumps(found, indent=1) + "\n")
            print_last(start, known, args.steps)


if __name__ == "__main__":
    main()

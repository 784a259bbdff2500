#!/usr/bin/env python3
"""Train one tiny model on the byte corpus and export it.

On one machine the same options are meant to give the same model, and the five methods see the
same batches in the same order: the windows of a step depend on the seed and the step only.
A run that is started again continues from its last checkpoint.

In half of the windows or more, a span of bytes stands twice (`repeat_span`). Without that, only the
model with ALiBi learns to continue what it has read before; the others make no use of text beyond
the last hundred bytes, and then no method of extrapolation can show what it is good for.
"""
import argparse
import csv
import json
import math
import os
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import corpus
from model import ATTENTIONS, METHODS, TinyLM, make_config

HELD_OUT_WINDOWS = 64


def learning_rate(step: int, args) -> float:
    """Linear warm-up, then a cosine down to 2 % of the peak."""
    if step < args.warmup:
        return args.lr * (step + 1) / args.warmup
    progress = (step - args.warmup) / max(1, args.steps - args.warmup)
    return args.lr * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))


def repeat_share(step: int, args) -> float:
    """Share of the windows in which a span is repeated: from all down to args.repeats at three quarters of the steps."""
    return 1 - (1 - args.repeats) * min(1.0, step / (0.75 * args.steps))


def repeat_span(window: np.ndarray, rng: np.random.Generator) -> None:
    """Copy 1/32 to 3/8 of the window over bytes that come later in it, at a random distance."""
    span = int(rng.integers(len(window) // 32, len(window) * 3 // 8 + 1))
    source = int(rng.integers(0, len(window) - 2 * span + 1))
    target = int(rng.integers(source + span, len(window) - span + 1))
    window[target : target + span] = window[source : source + span]


def training_batch(data: np.ndarray, step: int, args, share: float | None = None):
    """Windows that depend on the seed and the step only; in a share of them, by default repeat_share, a span is repeated."""
    rng = np.random.default_rng([args.seed, step])
    starts = rng.integers(0, len(data) - args.length - 1, args.batch)
    windows = np.stack([data[s : s + args.length + 1] for s in starts])
    share = repeat_share(step, args) if share is None else share
    for window in windows:
        if rng.random() < share:
            repeat_span(window, rng)
    windows = torch.from_numpy(windows).long()
    return windows[:, :-1], windows[:, 1:]


def held_out_batch(data: np.ndarray, length: int):
    """Windows at equal distances over the whole held-out part, the same at every evaluation."""
    starts = np.linspace(0, len(data) - length - 1, HELD_OUT_WINDOWS).astype(int)
    windows = torch.from_numpy(np.stack([data[s : s + length + 1] for s in starts])).long()
    return windows[:, :-1], windows[:, 1:]


def loss_of(model, inputs, targets) -> torch.Tensor:
    return F.cross_entropy(model(inputs).float().flatten(0, 1), targets.flatten())


@torch.no_grad()
def held_out_loss(model, batch) -> float:
    return sum(loss_of(model, x, y).item() for x, y in zip(*(part.split(16) for part in batch))) / (
        HELD_OUT_WINDOWS // 16
    )


def make_optimizers(model, args) -> list:
    """Muon for the matrices of the layers, AdamW for the head, the gains and the lookup tables.

    T5's biases are logits, not factors: they must travel several units, where a weight moves a
    tenth. They get ten times the learning rate.
    """

    def kind(name):
        return (
            "bias"
            if "relative_attention_bias" in name
            else "matrix"
            if "_proj" in name
            else "head"
            if "lm_head" in name
            else "other"
        )

    weights_of = {}
    for name, weight in model.named_parameters():
        weights_of.setdefault(kind(name), []).append(weight)
    muon = torch.optim.Muon(
        [{"params": weights_of["matrix"], "rate": 1}],
        lr=args.lr,
        momentum=0.95,
        weight_decay=0.1,
        adjust_lr_fn="match_rms_adamw",
    )
    adamw = torch.optim.AdamW(
        [
            {"params": weights_of["head"], "weight_decay": 0.1, "rate": 1},
            {"params": weights_of["other"], "weight_decay": 0.0, "rate": 1},
            {"params": weights_of.get("bias", []), "weight_decay": 0.0, "rate": 10},
        ],
        lr=args.lr,
        betas=(0.9, 0.95),
        foreach=True,
    )
    return [muon, adamw]


def train_step(forward, model, optimizers: list, batch, step: int, args) -> float:
    """One update; returns the loss before it. forward: the model, compiled or not."""
    for group in (g for optimizer in optimizers for g in optimizer.param_groups):
        group["lr"] = group["rate"] * learning_rate(step, args)
    with torch.autocast("cpu", torch.bfloat16, enabled=args.precision == "bf16"):  # the products only
        loss = loss_of(forward, *batch)
    model.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
    return loss.item()


def use_threads(threads: int) -> None:
    """For PyTorch and for Farspan, which looks at its variable when it is first called."""
    os.environ["FARSPAN_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # tiny softmax weights of far keys; they cost a trap each


def save_checkpoint(path: pathlib.Path, model, optimizers: list, **more) -> None:
    partial = path.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], **more}, partial)
    partial.replace(path)


def load_checkpoint(path: pathlib.Path, model, optimizers: list, settings: dict | None = None) -> dict:
    """What else save_checkpoint was given; of a run with other settings nothing is loaded."""
    state = torch.load(path)
    if settings is not None and state["settings"] != settings:
        raise SystemExit(f"{path} is of other options, {state['settings']}: remove it, or give another --work")
    model.load_state_dict(state.pop("model"))
    for optimizer, saved in zip(optimizers, state.pop("optimizers")):
        optimizer.load_state_dict(saved)
    return state


def add_step_options(parser) -> None:
    """The options that train_step and training_batch read."""
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=16, help="windows per step (default %(default)s)")
    parser.add_argument("--length", type=int, default=256, help="bytes per window (default %(default)s)")
    parser.add_argument("--lr", type=float, default=5e-3, help="peak learning rate (default %(default)s)")
    parser.add_argument("--warmup", type=int, default=100, help="steps of warm-up (default %(default)s)")
    parser.add_argument(
        "--repeats",
        type=float,
        default=0.5,
        help="share of the windows with a repeated span towards the end (default %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--precision",
        choices=("bf16", "f32"),
        default="bf16",
        help="of matrix products; weights and sums are f32 (default %(default)s)",
    )


def export(config: dict, tensors: dict, out: pathlib.Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tensors = {name: weight.half() for name, weight in tensors.items()}
    save_file(tensors, out / "model.safetensors", {"format": "pt"})


def write_losses(rows: list, out: pathlib.Path) -> None:
    with open(out / "loss.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "train_loss", "heldout_loss"])
        writer.writerows(rows)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--position", required=True, choices=METHODS)
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder for the exported model")
    parser.add_argument(
        "--work",
        type=pathlib.Path,
        default="/var/tmp/farspan-train",
        help="corpus cache and checkpoints (default %(default)s)",
    )
    add_step_options(parser)
    parser.add_argument(
        "--attention",
        choices=ATTENTIONS,
        default="farspan",
        help="who computes attention and its gradient: this library or PyTorch (default %(default)s)",
    )
    parser.add_argument("--every", type=int, default=250, help="steps between evaluations and checkpoints")
    parser.add_argument("--stop", type=int, default=None, help="stop after this many steps, for probes")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    use_threads(args.threads)
    torch.manual_seed(args.seed)
    data = {part: np.frombuffer(corpus.load(args.work / "corpus", part), np.uint8) for part in ("train", "heldout")}
    held_out = held_out_batch(data["heldout"], args.length)

    model = TinyLM(make_config(args.position), args.attention)
    model.initialize(args.seed)
    optimizers = make_optimizers(model, args)
    print(
        f"{args.position}: {sum(w.numel() for w in model.parameters())} parameters, "
        f"{len(data['train'])} bytes to train on",
        flush=True,
    )

    checkpoint = args.work / "checkpoints" / f"{args.position}.pt"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    first, rows, seconds = 0, [], 0.0
    if checkpoint.exists():
        state = load_checkpoint(checkpoint, model, optimizers)
        first, rows, seconds = state["step"], state["rows"], state["seconds"]
        print(f"continue at step {first}", flush=True)

    last = min(args.steps, args.stop or args.steps)
    forward = torch.compile(model)
    started, recent = time.time() - seconds, []
    begun_here = time.time()
    for step in range(first, last):
        batch = training_batch(data["train"], step, args)
        recent.append(train_step(forward, model, optimizers, batch, step, args))
        if not math.isfinite(recent[-1]):
            raise SystemExit(f"step {step}: the loss is {recent[-1]}")

        done = step + 1
        if done % 50 == 0 or done == last:
            pace = (time.time() - begun_here) / (done - first)
            print(
                f"{args.position} step {done}/{args.steps} loss {np.mean(recent[-50:]):.4f} "
                f"lr {learning_rate(step, args):.2e} {args.batch * args.length / pace:.0f} bytes/s "
                f"ETA {(last - done) * pace / 60:.1f} min",
                flush=True,
            )
        if done % args.every == 0 or done == last:
            rows.append([done, f"{np.mean(recent[-args.every:]):.4f}", f"{held_out_loss(model, held_out):.4f}"])
            seconds = time.time() - started
            print(
                f"{args.position} step {done} train {rows[-1][1]} held-out {rows[-1][2]} "
                f"after {seconds / 60:.1f} min",
                flush=True,
            )
            save_checkpoint(checkpoint, model, optimizers, step=done, rows=rows, seconds=seconds)
    export(model.config, model.state_dict(), args.out)
    write_losses(rows, args.out)


if __name__ == "__main__":
    main()

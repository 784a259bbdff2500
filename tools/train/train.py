#!/usr/bin/python3
"""Train one tiny model on the byte corpus and export it.

On one machine the same options are meant to give the same model, and the five methods see the
same batches in the same order: the windows of a step depend on the seed and the step only.
A run that is started again continues from its last checkpoint.
"""
import argparse
import csv
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

import corpus
import weights
from model import METHODS, TinyLM, load_weights, make_config

HELD_OUT_WINDOWS = 64


def learning_rate(step: int, args) -> float:
    """Linear warm-up, then a cosine down to 2 % of the peak."""
    if step < args.warmup:
        return args.lr * (step + 1) / args.warmup
    progress = (step - args.warmup) / max(1, args.steps - args.warmup)
    return args.lr * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))


def training_batch(data: torch.Tensor, step: int, args):
    starts = np.random.default_rng([args.seed, step]).integers(0, len(data) - args.length - 1, args.batch)
    windows = torch.stack([data[s:s + args.length + 1] for s in starts]).long()
    return windows[:, :-1], windows[:, 1:]


def held_out_batch(data: torch.Tensor, length: int):
    """Windows at equal distances over the whole held-out part, the same at every evaluation."""
    starts = np.linspace(0, len(data) - length - 1, HELD_OUT_WINDOWS).astype(int)
    windows = torch.stack([data[s:s + length + 1] for s in starts]).long()
    return windows[:, :-1], windows[:, 1:]


def loss_of(model, inputs, targets) -> torch.Tensor:
    return F.cross_entropy(model(inputs).float().flatten(0, 1), targets.flatten())


@torch.no_grad()
def held_out_loss(model, batch) -> float:
    return sum(loss_of(model, x, y).item() for x, y in
               zip(*(part.split(16) for part in batch))) / (HELD_OUT_WINDOWS // 16)


def make_optimizer(model, args):
    """Weight decay on the matrices of the layers and the head, not on gains and lookup tables.

    T5's biases are logits, not factors: they must travel several units, where a weight moves a
    tenth. They get ten times the learning rate.
    """
    def decays(name, weight):
        return weight.dim() == 2 and "embed_tokens" not in name
    named = [(n, w) for n, w in model.named_parameters() if "relative_attention_bias" not in n]
    biases = [w for n, w in model.named_parameters() if "relative_attention_bias" in n]
    groups = [{"params": [w for n, w in named if decays(n, w)], "weight_decay": 0.1, "rate": 1},
              {"params": [w for n, w in named if not decays(n, w)], "weight_decay": 0.0, "rate": 1},
              {"params": biases, "weight_decay": 0.0, "rate": 10}]
    return torch.optim.AdamW(groups, lr=args.lr, betas=(0.9, 0.95), foreach=True)


def export(model, rows: list, out: pathlib.Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(model.config, indent=2) + "\n")
    tensors = {name: w.numpy().astype(np.float16) for name, w in model.state_dict().items()}
    weights.save(out / "model.safetensors", tensors, {"format": "pt"})
    if rows:
        with open(out / "loss.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["step", "train_loss", "heldout_loss"])
            writer.writerows(rows)


def earlier_rows(folder: pathlib.Path) -> list:
    """The lines of loss.csv of a model that is trained further, so that the new ones go on from there."""
    with open(folder / "loss.csv", newline="") as file:
        return [[int(step), train, held_out] for step, train, held_out in list(csv.reader(file))[1:]]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--position", required=True, choices=METHODS)
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder for the exported model")
    parser.add_argument("--work", type=pathlib.Path, default="/var/tmp/farspan-train",
                        help="corpus cache and checkpoints (default %(default)s)")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=16, help="windows per step")
    parser.add_argument("--length", type=int, default=256, help="bytes per window")
    parser.add_argument("--lr", type=float, default=5e-3, help="peak learning rate")
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=250, help="steps between evaluations and checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", type=pathlib.Path, default=None,
                        help="folder of an exported model to train further; give another --seed, for other batches")
    parser.add_argument("--bfloat16", action="store_true",
                        help="compile the model, multiply matrices in bfloat16; weights and sums stay f32 (PyTorch 2)")
    parser.add_argument("--run", default=None,
                        help="name of the checkpoint (default: the position method; with --start, POSITION-further)")
    parser.add_argument("--stop", type=int, default=None, help="stop after this many steps, for probes")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)  # tiny softmax weights of far keys; they cost a trap each
    torch.manual_seed(args.seed)
    data = {part: torch.from_numpy(np.frombuffer(corpus.load(args.work / "corpus", part), np.uint8).copy())
            for part in ("train", "heldout")}
    held_out = held_out_batch(data["heldout"], args.length)

    model = TinyLM(make_config(args.position))
    if args.start:
        load_weights(model, args.start)
    else:
        model.initialize(args.seed)
    optimizer = make_optimizer(model, args)
    print(f"{args.position}: {sum(w.numel() for w in model.parameters())} parameters, "
          f"{len(data['train'])} bytes to train on", flush=True)

    name = f"{args.position}-further" if args.start else args.position
    checkpoint = args.work / "checkpoints" / f"{args.run or name}.pt"
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    first, rows, seconds = 0, earlier_rows(args.start) if args.start else [], 0.0
    steps_before = rows[-1][0] if rows else 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, rows, seconds = state["step"], state["rows"], state["seconds"]
        print(f"continue at step {first}", flush=True)

    last = min(args.steps, args.stop or args.steps)
    forward = torch.compile(model) if args.bfloat16 else model
    started, recent = time.time() - seconds, []
    begun_here = time.time()
    for step in range(first, last):
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * learning_rate(step, args)
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bfloat16):
            loss = loss_of(forward, *training_batch(data["train"], step, args))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        if not math.isfinite(recent[-1]):
            raise SystemExit(f"step {step}: the loss is {recent[-1]}")

        done = step + 1
        if done % 50 == 0 or done == last:
            pace = (time.time() - begun_here) / (done - first)
            print(f"{args.position} step {done}/{args.steps} loss {np.mean(recent[-50:]):.4f} "
                  f"lr {learning_rate(step, args):.2e} {args.batch * args.length / pace:.0f} bytes/s "
                  f"ETA {(last - done) * pace / 60:.1f} min", flush=True)
        if done % args.every == 0 or done == last:
            rows.append([steps_before + done, f"{np.mean(recent[-args.every:]):.4f}",
                         f"{held_out_loss(model, held_out):.4f}"])
            seconds = time.time() - started
            print(f"{args.position} step {done} train {rows[-1][1]} held-out {rows[-1][2]} "
                  f"after {seconds / 60:.1f} min", flush=True)
            partial = checkpoint.with_suffix(".partial")
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                        "step": done, "rows": rows, "seconds": seconds}, partial)
            partial.replace(checkpoint)
    export(model, rows, args.out)


if __name__ == "__main__":
    main()

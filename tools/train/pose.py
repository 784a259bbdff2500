#!/usr/bin/env python3
"""Fine-tune a pretrained model for windows longer than any that the machine could train on, from PI and from YaRN.

A window of 2,048 tokens is cut in two at a random place, and the positions of its second part are moved on by a random number, so that
distances up to the target are seen (PoSE: Zhu et al. 2023). Weights stay as they are; what is trained are low-rank changes of the four
projections of every attention (LoRA: Hu et al. 2021). Attention and its gradient are the library's. All starts see the same windows with
the same positions; the windows of a step depend on the seed and the step only.

    python3 tools/train/pose.py --model "$(scripts/smollm2.sh)" --judge Opticks.txt --out pose.json

What is judged is the perplexity of the last 512 tokens of windows of another text, as `python -m farspan report` does it. A run that is
started again continues from its last checkpoint; starts that are done are not run again.
"""
import argparse
import json
import math
import os
import pathlib
import statistics
import sys
import time

os.environ.setdefault("TQDM_DISABLE", "1")  # of transformers, which reads it once

import numpy as np
import torch
import torch.nn.functional as F

import corpus
from extend import print_last
from farspan.report import methods
from farspan.report.measure import places
from farspan.report.model import LanguageModel
from farspan.transformers import enable
from train import load_checkpoint, save_checkpoint

STARTS = ("pi", "yarn")
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj")
# Two runs with the same are the same run.
SETTINGS = ("steps", "window", "target", "rank", "lr", "warmup", "seed", "lengths", "windows", "segment")


class LowRank(torch.nn.Module):
    """A linear layer and what is added to its weight: up @ down, which is 0 at first."""

    def __init__(self, linear: torch.nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down = torch.nn.Parameter(torch.randn(rank, linear.in_features) / math.sqrt(linear.in_features))
        self.up = torch.nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + x @ self.down.T @ self.up.T


def add_adapters(model: torch.nn.Module, rank: int) -> torch.nn.ParameterList:
    """Puts low-rank changes beside the projections of every attention; returns what learns."""
    for module in list(model.modules()):
        for name in PROJECTIONS:
            linear = getattr(module, name, None)
            if isinstance(linear, torch.nn.Linear):
                setattr(module, name, LowRank(linear, rank))
    return torch.nn.ParameterList(p for p in model.parameters() if p.requires_grad)


def skipped_positions(window: int, target: int, rng: np.random.Generator) -> np.ndarray:
    """[window]: 0, 1, 2 ... up to a random place, and from there on moved by 0 .. target - window."""
    positions = np.arange(window)
    positions[rng.integers(1, window) :] += rng.integers(0, target - window + 1)
    return positions


def training_window(tokens: np.ndarray, step: int, args) -> tuple:
    """Tokens [window + 1] and positions [window] that depend on the seed and the step only."""
    rng = np.random.default_rng([args.seed, step])
    first = int(rng.integers(0, len(tokens) - args.window))
    return tokens[first : first + args.window + 1], skipped_positions(args.window, args.target, rng)


def train_step(model, optimizer, tokens: np.ndarray, step: int, args) -> float:
    window, positions = training_window(tokens, step, args)
    for group in optimizer.param_groups:
        group["lr"] = args.lr * min(1.0, (step + 1) / args.warmup)
    given = torch.from_numpy(window[:-1])[None]
    logits = model(given, position_ids=torch.from_numpy(positions)[None], use_cache=False).logits
    loss = F.cross_entropy(logits[0], torch.from_numpy(window[1:]))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 1.0)
    optimizer.step()
    return loss.item()


def judge(language: LanguageModel, start: str, text: np.ndarray, args) -> dict:
    """By length, the perplexity of the last tokens of the same places. The method keeps the factor of the target."""
    language.use(start, args.target)
    ends = places(len(text), max(args.lengths), args.windows, args.segment)
    return {
        str(length): math.exp(np.mean([language.losses(text, end, length, args.segment) for end in ends]))
        for length in args.lengths
    }


def token_ids(language: LanguageModel, part: str, args) -> np.ndarray:
    """The corpus in the model's tokens, kept beside it."""
    kept = args.work / "pose" / f"{language.name}-{part}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        text = corpus.load(args.work / "corpus", part)[: args.megabytes << 20].decode("utf-8", "replace")
        np.save(kept, language.encode(text))
    return np.load(kept)


def fine_tune(start: str, args):
    """Yields what is known of the start after every evaluation, first before any step."""
    torch.manual_seed(args.seed)
    language = LanguageModel(args.model)
    text = language.encode(args.judge.read_text(encoding="utf-8", errors="replace"))
    tokens = token_ids(language, "train", args)
    adapters = add_adapters(language.model, args.rank)
    enable(language.model, **methods.settings(start, language.trained, args.target))
    optimizer = torch.optim.AdamW(adapters.parameters(), lr=args.lr, weight_decay=0.0, betas=(0.9, 0.95))
    checkpoint = args.work / "pose" / f"{start}.pt"
    settings = {name: getattr(args, name) for name in SETTINGS}
    if checkpoint.exists():
        state = load_checkpoint(checkpoint, adapters, [optimizer], settings)
    else:
        row = {"step": 0, "train_loss": None, "perplexity": judge(language, start, text, args)}
        state = {"known": {"seconds_per_step": None, "rows": [row]}, "losses": [], "seconds": []}
    known, losses, seconds = state["known"], state["losses"], state["seconds"]

    def keep() -> None:
        more = {"known": known, "losses": losses, "seconds": seconds, "settings": settings}
        save_checkpoint(checkpoint, adapters, [optimizer], **more)

    keep()
    yield known
    last = min(args.steps, args.stop or args.steps)
    done = known["rows"][-1]["step"] + len(losses)
    while done < last or losses:
        if done < last:
            began = time.perf_counter()
            losses.append(train_step(language.model, optimizer, tokens, done, args))
            seconds.append(time.perf_counter() - began)
            done += 1
            print(f"{start} step {done}/{args.steps} loss {losses[-1]:.4f} {seconds[-1]:.1f} s", file=sys.stderr)
            if not math.isfinite(losses[-1]):
                raise SystemExit(f"{start}, step {done}: the loss is {losses[-1]}")
        judged = done % args.every == 0 or done >= last
        if judged:
            known["seconds_per_step"] = statistics.median(seconds)
            perplexity = judge(language, start, text, args)
            known["rows"].append({"step": done, "train_loss": float(np.mean(losses)), "perplexity": perplexity})
            losses, seconds = [], []
        if judged or done % args.keep == 0:
            keep()
        if judged:
            yield known


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=pathlib.Path, help="a folder of save_pretrained, or a GGUF file")
    parser.add_argument("--judge", required=True, type=pathlib.Path, help="text to judge by, not trained on")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="file of JSON; other starts in it stay")
    parser.add_argument("--start", choices=STARTS, nargs="+", default=STARTS, help="default: both")
    parser.add_argument(
        "--work",
        type=pathlib.Path,
        default="/var/tmp/farspan-train",
        help="corpus and checkpoints (default %(default)s)",
    )
    for name, value, text in (
        ("steps", 200, "of training"),
        ("window", 2048, "tokens of a step"),
        ("target", 16384, "tokens that the positions reach"),
        ("rank", 8, "of the changes"),
        ("warmup", 10, "steps until the full rate"),
        ("seed", 1, "of windows, positions and adapters"),
        ("every", 50, "steps between evaluations"),
        ("keep", 10, "steps between checkpoints"),
        ("windows", 2, "places of the text to judge at"),
        ("segment", 512, "tokens scored in each"),
        ("megabytes", 8, "of the corpus to draw from"),
        ("threads", os.cpu_count(), "of PyTorch"),
    ):
        parser.add_argument(f"--{name}", type=int, default=value, help=f"{text} (default %(default)s)")
    parser.add_argument("--lr", type=float, default=5e-4, help="learning rate (default %(default)s)")
    parser.add_argument("--stop", type=int, default=None, help="stop after this many steps, for probes")
    parser.add_argument(
        "--lengths", type=int, nargs="+", default=[8192, 16384], help="of windows to judge (default %(default)s)"
    )
    args = parser.parse_args()
    if not 0 < args.window <= args.target:
        parser.error("--window must be between 1 and --target")
    return args


def main() -> None:
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    found = json.loads(args.out.read_text()) if args.out.exists() else {}
    for start in args.start:
        for known in fine_tune(start, args):
            found[start] = known
            args.out.write_text(json.dumps(found, indent=1) + "\n")
            print_last(start, known, args.steps)


if __name__ == "__main__":
    main()

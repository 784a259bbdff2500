#!/usr/bin/env python3
"""Held-out loss of exported models: by position in the window, of bytes read before, and by length of the window.

By position: windows of the trained length at equal distances over the held-out part, and the last 32 bytes
of each with more and more text before them, so that every position scores the same bytes.
Read before: AGAIN bytes, as many of another place, and the first again; the loss of the first and of the second reading,
without the first STEP / 2 bytes of each, from which the model learns that it is a repetition.
By length: stretches of LONGEST bytes from the middle of single held-out files, cut into windows
without overlap. Every length scores the same bytes, so that the columns compare.

Losses are in nats per byte. Prints Markdown tables.
"""
import argparse
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import corpus
from model import load_model

WINDOW = 256
STEP = 32
AGAIN = 80
POSITIONS = (0, 32, 96, 160, 224)  # of the first of STEP bytes
LENGTHS = (128, 256, 512, 1024, 2048, 4096)
LONGEST = LENGTHS[-1]


def byte_losses(model, windows: np.ndarray, batch: int) -> torch.Tensor:
    """[windows, length] from windows of length + 1 bytes."""
    tokens = torch.from_numpy(windows.astype(np.int64))
    return torch.cat(
        [
            F.cross_entropy(model(part[:, :-1]).transpose(1, 2), part[:, 1:], reduction="none")
            for part in tokens.split(batch)
        ]
    )


def spread_windows(data: np.ndarray, length: int, count: int) -> np.ndarray:
    starts = np.linspace(0, len(data) - length - 1, count).astype(int)
    return np.stack([data[s : s + length + 1] for s in starts])


def loss_by_position(model, windows: np.ndarray) -> list:
    """Mean loss of the last STEP bytes of the windows when they stand at each of POSITIONS.

    The same bytes every time: what varies is how many bytes before them are shown.
    """
    return [byte_losses(model, windows[:, WINDOW - STEP - first :], 16)[:, -STEP:].mean() for first in POSITIONS]


def losses_of_repetition(model, data: np.ndarray, count: int) -> list:
    """Mean losses of `count` texts at the first reading and at the second."""
    once = spread_windows(data, AGAIN - 1, count)
    texts = np.concatenate([once, np.roll(once, 1, axis=0), once], axis=1)
    losses = byte_losses(model, texts, 16)  # of the bytes after the first
    return [losses[:, first + STEP // 2 - 1 : first + AGAIN - 1].mean() for first in (0, 2 * AGAIN)]


def long_stretches(data: np.ndarray, names: list, count: int) -> np.ndarray:
    """`count` stretches of LONGEST + 1 bytes, one each from files spread over the held-out part."""
    starts, offset = [], 0
    for _, size in names:
        if size > LONGEST:
            starts.append(offset + (size - LONGEST - 1) // 2)
        offset += size + 1  # the empty line between two files
    chosen = [starts[n] for n in np.linspace(0, len(starts) - 1, count).astype(int)]
    return np.stack([data[s : s + LONGEST + 1] for s in chosen])


def loss_at_length(model, stretches: np.ndarray, length: int) -> float:
    windows = np.concatenate([stretches[:, s : s + length + 1] for s in range(0, LONGEST, length)])
    return byte_losses(model, windows, max(1, LONGEST // length)).mean().item()


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=pathlib.Path, help="folders of exported models")
    parser.add_argument("--work", type=pathlib.Path, default="/var/tmp/farspan-train")
    parser.add_argument("--windows", type=int, default=256, help=f"windows of {WINDOW} bytes (default %(default)s)")
    parser.add_argument(
        "--stretches",
        type=int,
        default=6,
        help=f"stretches of {LONGEST} bytes, 0 to leave lengths out (default %(default)s)",
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)

    data = np.frombuffer(corpus.load(args.work / "corpus", "heldout"), np.uint8)
    names = json.loads((args.work / "corpus" / "manifest.json").read_text())["heldout"]["names"]

    print("| model | all | " + " | ".join(f"{first}-{first + STEP - 1}" for first in POSITIONS) + " |")
    print("|---" * (len(POSITIONS) + 2) + "|", flush=True)
    windows = spread_windows(data, WINDOW, args.windows)
    for folder in args.models:
        model = load_model(folder)
        cells = [byte_losses(model, windows, 16).mean(), *loss_by_position(model, windows)]
        print(f"| {folder.name} | " + " | ".join(f"{c:.3f}" for c in cells) + " |", flush=True)

    print("\n| model | first reading | second |\n" + "|---" * 3 + "|")
    for folder in args.models:
        cells = losses_of_repetition(load_model(folder), data, args.windows)
        print(f"| {folder.name} | " + " | ".join(f"{c:.3f}" for c in cells) + " |", flush=True)

    if args.stretches:
        print("\n| model | " + " | ".join(map(str, LENGTHS)) + " |\n" + "|---" * (len(LENGTHS) + 1) + "|")
        stretches = long_stretches(data, names, args.stretches)
        for folder in args.models:
            model = load_model(folder)
            cells = [math.exp(loss_at_length(model, stretches, length)) for length in LENGTHS]
            print(f"| {folder.name} | " + " | ".join(f"{c:.3f}" for c in cells) + " |", flush=True)


if __name__ == "__main__":
    main()

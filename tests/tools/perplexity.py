#!/usr/bin/env python3
"""Computes losses of the shipped models in double precision, from logits that the command wrote, under every window schedule, and
compares them with what the command says.

usage: perplexity.py PROGRAM MODELS

The windows are cut here, by their published definitions; the logits of some of them are asked for again, as single texts.
Exit code 77: a model is not there. The last line is "N schedules, worst DIFF nats per byte".
"""
import array
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

VOCABULARY = 256
TOLERANCE = 1e-6  # nats per byte, and relative to the perplexity


def blocks(tokens, length, _):
    """(first byte read, first byte scored, end): without overlap."""
    return [(first, first + 1, min(first + length, tokens - 1) + 1) for first in range(0, tokens - 1, length)]


def sliding(tokens, length, stride):
    """Begins at 0, S, 2S ...; the first scores all of itself, later ones what no earlier one did."""
    windows, scored = [], 1
    for first in range(0, tokens, stride):
        end = min(first + length + 1, tokens)
        windows.append((first, scored, end))
        scored = end
        if end == tokens:
            return windows
    return windows


def growing(tokens, length, stride):
    """S new bytes each, after as many earlier ones as fit."""
    windows = []
    for first in range(1, tokens, stride):
        end = min(first + stride, tokens)
        windows.append((max(0, first - 1 - (length - stride)), first, end))
    return windows


def last(tokens, length, segment):
    """Only the last bytes, laid backwards from the end."""
    windows, end = [], tokens
    while end > tokens - segment:
        first = max(0, end - 1 - length)
        windows.insert(0, (first, max(first + 1, tokens - segment), end))
        end = first + 1
    return windows


# name, definition, --length, the option that it takes, its value, --method for a rotary model
SCHEDULES = [
    ("blocks", blocks, 256, None, 0, "none"),
    ("blocks", blocks, 500, None, 0, "rerope"),
    ("sliding", sliding, 256, "--stride", 100, "none"),
    ("growing", growing, 256, "--stride", 64, "none"),
    ("growing", growing, 512, "--stride", 200, "streaming"),
    ("last", last, 256, "--segment", 700, "none"),
    ("last", last, 1024, "--segment", 128, "yarn"),
]


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)
    return done.stdout


def read_rows(raw):
    """Native f32 to rows of logits."""
    values = array.array("f")
    values.frombytes(raw)
    return [values[first : first + VOCABULARY] for first in range(0, len(values), VOCABULARY)]


def mean_loss(logits, targets):
    """Of -ln softmax; the largest logit is taken out first."""
    losses = []
    for row, target in zip(logits, targets):
        top = max(row)
        losses.append(math.log(math.fsum(math.exp(x - top) for x in row)) + top - row[target])
    return math.fsum(losses) / len(losses)


def check_single_windows(program, model, method, text, windows, logits, folder):
    """The first, a middle and the last window as texts of their own: the rows that the schedule says are the file's rows.
    Only windows of full length: dynamic methods would see another length."""
    longest = max(end - 1 - first for first, _, end in windows)
    rows = 0
    starts = []
    for _, scored, end in windows:
        starts.append(rows)
        rows += end - scored
    chosen = [
        n
        for n in {0, len(windows) // 2, len(windows) - 1}
        if method == "none" or windows[n][2] - 1 - windows[n][0] == longest
    ]
    worst = 0.0
    for n in chosen:
        first, scored, end = windows[n]
        (folder / "window").write_bytes(text[first : end - 1])
        raw = run(program, "logits", "--model", model, "--text", folder / "window", "--method", method)
        for mine, its in zip(
            read_rows(raw)[scored - first - 1 :], logits[starts[n] : starts[n] + end - scored], strict=True
        ):
            worst = max(worst, max(abs(x - y) for x, y in zip(mine, its)))
    # Other blocks of rows in the matrix products round otherwise; a wrong row or window differs by whole units.
    if worst > 1e-3:
        raise SystemExit(f"{model} {method}: the logits of single windows differ by {worst}")


def check(program, model, schedule, text, folder):
    name, definition, length, option, value, method = schedule
    if method != "none" and model.name != "rope":
        method = "none"
    (folder / "text").write_bytes(text)
    extra = [option, value] if option else []
    said = json.loads(
        run(
            program,
            "perplexity",
            "--model",
            model,
            "--text",
            folder / "text",
            "--method",
            method,
            "--windows",
            name,
            "--length",
            length,
            *extra,
            "--logits",
            folder / "logits",
            "--json",
            "--quiet",
        )
    )
    logits = read_rows((folder / "logits").read_bytes())
    windows = definition(len(text), length, value)
    targets = [byte for _, scored, end in windows for byte in text[scored:end]]
    if len(targets) != len(logits) or said["tokens"] != len(targets):
        raise SystemExit(f"{model.name} {name}: {len(logits)} rows, {said['tokens']} tokens, expected {len(targets)}")
    mean = mean_loss(logits, targets)
    difference = abs(said["nll"] - mean)
    relative = abs(said["perplexity"] / math.exp(mean) - 1)
    print(
        f"{model.name:6} {method:10} {name:8} {length:5} {len(windows):4} windows  perplexity {math.exp(mean):9.6f}  "
        f"difference {difference:.1e} nats"
    )
    if not (difference < TOLERANCE and relative < TOLERANCE):
        raise SystemExit(f"{model.name} {name}: the command says {said['nll']}, its logits {mean}")
    check_single_windows(program, model, method, text, windows, logits, folder)
    return difference


def main():
    program, models = sys.argv[1], Path(sys.argv[2])
    worst, count = 0.0, 0
    text = (models / "eval.txt").read_bytes()[:2500]
    with tempfile.TemporaryDirectory() as name:
        for model in ("rope", "alibi"):
            if not (models / model / "model.safetensors").exists():
                print(f"skipped: {models / model} is not there")
                sys.exit(77)
            for schedule in SCHEDULES:
                worst = max(worst, check(program, models / model, schedule, text, Path(name)))
                count += 1
    print(f"{count} schedules, worst {worst:.1e} nats per byte")


if __name__ == "__main__":
    main()

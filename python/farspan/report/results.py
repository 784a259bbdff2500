"""What a report found, and how it is judged."""
from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import eval as judging

THRESHOLD = 0.856  # of RULER (Hsieh et al. 2024)
BLOCK = 128  # tokens of a block: standard errors and intervals come from the means of blocks


@dataclass
class Point:
    """One method at one length: the losses of all last segments, window after window."""

    length: int
    losses: npt.NDArray[np.float64]
    seconds: float  # of a window, in the mean
    schemes: str
    where: set[str] = field(default_factory=set)  # it was measured: machines and days
    loss: judging.LossSummary = field(init=False)
    interval: tuple[float, float] = field(init=False)  # 95 % of the perplexity
    change: judging.LossSummary | None = None  # of the loss, from the reference length, paired token by token

    def __post_init__(self) -> None:
        self.loss = summarize(self.losses)
        whole = self.losses[: self.losses.size // BLOCK * BLOCK]
        blocks = whole.reshape(-1, BLOCK).mean(1) if whole.size else self.losses
        found = judging.bootstrap_mean(blocks)
        self.interval = (_exp(found.low), _exp(found.high))


@dataclass
class Line:
    """One method over all lengths."""

    method: str
    points: list[Point]
    verdict: judging.Verdict | None = None

    def judge(self, trained: int) -> None:
        self.verdict = judging.judge([p.length for p in self.points], [p.loss.nll for p in self.points], trained)
        reference = next((p for p in reversed(self.points) if p.length <= trained), None)
        for point in self.points:
            if reference is not None:
                point.change = summarize(point.losses - reference.losses)


@dataclass
class Found:
    """Of the answers to a task under one method: the share that was written, of each prompt by length and depth."""

    method: str
    task: str
    cells: dict[tuple[int, float], list[float]]
    where: set[str] = field(default_factory=set)  # it was asked: machines and days

    def share(self, length: int, depth: float) -> float:
        return float(np.mean(self.cells[length, depth]))

    def by_length(self, length: int) -> list[float]:
        return [share for (n, _), shares in self.cells.items() if n == length for share in shares]

    @property
    def lengths(self) -> list[int]:
        return sorted({length for length, _ in self.cells})

    @property
    def depths(self) -> list[float]:
        return sorted({depth for _, depth in self.cells})

    def reach(self) -> judging.Reach:
        """Up to which length more than RULER's 85.6 % is written."""
        scores = [float(np.mean(self.by_length(n))) for n in self.lengths]
        return judging.effective_length(self.lengths, scores, THRESHOLD)


@dataclass
class Results:
    model: str
    text: str
    text_tokens: int
    trained: int
    segment: int
    ends: list[int]  # of the windows that count
    lengths: list[int]
    lines: list[Line]
    remaining: int = 0  # pieces
    found: list[Found] = field(default_factory=list)

    @property
    def where(self) -> list[str]:
        """The machines and days of what counts."""
        points = [point.where for line in self.lines for point in line.points]
        return sorted(set().union(*points, *(one.where for one in self.found)) - {""})

    def to_json(self) -> str:
        about = {k: v for k, v in vars(self).items() if k not in ("lines", "found")} | {"where": self.where}
        lines = [
            {
                "method": line.method,
                "verdict": line.verdict.name if line.verdict else "untested",
                "worst_ratio": _number(line.verdict.worst_ratio if line.verdict else math.nan),
                "points": [
                    {
                        "length": p.length,
                        "tokens": p.loss.tokens,
                        "nll": _number(p.loss.nll),
                        "standard_error": _number(p.loss.standard_error),
                        "perplexity": _number(p.loss.perplexity),
                        "interval": [_number(x) for x in p.interval],
                        "change": None if p.change is None else _number(p.change.nll),
                        "change_error": None if p.change is None else _number(p.change.standard_error),
                        "seconds": round(p.seconds, 2),
                        "schemes": json.loads(p.schemes),
                    }
                    for p in line.points
                ],
            }
            for line in self.lines
        ]
        found = [
            {
                "method": one.method,
                "task": one.task,
                "effective_length": one.reach().length,
                "cells": [
                    {"length": n, "depth": depth, "prompts": len(shares), "share": round(one.share(n, depth), 6)}
                    for (n, depth), shares in one.cells.items()
                ],
            }
            for one in self.found
        ]
        more = {"verdict_rule": judging.verdict_rule(), "lines": lines, "found": found}
        return json.dumps({**about, **more}, indent=1) + "\n"

    def to_csv(self) -> str:
        rows = ["model,method,length,tokens,nll,standard_error,perplexity,low,high,verdict"]
        name = '"' + self.model.replace('"', '""') + '"'
        for line in self.lines:
            for p in line.points:
                numbers = (p.loss.nll, p.loss.standard_error, p.loss.perplexity, *p.interval)
                verdict = line.verdict.name if line.verdict else "untested"
                rows.append(
                    f"{name},{line.method},{p.length},{p.loss.tokens},"
                    + ",".join(f"{n:.7g}" for n in numbers)
                    + f",{verdict}"
                )
        return "\n".join(rows) + "\n"

    def to_markdown(self) -> str:
        """The tables: perplexity with its interval and the verdict, and the change of the loss."""
        shown = sorted({p.length for line in self.lines for p in line.points})
        head = "| method | " + " | ".join(f"{n:,}" for n in shown) + " |"
        rule = "|---|" + "---|" * len(shown)
        rows = ["Perplexity per token, and 95 % of it", "", head + " verdict |", rule + "---|"]
        rows += [
            f"| {line.method} | {_row(line, shown, perplexity_cell)} | {verdict_cell(line)} |" for line in self.lines
        ]
        reference = max((n for n in shown if n <= self.trained), default=0)
        rows += [
            "",
            f"Change of the loss from {reference:,} tokens, nats per token, and its standard error",
            "",
            head,
            rule,
        ]
        rows += [f"| {line.method} | {_row(line, shown, change_cell)} |" for line in self.lines]
        if self.found:
            asked = sorted({n for one in self.found for n in one.lengths})
            rows += [
                "",
                f"Answers to {self.found[0].task} that were written, of all depths; the effective length is up to where they are more than "
                f"{THRESHOLD:.1%}",
                "",
                "| method | " + " | ".join(f"{n:,}" for n in asked) + " | effective length |",
                "|---|" + "---|" * (len(asked) + 1),
            ]
            for one in self.found:
                cells = [f"{np.mean(one.by_length(n)):.0%}" if n in one.lengths else "" for n in asked]
                rows.append(f"| {one.method} | {' | '.join(cells)} | {one.reach().length:,} |")
        return "\n".join(rows) + "\n"

    def facts(self) -> str:
        """What the numbers are of, in sentences."""
        places = "one place" if len(self.ends) == 1 else f"each of {len(self.ends)} places"
        text = (
            f"Model {self.model}, trained on {self.trained:,} tokens, float32. Text {self.text}, {self.text_tokens:,} tokens. "
            f"At every length the same tokens are scored: the {self.segment:,} before {places}, "
            f"{self.segment * len(self.ends):,} in all, after a window of that length. Intervals and standard errors come from blocks of "
            f"{BLOCK} tokens."
        )
        text += "".join(f" {where}." for where in self.where)
        return text + (f" {self.remaining} pieces are not measured yet." if self.remaining else "")


def summarize(losses: npt.NDArray[np.float64]) -> judging.LossSummary:
    sums = judging.Loss(BLOCK)
    sums.add(losses)
    return sums.summary()


def perplexity_cell(point: Point) -> str:
    return f"{number(point.loss.perplexity)} ({number(point.interval[0])} .. {number(point.interval[1])})"


def change_cell(point: Point) -> str:
    return "" if point.change is None else f"{point.change.nll:+.3f} +- {point.change.standard_error:.3f}"


def verdict_cell(line: Line) -> str:
    if line.verdict is None:
        return "untested"
    worst = f" ({line.verdict.worst_ratio:.3g} at {line.verdict.worst_length:,})" if line.verdict.worst_length else ""
    return line.verdict.name + worst


def number(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}" if abs(value) < 99999 else f"{value:.3g}"


def _row(line: Line, lengths: Sequence[int], cell: Any) -> str:
    found = {p.length: p for p in line.points}
    return " | ".join(cell(found[n]) if n in found else "" for n in lengths)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)

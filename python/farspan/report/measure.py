"""Measures a report piece by piece: one window under one method at one length."""
from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from . import methods
from .pieces import Piece, Pieces
from .results import Line, Point


class Scorer(Protocol):
    """What the report asks of a model; farspan.report.model has the real one."""

    @property
    def trained(self) -> int:
        ...

    def use(self, method: str, length: int) -> str:
        ...

    def losses(self, tokens: npt.NDArray[np.int64], end: int, length: int, segment: int) -> npt.NDArray[np.float64]:
        ...


class Measured:
    """In place of a model, for reports of what was measured: the schemes are those of the pieces."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self.trained = int(pieces.about["trained"])

    def use(self, method: str, length: int) -> str:
        return self.pieces.schemes(methods.measured(method, self.trained, length), length) or ""

    def schemes(self, names: Sequence[str]) -> dict[tuple[str, int], str]:
        """Of methods at all lengths that were measured."""
        lengths = sorted({length for (_, length, _), _ in self.pieces.items()})
        return {(name, length): self.use(name, length) for name in names for length in lengths}

    def losses(self, tokens: npt.NDArray[np.int64], end: int, length: int, segment: int) -> npt.NDArray[np.float64]:
        raise ValueError(f"{length:,} tokens before {end:,} were not measured")


def places(tokens: int, reach: int, windows: int, segment: int) -> list[int]:
    """Where windows of up to `reach` tokens end: at the text's end, and evenly before it. Those of fewer windows are among those of twice
    as many, whatever the reach."""
    if windows < 1 or segment < 1 or segment > reach:
        raise ValueError("at least one window, and a segment of at least one token and at most the shortest length")
    ends = [tokens * (n + 1) // windows for n in range(windows)]
    if ends[0] < reach + 1:
        raise ValueError(
            f"the text has {tokens:,} tokens: {windows} windows of {reach:,} need {windows * (reach + 1):,}; give fewer windows"
        )
    return ends


@dataclass
class Cost:
    """Seconds of a window: linear in its tokens, and in the pairs of queries and keys. Corrected by what was measured."""

    token: float
    pair: float
    measured: float = 0
    predicted: float = 0

    def of(self, method: str, trained: int, length: int) -> float:
        return self.token * length + self.pair * methods.pairs(method, trained, length)

    def correct(self, predicted: float, seconds: float) -> None:
        self.measured, self.predicted = self.measured + seconds, self.predicted + predicted

    @property
    def factor(self) -> float:
        return self.measured / self.predicted if self.predicted > 0 else 1.0


@dataclass
class Job:
    model: Scorer
    tokens: npt.NDArray[np.int64]
    methods: Sequence[str]
    lengths: Sequence[int]
    ends: Sequence[int]
    segment: int
    pieces: Pieces
    where: str = ""  # the machine, and the day
    schemes: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for method in self.methods:
            for length in self.lengths:
                self.schemes[method, length] = self.model.use(methods.same_windows(method), length)

    def missing(self) -> list[tuple[int, int, str]]:
        """(end, length, method) of the pieces to do: window after window, so that a part of them is a whole table of fewer windows.
        Methods with the same schemes, as all have up to the trained length, share a piece."""
        found, seen = [], set()
        for end in self.ends:
            for length in self.lengths:
                for method in self.methods:
                    schemes = self.schemes[method, length]
                    if self.pieces.find(schemes, length, end) is None and (schemes, length, end) not in seen:
                        seen.add((schemes, length, end))
                        found.append((end, length, method))
        return found

    def calibrate(self) -> Cost:
        """From two short windows."""
        longest = min(max(self.lengths), 2048, len(self.tokens) - 1)
        short, long = max(2, longest // 4), max(4, longest)
        self.model.use("none", long)
        self.model.losses(self.tokens, short + 1, short, 1)
        seconds = []
        for length in (short, long):
            start = time.monotonic()
            self.model.losses(self.tokens, length + 1, length, 1)
            seconds.append(time.monotonic() - start)
        trained = self.model.trained
        work = [(n, methods.pairs("none", trained, n)) for n in (short, long)]
        pair = max(0.0, (seconds[1] / long - seconds[0] / short) / (work[1][1] / long - work[0][1] / short))
        return Cost(max(0.0, seconds[1] - pair * work[1][1]) / long, pair)

    def run(self, cost: Cost, limit: float = float("inf")) -> Iterator[tuple[tuple[int, int, str], Piece]]:
        """Measures what is missing. Ends before a piece that would go beyond `limit` seconds."""
        begin = time.monotonic()
        for end, length, method in self.missing():
            predicted = cost.of(method, self.model.trained, length)
            if time.monotonic() - begin + predicted * cost.factor > limit:
                return
            schemes = self.model.use(methods.same_windows(method), length)
            start = time.monotonic()
            losses = self.model.losses(self.tokens, end, length, self.segment)
            piece = Piece(losses, time.monotonic() - start, self.where)
            cost.correct(predicted, piece.seconds)
            self.pieces.add(methods.measured(method, self.model.trained, length), schemes, length, end, piece)
            yield (end, length, method), piece

    def estimate(self, cost: Cost) -> float:
        return cost.factor * sum(cost.of(method, self.model.trained, length) for _, length, method in self.missing())

    def lines(self) -> tuple[list[int], list[Line]]:
        """The windows that count, and what they say: the one of which most is measured, and those of which as much is."""

        def piece(method: str, length: int, end: int) -> Piece | None:
            return self.pieces.find(self.schemes[method, length], length, end)

        cells = [(method, length) for method in self.methods for length in self.lengths]
        there = {end: {cell for cell in cells if piece(*cell, end)} for end in self.ends}
        most = max(there.values(), key=len)
        ends = [end for end in self.ends if there[end] == most]
        beyond = any(length > self.model.trained for _, length in most)
        lines = []
        for method in self.methods:
            points = []
            for length in self.lengths:
                if (method, length) in most:
                    found = [p for p in (piece(method, length, end) for end in ends) if p]
                    losses = np.concatenate([p.losses for p in found])
                    seconds = sum(p.seconds for p in found) / len(found)
                    where = {p.where for p in found}
                    points.append(Point(length, losses, seconds, self.schemes[method, length], where))
            # Up to the trained length all methods are one: those of which nothing else is known say nothing.
            if points and (points[-1].length > self.model.trained or not beyond):
                lines.append(Line(method, points))
                lines[-1].judge(self.model.trained)
        return ends, lines

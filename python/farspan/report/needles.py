"""Is what stands far back found: RULER's tasks at every depth and length, answered by the model."""
from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .. import eval as judging
from . import methods
from .measure import Cost
from .pieces import Piece, Pieces
from .results import Found

DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Written after a prompt: a number or a word is less than half of that with any tokenizer, several or a UUID take what is asked for here.
ANSWER = {"single_3": 64, "multikey_3": 64, "multivalue": 96, "multiquery": 96}
SHORT_ANSWER = 24
TASKS = ("single_1", "single_2", "single_3", "multikey_1", "multikey_2", "multikey_3", "multivalue", "multiquery")


class Answerer(Protocol):
    """What is asked of a model; farspan.report.model has the real one."""

    @property
    def trained(self) -> int:
        ...

    def use(self, method: str, length: int) -> str:
        ...

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        ...

    def answer(self, prompt: npt.NDArray[np.int64], count: int) -> str:
        ...


@dataclass
class Needles:
    """`prompts` of a task at each depth in windows of each length. A window is a prompt and room for its answer."""

    model: Answerer
    task: str
    prompts: int
    methods: Sequence[str]
    lengths: Sequence[int]
    pieces: Pieces
    where: str = ""  # the machine, and the day
    schemes: dict[tuple[str, int], str] = field(default_factory=dict)
    _made: dict[tuple[int, int, int], tuple[judging.Ruler, npt.NDArray[np.int64]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.room = ANSWER.get(self.task, SHORT_ANSWER)
        least = judging.Ruler(self.task, 0).info().least_bytes
        prompt = self.model.encode(judging.Ruler(self.task, least).text())
        self.lengths = [n for n in self.lengths if self._most(n) > 1.1 * len(prompt)]
        for method in self.methods:
            for length in self.lengths:
                self.schemes[method, length] = self.model.use(methods.same_windows(method), length)

    def prompt(self, length: int, depth: int, number: int) -> tuple[judging.Ruler, npt.NDArray[np.int64]]:
        """One that leaves room for the answer, and little more: bytes are not tokens, so sizes are tried."""
        key = (length, depth, number)
        if key not in self._made:
            least = judging.Ruler(self.task, 0, seed=number).info().least_bytes
            found: list[tuple[int, judging.Ruler, npt.NDArray[np.int64]]] = []
            size = 4 * self._most(length)
            for _ in range(6):
                made = judging.Ruler(self.task, max(size, least), seed=number, depth=DEPTHS[depth])
                tokens = self.model.encode(made.text())
                found.append((len(tokens), made, tokens))
                if 0.97 * self._most(length) <= len(tokens) <= self._most(length):
                    break
                size = int(size * 0.985 * self._most(length) / len(tokens))
            fitting = [one for one in found if one[0] <= self._most(length)]
            _, made, tokens = max(fitting, key=lambda one: one[0]) if fitting else min(found, key=lambda one: one[0])
            self._made[key] = made, tokens
        return self._made[key]

    def _most(self, length: int) -> int:
        return length - self.room - 1  # a token that begins every text

    def missing(self) -> list[tuple[int, int, int, str]]:
        """(number, depth, length, method): a part of them is a whole map of fewer prompts."""
        found, seen = [], set()
        for number in range(self.prompts):
            for length in self.lengths:
                for depth in range(len(DEPTHS)):
                    for method in self.methods:
                        schemes, place = self.schemes[method, length], number * len(DEPTHS) + depth
                        if self.pieces.find(schemes, length, place) is None and (schemes, length, place) not in seen:
                            seen.add((schemes, length, place))
                            found.append((number, depth, length, method))
        return found

    def estimate(self, cost: Cost) -> float:
        return cost.factor * sum(cost.of(method, self.model.trained, n) for _, _, n, method in self.missing())

    def run(self, cost: Cost, limit: float = float("inf")) -> Iterator[tuple[tuple[int, int, int, str], float]]:
        """Asks what was not asked yet, and ends before a piece that would go beyond `limit` seconds."""
        begin = time.monotonic()
        for number, depth, length, method in self.missing():
            predicted = cost.of(method, self.model.trained, length)
            if time.monotonic() - begin + predicted * cost.factor > limit:
                return
            schemes = self.model.use(methods.same_windows(method), length)
            made, tokens = self.prompt(length, depth, number)
            start = time.monotonic()
            share = made.score(self.model.answer(tokens, self.room)).share
            piece = Piece(np.array([share]), time.monotonic() - start, self.where)
            cost.correct(predicted, piece.seconds)
            kept_as = methods.measured(method, self.model.trained, length)
            self.pieces.add(kept_as, schemes, length, number * len(DEPTHS) + depth, piece)
            yield (number, depth, length, method), share

    def found(self) -> list[Found]:
        return found(self.task, self.pieces, self.schemes, self.model.trained)


def found(task: str, pieces: Pieces, schemes: Mapping[tuple[str, int], str], trained: int) -> list[Found]:
    """Per method, of what was asked. schemes: of methods and lengths."""
    answers: dict[tuple[str, int], list[tuple[int, Piece]]] = {}
    for key, piece in pieces.items():
        answers.setdefault(key[:2], []).append((key[2], piece))
    maps: dict[str, Found] = {}
    for (method, length), scheme in schemes.items():
        for place, piece in sorted(answers.get((scheme, length), []), key=lambda answer: answer[0]):
            one = maps.setdefault(method, Found(method, task, {}))
            one.cells.setdefault((length, DEPTHS[place % len(DEPTHS)]), []).append(float(piece.losses[0]))
            one.where.add(piece.where)
    # Up to the trained length all methods are one: those of which nothing else is known say nothing.
    beyond = [one for one in maps.values() if one.lengths[-1] > trained]
    return beyond or list(maps.values())

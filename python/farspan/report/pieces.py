"""What was measured, a piece at a time, in a file that a later run goes on with, on this machine or on another one."""
from __future__ import annotations

import json
import os
from collections.abc import ItemsView
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Key = tuple[str, int, int]  # the schemes, the window's length, its place in the text


@dataclass(frozen=True)
class Piece:
    """losses: of the scored tokens, in nats; of a needle one number, the share of its answers.    where: the machine, and the day."""

    losses: npt.NDArray[np.float64]
    seconds: float
    where: str = ""


class Pieces:
    """The pieces in a file of lines of JSON. The first line says what of, and a run of something else is refused. A line has the schemes in
    full: a piece counts for methods that make the same ones, and for no other.

    about: what the first line must say; None: the file is there and says it.
    """

    def __init__(self, path: Path, about: dict[str, Any] | None = None) -> None:
        self.path = path
        self._known: dict[Key, Piece] = {}
        self._schemes: dict[tuple[str, int], str] = {}
        text = path.read_text() if about is None or path.exists() else ""
        lines = text.splitlines()
        if about is None and not lines:
            raise ValueError(f"{path} is empty")
        self.about: dict[str, Any] = json.loads(lines[0]) if lines else about or {}
        if about is not None and self.about != about:
            raise ValueError(f"{path} holds pieces of another report ({lines[0]}), not of {json.dumps(about)}")
        for line in lines[1:]:
            try:
                entry = json.loads(line)
            except ValueError:  # a run that was ended while it wrote
                continue
            piece = Piece(np.asarray(entry["losses"], np.float64), entry["seconds"], entry["where"])
            self._keep(entry["method"], _compact(entry["schemes"]), entry["length"], entry["place"], piece)
        self._begin = "\n" if lines and not text.endswith("\n") else "" if lines else _compact(self.about) + "\n"

    def items(self) -> ItemsView[Key, Piece]:
        return self._known.items()

    def find(self, schemes: str, length: int, place: int) -> Piece | None:
        return self._known.get((schemes, length, place))

    def methods(self) -> set[str]:
        return {method for method, _ in self._schemes}

    def schemes(self, method: str, length: int) -> str | None:
        """Those that a method was last measured with."""
        return self._schemes.get((method, length))

    def add(self, method: str, schemes: str, length: int, place: int, piece: Piece) -> None:
        # As they will be read again, so that a run that was ended says the same.
        piece = Piece(np.round(piece.losses, 5), round(piece.seconds, 2), piece.where)
        self._keep(method, schemes, length, place, piece)
        entry = {
            "method": method,
            "length": length,
            "place": place,
            "seconds": piece.seconds,
            "where": piece.where,
            "schemes": json.loads(schemes),
            "losses": piece.losses.tolist(),
        }
        with open(self.path, "a") as file:
            file.write(self._begin + _compact(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._begin = ""

    def _keep(self, method: str, schemes: str, length: int, place: int, piece: Piece) -> None:
        self._known[schemes, length, place] = piece
        self._schemes[method, length] = schemes


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))

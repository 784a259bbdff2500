"""What was measured, a piece at a time, in a file that a later run goes on with."""
from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Key = tuple[str, int, int]  # the schemes, the window's length, the end of its last segment


@dataclass(frozen=True)
class Piece:
    losses: npt.NDArray[np.float64]
    seconds: float


class Pieces:
    """The pieces in a file of lines of JSON. The first line says what of: a run with another model, text or segment is refused."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        self.path = path
        self._known: dict[Key, Piece] = {}
        lines = path.read_text().splitlines() if path.exists() else []
        if lines and json.loads(lines[0]) != about:
            raise ValueError(f"{path} holds pieces of another report ({lines[0]}), not of {json.dumps(about)}")
        for line in lines[1:]:
            try:
                entry = json.loads(line)
            except ValueError:  # a run that was ended while it wrote
                continue
            self._known[entry["scheme"], entry["length"], entry["end"]] = Piece(
                np.asarray(entry["losses"], np.float64), entry["seconds"]
            )
        text = "" if lines else json.dumps(about) + "\n"
        if lines and not path.read_text().endswith("\n"):
            text = "\n"
        self._append(text)

    def find(self, schemes: str, length: int, end: int) -> Piece | None:
        return self._known.get((_digest(schemes), length, end))

    def add(self, schemes: str, length: int, end: int, piece: Piece) -> None:
        key = (_digest(schemes), length, end)
        # As they will be read again, so that a run that was ended says the same.
        piece = Piece(np.round(piece.losses, 7), round(piece.seconds, 2))
        self._known[key] = piece
        entry = {
            "scheme": key[0],
            "length": length,
            "end": end,
            "seconds": piece.seconds,
            "losses": piece.losses.tolist(),
        }
        self._append(json.dumps(entry) + "\n")

    def _append(self, text: str) -> None:
        with open(self.path, "a") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _digest(schemes: str) -> str:
    return hashlib.sha256(schemes.encode()).hexdigest()[:16]

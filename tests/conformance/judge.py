#!/usr/bin/env python3
"""Lets a runner answer the conformance cases, compares with what is expected, and hashes the answers.

    tests/conformance/judge.py LANGUAGE DIRECTORY ISA THREADS RUNNER...

prints the line `LANGUAGE ISA THREADS CASES FAILED DIGEST`, and on stderr `FAILED name: why` for each case that fails. What a runner writes
is in the README of the vectors."""
from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, unpack
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

sys.dont_write_bytecode = True
from lowered import lowered  # noqa: E402

NUMBERS = {"f32": Struct("<f"), "f16": Struct("<e"), "f64": Struct("<d"), "i64": Struct("<q")}


@dataclass(frozen=True)
class Answer:
    """What a runner says of one case."""

    status: int
    argument: int
    untouched: bool
    function: str
    message: bytes
    outputs: list[tuple[str, bytes]]


def exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError("the runner stopped within an answer")
    return content


def read(stream: BinaryIO) -> Answer:
    words = stream.readline().split()
    if len(words) != 6:
        raise EOFError(f"the runner wrote {words!r} in place of an answer")
    status, argument, untouched, size, count = (int(words[n]) for n in (0, 1, 2, 4, 5))
    message = exactly(stream, size)
    outputs = []
    for _ in range(count):
        kind, length = stream.readline().split()
        outputs.append((kind.decode(), exactly(stream, int(length))))
    return Answer(status, argument, bool(untouched), words[3].decode(), message, outputs)


def number(kind: str, content: bytes, index: int) -> float:
    if kind == "bf16":
        return float(unpack("<f", b"\0\0" + content[2 * index : 2 * index + 2])[0])
    return float(NUMBERS[kind].unpack_from(content, index * NUMBERS[kind].size)[0])


def difference(kind: str, content: bytes, expected: dict[str, Any]) -> str | None:
    """Where an output is not what it must be."""
    if "text" in expected:
        digest = hashlib.sha256(content).hexdigest()[:16]  # of a long text
        return None if expected["text"].encode() in (content, digest.encode()) else f"is {content!r}"
    values, tolerance = expected["values"], expected["tolerance"]
    size = len(content) // (2 if kind == "bf16" else NUMBERS[kind].size)
    at = expected.get("at", range(size))
    if len(at) != len(values):
        return f"has {size} elements, not {len(values)}"
    for n, (index, value) in enumerate(zip(at, values)):
        got, should = number(kind, content, index), float(value)
        allowed = float(tolerance[n] if isinstance(tolerance, list) else tolerance)
        if got != should and not (math.isfinite(should) and abs(got - should) <= allowed):
            return f"[{index}] is {got}, must be {should} within {allowed}"
    return None


def complaint(case: dict[str, Any], answer: Answer) -> str | None:
    """What is wrong with an answer."""
    if answer.status != case.get("status", 0):
        return (
            f"status {answer.status} of {answer.function}, must be {case.get('status', 0)}: {answer.message.decode()}"
        )
    if answer.status == 0:
        if len(answer.outputs) != len(case["outputs"]):
            return f"{len(answer.outputs)} outputs, must be {len(case['outputs'])}"
        for n, (output, expected) in enumerate(zip(answer.outputs, case["outputs"])):
            if why := difference(*output, expected):
                return f"output {n} {why}"
        return None
    if (answer.argument, answer.function) != (case["argument"], case["failing"]):
        return f"argument {answer.argument} of {answer.function}: {answer.message.decode()}"
    if case.get("message", "") not in answer.message.decode():
        return f"the message lacks {case['message']!r}: {answer.message.decode()}"
    return None if answer.untouched else "an output was written by the call that failed"


def hashed(digest: Any, name: str, answer: Answer) -> None:
    digest.update(f"{name}\n".encode() + answer.status.to_bytes(4, "little", signed=True))
    if answer.status:
        digest.update(answer.argument.to_bytes(4, "little", signed=True) + answer.message + b"\n")
    for _, content in answer.outputs:
        digest.update(content)


def judge(runner: list[str], directory: Path, isa: str, threads: str) -> tuple[int, int, str]:
    """The number of cases, of those that failed, and the digest."""
    cases = [case for file in sorted(directory.glob("*.json")) for case in json.loads(file.read_text())["cases"]]
    digest, failed = hashlib.sha256(), 0
    with NamedTemporaryFile("w") as calls:
        json.dump([lowered(case) for case in cases], calls)
        calls.flush()
        with subprocess.Popen([*runner, isa, threads, calls.name], stdout=subprocess.PIPE) as process:
            assert process.stdout
            for case in cases:
                answer = read(process.stdout)
                hashed(digest, case["name"], answer)
                if why := complaint(case, answer):
                    failed += 1
                    print(f"FAILED {case['name']}: {why}", file=sys.stderr)
            if process.stdout.read(1):
                raise EOFError("the runner wrote more than its answers")
    if process.returncode:
        raise EOFError(f"the runner ended with {process.returncode}")
    return len(cases), failed, digest.hexdigest()


def main(arguments: list[str]) -> int:
    if len(arguments) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    language, directory, isa, threads, *runner = arguments
    try:
        cases, failed, digest = judge(runner, Path(directory), isa, threads)
    except EOFError as failure:
        print(f"FAILED {language}: {failure}", file=sys.stderr)
        return 2
    print(language, isa, threads, cases, failed, digest)
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

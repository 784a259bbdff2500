"""The arguments of `python -m farspan report`, and its run."""
from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import eval as judging
from ..context import Context
from . import methods
from .measure import Cost, Job, Measured, places
from .needles import DEPTHS, TASKS, Needles, found
from .page import to_page
from .pieces import Pieces
from .results import Results

Say = Callable[[str], None]
WINDOWS = "windows.jsonl"

DESCRIPTION = """\
Runs a language model of Hugging Face, on the CPU, beyond the length that it was trained on, under methods whose parameters the library
derives from the model's own configuration, and prints the perplexity by length. The last tokens of every window are scored: the same
tokens at every length, with more text before them."""

EPILOG = f"""\
Methods (L: the trained length, n: the window's; up to L every method is at rest):
{chr(10).join(f"  {m.name:<13} {m.rule}" for m in methods.METHODS)}
  NAME{methods.LOG_N}     also scales query i by max(1, ln(i + 1) / ln L)

Every window that was measured is kept in --measured; a run that was ended goes on from there, also on another machine. Without --model
and --text the report is of those windows alone. Verdict: {judging.verdict_rule()}."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    def names(text: str) -> list[str]:
        found = [n.strip() for n in text.split(",") if n.strip()]
        found = [name for n in found for name in (methods.all_names() if n == "all" else [n])]
        for name in found:
            try:
                methods.find(name)
            except ValueError as error:
                raise argparse.ArgumentTypeError(str(error)) from error
        return list(dict.fromkeys(found))

    def numbers(text: str) -> list[int]:
        found = sorted({int(n.replace("_", "")) for n in text.split(",")})
        if found[0] < 2:
            raise argparse.ArgumentTypeError("lengths are at least 2")
        return found

    parser.add_argument("--model", type=Path, help="a folder of save_pretrained, or a GGUF file")
    parser.add_argument("--text", type=Path, help="text to score, UTF-8")
    parser.add_argument("--out", type=Path, default=Path("farspan-report"), metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--measured", type=Path, metavar="DIR", help="where what was measured is kept (default: that of --out)"
    )
    parser.add_argument("--lengths", type=numbers, help="in tokens, comma separated (default: L/4, L, 2L, 4L)")
    parser.add_argument(
        "--methods",
        type=names,
        default=methods.all_names(),
        help="comma separated (default: all, each with and without log-n)",
    )
    parser.add_argument("--windows", type=int, default=4, help="at so many places of the text (default: %(default)s)")
    parser.add_argument("--segment", type=int, default=512, help="tokens scored in each (default: %(default)s)")
    parser.add_argument(
        "--needles",
        type=int,
        default=0,
        metavar="PROMPTS",
        help="hide facts at five depths of windows, so many times each",
    )
    parser.add_argument(
        "--task", choices=TASKS, default="single_2", help="of RULER, for --needles (default: %(default)s)"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), help="end before a piece that would take longer")
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch (default: what the machine allows)")
    parser.add_argument("--estimate", action="store_true", help="only say how long it would take")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")


def run(arguments: argparse.Namespace) -> int:
    def say(text: str) -> None:
        if not arguments.quiet:
            print(text, file=sys.stderr, flush=True)

    try:
        return _run(arguments, say)
    except (ValueError, OSError, ImportError) as error:
        print(f"farspan report: {error}", file=sys.stderr)
        return 1


def _run(arguments: argparse.Namespace, say: Say) -> int:
    if arguments.model is None and arguments.text is None and arguments.measured:
        _write(_of_measured(arguments), arguments.out, say)
        return 0
    if arguments.model is None or arguments.text is None:
        raise ValueError("give --model and --text, or --measured alone")
    text = arguments.text.read_text(encoding="utf-8", errors="replace")
    say(f"reading {arguments.model}")
    os.environ.setdefault("TQDM_DISABLE", "1")  # of transformers, which reads it once
    from .model import LanguageModel, set_threads

    set_threads(arguments.threads)
    model = LanguageModel(arguments.model)
    tokens = model.encode(text)
    if model.trained < 1 and not arguments.lengths:
        raise ValueError(f"{model.name} does not say what length it was trained on: give --lengths")
    lengths = arguments.lengths or [max(2, model.trained // 4), model.trained, 2 * model.trained, 4 * model.trained]
    segment = min(arguments.segment, lengths[0])
    ends = places(len(tokens), lengths[-1], arguments.windows, segment)
    kept: Path = arguments.measured or arguments.out
    kept.mkdir(parents=True, exist_ok=True)
    whose = {"model": model.name, "weights": model.digest, "trained": model.trained}
    about = {
        **whose,
        "text": arguments.text.name,
        "characters": hashlib.sha256(text.encode()).hexdigest()[:16],
        "tokens": len(tokens),
        "segment": segment,
    }
    where = f"{machine()}; {datetime.date.today().isoformat()}"
    needles = None
    if arguments.needles > 0:
        asked = Pieces(kept / f"{arguments.task}.jsonl", whose)
        needles = Needles(model, arguments.task, arguments.needles, arguments.methods, lengths, asked, where)
    job = Job(model, tokens, arguments.methods, lengths, ends, segment, Pieces(kept / WINDOWS, about), where)

    def missing_windows() -> int:
        return len(job.missing()) + (len(needles.missing()) if needles else 0)

    def results() -> Results:
        used, lines = job.lines()
        return Results(
            model.name,
            arguments.text.name,
            len(tokens),
            model.trained,
            segment,
            used,
            lengths,
            lines,
            missing_windows(),
            needles.found() if needles else [],
        )

    missing = missing_windows()
    if missing:
        cost = job.calibrate()
        whole = job.estimate(cost) + (needles.estimate(cost) if needles else 0)
        say(f"{missing} windows to run, about {duration(whole)}")
        if arguments.estimate:
            return 0
        started = time.monotonic()
        try:
            _measure(job, cost, arguments.minutes * 60, say)
            if needles:
                _ask(needles, cost, arguments.minutes * 60 - (time.monotonic() - started), say)
        except KeyboardInterrupt:
            say("interrupted: what was measured is kept")
        say(f"measured for {duration(time.monotonic() - started)}")
    _write(results(), arguments.out, say)
    return 0


def _of_measured(arguments: argparse.Namespace) -> Results:
    """Of the windows that are kept, without the model."""
    pieces = Pieces(arguments.measured / WINDOWS)
    model = Measured(pieces)
    lengths = arguments.lengths or sorted({length for (_, length, _), _ in pieces.items()})
    ends = sorted({end for (_, _, end), _ in pieces.items()})
    names = [name for name in arguments.methods if methods.same_windows(name) in pieces.methods()]
    about = pieces.about
    used, lines = Job(model, np.zeros(0, np.int64), names, lengths, ends, about["segment"], pieces).lines()
    asked = []
    if (arguments.measured / f"{arguments.task}.jsonl").exists():
        answers = Measured(Pieces(arguments.measured / f"{arguments.task}.jsonl"))
        asked = found(arguments.task, answers.pieces, answers.schemes(arguments.methods), answers.trained)
    return Results(
        about["model"],
        about["text"],
        about["tokens"],
        model.trained,
        about["segment"],
        used,
        lengths,
        lines,
        found=asked,
    )


def _write(results: Results, folder: Path, say: Say) -> None:
    write(results, folder)
    print(results.facts() + "\n\n" + results.to_markdown(), end="")
    say(f"{folder}/ has report.html, report.json, report.csv, report.md")
    if results.remaining:
        say(f"{results.remaining} windows remain: the same command goes on with them")


def _measure(job: Job, cost: Cost, limit: float, say: Say) -> None:
    total = len(job.missing())
    for n, ((end, length, method), piece) in enumerate(job.run(cost, limit), 1):
        loss = float(piece.losses.mean())
        left = job.estimate(cost)
        say(
            f"[{n}/{total}] {method} {length:,} tokens before {end:,}: loss {loss:.3f}, {piece.seconds:.1f} s; "
            f"{duration(left)} left"
        )


def _ask(needles: Needles, cost: Cost, limit: float, say: Say) -> None:
    total = len(needles.missing())
    for n, ((_, depth, length, method), share) in enumerate(needles.run(cost, limit), 1):
        left = needles.estimate(cost)
        say(f"[{n}/{total}] {method} {length:,} tokens, depth {DEPTHS[depth]:g}: {share:.0%}; {duration(left)} left")


def write(results: Results, folder: Path) -> None:
    """Each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "report.html": to_page(results),
        "report.json": results.to_json(),
        "report.csv": results.to_csv(),
        "report.md": results.facts() + "\n\n" + results.to_markdown(),
    }
    for name, content in contents.items():
        new = folder / (name + ".new")
        new.write_text(content, encoding="utf-8")
        new.replace(folder / name)


def machine() -> str:
    """The processor and what runs on it."""
    name = platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    context = Context()
    return f"{name}, {len(os.sched_getaffinity(0))} cores, {context.isa}"


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

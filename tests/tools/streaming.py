#!/usr/bin/env python3
"""Scores texts that are far larger than the memory that farspan takes for them.

usage: streaming.py PROGRAM MODELS

`farspan score` reads two texts of 48 MB to their end. `farspan perplexity` reads the last windows of a gigabyte, and the first ones
of it until it is interrupted: a text costs no more memory by being longer.
"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 64 << 20  # program, model and buffers
GIGABYTE = 1 << 30


def high_water(process):
    """Bytes of memory that a process has held so far; 0 once it has ended. What wait4 reports counts its parent in."""
    try:
        text = Path(f"/proc/{process.pid}/status").read_text()
    except FileNotFoundError:
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB", text, re.M)
    return int(found[1]) << 10 if found else 0


def run(command, interrupt_after=None):
    """Standard output. `interrupt_after`: of progress's lines."""
    memory = 0
    with tempfile.TemporaryFile("w+") as output, subprocess.Popen(
        command, stdout=output, stderr=subprocess.PIPE, text=True
    ) as process:
        if interrupt_after is not None:
            for _ in range(interrupt_after):
                assert process.stderr.readline(), f"{command} ended early"
            memory = high_water(process)
            process.send_signal(signal.SIGINT)
        while process.poll() is None:
            memory = max(memory, high_water(process))
            time.sleep(0.01)
        expected = 0 if interrupt_after is None else -signal.SIGINT
        assert process.returncode == expected, f"{command} ended with {process.returncode}: {process.stderr.read()}"
        output.seek(0)
        print(f"{memory / 2**20:.1f} MB: {' '.join(map(str, command[1:3]))}")
        assert 0 < memory < LIMIT, f"{command} took {memory} bytes of memory"
        return output.read()


def write_texts(folder):
    """Lines of twenty words, and the same with one word of each replaced."""
    choose = random.Random(1)
    words = ["".join(choose.choices("abcdefghijklmnopqrstuvwxyz", k=choose.randint(2, 9))) for _ in range(2000)]
    lines = [choose.choices(words, k=20) for _ in range(1000)]
    paths = folder / "given", folder / "right"
    for path, last in zip(paths, ("wrong", "right")):
        block = "".join(" ".join(line[:-1] + [last]) + "\n" for line in lines)
        with path.open("w") as out:
            while out.tell() < 48 << 20:
                out.write(block)
    return [str(path) for path in paths]


def main():
    program, models = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        given, right = write_texts(Path(name))
        bleu = json.loads(run([program, "score", "bleu", given, right, "--json"]))
        assert abs(bleu["precisions"][0] - 95) < 1e-9, bleu
        run([program, "score", "rouge", given, right, "--json"])

        long = Path(name, "long")
        long.write_bytes(Path(models, "eval.txt").read_bytes()[:4096])
        os.truncate(long, GIGABYTE)  # zeros behind, which take no room on the disk
        # One thread: with two it took 20 MB, but 75 on a busy machine, however long the text; most likely OpenBLAS's buffers.
        perplexity = [
            program,
            "perplexity",
            "--models",
            models,
            "--model",
            "rope",
            "--text",
            str(long),
            "--threads",
            "1",
        ]
        run(perplexity, interrupt_after=3)
        last = json.loads(run(perplexity + ["--windows", "last", "--segment", "64", "--json"]))
        assert last["tokens"] == 64, last


main()

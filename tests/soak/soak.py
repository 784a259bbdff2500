#!/usr/bin/env python3
"""Runs a soak program, samples its memory each second, and judges: soak.py NAME SECONDS COMMAND ...

The program prints after each second how many calls it has made so far, and goes on for longer than that. Of a run of three minutes or more, the last minute is
compared with the second, of a shorter one the last fifth with the second fifth; what comes before is warming up.

  memory   the resident memory of the process may have grown by 5 %, however short the run
  rate     calls a second may have fallen by 5 %; in a short run by half, because other work on the machine does as much
"""
import os
import subprocess
import sys

PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1 << 20


def windows(seconds):
    """The two stretches of samples that are compared, and how much of the rate must be left."""
    if seconds >= 180:
        return slice(60, 120), slice(seconds - 60, seconds), 0.95
    fifth = max(1, seconds // 5)
    return slice(fifth, 2 * fifth), slice(seconds - fifth, seconds), 0.5


def mean(values):
    return sum(values) / len(values)


def judge(seconds, rates, resident):
    """What is wrong with a run, in words; a list without entries if nothing is. rates: calls of each second; resident: bytes."""
    if seconds < 5:
        return [f"{seconds} seconds are too few to judge"]
    if len(rates) != seconds:
        return [f"it ended after {len(rates)} of {seconds} seconds"]
    early, late, rate_left = windows(seconds)
    wrong = []
    before, after = mean(resident[early]), mean(resident[late])
    if after > 1.05 * before:
        wrong.append(f"memory grew from {before / MEGABYTE:.1f} to {after / MEGABYTE:.1f} MB")
    before, after = mean(rates[early]), mean(rates[late])
    if before == 0 or after < rate_left * before:
        wrong.append(f"calls a second fell from {before:.0f} to {after:.0f}")
    return wrong


def table(rates, resident):
    """About ten lines, each the mean of as many seconds."""
    yield f"{'seconds':>12} {'calls/s':>12} {'MB':>9}"
    step = -(-len(rates) // 10) or 1
    for first in range(0, len(rates), step):
        part = slice(first, min(first + step, len(rates)))
        yield f"{part.start:6}-{part.stop:<5} {mean(rates[part]):12.0f} {mean(resident[part]) / MEGABYTE:9.1f}"


def sample(seconds, command):
    """Runs the program so long, and ends it: the calls of each second, and the resident memory at the end of each."""
    rates, resident, total = [], [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            calls = int(line)
            with open(f"/proc/{process.pid}/statm", encoding="ascii") as statm:
                resident.append(int(statm.read().split()[1]) * PAGE)
            rates.append(calls - total)
            total = calls
            if len(rates) == seconds:
                break
        process.kill()
    return rates, resident


def main(name, seconds, command):
    rates, resident = sample(seconds, command)
    print(name)
    for line in table(rates, resident):
        print(line)
    wrong = judge(seconds, rates, resident)
    early, late, _ = windows(seconds)
    for text in wrong:
        print(f"FAILED  {name}: {text}")
    if not wrong:
        print(f"ok      {name}: memory {mean(resident[late]) / mean(resident[early]) - 1:+.1%}, "
              f"rate {mean(rates[late]) / mean(rates[early]) - 1:+.1%}")
    return bool(wrong)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))

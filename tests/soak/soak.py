#!/usr/bin/env python3
"""Runs a soak program, samples it each second, and judges: soak.py NAME SECONDS THREADS COMMAND ...

The program prints after each second how many calls it has made so far, and goes on for longer than that. Of a run of three minutes or
more, the last minute is compared with the second, of a shorter one the last fifth with the second fifth; what comes before is warming up.

  memory   the resident memory of the process may have grown by 5 %; in a short run by 12 %, or by 3 MB if that is more: a runtime goes on
           to add threads, and the C library heaps for them, in its first minute. (An arena for each call, which these runs are there
           to find, made it 19 to 73 % in half a minute.)
  rate     the calls may have become fewer by 5 %, in a short run by half. They are counted for each second of processor time that the
           process used or could have used, because the processors lay idle: on a quiet machine that is the rate of the clock, and
           other programs' work does not count as a fall. Waiting does.
"""
import os
import subprocess
import sys
from dataclasses import dataclass

PAGE, TICK = os.sysconf("SC_PAGE_SIZE"), 1 / os.sysconf("SC_CLK_TCK")
MEGABYTE = 1 << 20


@dataclass
class Second:
    """What happened in one second of a run."""

    calls: int
    resident: float  # bytes at its end
    processor: float  # seconds of processor time that the process had, or could have had


def windows(seconds):
    """The two stretches of seconds that are compared, how much of the rate must be left, and what memory may grow by: a share, a step."""
    if seconds >= 180:
        return slice(60, 120), slice(seconds - 60, seconds), 0.95, 0.05, 0
    fifth = max(1, seconds // 5)
    return slice(fifth, 2 * fifth), slice(seconds - fifth, seconds), 0.5, 0.12, 3 * MEGABYTE


def memory(part):
    return sum(second.resident for second in part) / len(part)


def rate(part):
    return sum(second.calls for second in part) / max(sum(second.processor for second in part), TICK)


def judge(seconds, run):
    """What is wrong with a run, in words; a list without entries if nothing is."""
    if seconds < 5:
        return [f"{seconds} seconds are too few to judge"]
    if len(run) != seconds:
        return [f"it ended after {len(run)} of {seconds} seconds"]
    early, late, rate_left, share, step = windows(seconds)
    wrong = []
    before, after = memory(run[early]), memory(run[late])
    if after > before + max(share * before, step):
        wrong.append(f"memory grew from {before / MEGABYTE:.1f} to {after / MEGABYTE:.1f} MB")
    before, after = rate(run[early]), rate(run[late])
    if before == 0 or after < rate_left * before:
        wrong.append(f"calls for a second of processor time fell from {before:.0f} to {after:.0f}")
    return wrong


def table(run):
    """About ten lines, each of as many seconds."""
    yield f"{'seconds':>11} {'calls/s':>12} {'a processor':>12} {'MB':>9}"
    step = -(-len(run) // 10) or 1
    for first in range(0, len(run), step):
        part = run[first : first + step]
        calls = sum(second.calls for second in part) / len(part)
        yield f"{first:5}-{first + len(part):<5} {calls:12.0f} {rate(part):12.0f} {memory(part) / MEGABYTE:9.1f}"


def process_seconds(pid):
    """Processor time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def idle_seconds():
    """Processor time that nobody used so far, of the whole machine."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = stat.readline().split()
    return (int(fields[4]) + int(fields[5])) * TICK


def available(used, idle, threads):
    """Of a second: a process of so many threads cannot use more of the idle time than these are short of a second each."""
    return used + min(idle, max(0, threads - used))


def sample(seconds, threads, command):
    """Runs the program so long, and ends it."""
    run, calls, used, idle = [], 0, 0, idle_seconds()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            calls, last_calls = int(line), calls
            used, last_used = process_seconds(process.pid), used
            idle, last_idle = idle_seconds(), idle
            with open(f"/proc/{process.pid}/statm", encoding="ascii") as statm:
                resident = int(statm.read().split()[1]) * PAGE
            run.append(Second(calls - last_calls, resident, available(used - last_used, idle - last_idle, threads)))
            if len(run) == seconds:
                break
        process.kill()
    return run


def main(name, seconds, threads, command):
    run = sample(seconds, threads, command)
    print(name)
    for line in table(run):
        print(line)
    wrong = judge(seconds, run)
    for text in wrong:
        print(f"FAILED  {name}: {text}")
    if not wrong:
        early, late, *_ = windows(seconds)
        print(
            f"ok      {name}: memory {memory(run[late]) / memory(run[early]) - 1:+.1%}, "
            f"rate {rate(run[late]) / rate(run[early]) - 1:+.1%}"
        )
    return bool(wrong)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))

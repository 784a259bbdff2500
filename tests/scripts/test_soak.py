#!/usr/bin/env python3
"""tests/soak/soak.py must fail a run whose memory grows or whose rate falls, and no other."""
import sys
from pathlib import Path

from check import equal, run

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "soak"))
from soak import Second, available, judge, main, windows  # noqa: E402

MEGABYTE = 1 << 20


def verdict(seconds, calls, megabytes=lambda t: 7, processor=lambda t: 2):
    """The first words of what is wrong with a run whose numbers are functions of the second."""
    made = [Second(calls(t), megabytes(t) * MEGABYTE, processor(t)) for t in range(seconds)]
    return [text.split()[0] for text in judge(seconds, made)]


def steady_runs_pass():
    for seconds in (5, 30, 179, 180, 600):
        equal(verdict(seconds, lambda t: 1000), [])


def warming_up_is_not_judged():
    equal(verdict(30, lambda t: 1000 if t >= 6 else 1, lambda t: 100 if t >= 6 else 10), [])
    equal(verdict(600, lambda t: 1000 if t >= 60 else 5000, lambda t: 100 if t >= 60 else 10), [])


def growing_memory_fails():
    # 116 to 185 MB in 15 seconds, and a leak of 6 % between the windows.
    equal(verdict(15, lambda t: 1000, lambda t: 116 + 69 * t / 15), ["memory"])
    equal(verdict(600, lambda t: 1000, lambda t: 100 * (1 + 0.06 * t / 480)), ["memory"])
    equal(verdict(600, lambda t: 1000, lambda t: 100 * (1 + 0.04 * t / 480)), [])


def memory_that_is_given_back_passes():
    equal(verdict(30, lambda t: 1000, lambda t: 100 - t), [])


def a_falling_rate_fails():
    equal(verdict(15, lambda t: 1832 - 112 * t), ["calls"])
    equal(verdict(600, lambda t: 1000 if t < 540 else 940), ["calls"])
    equal(verdict(600, lambda t: 1000 if t < 540 else 960), [])
    # Of a short run only half counts.
    equal(verdict(30, lambda t: 1000 if t < 20 else 600), [])
    equal(verdict(30, lambda t: 1000 if t < 20 else 400), ["calls"])
    equal(verdict(30, lambda t: 0), ["calls"])


def other_programs_do_not_count_but_waiting_does():
    # Three quarters of the machine are somebody else's from second 300 on.
    equal(verdict(600, lambda t: 1000 if t < 300 else 250, processor=lambda t: 2 if t < 300 else 0.5), [])
    # One thread on two processors, which lie idle; one that waits for half of the time; eight that do; one under a busy machine.
    equal(available(1, 1, 1), 1)
    equal(available(0.5, 1.5, 1), 1)
    equal(available(1, 1, 8), 2)
    equal(available(0.25, 0, 1), 0.25)
    # Threads of the library beside the one that calls.
    equal(available(1.9, 0.1, 1), 1.9)


def a_run_that_ends_early_fails():
    equal(judge(30, [Second(1000, MEGABYTE, 1)] * 29), ["it ended after 29 of 30 seconds"])
    equal(len(judge(4, [Second(1000, MEGABYTE, 1)] * 4)), 1)


def the_windows_are_the_second_and_the_last_minute():
    equal(windows(600), (slice(60, 120), slice(540, 600), 0.95, 0.05, 0))
    equal(windows(30), (slice(6, 12), slice(24, 30), 0.5, 0.12, 3 << 20))


def programs_are_sampled_and_judged():
    work = "until = time.process_time() + 0.05\n    while time.process_time() < until: pass\n"
    program = (
        "import time\nkept = []\nfor n in range(1, {}):\n    {}\n    " + work + "    print(1000 * n, flush=True)\n"
    )
    for until, grow, failed in (
        (100, "pass", False),
        (100, "kept.append(bytearray(1 << 25))", True),
        (4, "pass", True),
    ):
        equal(main("a program", 5, 1, [sys.executable, "-c", program.format(until, grow)]), failed)


run(
    [
        steady_runs_pass,
        warming_up_is_not_judged,
        growing_memory_fails,
        memory_that_is_given_back_passes,
        a_falling_rate_fails,
        other_programs_do_not_count_but_waiting_does,
        a_run_that_ends_early_fails,
        the_windows_are_the_second_and_the_last_minute,
        programs_are_sampled_and_judged,
    ]
)

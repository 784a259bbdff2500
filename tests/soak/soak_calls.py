"""Small calls without end from Python, as a server or a training makes them: soak_calls.py LOAD THREADS SECONDS

LOAD is attention, cache, both or gradient; the work of each thread is that of soak.c. After each second it prints how many calls have been
made so far.
"""
import os
import sys
import threading
import time

import numpy as np

import farspan

HEADS, KEY_HEADS, DIM, KEYS, LONGEST = 32, 8, 128, 64, 180
SCHEME = farspan.Scheme(rope={"method": "base", "layout": "half", "rotary_dim": DIM})
CACHE = farspan.Cache(key_heads=KEY_HEADS, head_dim=DIM)


class Worker:
    def __init__(self, index: int) -> None:
        self.calls, self.number, self.tokens = 0, float(index + 1), 0
        self.q = np.full((1, HEADS, 1, DIM), 0.5, np.float32)
        self.k = np.full((1, KEY_HEADS, KEYS, DIM), 0.25, np.float32)
        self.v = np.full((1, KEY_HEADS, KEYS, DIM), self.number, np.float32)

    def expect(self, out: np.ndarray, call: str) -> None:
        """Every value is the same number: so is every mean of them, up to rounding."""
        if abs(out - self.number).max() > 1e-4 * self.number:
            raise SystemExit(f"soak: {call}: it gave a wrong number")

    def attention(self) -> None:
        self.expect(farspan.attention(SCHEME, self.q, self.k, self.v), "attention")

    def add_token(self, sequence: farspan.Sequence) -> None:
        CACHE.append([sequence])
        plan = CACHE.plan(SCHEME, [sequence], query_heads=HEADS)
        CACHE.write(0, [sequence], self.k[:, :, :1], self.v[:, :, :1])
        self.expect(plan.run(0, self.q), "CachePlan.run")

    def cache(self) -> None:
        """A token more; at the longest, a fork goes on for a token and both end."""
        if self.tokens == 0:
            self.sequence = CACHE.sequence()
        self.add_token(self.sequence)
        self.tokens += 1
        if self.tokens == LONGEST // 2:
            self.sequence.keep(4, 32)
        if self.tokens == LONGEST:
            self.add_token(self.sequence.fork())
            self.tokens = 0

    def gradient(self) -> None:
        """Equal values: only the gradient of v is not 0, and it sums to that of out."""
        problem = farspan.Problem(query_heads=HEADS, key_heads=KEY_HEADS, queries=1, keys=KEYS, head_dim=DIM)
        plan = farspan.Plan(SCHEME, problem)
        lse = np.empty(HEADS, np.float32)
        out = plan.run(self.q, self.k, self.v, lse=lse)
        d_v = plan.backward(self.q, self.k, self.v, out, lse, np.ones_like(out)).v
        if abs(d_v.sum(2) - HEADS // KEY_HEADS).max() > 1e-4:
            raise SystemExit("soak: Plan.backward: it gave a wrong number")

    def work(self, load: str) -> None:
        steps = [self.attention, self.cache] if load == "both" else [getattr(self, load)]
        try:
            while True:
                for step in steps:
                    step()
                self.calls += len(steps)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)


def main(load: str, threads: int, seconds: int) -> None:
    workers = [Worker(n) for n in range(threads)]
    if load in ("cache", "both"):  # the most memory that the sessions can need together comes first
        most = [CACHE.sequence() for _ in workers]
        CACHE.append(farspan.Batch(most, np.arange(threads + 1) * 256))
        del most
    for worker in workers:
        threading.Thread(target=worker.work, args=(load,), daemon=True).start()
    end = time.monotonic()
    for _ in range(seconds):
        end += 1
        time.sleep(max(0.0, end - time.monotonic()))
        print(sum(worker.calls for worker in workers), flush=True)
    os._exit(0)  # the threads go on


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

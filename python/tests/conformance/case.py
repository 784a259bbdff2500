"""A case while it runs: its memory, its outputs, and what its calls made."""
import numpy as np

import farspan
from farspan import eval as judging

_TYPES = {"f32": np.float32, "f16": np.float16, "bf16": np.uint16, "f64": np.float64, "i64": np.int64}
_MOST = 8  # losses and counts


def number(value):
    """A number of the vectors, where texts stand for nan, inf and -inf."""
    return float(value) if isinstance(value, str) else value


def numbers(values):
    return [number(value) for value in values]


def fields(given):
    """A configuration: numbers, and arrays of them."""
    return {key: numbers(value) if isinstance(value, list) else number(value) for key, value in given.items()}


def _bits(seed, count):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.arange(count, dtype=np.uint64) + np.uint64(1)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def content(description):
    """What memory of the vectors begins with: zeros, or the content of a seed."""
    dtype, count = description["dtype"], description["elements"]
    if "seed" not in description:
        return np.zeros(count, _TYPES[dtype])
    bits = _bits(description["seed"], count)
    if dtype == "f32":
        return (((bits >> np.uint64(40)).astype(np.float64) - 2.0**23) / 2.0**22).astype(np.float32)
    return np.array(description["halves"], np.uint16)[bits >> np.uint64(56)].view(_TYPES[dtype])


class Case:
    def __init__(self, context):
        self.context, self.given = context, {}
        self.outputs, self.wholes, self.reals = [], [], []  # numbers that were answered are outputs behind a group
        self.scheme = self.plan = self.model = self.cache = self.cache_plan = self.curve = None
        self.sequences, self.saved, self.losses = [], [], []
        self.bleu = [judging.BleuCounts() for _ in range(_MOST)]
        self.chrf = [judging.ChrfCounts() for _ in range(_MOST)]

    def add(self, kind, output):
        """The next output: an array or bytes."""
        self.outputs.append((kind, output, output if isinstance(output, bytes) else output.tobytes()))
        return output

    def is_untouched(self):
        return all(isinstance(output, bytes) or output.tobytes() == before for _, output, before in self.outputs)

    def text(self, text):
        self.add("text", text.encode())

    def give(self, *answers):
        for answer in answers:
            (self.reals if isinstance(answer, float) else self.wholes).append(answer)

    def flush(self):
        for kind, answered in (("i64", self.wholes), ("f64", self.reals)):
            if answered:
                self.add(kind, np.array(answered, _TYPES[kind]))
        self.wholes, self.reals = [], []

    def memory(self, name, is_output=False):
        """None if it is not there."""
        if name not in self.given:
            return None
        if "output" in self.given[name]:  # of a call before
            return self.outputs[self.given[name]["output"]][1]
        made = content(self.given[name])
        return self.add(self.given[name]["dtype"], made) if is_output else made

    def tensor(self, name, is_output=False):
        """A view that writes; None if it is not there."""
        memory = self.memory(name, is_output)
        if memory is None:
            return None
        given = self.given[name]
        stride = [s * memory.itemsize for s in given["stride"]]
        there = np.lib.stride_tricks.as_strided(memory[given["offset"] :], given["shape"], stride)
        return farspan.view(there, name, writable=True, bfloat16=given["dtype"] == "bf16")

    def out(self, name):
        return self.tensor(name, True)

    def in_out(self, source, target):
        """What is written is the input too if it is not named."""
        if target in self.given:
            return self.tensor(source), self.out(target)
        both = self.out(source)
        return both, both

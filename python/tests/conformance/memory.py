"""Memory of the vectors: the generator, and views of it."""
import numpy as np

import farspan

_TYPES = {"f32": np.float32, "f16": np.float16, "bf16": np.uint16}


def number(value):
    """A number of the vectors, where texts stand for nan, inf and -inf."""
    return float(value) if isinstance(value, str) else value


def numbers(values):
    return [number(value) for value in values]


def _bits(seed, count):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.arange(count, dtype=np.uint64) + np.uint64(1)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def content(description):
    """What a tensor of the vectors, or an array with `elements` and `seed`, begins with."""
    dtype = description.get("dtype", "f32")
    count = description["elements"] if "elements" in description else int(np.prod(description["shape"]))
    if "seed" not in description:
        return np.zeros(count, _TYPES[dtype])
    bits = _bits(description["seed"], count)
    if dtype == "f32":
        return (((bits >> np.uint64(40)).astype(np.float64) - 2.0**23) / 2.0**22).astype(np.float32)
    values = (((bits >> np.uint64(56)).astype(np.float32) - 128) / 64).astype(np.float32)
    return values.astype(np.float16) if dtype == "f16" else (values.view(np.uint32) >> 16).astype(np.uint16)


def tensor(memory, description, name):
    """A view that writes, of the tensor that lies in `memory`."""
    offset, shape = description.get("offset", 0), description["shape"]
    if "stride" in description:
        stride = [s * memory.itemsize for s in description["stride"]]
        there = np.lib.stride_tricks.as_strided(memory[offset:], shape, stride)
    else:
        there = memory[offset : offset + int(np.prod(shape))].reshape(shape)
    return farspan.view(there, name, writable=True, bfloat16=description.get("dtype") == "bf16")

"""Small models with random weights as GGUF files that llama.cpp loads. Which tensors an architecture has, and of which shape, llama.cpp
says itself, in the message with which it refuses a file that lacks one."""
import re
import tempfile
from pathlib import Path

import gguf
import numpy as np

import llama_cpp

SIZES = {
    "block_count": 4,
    "context_length": 4096,
    "embedding_length": 128,
    "feed_forward_length": 64,
    "vocab_size": 64,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
    "attention.key_length": 32,
    "attention.value_length": 32,
    "rope.dimension_count": 32,
    "attention.layer_norm_epsilon": 1e-5,
    "attention.layer_norm_rms_epsilon": 1e-5,
}
MOST_TENSORS = 400


def add(writer, key, value):
    if isinstance(value, str):
        writer.add_string(key, value)
    elif isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, list):
        writer.add_array(key, value)
    else:
        writer.add_uint32(key, value)


def file_of(architecture, keys, tensors):
    """keys without the architecture in front, or with a dot instead; a value of None leaves a key out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        writer = gguf.GGUFWriter(path, architecture)
        writer.add_tokenizer_model("no_vocab")
        for key, value in {**SIZES, **keys}.items():
            if value is not None:
                add(writer, key[1:] if key.startswith(".") else f"{architecture}.{key}", value)
        for name, values in tensors.items():
            writer.add_tensor(name, values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def weights(name, shape, random):
    """Normalisations near 1, so that no feature vanishes; everything else keeps the size of what it multiplies."""
    values = random.normal(size=shape)
    if "norm" in name and name.endswith("weight"):
        return (1 + values / 8).astype(np.float32)
    return (values / np.sqrt(shape[-1])).astype(np.float32)


def kind(name):
    """A tensor's name without the number of its layer."""
    return re.sub(r"\.\d+\.", ".#.", name)


def asked_for(message, shapes):
    """(name, shape) of the tensor that llama.cpp asks for, or None. A new one gets a shape that will be corrected."""
    if missing := re.search(r"tensor '([^']+)' not found", message):
        return missing[1], shapes.get(kind(missing[1]), (1,))
    if wrong := re.search(r"tensor '([^']+)' has wrong shape; expected ([\d, ]+), got", message):
        shape = [int(n) for n in wrong[2].split(",")]
        while len(shape) > 1 and shape[-1] == 1:
            shape.pop()
        return wrong[1], tuple(reversed(shape))
    return None


def make(architecture, keys, tensors, seed=1, alike=True):
    """(file, handle) of a model that llama.cpp accepts. `tensors` are those that it would not miss: factors, sinks. Where the layers turn out
    not to be alike, each is asked for its tensors."""
    random = np.random.default_rng(seed)
    given = {
        name: weights(name, value, random) if isinstance(value, tuple) else value for name, value in tensors.items()
    }
    tensors, shapes = dict(given), {}
    for _ in range(MOST_TENSORS):
        data = file_of(architecture, keys, tensors)
        try:
            return data, llama_cpp.load_model(data)
        except llama_cpp.Failure as failure:
            if alike and "wrong number of tensors" in str(failure):
                return make(architecture, keys, given, seed, alike=False)
            wish = asked_for(str(failure), shapes)
            if not wish:
                raise
        name, shape = wish
        shapes[kind(name)] = shape
        tensors[name] = weights(name, shape, random)
        if alike and name.startswith(
            "blk.1."
        ):  # the layers are alike, or nearly: what the first one has, the others are given at once
            for layer in range(1, {**SIZES, **keys}["block_count"]):
                for other in [other for other in tensors if other.startswith("blk.0.")]:
                    copy = other.replace("blk.0.", f"blk.{layer}.")
                    tensors.setdefault(copy, weights(copy, tensors[other].shape, random))
    raise llama_cpp.Failure(f"{architecture}: still refused with {MOST_TENSORS} tensors")

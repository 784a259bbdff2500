"""safetensors files without a dependency: u64 LE header length, JSON header, raw tensors."""
import json
import pathlib
import struct

import numpy as np
import torch

DTYPES = {"F16": np.float16, "F32": np.float32, "I32": np.int32}
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}


def save(path: pathlib.Path, tensors: dict, metadata: dict) -> None:
    """Write numpy arrays (f16, f32 or i32) in the order given; the data starts 64-byte aligned."""
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 64)  # the format allows trailing spaces as padding
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load(path: pathlib.Path) -> dict:
    """Read a file of save() back as float32 torch tensors."""
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    header = json.loads(raw[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = (8 + length + o for o in entry["data_offsets"])
        array = np.frombuffer(raw[first:last], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.astype(np.float32))
    return tensors

#!/usr/bin/env python3
"""Write the logits that an exported model gives for a file of bytes.

The weights are the f16 numbers of model.safetensors; all arithmetic on them is in double and
only the result is rounded to float, so that it can serve as a reference for other programs.
Row i holds the logits of byte i + 1 given the bytes 0 .. i.

    export_logits.py models/rope models/reference/prompt.txt logits.f32
    export_logits.py models/rope models/reference/prompt.txt rope.safetensors --rows 0,1,31,255,319

A name that ends in .safetensors gets the tensors `rows` [R] i32 and `logits` [R, 256] f32;
any other file gets the little-endian f32 logits [R, 256] alone.
"""
import argparse
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

from model import load_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="folder with config.json and model.safetensors")
    parser.add_argument("text", type=pathlib.Path, help="file whose bytes are the tokens")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--bytes", type=int, default=None, help="use the first BYTES bytes only")
    parser.add_argument("--rows", default=None, help="rows to write, comma separated (default: all)")
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    tokens = np.frombuffer(args.text.read_bytes()[: args.bytes], np.uint8).astype(np.int64)
    logits = load_model(args.model)(torch.from_numpy(tokens)[None])[0].numpy().astype("<f4")

    rows = np.arange(len(tokens)) if args.rows is None else np.array([int(r) for r in args.rows.split(",")])
    if args.out.suffix == ".safetensors":
        save_file({"rows": rows.astype(np.int32), "logits": logits[rows]}, args.out, {"bytes": str(len(tokens))})
    else:
        args.out.write_bytes(logits[rows].tobytes())


if __name__ == "__main__":
    main()

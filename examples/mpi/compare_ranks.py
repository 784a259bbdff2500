#!/usr/bin/env python3
"""The sharded example prints the same on 1, 2, 3 and 4 ranks. usage: compare_ranks.py MPIRUN PROGRAM"""
import os
import subprocess
import sys

mpirun, program = sys.argv[1:]
environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", FARSPAN_NUM_THREADS="1")
for tokens in ("64", "1000", "20000"):
    outputs = {}
    for ranks in (1, 2, 3, 4):
        command = [mpirun, "--oversubscribe", "-n", str(ranks), program, tokens]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        if run.returncode != 0 or run.stdout.count("checksum") != 2:
            sys.exit(f"{' '.join(command)}: exit code {run.returncode}\n{run.stdout}{run.stderr}")
        outputs[ranks] = run.stdout
    if len(set(outputs.values())) != 1:
        sys.exit(
            f"{tokens} tokens: the ranks differ\n" + "\n".join(f"{ranks}: {text}" for ranks, text in outputs.items())
        )
    print(outputs[1], end="")

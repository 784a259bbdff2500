#!/usr/bin/env python3
"""Runs a program with its own library and with another one, and compares what it prints.
usage: same_output.py LIBRARY PROGRAM [ARGUMENT ...]"""
import os
import subprocess
import sys


def run(command, library=None):
    environment = dict(os.environ, **({"LD_PRELOAD": library} if library else {}))
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout


library, command = sys.argv[1], sys.argv[2:]
own, other = run(command), run(command, library)
sys.stdout.buffer.write(other)
if not own or own != other:
    sys.stdout.buffer.write(own)
    sys.exit("same_output: the two libraries answer differently")

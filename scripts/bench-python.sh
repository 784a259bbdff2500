#!/usr/bin/env bash
# What a call costs from Python: lines "python NAME NANOSECONDS", the least of all measurements, in time that the thread ran.
#
#   scripts/bench-python.sh PREFIX   the library installed there
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }

venv=$root/build/python/bench
[ -x "$venv/bin/python" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install -q "$(grep '^numpy' "$root/python/tests/requirements.txt")"; } >&2
FARSPAN_LIBRARY=$(find "$prefix" -name libfarspan.so.1 -print -quit) PYTHONPATH=$root/python "$venv/bin/python" "$root/python/bench/crossing.py"

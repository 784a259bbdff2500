#!/usr/bin/env bash
# What a call costs from Rust: lines "rust NAME NANOSECONDS". The least of Criterion's samples, in time that the thread ran, so
# that what other programs on the machine add is left out.
#
#   scripts/bench-rust.sh PREFIX   the library installed there
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

libdir=$(dirname "$(find "$prefix" -name libfarspan.so -print -quit)")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir" CARGO_TARGET_DIR="$root/build/rust"
unset FARSPAN_LIB_DIR FARSPAN_STATIC

cd "$root/rust/bench"
cargo bench --quiet --locked --bench crossing >&2 </dev/null
python3 - "$CARGO_TARGET_DIR/criterion" <<'END'
import json, pathlib, sys

CALLS = {"status": 1000}  # in one measurement
for path in ("status", "rope_apply", "long/prefill"):
    name = path.rpartition("/")[2]
    sample = json.loads((pathlib.Path(sys.argv[1]) / path / "new" / "sample.json").read_text())
    least = min(time / count for time, count in zip(sample["times"], sample["iters"]))
    print(f"rust {name} {least / CALLS.get(name, 1):.2f}")
END

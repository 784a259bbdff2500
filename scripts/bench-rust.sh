#!/usr/bin/env bash
# What a call costs from Rust: lines "rust NAME NANOSECONDS", the median of Criterion's samples.
#
#   scripts/bench-rust.sh PREFIX   the library installed there
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }

libdir=$(dirname "$(find "$prefix" -name libfarspan.so -print -quit)")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir" CARGO_TARGET_DIR="$root/build/rust"
unset FARSPAN_LIB_DIR FARSPAN_STATIC

# "bencher" prints whole nanoseconds of a measurement; one of `status` is 1000 calls.
cd "$root/rust/bench"
cargo bench --quiet --locked --bench crossing -- --output-format bencher 2>/dev/null </dev/null |
    awk '$1 == "test" && $4 == "bench:" {
             gsub(",", "", $5)
             printf "rust %s %.2f\n", $2, $2 == "status" ? $5 / 1000 : $5
             ++rows
         }
         END { exit rows != 3 }'

#!/usr/bin/env bash
# usage: scripts/bench-go.sh PREFIX
# Measures the crossing from Go with the library that is installed in PREFIX, and prints a line "go NAME NANOSECONDS" for each:
#   status   a call that only answers
#   rope     rope_apply of 1 x 8 x 1 x 64 floats
#   prefill  attention of 2048 tokens, 8 heads of 64 features, one thread
# The number is the least of several runs: what other programs on the machine add is left out.
set -euo pipefail
[ $# -eq 1 ] && prefix=$(cd "$1" && pwd) || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../go"

library=$(dirname "$(find "$prefix" -name libfarspan.so | head -n 1)")
export PKG_CONFIG_PATH=$library/pkgconfig LD_LIBRARY_PATH=$library GOWORK=off

go test -run '^$' -bench '^Benchmark(Status|Rope|Prefill)$' -benchtime 200ms -count 10 . |
    awk '/^Benchmark/ { name = tolower(substr($1, 10)); sub(/-[0-9]+$/, "", name); if (!(name in least) || $3 < least[name]) least[name] = $3 }
         END { for (name in least) print "go", name, least[name] }' | sort

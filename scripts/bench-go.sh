#!/usr/bin/env bash
# What a call costs from Go: lines "go NAME NANOSECONDS". The least of many short runs, so that what other programs on the machine
# add is left out as far as that is possible.
#
#   scripts/bench-go.sh PREFIX   the library installed there
set -euo pipefail
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/../go"

libdir=$(dirname "$(find "$prefix" -name libfarspan.so -print -quit)")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir" GOWORK=off

{
    go test -run '^$' -bench '^Benchmark(Status|RopeApply)$' -benchtime 1000x -count 300 .
    go test -run '^$' -bench '^BenchmarkPrefill$' -benchtime 40x . | sed 's/\t[^\t]*ns\/op/\t/; s/least-//'
} | awk '
    /^Benchmark/ {
        name = substr($1, 10) # RopeApply-2 is rope_apply
        sub(/-[0-9]+$/, "", name)
        gsub(/[A-Z]/, "_&", name)
        name = tolower(substr(name, 2))
        if (!(name in least) || $3 < least[name]) least[name] = $3
    }
    END { for (name in least) print "go", name, least[name] }' | sort

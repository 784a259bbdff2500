#!/usr/bin/env bash
# What a call costs from each language beside the same call from C: one table, with the limits that are asked for.
#
#   scripts/bench-crossing.sh PREFIX [ROUNDS]   the library installed there; the best of 3 rounds unless told otherwise
#
# Each round runs the languages one after the other; the least of all runs counts. Timings of a busy machine are worth little
# all the same, and Java and Go are timed by the clock on the wall: close other programs first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
rounds=${2:-3}
work=$root/build/crossing
mkdir -p "$work"
: >"$work/rows"

libdir=$(dirname "$(find "$prefix" -name libfarspan.so -print -quit)")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir"

# -fno-plt: C then calls a shared library by the same instruction as Rust. Through the linkage table a call takes half a
# nanosecond less on some processors, which would be all that `status` shows.
# shellcheck disable=SC2046
g++ -std=c++20 -O2 -fno-plt "$root"/bench/{bench_crossing,main,peak,read}.cpp -I"$root/bench" $(pkg-config --cflags --libs farspan) \
    -lbenchmark -lpthread -o "$work/bench_crossing"

# The least of all measurements, as the other languages give their least: in time that the thread ran. One of `status` is 1000 calls,
# one of `prefill` is a single call, 40 of them in each language.
bench_c() {
    "$work/bench_crossing" --benchmark_format=csv --benchmark_repetitions=20 --benchmark_min_time=0.05 2>/dev/null |
        awk -F, '{ gsub(/"/, "", $1); sub(/\/[^_]*/, "", $1) } # prefill/iterations:1/repeats:40; its mean has _mean behind it
                 $1 ~ /^(status|rope_apply|decode|prefill)$/ { printf "c %s %.2f\n", $1, $1 == "status" ? $4 / 1000 : $4 }'
}

for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    bench_c >>"$work/rows"
    for language in rust java go python; do
        script=$root/scripts/bench-$language.sh
        if [ ! -x "$script" ]; then
            [ "$round" -ne 1 ] || echo "$language is absent: there is no scripts/bench-$language.sh" >&2
        elif ! "$script" "$prefix" 2>"$work/$language.log" | grep "^$language " >>"$work/rows"; then
            echo "$language failed: see $work/$language.log" >&2
        fi
    done
done

awk '
    BEGIN {
        calls = split("status rope_apply decode prefill", names)
        split("rust java go python", languages)
        # The limits: a ratio to C, or nanoseconds above C. What has no limit is not asked for.
        ratio["rust", "status"] = ratio["rust", "rope_apply"] = 1.05
        above["java", "status"] = above["java", "rope_apply"] = above["go", "status"] = above["go", "rope_apply"] = 150
        above["python", "decode"] = 8000
        for (l in languages) ratio[languages[l], "prefill"] = 1.03
    }
    {
        if (!(($1, $2) in best) || $3 < best[$1, $2]) best[$1, $2] = $3
    }
    END {
        printf "%-11s %-9s %14s %14s %12s %8s  %s\n", "call", "language", "C ns", "ns", "difference", "ratio", "limit"
        for (n = 1; n <= calls; ++n) for (l = 1; l <= 4; ++l) {
            name = names[n]; language = languages[l]
            if (!((language, name) in ratio) && !((language, name) in above)) continue
            if (!((language, name) in best)) {
                printf "%-11s %-9s %14s %14s\n", name, language, "", "absent"
                continue
            }
            c = best["c", name]; own = best[language, name]
            if ((language, name) in ratio) {
                limit = sprintf("%.2f x", ratio[language, name]); kept = own <= c * ratio[language, name]
            } else {
                limit = sprintf("+%d ns", above[language, name]); kept = own <= c + above[language, name]
            }
            printf "%-11s %-9s %14.1f %14.1f %+12.1f %8.3f  %s: %s\n", name, language, c, own, own - c, own / c, limit,
                   kept ? "kept" : "EXCEEDED"
        }
    }' "$work/rows"

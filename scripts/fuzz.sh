#!/usr/bin/env bash
# Fuzzes the readers of config.json, of GGUF, of schemes as text and of saved caches, and the structs of the C interface, with libFuzzer,
# AddressSanitizer and UndefinedBehaviorSanitizer. Needs clang and its runtime (Debian: clang, libclang-rt-14-dev). The last line is
# "N passed, M failed", one for each target.
#
#   scripts/fuzz.sh [--seconds N] [TARGET ...]     default: 60 seconds for each of config, gguf, cache, scheme, scheme_json
#
# What a target finds interesting is kept in build/fuzz/corpus for the next time; inputs that fail are left in build/fuzz/found.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=60
[ "${1:-}" != --seconds ] || { seconds=$2; shift 2; }
[ $# -gt 0 ] || set -- config gguf cache scheme scheme_json

folder=$PWD/build/fuzz
mkdir -p "$folder/found"
{ CC=clang CXX=clang++ cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O1 -g' \
    -DFARSPAN_SANITIZE=address,undefined -DFARSPAN_SCALAR_ONLY=ON -DFARSPAN_BUILD_FUZZ=ON -DFARSPAN_BUILD_TESTS=OFF \
    -DFARSPAN_BUILD_TOOLS=OFF -DFARSPAN_BUILD_EXAMPLES=OFF && ninja -C "$folder" -j "${FARSPAN_BUILD_JOBS:-2}" "${@/#/fuzz_}" &&
    python3 tests/fuzz/seeds.py "$folder/corpus"; } >"$folder/build.log" 2>&1 ||
    { tail -n 30 "$folder/build.log"; echo '0 passed, 1 failed'; exit 1; }

passed=0 failed=0
for target; do
    log=$folder/$target.log
    if UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 timeout $((seconds + 120)) "$folder/tests/fuzz/fuzz_$target" \
        -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=3000 -print_final_stats=1 \
        -artifact_prefix="$folder/found/$target-" -dict="$folder/corpus/words" "$folder/corpus/fuzz_$target" >"$log" 2>&1 </dev/null; then
        passed=$((passed + 1))
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, none fails"
    else
        failed=$((failed + 1))
        echo "$target: FAILED, see $log"
        grep -E '^(SUMMARY|Test unit written|.*runtime error)' "$log" | head -n 5
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

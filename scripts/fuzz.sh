#!/usr/bin/env bash
# Fuzzes the readers of config.json and GGUF with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, starting from the
# fixtures. Needs clang and its runtime (Debian: clang, libclang-rt-14-dev).
#
#   scripts/fuzz.sh [SECONDS]     default: 60. Inputs that fail are left in build/fuzz/found.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$PWD/build/fuzz
mkdir -p "$folder/corpus" "$folder/found"
{ CC=clang CXX=clang++ cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O1 -g' \
    -DFARSPAN_SANITIZE=address,undefined -DFARSPAN_SCALAR_ONLY=ON -DFARSPAN_BUILD_FUZZ=ON -DFARSPAN_BUILD_TESTS=OFF \
    -DFARSPAN_BUILD_TOOLS=OFF -DFARSPAN_BUILD_EXAMPLES=OFF && ninja -C "$folder" -j "${FARSPAN_BUILD_JOBS:-2}" fuzz_model; } >"$folder/build.log" 2>&1 ||
    { tail -n 30 "$folder/build.log" >&2; exit 1; }

for file in tests/fixtures/configs/*.json; do
    name=$(basename "$file" .json)
    { printf '\0'; cat "$file"; } >"$folder/corpus/$name"
    { printf '\120'; cat "$file"; } >"$folder/corpus/$name-self_extend"
done
exec "$folder/tests/fuzz/fuzz_model" -max_total_time="${1:-60}" -max_len=65536 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$folder/found/" "$folder/corpus"

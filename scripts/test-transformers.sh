#!/usr/bin/env bash
# Tests farspan.torch and farspan.transformers against an installed library, with the packages of scripts/oracles.sh --install: the tests of
# the plug-in, then every family that transformers can build small, eager against Farspan. The last line is "N passed, M failed, K skipped";
# before it stand the families and the largest difference.
#
#   scripts/test-transformers.sh PREFIX          every family: half an hour
#   scripts/test-transformers.sh --quick PREFIX  a few of them
#   scripts/test-transformers.sh --page PREFIX   all, and writes their table into docs/transformers.md
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

options=()
case ${1:-} in
    --quick) options=(--quick) && shift ;;
    --page) options=(--page "$root/docs/transformers.md") && shift ;;
esac
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
FARSPAN_LIBRARY=$(find "$prefix" -name libfarspan.so.1 -print -quit)
[ -n "$FARSPAN_LIBRARY" ] || { echo "test-transformers.sh: no libfarspan.so.1 under $prefix" >&2; echo '0 passed, 1 failed'; exit 1; }

source "$root/scripts/python-packages.sh"
# pytest comes beside the packages of the oracles, which stay as they are.
tools=$root/build/python/pytest
if [ "$(cat "$tools/installed" 2>/dev/null)" != "$(grep pytest "$root/python/tests/requirements.txt")" ]; then
    rm -rf "$tools"
    "$python" -m pip install -q --target "$tools" "$(grep pytest "$root/python/tests/requirements.txt")" || { echo '0 passed, 1 failed'; exit 1; }
    grep pytest "$root/python/tests/requirements.txt" >"$tools/installed"
fi
# The pretrained model, where it can be had.
FARSPAN_SMOLLM2=$("$root/scripts/smollm2.sh") || FARSPAN_SMOLLM2=
export FARSPAN_LIBRARY FARSPAN_SMOLLM2 PYTHONPATH=$root/python:$tools PYTHONDONTWRITEBYTECODE=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1
passed=0 failed=0 skipped=0

# run <program>: adds what it reports
log=$(mktemp)
trap 'rm -f "$log"' EXIT
count() { grep -oE "[0-9]+ $1" "$log" | tail -n 1 | cut -d' ' -f1; }
run() {
    "$@" 2>&1 </dev/null | tee "$log"
    local code=${PIPESTATUS[0]} p f
    p=$(count passed) f=$(count failed)
    [ "$code" -eq 0 ] && [ "${p:-0}" -gt 0 ] || [ "${f:-0}" -gt 0 ] || f=1
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) s=$(count skipped)
    skipped=$((skipped + ${s:-0}))
}

cd "$root/python" || exit
run "$python" -m pytest -p no:cacheprovider -W ignore tests/with_torch
run "$python" tests/with_torch/compare_families.py "${options[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

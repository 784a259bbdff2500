#!/usr/bin/env bash
# Tests the examples that need packages of their own: Spark and lm-evaluation-harness, with the packages of scripts/oracles.sh --install and
# those of the example's requirements.txt, which are installed beside them once. The last line is "N passed, M failed, K skipped".
#
#   scripts/test-examples.sh PREFIX [spark] [lm_eval]
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

[ $# -ge 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
shift
FARSPAN_LIBRARY=$(find "$prefix" -name libfarspan.so.1 -print -quit)
[ -n "$FARSPAN_LIBRARY" ] || { echo "test-examples.sh: no libfarspan.so.1 under $prefix" >&2; echo '0 passed, 1 failed'; exit 1; }
[ $# -gt 0 ] || set -- spark lm_eval

source "$root/scripts/python-packages.sh"
passed=0 failed=0 skipped=0

log=$(mktemp)
trap 'rm -f "$log"' EXIT
pytest=$root/build/python/pytest
mkdir -p "$root/build/python"
grep pytest "$root/python/tests/requirements.txt" >"$log"
if ! grep -qxFf "$log" "$pytest/installed" 2>/dev/null; then
    rm -rf "$pytest"
    "$python" -m pip install -q --target "$pytest" -r "$log" && cp "$log" "$pytest/installed" || { echo '0 passed, 1 failed'; exit 1; }
fi
export FARSPAN_LIBRARY PYTHONDONTWRITEBYTECODE=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 HF_DATASETS_OFFLINE=1 PYSPARK_PYTHON=$python
for example; do
    if ! packages "$farspan_cache/examples/$example" "$root/examples/$example/requirements.txt"; then
        echo "$example: its packages cannot be had"
        skipped=$((skipped + 1))
        continue
    fi
    (cd "$root/examples/$example" && PYTHONPATH=$root/python:$pytest:$farspan_cache/examples/$example "$python" -m pytest -q -p no:cacheprovider -W ignore .) >"$log" 2>&1 </dev/null
    code=$?
    cat "$log"
    p=$(grep -oE '[0-9]+ passed' "$log" | tail -n 1 | cut -d' ' -f1)
    f=$(grep -oE '[0-9]+ (failed|error)' "$log" | awk '{s += $1} END {print s + 0}')
    [ "$code" -eq 0 ] && [ "${p:-0}" -gt 0 ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + ${p:-0})) failed=$((failed + f))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

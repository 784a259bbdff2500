#!/usr/bin/env bash
# The report on a pretrained model: SmolLM2-135M-Instruct beyond its 8,192 tokens, on Newton's Opticks (1730; public domain, 145,736 tokens),
# which Go's sources hold as a text for tests: Debian's package golang-1.19-src, or any tree of Go. Writes build/report-real/report.html,
# .md, .csv and .json. Every window that was measured is kept: after an interruption the same command goes on.
#
#   scripts/report-real.sh --quick [PREFIX]     8,192 and 16,384 tokens, four methods, two windows: 11 minutes of two
#                                               idle cores by the arithmetic it takes; it prints its own estimate
#   scripts/report-real.sh [PREFIX] [OPTIONS]   2,048 to 32,768 tokens, all methods with and without log-n, four windows: most of a day;
#                                               OPTIONS go to the report: --minutes 60, --methods rerope,yarn, --lengths 8192,16384
#
# PREFIX: where Farspan is installed, by default build/prefix. The packages are those of scripts/oracles.sh --install. FARSPAN_TEXT names
# another text, FARSPAN_SMOLLM2 another model.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

quick=()
if [ "${1:-}" = --quick ]; then
    shift
    quick=(--lengths 8192,16384 --methods none,yarn,rerope,self-extend --windows 2)
fi
prefix=$root/build/prefix
case ${1:--} in -*) ;; *) prefix=$1 && shift ;; esac
library=$(find "$prefix" -name libfarspan.so.1 -print -quit 2>/dev/null) && [ -n "$library" ] ||
    { echo "report-real.sh: no libfarspan.so.1 under $prefix: cmake --install BUILD --prefix $prefix" >&2; exit 1; }

find_text() {
    local name=Isaac.Newton-Opticks.txt file
    for file in "${FARSPAN_TEXT:-}" /usr/share/go*/src/testdata/$name /usr/lib/go*/src/testdata/$name /usr/local/go/src/testdata/$name; do
        [ -z "$file" ] || [ ! -f "$file" ] || { echo "$file"; return; }
    done
    echo "report-real.sh: no $name: install golang-1.19-src, or name a text with FARSPAN_TEXT" >&2
    return 1
}
text=$(find_text)
"$root/scripts/oracles.sh" --install
source "$root/scripts/python-packages.sh"
model=$("$root/scripts/smollm2.sh")

export FARSPAN_LIBRARY=$library PYTHONPATH=$root/python TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1
exec "$python" -m farspan report \
    --model "$model" --text "$text" --out "$root/build/report-real" "${quick[@]}" "$@"

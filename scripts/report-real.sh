#!/usr/bin/env bash
# The report on a pretrained model: SmolLM2-135M-Instruct beyond its 8,192 tokens, on Newton's Opticks (1730; public domain, 145,736 tokens),
# which Go's sources hold as a text for tests: Debian's package golang-1.19-src, or any tree of Go. Writes build/report-real/report.html,
# .md, .csv and .json. Every window that was measured is added to docs/real-model, which the repository holds: after an interruption, or on
# another machine, the same command goes on.
#
#   scripts/report-real.sh --quick [PREFIX]     8,192 and 16,384 tokens, four methods, two windows: 11 minutes of two
#                                               idle cores by the arithmetic it takes; it prints its own estimate
#   scripts/report-real.sh [PREFIX] [OPTIONS]   2,048 to 32,768 tokens, all methods with and without log-n, four windows: most of a day;
#                                               OPTIONS go to the report: --minutes 60, --methods rerope,yarn, --lengths 8192,16384
#   scripts/report-real.sh --tables [PREFIX]    of what was measured, without the model: the report, and the tables in docs/real-model.md
#
# PREFIX: where Farspan is installed, by default build/prefix. The packages are those of scripts/oracles.sh --install. FARSPAN_TEXT names
# another text, FARSPAN_SMOLLM2 another model; what is measured with them is kept in build/report-real.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

options=(--out "$root/build/report-real") tables=
[ -n "${FARSPAN_TEXT:-}${FARSPAN_SMOLLM2:-}" ] || options+=(--measured "$root/docs/real-model" --segment 1024)
case ${1:-} in
    --quick) shift && options+=(--lengths 8192,16384 --methods none,yarn,rerope,self-extend --windows 2) ;;
    --tables) shift && tables=1 ;;
esac
prefix=$root/build/prefix
case ${1:--} in -*) ;; *) prefix=$1 && shift ;; esac
library=$(find "$prefix" -name libfarspan.so.1 -print -quit 2>/dev/null) && [ -n "$library" ] ||
    { echo "report-real.sh: no libfarspan.so.1 under $prefix: cmake --install BUILD --prefix $prefix" >&2; exit 1; }

export FARSPAN_LIBRARY=$library PYTHONPATH=$root/python TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1

# With python3 and NumPy, or the packages of the oracles.
if [ -n "$tables" ]; then
    source "$root/scripts/python-packages.sh"
    python3 -c 'import numpy' 2>/dev/null && python=python3
    page=$root/docs/real-model.md made=$(mktemp)
    trap 'rm -f "$made"' EXIT
    "$python" -m farspan report --measured "$root/docs/real-model" --out "$root/build/report-real" >"$made"
    sed -i -e "/^<!-- begin of tables -->$/r $made" -e '/^<!-- begin of tables -->$/,/^<!-- end of tables -->$/{/^<!--/!d}' "$page"
    exit
fi

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

exec "$python" -m farspan report --model "$model" --text "$text" "${options[@]}" "$@"

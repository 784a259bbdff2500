#!/usr/bin/env bash
# Compares the library with Hugging Face transformers and PyTorch: class defaults, an old release, GGUF files, attention written
# out term by term, then frequencies, angles and attention of every family. The line before the last is "N passed, M failed", the last
# "N families, worst DIFF".
#
#   scripts/oracles.sh [FAMILY ...]     default: all of tests/oracles/families.py
#   scripts/oracles.sh --quick          a slice of the families: about a minute
#   scripts/oracles.sh --install        only gets the Python packages; fails if they cannot be had
#
# Installs transformers and PyTorch (about 4 GB unpacked) once, into FARSPAN_ORACLES, by default a folder of the user's cache, so that
# all working trees share them. FARSPAN_LIBRARY names another libfarspan.so.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${FARSPAN_ORACLES:-${XDG_CACHE_HOME:-$HOME/.cache}/farspan/oracles}
wanted=$(sha256sum tests/oracles/requirements.txt)
if [ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install -q --no-deps -r tests/oracles/requirements.txt
    "$folder/venv/bin/pip" install -q --no-deps --target "$folder/transformers-4.48" transformers==4.48.3
    echo "$wanted" >"$folder/installed"
fi
[ "${1:-}" != --install ] || exit 0
if [ -z "${FARSPAN_LIBRARY:-}" ]; then
    mkdir -p build
    { [ -f build/dev/CMakeCache.txt ] || cmake --preset dev; cmake --build build/dev --target farspan; } >build/oracles-build.log 2>&1 ||
        { tail -n 30 build/oracles-build.log >&2; exit 1; }
    export FARSPAN_LIBRARY=$PWD/build/dev/src/libfarspan.so
fi

export PYTHONDONTWRITEBYTECODE=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1
exec "$folder/venv/bin/python" tests/oracles/run.py --old "$folder/transformers-4.48" "$@"

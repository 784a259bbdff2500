#!/usr/bin/env bash
# Compares the library with Hugging Face transformers and PyTorch: class defaults, an old release, then frequencies, angles and
# attention of every family. The last line is "N families, worst DIFF".
#
#   scripts/oracles.sh [FAMILY ...]     default: all of tests/oracles/families.py
#
# Installs transformers and PyTorch (about 3 GB unpacked) into build/oracles, once. FARSPAN_LIBRARY names another libfarspan.so.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$PWD/build/oracles
wanted=$(sha256sum tests/oracles/requirements.txt)
if [ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install -q --no-deps -r tests/oracles/requirements.txt
    "$folder/venv/bin/pip" install -q --no-deps --target "$folder/transformers-4.48" transformers==4.48.3
    echo "$wanted" >"$folder/installed"
fi
if [ -z "${FARSPAN_LIBRARY:-}" ]; then
    { [ -f build/dev/CMakeCache.txt ] || cmake --preset dev; cmake --build build/dev --target farspan; } >"$folder/build.log" 2>&1 ||
        { tail -n 30 "$folder/build.log" >&2; exit 1; }
    export FARSPAN_LIBRARY=$PWD/build/dev/src/libfarspan.so
fi

export PYTHONDONTWRITEBYTECODE=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1
python=$folder/venv/bin/python
status=0
if [ $# -eq 0 ]; then
    "$python" tests/oracles/defaults.py || status=1
    echo
    "$python" tests/oracles/releases.py "$folder/transformers-4.48" || status=1
    echo
fi
"$python" tests/oracles/compare.py "$@" || status=1
exit $status

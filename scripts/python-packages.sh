# Sourced. Where the packages of scripts/oracles.sh --install are, how others come beside them, and environments of their own.
farspan_cache=${XDG_CACHE_HOME:-$HOME/.cache}/farspan
oracles=${FARSPAN_ORACLES:-$farspan_cache/oracles}
python=$oracles/venv/bin/python
case $(uname -m) in aarch64) llama_platform=linux-arm64 ;; *) llama_platform=linux-x64 ;; esac
llama_libraries=$oracles/llama.cpp/node_modules/@node-llama-cpp/$llama_platform/bins/$llama_platform

# packages <folder> <requirements>: installs them there without what they depend on, if they are others than before
packages() {
    cmp -s "$2" "$1/installed" && return
    rm -rf "$1"
    "$python" -m pip install -q --no-deps --target "$1" -r "$2" && cp "$2" "$1/installed"
}

# environment <folder> <requirements>: makes a virtual environment with them, if there is none
environment() {
    cmp -s "$2" "$1/installed" && return
    rm -rf "$1" && python3 -m venv "$1" && "$1/bin/pip" install -q -r "$2" && cp "$2" "$1/installed"
}

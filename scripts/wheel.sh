#!/usr/bin/env bash
# Makes the Python package's wheel that runs on other systems: the library of scripts/portable.sh in it (oneTBB, libstdc++ and libgcc inside,
# the C library of Debian 11 or newer), for every CPython from 3.10. Its tag names the C library whose symbols the library uses. Prints the file.
#
#   scripts/wheel.sh [PREFIX]     PREFIX: another self-contained library; default: that of scripts/portable.sh, which needs root
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -le 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
if [ $# -eq 0 ]; then
    scripts/portable.sh
    set -- build/portable/prefix
fi
prefix=$(cd "$1" && pwd)
library=$(find "$prefix" -name libfarspan.so.1 -print -quit)
[ -n "$library" ] || { echo "wheel.sh: no libfarspan.so.1 under $prefix" >&2; exit 1; }

# What the tag says: no other library than the C library's is needed, and of that this version.
others=$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vxE 'lib(c|m|pthread|dl|rt)\.so\.[0-9]+|ld-linux.*' || true)
[ -z "$others" ] || { echo "wheel.sh: $library is not self-contained: it needs" $others >&2; exit 1; }
minor=$(objdump -T "$library" | sed -n 's/.*GLIBC_2\.\([0-9]*\).*/\1/p' | sort -n | tail -n 1)

venv=build/python/venv
if ! cmp -s python/tests/requirements.txt $venv/installed; then
    rm -rf $venv && python3 -m venv $venv && $venv/bin/pip install -q -r python/tests/requirements.txt && cp python/tests/requirements.txt $venv/installed
fi >&2
rm -rf build/wheel
_PYTHON_HOST_PLATFORM=manylinux_2_${minor}_$(uname -m) FARSPAN_PREFIX=$prefix $venv/bin/python -m build --wheel --no-isolation -o build/wheel python >&2
ls build/wheel/farspan-*.whl

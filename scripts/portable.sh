#!/usr/bin/env bash
# Builds the library that runs on other systems than this one: oneTBB, libstdc++ and libgcc are in it, and it is built against the C
# library of Debian 11 (2.31), in a root of that system. Installs it with the headers into build/portable/prefix; the jar, the plugin and
# whatever else is carried elsewhere are made from that. Needs root, debootstrap (scripts/setup.sh --all) and the packages of the build.
#
#   scripts/portable.sh                  does nothing if the result is newer than every source
#
# The compiler is that system's gcc 10; CMake comes from PyPI, and the headers of xsimd and xxHash from this system.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
source tests/bare/root.sh

output=$PWD/build/portable
if [ -f "$output/prefix/.made" ] && [ -z "$(find CMakeLists.txt cmake include src scripts/portable.sh -newer "$output/prefix/.made" -print -quit)" ]; then
    exit 0
fi
onetbb=$(scripts/onetbb-source.sh)
mkdir -p "$output"

# The tools: a root of their own, since the tests need one without any.
make_root bullseye >&2
root=$roots/bullseye-tools
if [ ! -f "$root/.tools" ]; then
    copy_root bullseye bullseye-tools
    in_root "$root" apt-get -q install g++ make >&2
    for package in libxsimd-dev libxxhash-dev; do
        dpkg -L "$package" | grep -E '/(include|cmake)/' | while read -r file; do
            [ ! -f "$file" ] || cp --parents -L "$file" "$root/"
        done
    done
    python3 -m venv "$output/venv" && "$output/venv/bin/pip" install -q 'cmake>=3.25,<4'
    cp -r "$("$output/venv/bin/python" -c 'import cmake; print(cmake.CMAKE_DATA)')" "$root/opt/cmake"
    mkdir -p "$root/given"
    touch "$root/.tools"
fi

GIVEN=$PWD in_root "$root" sh -ec '
    cd /given
    /opt/cmake/bin/cmake -S . -B /build -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG" -DCMAKE_INSTALL_LIBDIR=lib \
        -DFARSPAN_BUILD_TESTS=OFF -DFARSPAN_BUILD_TOOLS=OFF -DFARSPAN_BUILD_EXAMPLES=OFF \
        -DFARSPAN_SELF_CONTAINED=ON "-DFARSPAN_ONETBB_SOURCE=$1"
    /opt/cmake/bin/cmake --build /build --parallel "$(nproc)"
    rm -rf /prefix
    /opt/cmake/bin/cmake --install /build --prefix /prefix --strip' build "/given/${onetbb#"$PWD/"}" >&2
rm -rf "$output/prefix"
cp -r "$root/prefix" "$output/prefix"
touch "$output/prefix/.made"

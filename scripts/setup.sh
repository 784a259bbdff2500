#!/usr/bin/env bash
# Installs the Debian packages that are missing, and says nothing if none is.
#
#   scripts/setup.sh             what the library, the command, the bindings and the test suite need
#   scripts/setup.sh --run-only  only what the library and the command need (scripts/demo.sh)
#   scripts/setup.sh --all       also the slow checks (scripts/test-deep.sh)
#
# FARSPAN_LANGUAGES (default: c,cpp,java,go,rust,python) leaves the toolchains of other languages out. A toolchain that is on the
# path already, from wherever, is not installed. Works as root or with sudo. Made for Debian 12; other releases with the
# same package names work too.
set -euo pipefail

#         group  package[:command]       what it is for
packages='
          run    g++                     the compiler; brings nm and readelf
          run    cmake                   the build
          run    ninja-build             runs the build
          run    libtbb-dev              oneTBB: threads
          run    libxsimd-dev            xsimd: vector instructions
          run    libxxhash-dev           checksums of saved caches
          run    nlohmann-json3-dev      the command and the tests read and write JSON
          run    libcli11-dev            the command reads its arguments
          run    libopenblas-dev         the command multiplies the matrices of the models outside attention
          test   libcriterion-dev        Criterion: the C and C++ tests
          run    pkg-config              finds OpenBLAS and Criterion
          test   ccache                  compiles a source once for all checkouts
          test   python3                 counts results, checks the layers, takes the example out of the README
          test   python3-clang-14        libclang: tools/describe reads the public headers with it
          test   python3-jinja2          and prints the bindings with this
          test   python3-venv            the Python packages of the oracles, and of the tests of the Python package
          test   clang                   the public header must compile with it too
          test   libclang-rt-14-dev      libFuzzer (scripts/fuzz.sh)
          test   g++-aarch64-linux-gnu   builds the NEON kernels
          test   qemu-user               runs them
          test   libcjson-dev            the conformance runner in C reads its vectors
          test   libssl-dev              the conformance runners in C and C++ hash what they get
          test   libbenchmark-dev        Google Benchmark: every benchmark runs once
          test   swig                    the generated bindings must be current
          test   abigail-tools:abidiff   compares the interface with the frozen one
          test   locales                 locales with a decimal comma
          test   clang-format-14         scripts/format.sh: the format of C, C++ and Java
          test   black                   of Python
          test   rustfmt:rustfmt         of Rust
          java   openjdk-17-jdk-headless:javac  Java
          java   maven:mvn               builds and tests it
          go     golang-go:go            Go
          rust   cargo:cargo             Rust
          deep   openmpi-bin             examples/mpi
          deep   libopenmpi-dev          examples/mpi
          deep   chromium                opens the page of the report
          deep   debootstrap             bare systems (scripts/test-bare.sh)
          deep   unzip:unzip             looks into the jar
          deep   valgrind                reads of undefined memory
'

groups="run test ${FARSPAN_LANGUAGES:-java,go,rust}"
groups=${groups//,/ }
case "${1:-}" in
    '') ;;
    --run-only) groups='run' ;;
    --all) groups+=' deep' ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

# installed <package[:command]>: the package, or the command from elsewhere
installed() {
    local command=${1#*:}
    [ "$(dpkg-query -W -f='${db:Status-Status}' "${1%%:*}" 2>/dev/null)" = installed ] ||
        { [ "$command" != "$1" ] && command -v "$command" >/dev/null; }
}

command -v dpkg-query >/dev/null || { echo "setup.sh: not a Debian system; install by hand: $packages" >&2; exit 1; }

missing=()
while read -r group package _; do
    [ -n "$group" ] || continue
    case " $groups " in *" $group "*) installed "$package" || missing+=("${package%%:*}") ;; esac
done <<<"$packages"
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup.sh: needs root to install: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "Installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get -q -o Acquire::Retries=3 update &&
       "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
           apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    echo "setup.sh: could not install ${missing[*]}" >&2
    exit 1
fi

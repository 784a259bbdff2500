#!/usr/bin/env bash
# Builds everything and runs every test. The last line is "N passed, N failed", counted from what the test
# programs themselves report. Logs are in build/logs. The slower checks are in scripts/test-deep.sh.
#
#   scripts/test.sh [STAGE ...]     default: all of them; the names are those of the functions below
#
# FARSPAN_LANGUAGES (default: c,cpp,java,go,rust,python) leaves languages out; C and C++ are always tested, and what is left out is
# reported as skipped. So is the comparison with PyTorch if its packages cannot be had within FARSPAN_INSTALL_SECONDS (default: 900).
# FARSPAN_SOAK_SECONDS (default 30) is the time of each of the nine soak runs.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh || { echo '0 passed, 1 failed'; exit 1; }
source scripts/stages.sh

# What people wrote has the format of scripts/format.sh.
format() {
    tally format scripts/format.sh --check
}

# The library, the command, the examples and all tests, on the best instruction set of this machine. Includes the tests of
# the layers, the ABI, the installed package, and of the NEON kernels under an emulator.
dev() {
    build dev-build build/dev --preset dev || return
    run_tests dev build/dev
}

# The tests that use the default instruction set, on every other one. The suite "attention" goes over all of them by itself, and
# "method" is the same on all.
other_instruction_sets() {
    local best isa
    best=$(build/dev/tests/isa_list | head -n 1)
    for isa in scalar avx2 avx512 neon; do
        if [ "$isa" = "$best" ]; then
            continue # that was "dev"
        elif build/dev/tests/isa_list | grep -qx "$isa"; then
            FARSPAN_ISA=$isa run_tests "dev-$isa" build/dev -L isa -E '^(attention|method)$'
        else
            skip "dev-$isa" 'not on this machine'
        fi
    done
}

# The bindings against the library as installed, then the answers of all languages, bit for bit.
bindings() {
    local prefix=$PWD/build/prefix language
    rm -rf build/conformance
    install_library "$prefix" || return
    for language in java go rust python; do
        case ",${FARSPAN_LANGUAGES:-java,go,rust,python}," in
            *,$language,*) tally "$language" "scripts/test-$language.sh" "$prefix" ;;
            *) skip "$language" "not in FARSPAN_LANGUAGES=$FARSPAN_LANGUAGES" ;;
        esac
    done
    tally conformance scripts/conformance.sh build/dev
    grep -E '^[a-z+]+ [a-z0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9a-f]{64}$' "$logs/conformance.log" | sed 's/^/    /'
}

# Gigabytes the first time, mostly waiting: beside the build.
install_published_models() {
    timeout "${FARSPAN_INSTALL_SECONDS:-900}" scripts/oracles.sh --install >"$logs/oracles-install.log" 2>&1 </dev/null &
    installation=$!
    trap 'kill "$installation" 2>/dev/null' EXIT
}

# A slice of what scripts/test-deep.sh compares with transformers and PyTorch.
published_models() {
    local code=0
    wait "$installation" || code=$?
    trap - EXIT
    if [ "$code" -eq 0 ]; then
        tally oracles scripts/oracles.sh --quick
        tally transformers scripts/test-transformers.sh --quick "$PWD/build/prefix"
    else
        skip oracles "its Python packages could not be had within ${FARSPAN_INSTALL_SECONDS:-900} s, see $logs/oracles-install.log"
    fi
}

# Five seconds for each target of the fuzzer.
fuzzing() {
    tally fuzz scripts/fuzz.sh --seconds 5
}

# Half a minute of small calls from each number of threads; scripts/test-deep.sh takes ten.
soak() {
    soak_languages 30
}

# Every sixth case of a sweep; scripts/test-deep.sh takes them all.
sanitizers() {
    run_sanitizers 6
}

if [ $# -gt 0 ]; then
    case " $* " in *' published_models '*) install_published_models ;; esac
    run_stages "$@"
else
    install_published_models
    run_stages format
    if dev; then run_stages other_instruction_sets bindings soak published_models; fi
    run_stages sanitizers fuzzing
fi
finish

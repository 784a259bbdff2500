#!/usr/bin/env bash
# Puts the same questions to the library in every language and compares the answers, bit for bit.
#
#   scripts/conformance.sh [BUILD_DIR]        default: build/dev, where the runners of C and C++ are built
#
# The cases are in tests/vectors/conformance. The runners of Java, Go, Rust and Python are left in build/conformance by
# scripts/test-<language>.sh. For each language, each instruction set of this machine, and 1 and 2 threads it prints a line
#
#   LANGUAGE ISA THREADS CASES FAILED DIGEST
#
# and asks that no case fails and that for each instruction set all digests are equal. FARSPAN_LANGUAGES (default:
# c,cpp,java,go,rust,python) leaves languages out.
set -uo pipefail
cd "$(dirname "$0")/.."

build=$(realpath "${1:-build/dev}")
vectors=$PWD/tests/vectors/conformance
wanted=,${FARSPAN_LANGUAGES:-c,cpp,java,go,rust,python},
passed=0 failed=0 skipped=0

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED $1"; }
skip() { skipped=$((skipped + 1)); echo "skipped $1"; }

mkdir -p build/conformance
for language in c cpp; do
    if [ -x "$build/tests/conformance/conformance_$language" ]; then
        ln -sf "$build/tests/conformance/conformance_$language" build/conformance/$language
    fi
done

languages=()
for language in c cpp java go rust python; do
    case $wanted in
        *,$language,*)
            if [ -x build/conformance/$language ]; then
                languages+=("$language")
            else
                skip "$language: there is no build/conformance/$language"
            fi ;;
        *) skip "$language: not in FARSPAN_LANGUAGES" ;;
    esac
done

# run <language> <isa> <threads>: one test; its line ends in the digest. The variable also rules the calls without a context.
run() {
    local line code
    line=$(FARSPAN_ISA=$2 tests/conformance/judge.py "$1" "$vectors" "$2" "$3" "build/conformance/$1" 2>"$errors")
    code=$?
    echo "$line"
    if [ "$code" -eq 0 ] && [[ $line =~ ^"$1 $2 $3 "[1-9][0-9]*" 0 "([0-9a-f]{64})$ ]]; then
        pass
        digests+=("${BASH_REMATCH[1]}")
    else
        fail "$1 $2 $3"
        head -n 20 "$errors"
    fi
}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
isas=$("$build/tests/isa_list" | sort -u) || isas=
[ -n "$isas" ] || fail "$build/tests/isa_list does not run"
for isa in $isas; do
    digests=()
    for language in "${languages[@]}"; do
        for threads in 1 2; do run "$language" "$isa" "$threads"; done
    done
    if [ ${#digests[@]} -gt 1 ] && [ "$(printf '%s\n' "${digests[@]}" | sort -u | wc -l)" -eq 1 ]; then
        pass
    else
        fail "$isa: the digests are not all equal"
    fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/usr/bin/env bash
# Compares a library that has debug information with the frozen interface, abi_1.xml, by libabigail: functions, types and
# layouts as the compiler saw them. New functions may come; a struct that has grown is frozen anew with the version that
# grew it (docs/decisions/0010-a-contract-that-can-grow.md).
#
#   tests/abi/abidiff.sh LIBRARY             exit code 77 if there is no abidiff, or nothing to read
#   tests/abi/abidiff.sh --freeze LIBRARY    writes abi_1.xml: with a version, not to mend a failure
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
headers=$here/../../include/farspan

command -v abidiff >/dev/null || { echo 'no abidiff here (abigail-tools)'; exit 77; }
if [ "$1" = --freeze ]; then
    exec abidw --headers-dir "$headers" --drop-private-types --no-corpus-path --no-comp-dir-path --no-show-locs \
        --exported-interfaces-only --no-elf-needed --type-id-style hash --out-file "$here/abi_1.xml" "$2"
fi
[[ $(readelf -S "$1") == *.debug_info* ]] || { echo "$1 has no debug information"; exit 77; }
abidiff --no-added-syms "$here/abi_1.xml" "$1"

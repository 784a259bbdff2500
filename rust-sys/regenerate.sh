#!/usr/bin/env bash
# Makes src/bindings.rs from the C headers.
#
#   rust-sys/regenerate.sh           writes it
#   rust-sys/regenerate.sh --check   compares, and fails on a difference
#
# For maintainers: users and builds need neither bindgen nor libclang. Needs bindgen 0.60.1 (Debian 12: apt-get install bindgen
# rustfmt); another version may print the same declarations differently, which --check then says.
set -euo pipefail
cd "$(dirname "$0")"

wanted=0.60.1
found=$(bindgen --version 2>/dev/null | awk '{print $2}') || found=
[ -n "$found" ] || { echo "regenerate.sh: bindgen $wanted is not installed" >&2; exit 1; }

# std::os::raw and not core::ffi: the latter's C types came with Rust 1.64.
generate() {
    bindgen headers.h \
        --allowlist-function 'farspan_.*' --allowlist-type 'farspan_.*' --allowlist-var 'FARSPAN_.*' \
        --ctypes-prefix 'std::os::raw' --default-enum-style consts --no-derive-default \
        --size_t-is-usize --no-doc-comments --disable-header-comment --rust-target 1.47 \
        --rustfmt-configuration-file "$PWD/rustfmt.toml" \
        --raw-line '// Made by regenerate.sh from the headers in include/farspan. Do not edit.' \
        -- -I../include -std=c99
}

case "${1:-}" in
    '') generate >src/bindings.rs ;;
    --check)
        if ! generate | diff -u src/bindings.rs -; then
            [ "$found" = "$wanted" ] || echo "regenerate.sh: bindgen is $found, the file was made by $wanted" >&2
            echo "regenerate.sh: src/bindings.rs is not what the header gives" >&2
            exit 1
        fi
        ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

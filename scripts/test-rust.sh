#!/usr/bin/env bash
# Tests the Rust crates against an installed library. The last line is "N passed, M failed", counted from what cargo's tests
# report. Leaves the conformance runner at build/conformance/rust.
#
#   scripts/test-rust.sh PREFIX          the library installed there
#   scripts/test-rust.sh --deep PREFIX   also the style, and the library built from the packaged crate (feature "vendored")
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

deep=0
[ "${1:-}" != --deep ] || { deep=1; shift; }
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }

library=$(find "$prefix" -name libfarspan.so -print -quit)
[ -n "$library" ] || { echo "test-rust.sh: no libfarspan.so under $prefix" >&2; echo '0 passed, 1 failed'; exit 1; }
libdir=$(dirname "$library")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir" CARGO_TARGET_DIR="$root/build/rust"
unset FARSPAN_LIB_DIR FARSPAN_STATIC
source "$root/scripts/check.sh"

# Before 1.68 cargo reads the index of the registry through git: hundreds of megabytes, from a host that many networks do not let
# through. The sparse index it knows as an unstable feature, which is asked for here, for the download alone: what it downloads is
# compiled by the stable rules.
crates=()
download_crates() {
    local minor folder=$root/build/rust-crates locks=("$root/rust/Cargo.lock") more=()
    minor=$(cargo --version | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p')
    [ "${minor:-99}" -lt 68 ] || return 0
    [ "$deep" -eq 0 ] || { locks+=("$root/rust/bench/Cargo.lock"); more=(--sync "$root/rust/bench/Cargo.toml"); }
    if ! cat "${locks[@]}" | cmp -s - "$folder/locks"; then
        rm -rf "$folder" && mkdir -p "$folder" &&
            RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_SPARSE_REGISTRY=true cargo vendor --quiet --locked --manifest-path \
                "$root/rust/Cargo.toml" "${more[@]}" "$folder/crates" >"$work/log" 2>&1 </dev/null || { cat "$work/log"; return 1; }
        cat "${locks[@]}" >"$folder/locks"
    fi
    crates=(--config 'source.crates-io.replace-with="downloaded"' --config "source.downloaded.directory=\"$folder/crates\"")
}

# After the subcommand: clippy is a program of its own and hands on only what follows its name. fmt would not know the options.
cargo() { if [ "$1" = fmt ]; then command cargo "$@"; else command cargo "$1" "${crates[@]}" "${@:2}"; fi; }

# check_with <tool> <name> <command>: skipped where the tool is not installed
check_with() {
    if command -v "$1" >/dev/null; then
        check "${@:2}"
    else
        skipped=$((skipped + 1))
        echo "skipped $2: $1 is not installed"
    fi
}

# cargo_test <crate> <arguments>: adds the counts of every test program; a crate that does not build is one failure
cargo_test() {
    local name=$1 log=$work/test.log counts p f
    shift
    (cd "$root/$name" && cargo test --locked --no-fail-fast "$@") >"$log" 2>&1 </dev/null
    local code=$?
    counts=$(sed -n 's/^test result: .* \([0-9]*\) passed; \([0-9]*\) failed;.*/\1 \2/p' "$log" |
             awk '{p += $1; f += $2} END {print p + 0, f + 0}')
    read -r p f <<<"$counts"
    [ "$code" -eq 0 ] && [ "$p" -gt 0 ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + p)) failed=$((failed + f))
    echo "$name $*: $p passed, $f failed"
    [ "$f" -eq 0 ] || cat "$log"
}

# It runs and prints a line for each of its three schemes.
long_context() {
    (cd "$root/rust" && cargo run --quiet --locked --example long_context) | tee "$work/example" &&
        [ "$(grep -c 'distance 8191 is seen as' "$work/example")" -eq 3 ]
}

decode_pool() {
    (cd "$root/rust" && cargo run --quiet --locked --example decode_pool) | tee "$work/example" &&
        grep -q 'the same numbers as one after the other' "$work/example"
}

# new_project <directory> <dependency>: a program outside the repository that uses the crate
new_project() {
    mkdir -p "$1/src"
    cat >"$1/Cargo.toml" <<END
[package]
name = "consumer"
version = "0.1.0"
edition = "2021"

[dependencies]
farspan = $2
END
    cat >"$1/src/main.rs" <<'END'
use farspan::{Layout, RopeConfig, RopeMethod, Scheme};

fn main() -> farspan::Result<()> {
    let rope = RopeConfig { layout: Layout::HALF, rotary_dim: 8, ..RopeConfig::new(RopeMethod::BASE) };
    let scheme = Scheme::builder().rope(&rope).build()?;
    println!("{} {}", farspan::version_text(), scheme.probe(0, 9, 4, 0)?.relative_position);
    Ok(())
}
END
}

# says <directory> <arguments of cargo run>: the program prints the version and the distance
says() {
    local directory=$1 version
    shift
    version=$(sed -n 's/#define FARSPAN_VERSION_\(MAJOR\|MINOR\|PATCH\) *//p' "$prefix/include/farspan/version.h" | paste -sd.)
    (cd "$directory" && CARGO_TARGET_DIR="$directory/target" cargo run --quiet "$@") | tee "$work/said" &&
        grep -qx "$version 5" "$work/said"
}

consumer() {
    new_project "$work/consumer" "{ path = \"$root/rust\" }"
    says "$work/consumer"
}

# Without any library the build must fail, and say what to do.
explains_what_is_missing() {
    ! (cd "$root/rust-sys" && PKG_CONFIG_LIBDIR=/nowhere PKG_CONFIG_PATH='' CARGO_TARGET_DIR="$work/missing" \
        cargo build) 2>"$work/missing.log" || return 1
    cat "$work/missing.log"
    grep -q 'no usable libfarspan' "$work/missing.log" && grep -q 'PKG_CONFIG_PATH' "$work/missing.log"
}

links_by_directory() {
    (cd "$work/consumer" && PKG_CONFIG_LIBDIR=/nowhere PKG_CONFIG_PATH='' FARSPAN_LIB_DIR=$libdir says "$work/consumer")
}

links_static() {
    FARSPAN_STATIC=1 says "$work/consumer" && ! ldd "$work/consumer/target/debug/consumer" | grep libfarspan
}

# The crate as it would be published, unpacked elsewhere, must build the library by itself.
vendored() {
    local packages=$work/packages
    (cd "$root/rust-sys" && CARGO_TARGET_DIR="$packages" cargo package --allow-dirty --no-verify --locked) || return
    mkdir "$packages/rust-sys" && cp -r "$root/rust" "$packages/rust" || return
    tar -xzf "$packages"/package/farspan-sys-*.crate -C "$packages/rust-sys" --strip-components=1 || return
    [ -z "$(find "$packages/rust-sys" -type l)" ] || { echo 'the crate has links'; return 1; }
    new_project "$work/vendored" "{ path = \"$packages/rust\", features = [\"vendored\"] }"
    PKG_CONFIG_LIBDIR=/nowhere PKG_CONFIG_PATH='' LD_LIBRARY_PATH='' says "$work/vendored"
}

# in_each <command>: in every crate
in_each() {
    local crate
    for crate in rust-sys rust rust/bench; do (cd "$root/$crate" && "$@") || return; done
}

download_crates || echo 'test-rust.sh: cannot download the crates that the tests use'
cargo_test rust-sys
cargo_test rust
check 'the example runs' long_context
check 'decoding in a pool agrees with decoding alone' decode_pool
check 'a project outside the repository uses the crate' consumer
check 'FARSPAN_LIB_DIR names the library' links_by_directory
check 'FARSPAN_STATIC links the archive' links_static
check 'the build says what is missing' explains_what_is_missing
if [ "$deep" -eq 1 ]; then
    check_with cargo-clippy 'clippy has nothing to say' in_each cargo clippy --quiet --locked --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' check 'the documentation has no broken links' in_each cargo doc --quiet --locked --no-deps
    check 'the feature vendored builds the library' vendored
fi

mkdir -p "$root/build/conformance"
cat >"$root/build/conformance/rust" <<END
#!/bin/sh
LD_LIBRARY_PATH='$libdir' exec '$CARGO_TARGET_DIR/debug/examples/conformance' "\$@"
END
chmod +x "$root/build/conformance/rust"

[ "$skipped" -eq 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

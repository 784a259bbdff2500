#!/usr/bin/env bash
# The format of what people wrote, each language by its own tool; generated files are left as they are made.
#
#   scripts/format.sh            formats it
#   scripts/format.sh --check    changes nothing; the last line is "N passed, N failed"
#
# Lines that are better left alone stand between clang-format off and clang-format on (# fmt: off and on in Python).
set -uo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
    '') check= ;;
    --check) check=1 ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
source scripts/check.sh

# written <endings>: the files that people wrote, one a line, of those endings; a link is another file
written() {
    git ls-files -co --exclude-standard | grep -E "\.($1)$" | grep -v -E '^(java/src/main/java/io/farspan/internal|go/internal/raw/include)/' |
        while read -r file; do
            [ -f "$file" ] && [ ! -L "$file" ] && ! head -n 4 "$file" | grep -q -E '(Generated|Written) by tools|automatically generated' && echo "$file"
        done
}

# Versions of clang-format differ, so the version is named. Other Go and Rust tools than Debian's agree with them.
format_c_and_java() { written 'c|h|cpp|hpp|inl|java' | xargs clang-format-14 $([ "$check" ] || echo -i) ${check:+--dry-run --Werror}; }
format_python() { { written py; echo tools/surface; } | xargs black --quiet --config python/pyproject.toml ${check:+--check --diff}; }
format_go() {
    local differ
    differ=$(written go | xargs gofmt $([ "$check" ] || echo -w) ${check:+-d}) && echo "$differ" && [ -z "$differ" ]
}
format_rust() { (cd rust && cargo fmt ${check:+--check}) && (cd rust-sys && cargo fmt ${check:+--check}); }

check 'C, C++ and Java: clang-format' format_c_and_java
check 'Python: black' format_python
check 'Go: gofmt' format_go
check 'Rust: rustfmt' format_rust
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

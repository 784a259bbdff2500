#!/usr/bin/env bash
# usage: scripts/test-go.sh PREFIX
# Tests the Go package, its conformance runner, the example and the service with the library that is installed in PREFIX. Uses the go
# that is first in PATH. The last line is "N passed, M failed, K skipped", counted from what go test prints. Leaves the conformance
# runner as build/conformance/go.
set -uo pipefail
[ $# -eq 1 ] && prefix=$(cd "$1" && pwd) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
cd "$(dirname "$0")/.." || exit 1
root=$PWD output=$PWD/build/go
mkdir -p "$output" build/conformance

library=$(dirname "$(find "$prefix" -name libfarspan.so | head -n 1)")
export PKG_CONFIG_PATH=$library/pkgconfig LD_LIBRARY_PATH=$library GOWORK=off
[ -x "$prefix/bin/farspan" ] && export FARSPAN_COMMAND=$prefix/bin/farspan

passed=0 failed=0 skipped=0

# run <name> <folder> <command>: a go command; one that fails without a failing test, as in a crash, counts as one failed test.
run() {
    local log=$output/$1.log start=$SECONDS p f s code
    (cd "$2" && "${@:3}") >"$log" 2>&1 </dev/null
    code=$?
    p=$(grep -cE '^ *--- PASS: ' "$log") f=$(grep -cE '^ *--- FAIL: ' "$log") s=$(grep -cE '^ *--- SKIP: ' "$log")
    [ "$code" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-12s %4d s  %d passed, %d failed, %d skipped\n' "$1" $((SECONDS - start)) "$p" "$f" "$s"
    [ "$f" -eq 0 ] || tail -n 60 "$log"
    grep -A 1 -E '^ *--- SKIP: ' "$log" | grep -v '^--$'
}

# The vet of the package; the generated one converts addresses in ways that vet cannot judge.
run vet go go vet . ./internal/conformance
run race go env GODEBUG=cgocheck=1 go test -v -count=1 -race -timeout 300s ./...
# Go 1.19 checks every write of a Go pointer with GODEBUG=cgocheck=2, later releases if they are built for it.
case $(go env GOVERSION) in
    go1.19* | go1.20*) run cgocheck2 go env GODEBUG=cgocheck=2 go test -v -count=1 -timeout 300s -run 'Memory|Array|Tensor|Run|Rope|Scheme|Attention|Cancel|Cache|Saved|Arrays|Tensors|Goroutines|Model|Layer|Metadata|Bytes|GGUF' . ./eval ;;
    *) run cgocheck2 go env GOEXPERIMENT=cgocheck2 go test -v -count=1 -timeout 300s -run 'Memory|Array|Tensor|Run|Rope|Scheme|Attention|Cancel|Cache|Saved|Arrays|Tensors|Goroutines|Model|Layer|Metadata|Bytes|GGUF' . ./eval ;;
esac
run example examples/go go test -v -count=1 -race -timeout 120s ./...
run service examples/go-service go test -v -count=1 -timeout 300s ./...
run conformance go go build -o "$output/conformance" ./internal/conformance

cat >build/conformance/go <<EOF
#!/bin/sh
LD_LIBRARY_PATH='$library' exec '$root/build/go/conformance' "\$@"
EOF
chmod +x build/conformance/go

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

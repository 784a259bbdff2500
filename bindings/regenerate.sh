#!/usr/bin/env bash
# Writes the sources that SWIG generates for Java and Go. They are checked in, so that users need no SWIG.
#   bindings/regenerate.sh           write them
#   bindings/regenerate.sh --check   compare instead; fail on a difference
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

wanted=4.1.0
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

found=$(swig -version | sed -n 's/^SWIG Version //p')
[ -n "$found" ] || { echo "regenerate: swig is not installed (Debian: swig)" >&2; exit 1; }
if [ "$found" != "$wanted" ]; then
    echo "regenerate: this is SWIG $found, the sources in the tree are made by $wanted: expect differences" >&2
fi

# The paths are relative to the root of the repository, as SWIG writes them into its output.
generate() { # folder of Java classes, C file of Java, folder of Go
    mkdir -p "$1" "$(dirname "$2")" "$3" &&
        swig -java -module Native -package io.farspan.internal -Iinclude -Ibindings -outdir "$1" -o "$2" bindings/java.i &&
        swig -go -cgo -intgosize 64 -Iinclude -Ibindings -outdir "$3" -o "$3/raw_wrap.c" bindings/go.i
}

java_classes=java/src/main/java/io/farspan/internal java_wrapper=java/src/main/c/farspan_java.c go_folder=go/internal/raw
generate "$scratch/java" "$scratch/c/farspan_java.c" "$scratch/go" || exit 1

if [ "${1:-}" = --check ]; then
    diff -r "$scratch/java" $java_classes && diff "$scratch/c/farspan_java.c" $java_wrapper &&
        diff "$scratch/go/raw.go" $go_folder/raw.go && diff "$scratch/go/raw_wrap.c" $go_folder/raw_wrap.c && exit 0
    echo "regenerate: the sources in the tree are not what SWIG $found makes: run bindings/regenerate.sh" >&2
    exit 1
fi
rm -rf $java_classes
mkdir -p $java_classes "$(dirname $java_wrapper)" $go_folder/include/farspan
cp "$scratch"/java/*.java $java_classes/ && cp "$scratch/c/farspan_java.c" $java_wrapper &&
    cp "$scratch"/go/raw.go "$scratch"/go/raw_wrap.c $go_folder/ &&
    cp include/farspan/{farspan,cache,eval,model,export,version}.h $go_folder/include/farspan/

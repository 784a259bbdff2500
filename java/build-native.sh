#!/usr/bin/env bash
# Builds the bridge between the JVM and libfarspan, and puts both where the jar carries them:
#   build-native.sh PREFIX OUTPUT    ->  OUTPUT/META-INF/native/linux-<processor>/{libfarspan.so.1,libfarspan_java.so}
# PREFIX is where farspan is installed. Needs a C compiler (CC, default cc), pkg-config and a JDK (JAVA_HOME, or javac in PATH).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
prefix=$(cd "$1" && pwd) output=$2

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig:$prefix/lib64/pkgconfig:$prefix/lib/$(uname -m)-linux-gnu/pkgconfig
libraries=$(pkg-config --variable=libdir farspan) || { echo "build-native: no farspan in $prefix" >&2; exit 1; }
java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
[ -f "$java_home/include/jni.h" ] || { echo "build-native: no JDK in $java_home (set JAVA_HOME)" >&2; exit 1; }

folder=$output/META-INF/native/linux-$(uname -m)
mkdir -p "$folder"
cp -L "$libraries"/libfarspan.so.[0-9] "$folder/"
# shellcheck disable=SC2046 # the flags of pkg-config are words
"${CC:-cc}" -std=gnu11 -O2 -Wall -fPIC -shared -fvisibility=hidden -fno-strict-aliasing \
    -I"$java_home/include" -I"$java_home/include/linux" "$here/src/main/c/farspan_java.c" -o "$folder/libfarspan_java.so" \
    $(pkg-config --cflags --libs farspan) '-Wl,-rpath,$ORIGIN' -Wl,-z,defs

#!/bin/sh
# usage: consume.sh WAY PREFIX WORK    builds and runs project/main.c against the installation in PREFIX
set -eu
way=$1 prefix=$2 work=$3
source=$(dirname "$0")/project
rm -rf "$work" && mkdir -p "$work"

libdir=$(dirname "$(find "$prefix" -name libfarspan.a)")
expected=$(sed -n 's/#define FARSPAN_VERSION_\(MAJOR\|MINOR\|PATCH\) *//p' "$prefix/include/farspan/version.h" | paste -sd.)

# Only our own prefix may be found, and the shared library by its path.
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir"

case $way in
    cmake_*)
        # Users of the shared library need not have oneTBB's development files.
        case $way in *static) hide_tbb=OFF ;; *) hide_tbb=ON ;; esac
        cmake -S "$source" -B "$work" -DCMAKE_PREFIX_PATH="$prefix" -DWAY="${way#cmake_}" -DCMAKE_DISABLE_FIND_PACKAGE_TBB=$hide_tbb
        cmake --build "$work"
        ;;
    pkg_config_shared)
        # shellcheck disable=SC2046
        "$CC" -std=c99 -pedantic -Wall -Wextra -Werror "$source/main.c" -o "$work/consumer" $(pkg-config --cflags --libs farspan)
        ;;
    pkg_config_cpp) # the C++ headers are installed too
        # shellcheck disable=SC2046
        "$CXX" -std=c++17 -pedantic -Wall -Wextra -Werror "$(dirname "$0")/../../examples/cpp/long_context.cpp" \
            -o "$work/consumer" $(pkg-config --cflags --libs farspan)
        ;;
    pkg_config_static)
        # The shared library lies beside the archive.
        [ -e "$libdir/libfarspan.so" ]
        # shellcheck disable=SC2046
        "$CC" -std=c99 -pedantic -Wall -Wextra -Werror "$source/main.c" -o "$work/consumer" $(pkg-config --cflags --libs farspan-static)
        ;;
esac

case $way in
    *static) ! readelf -d "$work/consumer" | grep -q libfarspan ;;
    *) readelf -d "$work/consumer" | grep -q libfarspan ;;
esac
case $way in pkg_config*) [ "$(pkg-config --modversion farspan)" = "$expected" ] ;; esac
"$work/consumer" "$expected"

#!/usr/bin/env bash
# From a fresh machine to the extrapolation report: installs what is missing, builds the library and the farspan command,
# runs the models in models/ beyond their trained length under every method, and writes a table, a picture and a page.
#
#   scripts/demo.sh [arguments of "farspan report"]      for example: scripts/demo.sh --text my.txt
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/demo
report=build/report

scripts/setup.sh --run-only
export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"

mkdir -p "$build"
echo "Building into $build (a few minutes the first time)"
if ! { cmake --preset release -B "$build" -DFARSPAN_BUILD_TESTS=OFF -DFARSPAN_BUILD_BENCH=OFF \
             -DFARSPAN_BUILD_EXAMPLES=OFF -DFARSPAN_WERROR=OFF &&
       cmake --build "$build" --parallel; } >"$build/build.log" 2>&1; then
    tail -n 40 "$build/build.log" >&2
    echo "demo.sh: the build failed; all of it is in $build/build.log" >&2
    exit 1
fi

command=$build/tools/farspan
"$command" report --out "$report" "$@"

echo
echo "page   $report/report.html"
echo "table  $report/report.csv"
echo "plot   $report/report.svg"

#!/usr/bin/env bash
# Small calls for a long time, as servers make them: memory must not grow, and calls must not get slower. Runs the soak programs
# of C, Java, Go and Python (tests/soak) against an installed library, those of one number of threads beside each other: their rate is counted
# for each second of processor time. The last line is "N passed, N failed".
#
#   scripts/soak.sh [--seconds N] [--threads "1 8 64"] [--load LOAD] [--prefix PREFIX] [LANGUAGE ...]
#
#   --seconds   of each run, default 30. What is judged, and how, is said in tests/soak/soak.py
#   --threads   a run for each number, default "1 8 64"
#   --load      attention, cache, both (default) in turn, or gradient (C and Python)
#   --prefix    where the library is installed, default build/prefix, as scripts/test.sh leaves it
#   LANGUAGE    c, java, go, python; default all
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
source scripts/python-packages.sh

seconds=30 threads='1 8 64' load=both prefix=build/prefix
usage() { sed -n '6,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --seconds | --threads | --load | --prefix) [ $# -ge 2 ] || usage; declare "${1#--}=$2"; shift 2 ;;
        -*) usage ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || if [ "$load" = gradient ]; then set -- c python; else set -- c java go python; fi
[ "$load" != gradient ] || [[ " $* " != *\ java\ * && " $* " != *\ go\ * ]] || usage
[[ $seconds =~ ^[1-9][0-9]*$ ]] && [[ $load =~ ^(attention|cache|both|gradient)$ ]] || usage

passed=0 failed=0 output=$PWD/build/soak
library=$(dirname "$(find "$(realpath "$prefix")" -name libfarspan.so 2>/dev/null | head -n 1)")
[ -f "$library/libfarspan.so" ] || { echo "soak.sh: no libfarspan.so under $prefix" >&2; echo '0 passed, 1 failed'; exit 1; }
export PKG_CONFIG_PATH=$library/pkgconfig LD_LIBRARY_PATH=$library
mkdir -p "$output"

# build_<language>: builds the program, and sets what runs it, command_<language>
build_c() {
    command_c=("$output/c")
    # shellcheck disable=SC2046 # the flags of pkg-config are words
    cc -std=c11 -O2 -Wall -Wextra -Werror tests/soak/soak.c -o "$output/c" $(pkg-config --cflags --libs farspan) -lpthread -lm
}
build_go() {
    command_go=("$output/go")
    (cd go && GOWORK=off go build -o "$output/go" ./internal/soak)
}
# A heap of fixed size, all of it resident from the start: what grows is native memory.
build_java() {
    local native=$output/java/native
    command_java=(java -Xms64m -Xmx64m -XX:+AlwaysPreTouch -XX:+UseSerialGC -XX:TieredStopAtLevel=1)
    command_java+=(-cp "$output/java/classes:$native" io.farspan.Soak)
    rm -rf "$output/java" && java/build-native.sh "$(realpath "$prefix")" "$native" &&
        find java/src/main/java -name '*.java' ! -name module-info.java >"$output/java/sources" &&
        javac -nowarn -d "$output/java/classes" "@$output/java/sources" java/src/test/java/io/farspan/Soak.java
}
build_python() {
    command_python=(env "FARSPAN_LIBRARY=$library/libfarspan.so.1" "PYTHONPATH=$PWD/python" build/python/venv/bin/python)
    command_python+=(tests/soak/soak_calls.py)
    mkdir -p build/python && environment build/python/venv python/tests/requirements.txt
}

# run_soak <language> <threads>
run_soak() {
    local -n command=command_$1
    local processors=$2
    [ "$1" != python ] || processors=1 # threads of Python take turns: it could not have used more
    python3 tests/soak/soak.py "$1, $load, $2 threads" "$seconds" "$processors" "${command[@]}" "$load" "$2" $((seconds + 60))
}

built=()
for language; do
    if declare -F "build_$language" >/dev/null && "build_$language"; then
        built+=("$language")
    else
        echo "FAILED  $language: no program"
        failed=$((failed + 1))
    fi
done
for count in $threads; do
    declare -A running=()
    for language in "${built[@]}"; do
        run_soak "$language" "$count" >"$output/$language-$count.log" 2>&1 &
        running[$language]=$!
    done
    for language in "${built[@]}"; do
        if wait "${running[$language]}"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
        cat "$output/$language-$count.log"
    done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

# Shared by test.sh and test-deep.sh: stages that print one line each, and the sum over all of them.
# To be sourced from the root of the repository.

export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
export CTEST_OUTPUT_ON_FAILURE=1
# Sources that have been compiled before, in this or another checkout, are not compiled again.
if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
fi
jobs=$(nproc)
logs=build/logs
mkdir -p "$logs"

passed=0 failed=0 skipped=0

# say <stage> <seconds> <text>
say() { printf '%-24s %5d s  %s\n' "$1" "$2" "$3"; }

# add <passed> <failed> <skipped>
add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# build <stage> <build directory> <arguments of the configuring cmake> [-- <arguments of the building cmake>]
# A build that fails counts as one failed test.
build() {
    local stage=$1 directory=$2 log=$logs/$1.log start=$SECONDS configure=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do configure+=("$1"); shift; done
    [ $# -eq 0 ] || shift
    if cmake -B "$directory" "${configure[@]}" >"$log" 2>&1 </dev/null &&
       cmake --build "$directory" --parallel "$jobs" "$@" >>"$log" 2>&1 </dev/null; then
        say "$stage" $((SECONDS - start)) built
        return 0
    fi
    add 0 1 0
    say "$stage" $((SECONDS - start)) "BUILD FAILED, see $log"
    tail -n 40 "$log"
    return 1
}

# install_library <prefix>: what build/dev holds. If that fails, it counts as one failed test.
install_library() {
    rm -rf "$1"
    cmake --install build/dev --prefix "$1" >"$logs/install.log" 2>&1 && return
    add 0 1 0
    say install 0 "FAILED, see $logs/install.log"
    return 1
}

# run_tests <stage> <build directory> <arguments of ctest>
run_tests() {
    local stage=$1 directory=$2 log=$logs/$1.log start=$SECONDS counts
    shift 2
    rm -rf "$directory/results" && mkdir -p "$directory/results"
    ctest --test-dir "$directory" --parallel "$jobs" --no-tests=error --output-junit "$PWD/$directory/ctest.xml" \
          --test-output-size-passed 200000 --test-output-size-failed 200000 "$@" >"$log" 2>&1 </dev/null
    counts=$(python3 scripts/count_results.py "$directory/ctest.xml" "$directory/results" 2>"$logs/$stage.names") || counts='0 1 0'
    [ "$counts" != '0 0 0' ] || counts='0 1 0' # nothing ran
    # shellcheck disable=SC2086
    add $counts
    # shellcheck disable=SC2086
    say "$stage" $((SECONDS - start)) "$(printf '%d passed, %d failed, %d skipped' $counts)"
    grep -v '^skipped' "$logs/$stage.names" | sed 's/^/    /'
    case $counts in
        *' 0 '*) ;;
        *) echo "    all of its output is in $log" ;;
    esac
    return 0
}

# tally <stage> <command>: a program whose last line is "N passed, M failed[, K skipped]". If it crashes, that is a failure more.
tally() {
    local stage=$1 log=$logs/${1// /-}.log start=$SECONDS line p=0 f=0 s=0
    shift
    "$@" >"$log" 2>&1 </dev/null
    local code=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
        p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[4]:-0}
    fi
    [ "$code" -eq 0 ] && [ "$p" -gt 0 ] || [ "$f" -gt 0 ] || f=1
    add "$p" "$f" "$s"
    say "$stage" $((SECONDS - start)) "$p passed, $f failed, $s skipped"
    [ "$f" -eq 0 ] || echo "    exit code $code, see $log"
}

# skip <stage> <why>: one skipped test
skip() {
    add 0 0 1
    say "$1" 0 "skipped: $2"
}

# run_sanitizers <n>: the core with AddressSanitizer and UndefinedBehaviorSanitizer, sweeps with every n-th of their cases
run_sanitizers() {
    build asan-ubsan-build build/asan-ubsan --preset asan-ubsan -DFARSPAN_BUILD_TOOLS=OFF -DFARSPAN_BUILD_EXAMPLES=OFF || return
    FARSPAN_TEST_EVERY=$1 ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
        UBSAN_OPTIONS=print_stacktrace=1 run_tests asan-ubsan build/asan-ubsan
}

# soak_languages <seconds>: of each run, one for each language and number of threads, with the library in build/prefix
soak_languages() {
    local language languages=(c)
    for language in java go python; do
        case ",${FARSPAN_LANGUAGES:-java,go,python}," in
            *,$language,*) languages+=("$language") ;;
            *) skip "soak $language" "not in FARSPAN_LANGUAGES=$FARSPAN_LANGUAGES" ;;
        esac
    done
    tally soak scripts/soak.sh --seconds "${FARSPAN_SOAK_SECONDS:-$1}" "${languages[@]}"
    sed -n 's/^\(ok\|FAILED\) /    &/p' "$logs/soak.log"
}

# run_stages <stage> ...: functions of the script, one after the other
run_stages() {
    local stage
    for stage; do
        declare -F "$stage" >/dev/null || { echo "$(basename "$0"): no stage '$stage'" >&2; exit 2; }
    done
    for stage; do "$stage"; done
}

# finish: the last line of the output, and the exit code
finish() {
    say total "$SECONDS" ''
    [ "$skipped" -eq 0 ] || echo "$skipped skipped"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

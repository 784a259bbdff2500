#!/usr/bin/env bash
# The slow checks: another compiler, data races, undefined memory, old processors, the portable kernels alone, and longer random
# runs. The last line is "N passed, N failed". Logs are in build/logs.
#
#   scripts/test-deep.sh [STAGE ...]     default: all of them; the names are those of the functions below
#
# FARSPAN_TEST_ROUNDS (default 5) is the number of times that the random tests run, each time with other random numbers.
# FARSPAN_FUZZ_SECONDS (default 60) is the time of each fuzz target.
# FARSPAN_SOAK_SECONDS (default 600) is the time of a soak run; the languages run beside each other, six times.
# FARSPAN_TEST_EVERY (default 7): sweeps check every n-th of their cases where everything runs thirty times slower, under
# ThreadSanitizer, valgrind and emulators. What these look for does not hide in one case of a sweep.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --all || { echo '0 passed, 1 failed'; exit 1; }
source scripts/stages.sh
every=${FARSPAN_TEST_EVERY:-7}
unset FARSPAN_TEST_EVERY # elsewhere every case counts
without_extras=(-DFARSPAN_BUILD_TOOLS=OFF -DFARSPAN_BUILD_EXAMPLES=OFF)

# The random tests with other random numbers: FARSPAN_TEST_SEED is added to each seed that a failure prints.
other_seeds() {
    local seed
    build dev-build build/dev --preset dev || return
    for seed in $(seq "${FARSPAN_TEST_ROUNDS:-5}"); do
        FARSPAN_TEST_SEED=$seed run_tests "seed-$seed-attention" build/dev -R '^attention$'
        tally "seed-$seed-kernels" build/dev/tests/kernels/check_kernels --seed "$seed"
    done
}

# The library as built for a machine without any vector instructions that we know.
portable_kernels() {
    build portable-build build/scalar --preset scalar "${without_extras[@]}" || return
    run_tests portable build/scalar -L isa
}

# Everything compiled by clang.
clang_build() {
    CC=clang CXX=clang++ build clang-build build/clang --preset dev -B build/clang || return
    run_tests clang build/clang -E '^kernels.neon'
}

# scripts/test.sh takes every sixth case.
sanitizers() {
    run_sanitizers 1
}

# Data races. oneTBB itself is not instrumented, hence the file of suppressions.
thread_sanitizer() {
    build tsan-build build/tsan --preset tsan -DFARSPAN_PLAIN_TEST_DRIVER=ON -DFARSPAN_BUILD_TOOLS=OFF || return
    FARSPAN_TEST_EVERY=$every TSAN_OPTIONS="suppressions=$PWD/scripts/tsan.supp halt_on_error=0 exitcode=66 ignore_noninstrumented_modules=1" \
        run_tests tsan build/tsan -L 'isa|threads'
}

# Test programs of the plain driver under another program: valgrind or an emulator.
plain_build() {
    build plain-build build/plain --preset dev -B build/plain -DFARSPAN_PLAIN_TEST_DRIVER=ON "${without_extras[@]}" \
        -- --target test_plan test_attention test_api isa_list bench/all
}

# run_plain <stage> <launcher and its arguments>
run_plain() {
    local stage=$1 program
    shift
    for program in build/plain/tests/{plan,attention,api}/test_*; do
        [ -f "$program" ] && [ -x "$program" ] && FARSPAN_TEST_EVERY=$every tally "$stage $(basename "$program")" "$@" "$program"
    done
}

# Reads of undefined memory, on one thread: valgrind runs threads one after the other anyway. It knows AVX2, not AVX-512.
undefined_memory() {
    plain_build || return
    FARSPAN_NUM_THREADS=1 run_plain valgrind valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite
}

# Gigabytes of keys and values.
million_tokens() {
    build dev-build build/dev --preset dev || return
    tally million-tokens build/dev/tests/cache/million_tokens
}

# One long sequence on several ranks.
many_ranks() {
    build mpi-build build/mpi --preset dev -B build/mpi -DFARSPAN_BUILD_MPI=ON -DFARSPAN_BUILD_TOOLS=OFF -- --target example_sharded || return
    run_tests mpi build/mpi -R '^examples.mpi$'
}

# Processors without AVX2 (Nehalem: no AVX at all) must get the portable kernels, and never an illegal instruction.
old_processors() {
    plain_build || return
    local cpu isa program
    for cpu in Nehalem SandyBridge Haswell; do
        isa=$(qemu-x86_64 -cpu "$cpu" build/plain/tests/isa_list 2>/dev/null | head -n 1)
        case $cpu-$isa in
            Nehalem-scalar | SandyBridge-scalar | Haswell-avx2) add 1 0 0 ;;
            *) add 0 1 0; say "$cpu" 0 "FAILED: the dispatcher chose '$isa'" ;;
        esac
        run_plain "$cpu ($isa)" qemu-x86_64 -cpu "$cpu"
        # A benchmark that uses an instruction which the processor lacks ends there. OpenBLAS, and what it does, is not ours.
        for program in build/plain/bench/bench_*; do
            if FARSPAN_NUM_THREADS=1 qemu-x86_64 -cpu "$cpu" "$program" --once --benchmark_min_time=0.001 \
                --benchmark_filter='machine|d64/n512/t1|rope/half/f32/d128/n512|decode/f16/d64/n4096/t1|token_nll/f16|status|kernel' >"$logs/bench-$cpu.log" 2>&1; then
                add 1 0 0
            else
                add 0 1 0; say "$cpu" 0 "FAILED: $(basename "$program"), see $logs/bench-$cpu.log"
            fi
        done
    done
}

# Small calls for ten minutes from each number of threads.
soak() {
    build dev-build build/dev --preset dev || return
    install_library "$PWD/build/prefix" || return
    soak_languages 600
    tally soak-gradient scripts/soak.sh --load gradient --seconds "${FARSPAN_SOAK_SECONDS:-600}" c python
}

# The style and the documentation of the Rust crates, and the library as their feature "vendored" builds it.
rust_crates() {
    build dev-build build/dev --preset dev || return
    install_library "$PWD/build/prefix" || return
    tally rust-crates scripts/test-rust.sh --deep "$PWD/build/prefix"
}

# The Python package's sdist, from which a wheel is compiled.
python_package() {
    build dev-build build/dev --preset dev || return
    install_library "$PWD/build/prefix" || return
    tally python-package scripts/test-python.sh --deep "$PWD/build/prefix"
}

# Installing and using the library on systems with nothing on them, as the READMEs say.
bare_roots() {
    tally bare scripts/test-bare.sh
    sed -n '/^seconds from clone/,/^[0-9]* passed/p' "$logs/bare.log" | grep -v passed | sed 's/^/    /'
}

# All families against transformers and PyTorch. scripts/test.sh runs a slice of it.
published_models() {
    build dev-build build/dev --preset dev || return
    if scripts/oracles.sh --install >"$logs/oracles-install.log" 2>&1; then
        tally oracles scripts/oracles.sh
        install_library "$PWD/build/prefix" || return
        tally transformers scripts/test-transformers.sh "$PWD/build/prefix"
        tally python-examples scripts/test-examples.sh "$PWD/build/prefix"
    else
        skip oracles "its Python packages cannot be had, see $logs/oracles-install.log"
    fi
}

# Text metrics against sacrebleu and rouge-score, on other random texts than those checked in.
published_metrics() {
    local venv=build/oracles-text log=$logs/text-oracles-install.log
    build dev-build build/dev --preset dev || return
    if { [ -x $venv/bin/python ] || python3 -m venv $venv; } >"$log" 2>&1 &&
       $venv/bin/pip install -q -r tests/oracles/requirements-text.txt >>"$log" 2>&1; then
        tally text-oracles $venv/bin/python tests/oracles/compare_eval.py build/dev/src/libfarspan.so --pairs 5000 --seed "$RANDOM"
    else
        skip text-oracles "its Python packages cannot be had, see $log"
    fi
}

# Readers of files that nobody vouches for, and structs with any numbers in them: a minute each.
fuzzing() {
    tally fuzz scripts/fuzz.sh --seconds "${FARSPAN_FUZZ_SECONDS:-60}"
}

# What a new method, field and function cost, and that every language has them.
rehearsal() {
    tally rehearsal tools/surface --rehearse
}

[ $# -gt 0 ] || set -- clang_build portable_kernels other_seeds million_tokens many_ranks rust_crates python_package rehearsal bare_roots published_models published_metrics \
                       fuzzing sanitizers thread_sanitizer undefined_memory old_processors soak
run_stages "$@"
finish

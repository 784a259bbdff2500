#!/usr/bin/env bash
# Builds the release preset and measures it: the limits of the machine, the kernels, rope, attention and token loss through the public
# interface, and unfused attention on OpenBLAS as the peer. Writes build/bench/bench.json and prints it as a table.
#
#   scripts/bench.sh           everything, five repetitions: some minutes
#   scripts/bench.sh --quick   the short problems, three repetitions: below 90 s after the build
#   scripts/bench.sh --peers   attention and its gradient beside PyTorch, ggml and onnxruntime, in one process; what follows goes to
#                              python/bench/peers.py: --quick, --rows decode, --threads 2
#
# Timings of a busy machine are worth little: close other programs first. The table says if it was busy, and which rows moved.
set -euo pipefail
cd "$(dirname "$0")/.."

quick=0 peers=0
case "${1:-}" in
    '') ;;
    --quick) quick=1 ;;
    --peers) peers=1 && shift ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

read -r load _ </proc/loadavg # before what this does itself
scripts/setup.sh
export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
out=build/bench
mkdir -p "$out"
rm -f "$out"/*.json
if ! { cmake --preset release -DFARSPAN_BUILD_TESTS=OFF -DFARSPAN_BUILD_TOOLS=OFF -DFARSPAN_BUILD_EXAMPLES=OFF &&
       cmake --build build/release --parallel "$(nproc)"; } >"$out/build.log" 2>&1; then
    tail -n 40 "$out/build.log" >&2
    echo "bench.sh: the build failed, see $out/build.log" >&2
    exit 1
fi

if [ "$peers" -eq 1 ]; then
    scripts/oracles.sh --install
    source scripts/python-packages.sh
    packages "$farspan_cache/onnxruntime" python/bench/requirements.txt || echo 'bench.sh: no onnxruntime' >&2
    export FARSPAN_LIBRARY=$PWD/build/release/src/libfarspan.so.1 PYTHONPATH=$PWD/python:$farspan_cache/onnxruntime
    export FARSPAN_LLAMA_CPP=${FARSPAN_LLAMA_CPP:-$llama_libraries}
    exec "$python" python/bench/peers.py "$@"
fi

# measure <name of the result> <program> <arguments>
measure() {
    local result=$1 program=build/release/bench/bench_$2
    shift 2
    [ -x "$program" ] || return 0
    "$program" --benchmark_out="$out/$result.json" --benchmark_out_format=json "$@" >"$out/$result.log" 2>&1 ||
        { tail -n 20 "$out/$result.log" >&2; exit 1; }
}

if [ "$quick" -eq 1 ]; then
    options=(--benchmark_repetitions=3 --benchmark_min_time=0.05)
    attention=("${options[@]}" --benchmark_filter='(n512|n2048)/t') # not n8192
    decode=("${options[@]}" --benchmark_filter='n4096/|d128/n32768/t1')
    kernels=("${options[@]}" --benchmark_filter='/(avx2|avx512|neon)/d128')
    rope=("${options[@]}" --benchmark_filter='/n512/')
    token_nll=("${options[@]}" --benchmark_filter='token_nll/.*/t1')
    schedule=(--benchmark_filter='n512/|n2048/')
else
    options=(--benchmark_repetitions=5 --benchmark_min_time=0.2)
    attention=("${options[@]}") decode=("${options[@]}") kernels=("${options[@]}") rope=("${options[@]}")
    token_nll=("${options[@]}") schedule=()
fi

measure machine machine --benchmark_repetitions=3
measure kernels kernels "${kernels[@]}"
measure rope rope "${rope[@]}"
measure prefill prefill "${attention[@]}"
measure backward backward "${attention[@]}"
measure decode decode "${decode[@]}"
measure token_nll token_nll "${token_nll[@]}"
measure schedule schedule "${schedule[@]}"
measure openblas unfused "${attention[@]}"
peers=()
[ ! -f "$out/openblas.json" ] || peers+=(--peer "$out/openblas.json")
if [ "$(uname -m)" = x86_64 ] && grep -qw avx512bw /proc/cpuinfo; then
    # OpenBLAS does not recognise every machine with AVX-512; this is its best kernel for one.
    OPENBLAS_CORETYPE=SkylakeX measure openblas-skylakex unfused "${attention[@]}"
    [ ! -f "$out/openblas-skylakex.json" ] || peers+=(--peer "$out/openblas-skylakex.json")
fi

python3 bench/report.py --out "$out/bench.json" --load "$load" "${peers[@]}" "$out"/{machine,kernels,rope,prefill,backward,decode,token_nll,schedule}.json
echo "written to $out/bench.json"

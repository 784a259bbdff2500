// What a call costs from C: the same calls as the benchmarks of the other languages (scripts/bench-crossing.sh).
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <thread>

#include "decode_case.hpp"

namespace bench {
namespace {

constexpr int calls = 1000;  // per measurement of `status`, so that the loop around them does not count

void status(benchmark::State& state) {
    for (auto _ : state) {
        int supported = 0;
        for (int n = 0; n < calls; ++n) supported += farspan_isa_supported(FARSPAN_ISA_SCALAR) == 1;
        benchmark::DoNotOptimize(supported);
    }
}

attention_case rotated() {
    attention_case c;
    c.rope = FARSPAN_ROPE_BASE;
    c.key_heads = c.query_heads;
    c.head_dim = 64;
    return c;
}

void rope_apply(benchmark::State& state) {
    const auto context = make_context(1);
    const auto scheme = make_scheme(rotated());
    const owned_tensor in(FARSPAN_F32, 8, 1, 64), out(FARSPAN_F32, 8, 1, 64);
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    const int64_t position = 1000;
    for (auto _ : state) {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_rope_apply(context.get(), scheme.get(), &options, &position, 1, &in.tensor, &out.tensor, &error),
             error);
    }
}

attention_case long_rotated() {
    attention_case c = rotated();
    c.queries = c.keys = 2048;
    return c;
}

void prefill(benchmark::State& state) {
    static prepared_attention attention(long_rotated());  // one for all measurements: memory is warm
    for (auto _ : state) attention.run();
}

// A step of one layer after 64 tokens, as an engine of another language makes it for each layer and token.
void decode(benchmark::State& state) {
    decode_case c;
    c.dtype = FARSPAN_F32;
    c.keys = 64;
    c.head_dim = 64;
    c.scheme.rope = FARSPAN_ROPE_BASE;
    prepared_decode step(c);
    for (auto _ : state) step.run();
}

// A process with a single thread gets and frees memory faster, without locks. Java, Go and anybody who uses the
// library's threads have more than one: so has this program, or it would measure that.
void start_idle_thread() {
    std::thread([] {
        for (;;) pause();
    }).detach();
}

}  // namespace

void add_rows() {
    start_idle_thread();
    benchmark::RegisterBenchmark("status", status);
    benchmark::RegisterBenchmark("rope_apply", rope_apply);
    benchmark::RegisterBenchmark("decode", decode);
    // Calls one by one, as in the other languages: the least of as many can be compared.
    benchmark::RegisterBenchmark("prefill", prefill)->Iterations(1)->Repetitions(40);
}

}  // namespace bench

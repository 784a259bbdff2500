// A million tokens in one cache, 8 key heads of 128 features: it fits, and a token decodes. Not one of the tests of a
// build, since it takes gigabytes; scripts/test-deep.sh runs it.
#include <chrono>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include "calls.hpp"
#include "farspan/cache.h"

namespace {

constexpr int64_t tokens = 1000000, chunk = 4000, key_heads = 8, query_heads = 32, dim = 128;
constexpr int64_t window_of_a_step = 4096, steps = 64;

int failed = 0, passed = 0;

void check(bool holds, const char* what) {
    (holds ? passed : failed) += 1;
    if (!holds) std::printf("FAILED %s\n", what);
}

// The memory of this process that is in use, in bytes.
int64_t resident() {
    long long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%*d %lld", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return pages * 4096;
}

farspan_tensor tensor(std::vector<float>& memory, int64_t heads, int64_t rows) {
    memory.resize(static_cast<std::size_t>(heads * rows * dim));
    farspan_tensor view;
    farspan_tensor_contiguous(&view, memory.data(), FARSPAN_F32, 1, heads, rows, dim);
    return view;
}

// The newest token of a sequence, which outlives it.
farspan_cache_batch newest_of(const int64_t& sequence) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &sequence;
    return batch;
}

farspan_scheme* make_scheme(int64_t window) {
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = dim;
    farspan_mask_config mask;
    farspan_mask_config_init(&mask, sizeof mask);
    if (window > 0) mask.window_left = window - 1;
    farspan_scheme* scheme = nullptr;
    farspan_test::scheme_create(&rope, nullptr, nullptr, &mask, nullptr, &scheme, nullptr);
    return scheme;
}

// Prints what a token costs that sees the last `window_of_a_step`: the plan advanced, and run. Nobody checks the time.
void step_under_window(const farspan_cache* cache, int64_t sequence, int64_t cached) {
    std::vector<float> q_memory, out_memory;
    const farspan_tensor q = tensor(q_memory, query_heads, 1), out = tensor(out_memory, query_heads, 1);
    const farspan_cache_batch batch = newest_of(sequence);
    farspan_cache_problem problem;
    farspan_cache_problem_init(&problem, sizeof problem);
    problem.query_heads = query_heads;
    farspan_scheme* scheme = make_scheme(window_of_a_step);
    farspan_cache_plan* plan = nullptr;
    bool good = farspan_cache_plan_create(nullptr, scheme, cache, &batch, &problem, &plan, nullptr) == FARSPAN_OK;
    std::vector<char> workspace(good ? static_cast<std::size_t>(farspan_cache_plan_workspace_size(plan)) : 0);
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.out = &out;
    data.workspace = workspace.data();
    data.workspace_bytes = static_cast<int64_t>(workspace.size());
    const auto start = std::chrono::steady_clock::now();
    for (int64_t step = 0; good && step < steps; ++step)
        good = farspan_cache_plan_advance(nullptr, plan, nullptr) == FARSPAN_OK &&
               farspan_cache_run(nullptr, plan, 0, &data, nullptr) == FARSPAN_OK;
    const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - start;
    check(good, "a step under a window");
    std::printf("      %7" PRId64 " tokens: a step under a window of %" PRId64 " takes %.0f microseconds\n", cached,
                window_of_a_step, taken.count() / static_cast<double>(steps));
    farspan_cache_plan_destroy(plan);
    farspan_scheme_destroy(scheme);
}

void fill(farspan_cache* cache, int64_t sequence) {
    std::vector<float> k_memory, v_memory;
    const farspan_tensor k = tensor(k_memory, key_heads, chunk), v = tensor(v_memory, key_heads, chunk);
    for (std::size_t i = 0; i < k_memory.size(); ++i)
        k_memory[i] = static_cast<float>(i * 2654435761u % 2001) * 1e-3f - 1;
    const int64_t offsets[2] = {0, chunk};
    farspan_cache_batch batch = newest_of(sequence);
    batch.offsets = offsets;
    batch.offsets_count = 2;
    for (int64_t done = 0; done < tokens; done += chunk) {
        v_memory.assign(v_memory.size(), static_cast<float>(done / chunk % 2));  // the mean of all values is 1/2
        if (farspan_cache_append(nullptr, cache, &batch, nullptr, 0, nullptr) != FARSPAN_OK ||
            farspan_cache_write(nullptr, cache, 0, &batch, &k, &v, nullptr) != FARSPAN_OK)
            return check(false, "a million tokens are appended");
        if (done == chunk) step_under_window(cache, sequence, 2 * chunk);
    }
}

// With queries of 0 all keys weigh the same. `exact`: how far the stored values may be from 0 and 1.
void decode(const farspan_cache* cache, int64_t sequence, float exact) {
    std::vector<float> q_memory, out_memory, lse(query_heads);
    const farspan_tensor q = tensor(q_memory, query_heads, 1), out = tensor(out_memory, query_heads, 1);
    farspan_scheme* scheme = make_scheme(0);
    const farspan_cache_batch batch = newest_of(sequence);
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.out = &out;
    data.lse = lse.data();
    data.lse_count = static_cast<int64_t>(lse.size());
    check(farspan_attention_decode(nullptr, scheme, cache, 0, &batch, &data, nullptr) == FARSPAN_OK, "a token decodes");
    farspan_scheme_destroy(scheme);
    check(std::fabs(out_memory[0] - 0.5f) < exact && std::fabs(out_memory.back() - 0.5f) < exact,
          "the output is the mean of the values");
    check(std::fabs(static_cast<double>(lse[0]) - std::log(static_cast<double>(tokens))) < 1e-5, "lse is ln 10^6");
}

// bytes: of a token and key head, as the table of cache.h has them.
void store(const char* name, int32_t dtype, double row_bytes, float exact) {
    const int64_t before = resident();
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.dtype = dtype;
    config.key_heads = key_heads;
    config.head_dim = dim;
    farspan_cache* cache = nullptr;
    int64_t sequence = 0;
    check(farspan_cache_create(&config, &cache, nullptr) == FARSPAN_OK &&
              farspan_cache_sequence_create(cache, &sequence, nullptr) == FARSPAN_OK,
          "the cache is made");
    fill(cache, sequence);
    step_under_window(cache, sequence, tokens);
    decode(cache, sequence, exact);
    farspan_cache_statistics statistics;
    farspan_cache_statistics_init(&statistics, sizeof statistics);
    farspan_cache_get_statistics(cache, &statistics, nullptr);
    const auto bytes = static_cast<double>(statistics.blocks * statistics.block_bytes);
    const auto grown = static_cast<double>(resident() - before);
    std::printf("%-5s %" PRId64 " tokens: blocks %.3f GB, process %.3f GB\n", name, tokens, bytes * 1e-9, grown * 1e-9);
    const double most = 1.02 * row_bytes * static_cast<double>(key_heads * tokens);
    check(bytes <= most && grown <= most, "the cache is as small as it should be");
    farspan_cache_destroy(cache);
}

}  // namespace

int main() {
    store("bf16", FARSPAN_BF16, 516, 1e-5f);
    store("int8", FARSPAN_I8, 315, 0x1p-12f);  // the scale of 16 values is an f16
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

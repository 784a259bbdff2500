// Eight sessions decode in a pool of threads, all on one cache: each appends to its own sequence while the others run.
// What they get is bit for bit what they get one after the other.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <farspan/cpp/cache.hpp>
#include <future>
#include <optional>

namespace {

constexpr int sessions = 8, threads = 4, tokens = 100;
constexpr int64_t layers = 2, heads = 8, key_heads = 2, dim = 64;

// Stands for a model: anything that depends on the session, the token, the layer, and which projection it is.
std::vector<float> project(int64_t rows, int session, int token, int64_t layer, int which) {
    std::vector<float> data(static_cast<std::size_t>(rows * dim));
    uint32_t seed = static_cast<uint32_t>(((session * tokens + token) * layers + layer) * 3 + which);
    for (float& number : data) {
        seed = seed * 1664525 + 1013904223;
        number = static_cast<float>(seed >> 8) / 8388608.0f - 1;
    }
    return data;
}

// One session: token by token. Gives the bits of what the last layer computed for each.
std::vector<uint32_t> decode(farspan::cache& cache, const farspan::scheme& scheme, int session) {
    const int64_t sequence = cache.sequence_create();
    const farspan::cache_batch newest(sequence);
    const farspan::shape4 q_shape{1, heads, 1, dim}, k_shape{1, key_heads, 1, dim};
    std::vector<float> out(heads * dim);
    std::vector<uint32_t> all(tokens * out.size());
    std::optional<farspan::cache_plan> plan;  // for all layers, of the sequence as it is now
    for (int token = 0; token < tokens; ++token) {
        cache.append(newest);
        if (plan)
            plan->advance();
        else
            plan.emplace(scheme, cache, newest, heads);
        for (int64_t layer = 0; layer < layers; ++layer) {
            const std::vector<float> q = project(heads, session, token, layer, 0);
            const std::vector<float> k = project(key_heads, session, token, layer, 1);
            const std::vector<float> v = project(key_heads, session, token, layer, 2);
            cache.write(layer, newest, {k, k_shape}, {v, k_shape});
            plan->run(layer, {q, q_shape}, {out, q_shape});
        }
        std::memcpy(&all[static_cast<std::size_t>(token) * out.size()], out.data(), out.size() * sizeof(float));
    }
    cache.sequence_destroy(sequence);
    return all;
}

// All sessions on so many threads, each of which takes the next one that nobody has taken.
std::vector<std::vector<uint32_t>> serve(farspan::cache& cache, const farspan::scheme& scheme, int pool_threads) {
    std::vector<std::vector<uint32_t>> results(sessions);
    std::atomic<int> next{0};
    const auto work = [&] {
        for (int session = next++; session < sessions; session = next++)
            results[static_cast<std::size_t>(session)] = decode(cache, scheme, session);
    };
    std::vector<std::future<void>> pool;
    for (int n = 0; n < pool_threads; ++n) pool.push_back(std::async(std::launch::async, work));
    for (std::future<void>& thread : pool) thread.get();  // throws what the thread threw
    return results;
}

}  // namespace

int main() try {
    farspan::rope_config rope(FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = dim;
    farspan::cache_config config;  // bf16
    config.layers = layers;
    config.key_heads = key_heads;
    config.head_dim = dim;
    const farspan::scheme scheme(rope);
    farspan::cache cache(config);
    const bool same = serve(cache, scheme, threads) == serve(cache, scheme, 1);
    std::printf("%d sessions of %d tokens on %d threads: %s one after the other\n", sessions, tokens, threads,
                same ? "the same numbers as" : "OTHER NUMBERS THAN");
    return same ? 0 : 1;
} catch (const farspan::error& cause) {
    std::fprintf(stderr, "%s\n", cause.what());
    return 1;
}

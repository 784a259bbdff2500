// A model trained on 2048 tokens reads 8192: plain RoPE, YaRN and Self-Extend side by side, without further training.
#include <cstdio>
#include <farspan/farspan.hpp>
#include <random>

namespace {

constexpr int64_t heads = 4, key_heads = 2, queries = 16, keys = 8192, dim = 64, trained = 2048;

std::vector<float> random_numbers(int64_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::vector<float> numbers(static_cast<std::size_t>(count));
    for (float& number : numbers) number = static_cast<float>(engine()) / 2147483648.0f - 1;
    return numbers;
}

farspan::rope_config rope(int32_t method) {
    farspan::rope_config config(method);
    config.layout = FARSPAN_LAYOUT_HALF;
    config.rotary_dim = dim;
    return config;
}

void run(const char* name, const farspan::scheme& scheme) {
    static const std::vector<float> q = random_numbers(heads * queries * dim, 1);
    static const std::vector<float> k = random_numbers(key_heads * keys * dim, 2);
    static const std::vector<float> v = random_numbers(key_heads * keys * dim, 3);
    std::vector<float> out(q.size());
    const farspan::shape4 rows{1, heads, queries, dim}, past{1, key_heads, keys, dim};
    farspan::attention(scheme, {q, rows}, {k, past}, {v, past}, {out, rows});  // the last 16 positions

    // The probe says what the scheme does to one pair: here the last query and the first key.
    const farspan_probe probe = scheme.probe(keys, keys - 1, 0);
    std::printf("%-12s distance %d is seen as %g, magnitude %.4f, output %.6f ...\n", name, static_cast<int>(keys - 1),
                probe.relative_position, probe.magnitude, static_cast<double>(out[out.size() - dim]));
}

}  // namespace

int main() try {
    farspan::rope_config yarn = rope(FARSPAN_ROPE_YARN);
    yarn.original_context = trained;
    yarn.factor = static_cast<double>(keys) / trained;
    farspan::remap_config self_extend(FARSPAN_REMAP_SELF_EXTEND);
    self_extend.window = 512;
    self_extend.group = 8;
    const farspan::rope_config plain = rope(FARSPAN_ROPE_BASE);
    run("rope", farspan::scheme(plain));
    run("yarn", farspan::scheme(yarn));
    run("self_extend", farspan::scheme(plain, self_extend));
} catch (const farspan::error& cause) {
    std::fprintf(stderr, "%s\n", cause.what());  // names the field, its value and the allowed range
    return cause.status();
}

// Attention through the public interface. Products are counted for visible pairs only: causal over n keys is
// 4 * n * n * d * heads / 2 operations.
#include "attention_case.hpp"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

const char* name_of(int32_t dtype) { return dtype == FARSPAN_F32 ? "f32" : dtype == FARSPAN_F16 ? "f16" : "bf16"; }

std::function<std::function<void()>()> preparing(const attention_case& c) {
    return [c] {
        auto attention = std::make_shared<prepared_attention>(c);
        return [attention] { attention->run(); };
    };
}

double operations(const attention_case& c) {
    const double n = static_cast<double>(c.keys), w = static_cast<double>(c.window);
    const double pairs = c.remap == FARSPAN_REMAP_NONE && c.window > 0 ? w * n - w * w / 2 : n * n / 2;
    return 4.0 * pairs * static_cast<double>(c.head_dim * c.query_heads);
}

void add_prefill(const std::string& group, attention_case c, int64_t n) {
    c.queries = c.keys = n;
    const std::string name = group + "/" + name_of(c.dtype) + "/d" + std::to_string(c.head_dim) + "/n" +
                             std::to_string(n) + "/t" + std::to_string(c.threads);
    const int threads = c.threads;
    add_row({name, "GFLOP/s", operations(c), [threads] { return multiply_add_peak(isa_in_use(), threads); },
             preparing(c), threads});
}

}  // namespace

void add_rows() {
    for (int32_t threads : {1, 2})
        for (int64_t dim : {64, 128})
            for (int64_t n : {512, 2048, 8192}) {
                attention_case c;
                c.head_dim = dim;
                c.threads = threads;
                add_prefill("prefill", c, n);
            }
    attention_case half;
    half.dtype = FARSPAN_F16;
    add_prefill("prefill", half, 2048);
    half.dtype = FARSPAN_BF16;
    add_prefill("prefill", half, 2048);

    attention_case method;
    method.rope = FARSPAN_ROPE_BASE;
    add_prefill("prefill_rope", method, 2048);
    method.remap = FARSPAN_REMAP_REROPE;
    method.window = 512;
    add_prefill("prefill_rerope", method, 2048);
    method.remap = FARSPAN_REMAP_SELF_EXTEND;
    add_prefill("prefill_self_extend", method, 2048);
    method.remap = FARSPAN_REMAP_NONE;
    add_prefill("prefill_window512", method, 8192);
    attention_case alibi;
    alibi.bias = FARSPAN_BIAS_ALIBI;
    add_prefill("prefill_alibi", alibi, 2048);
    // A whole layer. What is left out counts as done: beyond the peak is possible.
    attention_case layer;
    layer.query_heads = layer_heads;
    layer.key_heads = 8;
    layer.head_dim = 64;
    for (const layer_bias& bias : layer_biases()) {
        layer.bias = bias.method;
        layer.learned = &bias;
        const std::string group = std::string("prefill_") + bias.name + "_32_heads";
        layer.exhaustive = false;
        for (int64_t n : {4096, 16384}) add_prefill(group, layer, n);
        layer.exhaustive = true;
        add_prefill(group + "_exhaustive", layer, 4096);
    }
}

}  // namespace bench

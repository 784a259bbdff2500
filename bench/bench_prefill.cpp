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

// What a scheme costs beside plain causal attention: a layer of 4,096 tokens, nothing left out. report.py divides.
void add_prices(int64_t dim) {
    attention_case plain;
    plain.query_heads = layer_heads;
    plain.key_heads = 8;
    plain.head_dim = dim;
    plain.exhaustive = true;
    const auto add = [](const std::string& name, const attention_case& c) { add_prefill("price_" + name, c, 4096); };
    for (const layer_bias& bias : layer_biases()) {
        attention_case c = plain;
        c.bias = bias.method;
        c.learned = &bias;
        add(bias.name, c);
    }
    attention_case other = plain;
    other.bias = FARSPAN_BIAS_DENSE;
    add("dense", other);
    other = plain;
    other.softcap = 30;
    add("softcap", other);
    other = plain;
    other.window = 1024;
    add("window", other);
    other.window = 0;
    other.rope = FARSPAN_ROPE_BASE;
    add("rope", other);
    const struct {
        const char* name;
        int32_t remap;
        int64_t window;
    } remaps[] = {{"rerope", FARSPAN_REMAP_REROPE, 512},
                  {"leaky_rerope", FARSPAN_REMAP_LEAKY_REROPE, 512},
                  {"self_extend", FARSPAN_REMAP_SELF_EXTEND, 512},
                  {"dual_chunk", FARSPAN_REMAP_DUAL_CHUNK, 1536}};
    for (const auto& remap : remaps) {
        other.remap = remap.remap;
        other.window = remap.window;
        add(remap.name, other);
    }
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
        for (int64_t n : {4096, 16384}) add_prefill(group, layer, n);
    }
    for (int64_t dim : {64, 128}) add_prices(dim);
}

}  // namespace bench

#include "forward.hpp"

#include <cblas.h>

#include <algorithm>

#include "elementwise.hpp"

namespace tool {
namespace {

constexpr int64_t block_rows = 256;  // intermediate results of one block stay in the second-level cache

// out[rows][outputs] (+)= x[rows][inputs] * weight[outputs][inputs]^T
void multiply(const float* x, const std::vector<float>& weight, int64_t rows, int64_t inputs, int64_t outputs,
              bool accumulate, float* out) {
    const auto n = [](int64_t size) { return static_cast<blasint>(size); };
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n(rows), n(outputs), n(inputs), 1.0f, x, n(inputs), weight.data(),
                n(inputs), accumulate ? 1.0f : 0.0f, out, n(outputs));
}

template <class F>
void for_blocks(int64_t rows, F&& f) {
    for (int64_t first = 0; first < rows; first += block_rows) f(first, std::min(block_rows, rows - first));
}

void grow(std::vector<float>& buffer, int64_t size) {
    if (static_cast<int64_t>(buffer.size()) < size) buffer.resize(static_cast<size_t>(size));
}

// Heads `first_feature / head_dim` and following of a row-major [tokens][row_width] array, as [batch, head, sequence, feature].
farspan_tensor view_heads(float* data, int64_t row_width, int64_t heads, const forward_batch& batch, int64_t head_dim) {
    farspan_tensor tensor{};
    tensor.data = data;
    tensor.dtype = FARSPAN_F32;
    const int64_t shape[4] = {batch.count, heads, batch.length, head_dim};
    const int64_t stride[4] = {batch.length * row_width, head_dim, row_width, 1};
    std::copy(shape, shape + 4, tensor.shape);
    std::copy(stride, stride + 4, tensor.stride);
    return tensor;
}

}  // namespace

farspan_problem forward_pass::problem(const model_config& config, int64_t count, int64_t length) {
    farspan_problem p;
    farspan_problem_init(&p, sizeof p);
    p.batch = count;
    p.query_heads = config.heads;
    p.key_heads = config.key_heads;
    p.queries = p.keys = length;
    p.head_dim = config.head_dim;
    return p;
}

void forward_pass::run(const language_model& model, const farspan_plan* plan, const forward_batch& batch,
                       const logits_sink& sink) {
    const model_config& c = model.config;
    const int64_t tokens = batch.count * batch.length;
    grow(x_, tokens * c.width);
    grow(qkv_, tokens * c.qkv_width());
    grow(attended_, tokens * c.heads * c.head_dim);
    grow(normed_, block_rows * c.width);
    grow(gate_up_, block_rows * std::max(2 * c.hidden, c.vocabulary));
    grow(gated_, block_rows * c.hidden);
    workspace_.resize(std::max(workspace_.size(), farspan_plan_workspace_size(plan)));

    embed(model, batch);
    for (const layer_weights& weights : model.layers) layer(model, weights, plan, batch);
    score(model, batch, sink);
}

void forward_pass::embed(const language_model& model, const forward_batch& batch) {
    const model_config& c = model.config;
    const bool sinusoidal = c.position.method == "sinusoidal";
    if (sinusoidal) {
        grow(added_, batch.length * c.width);
        farspan_tensor table;
        farspan_tensor_contiguous(&table, added_.data(), FARSPAN_F32, 1, 1, batch.length, c.width);
        call("sinusoidal table", [&](farspan_error* e) {
            return farspan_sinusoidal_fill(c.position.layout, 0, c.position.base, &table, e);
        });
    }
    float* x = x_.data();
    for (int64_t b = 0; b < batch.count; ++b)
        for (int64_t t = 0; t < batch.length; ++t, x += c.width) {
            const float* row = model.embedding.data() + batch.windows[b][t] * c.width;
            for (int64_t n = 0; n < c.width; ++n) x[n] = row[n] * c.embedding_scale;
            if (sinusoidal)
                for (int64_t n = 0; n < c.width; ++n) x[n] += added_[t * c.width + n];
        }
}

void forward_pass::attend(const model_config& c, const farspan_plan* plan, const forward_batch& batch) {
    const auto heads_at = [&](int64_t head, int64_t count) {
        return view_heads(qkv_.data() + head * c.head_dim, c.qkv_width(), count, batch, c.head_dim);
    };
    const farspan_tensor q = heads_at(0, c.heads), k = heads_at(c.heads, c.key_heads),
                         v = heads_at(c.heads + c.key_heads, c.key_heads);
    const farspan_tensor out = view_heads(attended_.data(), c.heads * c.head_dim, c.heads, batch, c.head_dim);
    call("attention", [&](farspan_error* e) {
        return farspan_attention_run(context_, plan, &q, &k, &v, nullptr, &out, nullptr, workspace_.data(),
                                     workspace_.size(), e);
    });
}

void forward_pass::layer(const language_model& model, const layer_weights& w, const farspan_plan* plan,
                         const forward_batch& batch) {
    const model_config& c = model.config;
    const int64_t tokens = batch.count * batch.length, heads_width = c.heads * c.head_dim;
    for_blocks(tokens, [&](int64_t first, int64_t rows) {
        rms_norm(x_.data() + first * c.width, w.attention_norm.data(), c.norm_epsilon, rows, c.width, normed_.data());
        multiply(normed_.data(), w.qkv, rows, c.width, c.qkv_width(), false, qkv_.data() + first * c.qkv_width());
    });
    attend(c, plan, batch);
    for_blocks(tokens, [&](int64_t first, int64_t rows) {
        float* x = x_.data() + first * c.width;
        multiply(attended_.data() + first * heads_width, w.output, rows, heads_width, c.width, true, x);
        rms_norm(x, w.mlp_norm.data(), c.norm_epsilon, rows, c.width, normed_.data());
        multiply(normed_.data(), w.gate_up, rows, c.width, 2 * c.hidden, false, gate_up_.data());
        silu_gate(gate_up_.data(), rows, c.hidden, gated_.data());
        multiply(gated_.data(), w.down, rows, c.hidden, c.width, true, x);
    });
}

void forward_pass::score(const language_model& model, const forward_batch& batch, const logits_sink& sink) {
    const model_config& c = model.config;
    float* logits = gate_up_.data();
    for (int64_t b = 0; b < batch.count; ++b)
        for_blocks(batch.length - batch.first_scored, [&](int64_t first, int64_t rows) {
            const int64_t row = batch.first_scored + first;
            rms_norm(x_.data() + (b * batch.length + row) * c.width, model.norm.data(), c.norm_epsilon, rows, c.width,
                     normed_.data());
            multiply(normed_.data(), model.head, rows, c.width, c.vocabulary, false, logits);
            sink(b, row, rows, logits);
        });
}

}  // namespace tool

#include "forward.hpp"

#include <algorithm>

namespace tool {
namespace {

// `heads` heads of a row-major [tokens][row_width] array, as [batch, head, sequence, feature].
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
    workspace_.resize(std::max(workspace_.size(), farspan_plan_workspace_size(plan)));
    decoder_.begin(model, batch.count * batch.length);
    for (int64_t b = 0; b < batch.count; ++b) decoder_.embed(model, b * batch.length, batch.windows[b], batch.length, 0);
    decoder_.run(model, [&](const decoder::attention_rows& rows) { attend(model.config, plan, batch, rows); });
    for (int64_t b = 0; b < batch.count; ++b)
        decoder_.logits(model, b * batch.length + batch.first_scored, batch.length - batch.first_scored,
                        [&](int64_t first, int64_t rows, const float* logits) {
                            sink(b, first - b * batch.length, rows, logits);
                        });
}

void forward_pass::attend(const model_config& c, const farspan_plan* plan, const forward_batch& batch,
                          const decoder::attention_rows& rows) {
    const auto heads_at = [&](int64_t head, int64_t count) {
        return view_heads(rows.qkv + head * c.head_dim, c.qkv_width(), count, batch, c.head_dim);
    };
    const farspan_tensor q = heads_at(0, c.heads), k = heads_at(c.heads, c.key_heads),
                         v = heads_at(c.heads + c.key_heads, c.key_heads);
    const farspan_tensor out = view_heads(rows.attended, c.heads * c.head_dim, c.heads, batch, c.head_dim);
    call("attention", [&](farspan_error* e) {
        return farspan_attention_run(context_, plan, &q, &k, &v, nullptr, &out, nullptr, workspace_.data(),
                                     workspace_.size(), e);
    });
}

}  // namespace tool

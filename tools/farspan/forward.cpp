#include "forward.hpp"

#include <algorithm>

#include "head_views.hpp"

namespace tool {
farspan::problem forward_pass::problem(const model_config& config, int64_t count, int64_t length) {
    farspan::problem p;
    p.batch = count;
    p.query_heads = config.heads;
    p.key_heads = config.key_heads;
    p.queries = p.keys = length;
    p.head_dim = config.head_dim;
    return p;
}

void forward_pass::run(const language_model& model, const farspan::plan& plan, const forward_batch& batch,
                       const logits_sink& sink) {
    workspace_.resize(std::max(workspace_.size(), plan.workspace_size()));
    decoder_.begin(model, batch.count * batch.length);
    for (int64_t b = 0; b < batch.count; ++b)
        decoder_.embed(model, b * batch.length, batch.windows[b], batch.length, 0);
    decoder_.run(model, [&](const decoder::attention_rows& rows) { attend(model.config, plan, batch, rows); });
    for (int64_t b = 0; b < batch.count; ++b)
        decoder_.logits(
            model, b * batch.length + batch.first_scored, batch.length - batch.first_scored,
            [&](int64_t first, int64_t rows, const float* logits) { sink(b, first - b * batch.length, rows, logits); });
}

void forward_pass::attend(const model_config& c, const farspan::plan& plan, const forward_batch& batch,
                          const decoder::attention_rows& rows) {
    const head_views views(c, rows, batch.count, batch.length);
    farspan::run_options options;
    options.workspace = workspace_;
    plan.run(views.q, views.k, views.v, views.out, options, context_);
}

}  // namespace tool

#include "cached.hpp"

#include <algorithm>

#include "head_views.hpp"

namespace tool {
namespace {

constexpr int64_t chunk_rows = 256;  // of all sequences together, when texts are read

farspan::cache_config cache_for(const model_config& model, const cached_pass::settings& wanted) {
    farspan::cache_config config;
    config.dtype = wanted.dtype;
    config.layers = model.layers;
    config.key_heads = model.key_heads;
    config.head_dim = model.head_dim;
    config.memory_limit = wanted.memory_limit;
    return config;
}

}  // namespace

cached_pass::cached_pass(const farspan::context* context, const language_model& model, const settings& wanted)
    : context_(context), model_(model), cache_(cache_for(model.config, wanted)) {}

int64_t cached_pass::create() { return cache_.sequence_create(); }

int64_t cached_pass::fork(int64_t sequence) { return cache_.fork(sequence); }

void cached_pass::destroy(int64_t sequence) { cache_.sequence_destroy(sequence); }

int64_t cached_pass::next_position(int64_t sequence) const { return cache_.sequence_info(sequence).next_position; }

farspan_cache_statistics cached_pass::statistics() const { return cache_.statistics(); }

void cached_pass::run(const cached_scheme& how, const std::vector<cached_rows>& rows, const sink& receive) {
    std::vector<int64_t> sequences, offsets = {0};
    for (const cached_rows& r : rows) {
        sequences.push_back(r.sequence);
        offsets.push_back(offsets.back() + r.count);
    }
    decoder_.begin(model_, offsets.back());
    for (size_t n = 0; n < rows.size(); ++n)
        decoder_.embed(model_, offsets[n], rows[n].bytes, rows[n].count, next_position(rows[n].sequence));

    const farspan::cache_batch batch(sequences, offsets);
    cache_.append(batch);
    const farspan::cache_plan plan(*how.scheme, cache_, batch, model_.config.heads, {}, how.length, context_);
    workspace_.resize(std::max(workspace_.size(), plan.workspace_size()));
    decoder_.run(model_, [&](const decoder::attention_rows& r) { attend(plan, batch, r); });
    for (size_t n = 0; n < rows.size(); ++n)
        decoder_.logits(model_, offsets[n] + rows[n].first_wanted, rows[n].count - rows[n].first_wanted,
                        [&](int64_t first, int64_t count, const float* logits) {
                            receive(static_cast<int64_t>(n), first - offsets[n], count, logits);
                        });
    evict(how, rows);
}

void cached_pass::attend(const farspan::cache_plan& plan, const farspan::cache_batch& batch,
                         const decoder::attention_rows& rows) {
    const head_views views(model_.config, rows, 1, batch.rows());
    cache_.write(rows.layer, batch, views.k, views.v, context_);
    farspan::cache_run_options options;
    options.workspace = workspace_;
    plan.run(rows.layer, views.q, views.out, options, context_);
}

void cached_pass::evict(const cached_scheme& how, const std::vector<cached_rows>& rows) {
    if (how.mask.window_left < 0) return;
    for (const cached_rows& r : rows) cache_.keep(r.sequence, how.mask.sinks, how.mask.window_left);
}

void read_texts(cached_pass& pass, const cached_scheme& how, const std::vector<int64_t>& sequences,
                const std::vector<std::string>& texts, std::vector<std::vector<float>>& last) {
    last.resize(texts.size());
    const auto chunk = std::max<int64_t>(1, chunk_rows / static_cast<int64_t>(texts.size()));
    for (int64_t first = 0;; first += chunk) {
        std::vector<cached_rows> rows;
        std::vector<size_t> text_of;  // of each entry of rows
        for (size_t n = 0; n < texts.size(); ++n) {
            const auto size = static_cast<int64_t>(texts[n].size()), count = std::min(chunk, size - first);
            if (count <= 0) continue;
            text_of.push_back(n);
            rows.push_back({sequences[n], reinterpret_cast<const uint8_t*>(texts[n].data()) + first, count,
                            first + count == size ? count - 1 : count});
        }
        if (rows.empty()) return;
        pass.run(how, rows, [&](int64_t n, int64_t, int64_t, const float* logits) {
            last[text_of[static_cast<size_t>(n)]].assign(logits, logits + pass.vocabulary());
        });
    }
}

void continue_texts(cached_pass& pass, const cached_scheme& how, const std::vector<int64_t>& sequences,
                    std::vector<std::vector<float>>& last, sampler& choice,
                    const std::function<bool(const std::vector<uint8_t>&)>& said) {
    std::vector<uint8_t> bytes(sequences.size());
    for (;;) {
        for (size_t n = 0; n < bytes.size(); ++n) bytes[n] = choice.pick(last[n]);
        if (!said(bytes)) return;
        std::vector<cached_rows> rows;
        for (size_t n = 0; n < bytes.size(); ++n) rows.push_back({sequences[n], &bytes[n], 1});
        pass.run(how, rows, [&](int64_t n, int64_t, int64_t, const float* logits) {
            std::copy(logits, logits + pass.vocabulary(), last[static_cast<size_t>(n)].begin());
        });
    }
}

std::vector<std::string> continue_greedily(cached_pass& pass, const cached_scheme& how,
                                           const std::vector<int64_t>& sequences, std::vector<std::vector<float>> last,
                                           int64_t bytes) {
    std::vector<std::string> texts(sequences.size());
    sampler likeliest(0, 0);
    continue_texts(pass, how, sequences, last, likeliest, [&](const std::vector<uint8_t>& next) {
        for (size_t n = 0; n < next.size(); ++n) texts[n] += static_cast<char>(next[n]);
        return static_cast<int64_t>(texts.front().size()) < bytes;
    });
    return texts;
}

}  // namespace tool

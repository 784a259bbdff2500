#include "cached.hpp"

#include <algorithm>

namespace tool {
namespace {

constexpr int64_t chunk_rows = 256;  // of all sequences together, when texts are read

// `heads` heads of a row-major [rows][row_width] array, as [1, head, row, feature].
farspan_tensor view_heads(float* data, int64_t row_width, int64_t heads, int64_t rows, int64_t head_dim) {
    farspan_tensor tensor{};
    tensor.data = data;
    tensor.dtype = FARSPAN_F32;
    const int64_t shape[4] = {1, heads, rows, head_dim}, stride[4] = {0, head_dim, row_width, 1};
    std::copy(shape, shape + 4, tensor.shape);
    std::copy(stride, stride + 4, tensor.stride);
    return tensor;
}

}  // namespace

cached_pass::cached_pass(const farspan_context* context, const language_model& model, const settings& wanted)
    : context_(context), model_(model) {
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.dtype = wanted.dtype;
    config.layers = model.config.layers;
    config.key_heads = model.config.key_heads;
    config.head_dim = model.config.head_dim;
    config.memory_limit = wanted.memory_limit;
    farspan_cache* handle = nullptr;
    call("cache", [&](farspan_error* e) { return farspan_cache_create(&config, &handle, e); });
    cache_.reset(handle);
}

int64_t cached_pass::create() {
    int64_t sequence = 0;
    call("sequence", [&](farspan_error* e) { return farspan_cache_sequence_create(cache_.get(), &sequence, e); });
    return sequence;
}

int64_t cached_pass::fork(int64_t sequence) {
    int64_t child = 0;
    call("fork", [&](farspan_error* e) { return farspan_cache_fork(cache_.get(), sequence, &child, e); });
    return child;
}

void cached_pass::destroy(int64_t sequence) {
    call("sequence", [&](farspan_error* e) { return farspan_cache_sequence_destroy(cache_.get(), sequence, e); });
}

int64_t cached_pass::next_position(int64_t sequence) const {
    farspan_sequence_info info;
    farspan_sequence_info_init(&info, sizeof info);
    call("sequence", [&](farspan_error* e) { return farspan_cache_sequence_info(cache_.get(), sequence, &info, e); });
    return info.next_position;
}

farspan_cache_statistics cached_pass::statistics() const {
    farspan_cache_statistics statistics;
    farspan_cache_statistics_init(&statistics, sizeof statistics);
    call("cache", [&](farspan_error* e) { return farspan_cache_get_statistics(cache_.get(), &statistics, e); });
    return statistics;
}

void cached_pass::run(const cached_scheme& how, const std::vector<cached_rows>& rows, const sink& receive) {
    std::vector<int64_t> sequences, offsets = {0};
    for (const cached_rows& r : rows) {
        sequences.push_back(r.sequence);
        offsets.push_back(offsets.back() + r.count);
    }
    const int64_t tokens = offsets.back();
    decoder_.begin(model_, tokens);
    for (size_t n = 0; n < rows.size(); ++n)
        decoder_.embed(model_, offsets[n], rows[n].bytes, rows[n].count, next_position(rows[n].sequence));

    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence = sequences.data();
    batch.sequence_count = static_cast<int64_t>(sequences.size());
    batch.offsets = offsets.data();
    batch.offsets_count = static_cast<int64_t>(offsets.size());
    call("cache", [&](farspan_error* e) { return farspan_cache_append(context_, cache_.get(), &batch, nullptr, 0, e); });
    farspan_cache_problem problem;
    farspan_cache_problem_init(&problem, sizeof problem);
    problem.query_heads = model_.config.heads;
    problem.length = how.length;
    farspan_cache_plan* handle = nullptr;
    call("attention plan", [&](farspan_error* e) {
        return farspan_cache_plan_create(context_, how.scheme, cache_.get(), &batch, &problem, &handle, e);
    });
    const cache_plan_handle plan(handle);
    workspace_.resize(std::max(workspace_.size(), static_cast<size_t>(farspan_cache_plan_workspace_size(handle))));
    decoder_.run(model_, [&](const decoder::attention_rows& r) { attend(handle, batch, tokens, r); });
    for (size_t n = 0; n < rows.size(); ++n)
        decoder_.logits(model_, offsets[n] + rows[n].first_wanted, rows[n].count - rows[n].first_wanted,
                        [&](int64_t first, int64_t count, const float* logits) {
                            receive(static_cast<int64_t>(n), first - offsets[n], count, logits);
                        });
    evict(how, rows);
}

void cached_pass::attend(const farspan_cache_plan* plan, const farspan_cache_batch& batch, int64_t tokens,
                         const decoder::attention_rows& rows) {
    const model_config& c = model_.config;
    const auto heads_at = [&](int64_t head, int64_t count) {
        return view_heads(rows.qkv + head * c.head_dim, c.qkv_width(), count, tokens, c.head_dim);
    };
    const farspan_tensor q = heads_at(0, c.heads), k = heads_at(c.heads, c.key_heads),
                         v = heads_at(c.heads + c.key_heads, c.key_heads);
    const farspan_tensor out = view_heads(rows.attended, c.heads * c.head_dim, c.heads, tokens, c.head_dim);
    call("cache",
         [&](farspan_error* e) { return farspan_cache_write(context_, cache_.get(), rows.layer, &batch, &k, &v, e); });
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.out = &out;
    data.workspace = workspace_.data();
    data.workspace_bytes = static_cast<int64_t>(workspace_.size());
    call("attention", [&](farspan_error* e) { return farspan_cache_run(context_, plan, rows.layer, &data, e); });
}

void cached_pass::evict(const cached_scheme& how, const std::vector<cached_rows>& rows) {
    if (how.mask.window_left < 0) return;
    for (const cached_rows& r : rows)
        call("cache", [&](farspan_error* e) {
            return farspan_cache_keep(cache_.get(), r.sequence, how.mask.sinks, how.mask.window_left, e);
        });
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

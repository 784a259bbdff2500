#include "cache_model.hpp"

#include <algorithm>
#include <cmath>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "int8_rows.hpp"

namespace farspan_test {
namespace {

farspan_cache_batch batch_of(const std::vector<int64_t>& ids, const std::vector<int64_t>& offsets) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = static_cast<int64_t>(ids.size());
    batch.sequence = ids.data();
    batch.offsets = offsets.data();
    batch.offsets_count = static_cast<int64_t>(offsets.size());
    return batch;
}

std::vector<int64_t> offsets_of(const std::vector<int64_t>& counts) {
    std::vector<int64_t> offsets{0};
    for (const int64_t count : counts) offsets.push_back(offsets.back() + count);
    return offsets;
}

}  // namespace

cache_handle make_cache(const cache_form& form) {
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.dtype = form.dtype;
    config.layers = form.layers;
    config.key_heads = form.key_heads;
    config.head_dim = form.head_dim;
    config.value_dim = form.value_dim;
    config.memory_limit = form.memory_limit;
    farspan_cache* made = nullptr;
    error_slot error;
    require_ok(farspan_cache_create(&config, &made, &error), error, "cache_create");
    return cache_handle(made);
}

cache_model::cache_model(const cache_form& form, uint64_t seed)
    : form_(form), random_(seed), cache_(make_cache(form)) {}

int64_t cache_model::create() {
    error_slot error;
    int64_t id = 0;
    require_ok(farspan_cache_sequence_create(handle(), &id, &error), error, "sequence_create");
    sequences_[id];
    return id;
}

void cache_model::destroy(int64_t id) {
    error_slot error;
    require_ok(farspan_cache_sequence_destroy(handle(), id, &error), error, "sequence_destroy");
    sequences_.erase(id);
}

int64_t cache_model::fork(int64_t id) {
    error_slot error;
    int64_t child = 0;
    require_ok(farspan_cache_fork(handle(), id, &child, &error), error, "fork");
    sequences_[child] = sequences_.at(id);
    return child;
}

void cache_model::evict(int64_t id, int64_t first, int64_t last) {
    error_slot error;
    require_ok(farspan_cache_evict(handle(), id, first, last, &error), error, "evict");
    model_sequence& sequence = sequences_.at(id);
    std::erase_if(sequence.tokens, [&](const token& t) { return t.position >= first && t.position < last; });
    if (last >= sequence.next_position) sequence.next_position = std::min(sequence.next_position, first);
}

void cache_model::keep(int64_t id, int64_t sinks, int64_t recent) {
    error_slot error;
    require_ok(farspan_cache_keep(handle(), id, sinks, recent, &error), error, "keep");
    model_sequence& sequence = sequences_.at(id);
    std::erase_if(sequence.tokens,
                  [&](const token& t) { return t.position >= sinks && t.position < sequence.next_position - recent; });
}

void cache_model::append(const std::vector<int64_t>& ids, const std::vector<int64_t>& counts, int64_t widest_gap) {
    const std::vector<int64_t> offsets = offsets_of(counts);
    const int64_t rows = offsets.back();
    std::vector<int64_t> positions;
    for (std::size_t s = 0; s < ids.size(); ++s) {
        model_sequence& sequence = sequences_.at(ids[s]);
        for (int64_t n = 0; n < counts[s]; ++n) {
            positions.push_back(sequence.next_position + (widest_gap > 0 ? random_.whole(0, widest_gap) : 0));
            sequence.next_position = positions.back() + 1;
            token& made = sequence.tokens.emplace_back();
            made.position = positions.back();
            made.k.resize(static_cast<std::size_t>(form_.layers));
            made.v = made.k;
        }
    }
    const farspan_cache_batch batch = batch_of(ids, offsets);
    error_slot error;
    require_ok(farspan_cache_append(nullptr, handle(), &batch, widest_gap > 0 ? positions.data() : nullptr,
                                    widest_gap > 0 ? static_cast<int64_t>(positions.size()) : 0, &error),
               error, "append");
    if (rows == 0) return;
    for (int64_t layer = 0; layer < form_.layers; ++layer) {
        // What is given to a f16 or bf16 cache is exact there.
        const int32_t dtype = form_.dtype == FARSPAN_I8 ? FARSPAN_F32 : form_.dtype;
        const bool strided = random_.coin();
        tensor_data k(dtype, {1, form_.key_heads, rows, form_.head_dim},
                      strided ? layout::sequence_major : layout::contiguous);
        tensor_data v(dtype, {1, form_.key_heads, rows, form_.value_dim},
                      strided ? layout::feature_reversed : layout::contiguous);
        for (tensor_data* tensor : {&k, &v}) tensor->fill([&] { return random_.unit(); });
        if (form_.large_keys) add_large_channels(k);
        require_ok(farspan_cache_write(nullptr, handle(), layer, &batch, &k.view(), &v.view(), &error), error, "write");
        for (std::size_t s = 0; s < ids.size(); ++s)
            for (int64_t n = 0; n < counts[s]; ++n) {
                std::vector<token>& tokens = sequences_.at(ids[s]).tokens;
                token& to = tokens[tokens.size() - static_cast<std::size_t>(counts[s] - n)];
                for (auto [from, rows_of, dim, round_to_int8] :
                     {std::tuple{&k, &to.k, form_.head_dim, &round_key_to_int8},
                      std::tuple{&v, &to.v, form_.value_dim, &round_value_to_int8}}) {
                    std::vector<double>& values = (*rows_of)[static_cast<std::size_t>(layer)];
                    for (int64_t h = 0; h < form_.key_heads; ++h) {
                        for (int64_t d = 0; d < dim; ++d) values.push_back(from->get(0, h, offsets[s] + n, d));
                        if (form_.dtype == FARSPAN_I8)
                            round_to_int8(&values[static_cast<std::size_t>(h * dim)], dim, false);
                    }
                }
            }
    }
}

// A constant part in a few channels of every key, and now and then a large number anywhere.
void cache_model::add_large_channels(tensor_data& k) {
    for (int64_t row = 0; row < k.view().shape[2]; ++row)
        for (int64_t h = 0; h < form_.key_heads; ++h) {
            for (int64_t n = 0; n < form_.head_dim / 16; ++n) {
                const int64_t d = (n * 7 + h * 5 + 3) % form_.head_dim;
                k.set(0, h, row, d, k.get(0, h, row, d) + (n % 2 == 0 ? 9.0 : -40.0));
            }
            if (random_.whole(0, 3) == 0) k.set(0, h, row, random_.whole(0, form_.head_dim - 1), random_.unit() * 60);
        }
}

attention_data cache_model::data_of(const attention_problem& problem, int64_t id, int64_t layer) const {
    attention_data data(problem);
    const std::vector<token>& tokens = sequences_.at(id).tokens;
    for (std::size_t j = 0; j < tokens.size(); ++j)
        for (int64_t h = 0; h < form_.key_heads; ++h) {
            const auto l = static_cast<std::size_t>(layer);
            for (int64_t d = 0; d < form_.head_dim; ++d)
                data.k.set(0, h, static_cast<int64_t>(j), d,
                           tokens[j].k[l][static_cast<std::size_t>(h * form_.head_dim + d)]);
            for (int64_t d = 0; d < form_.value_dim; ++d)
                data.v.set(0, h, static_cast<int64_t>(j), d,
                           tokens[j].v[l][static_cast<std::size_t>(h * form_.value_dim + d)]);
        }
    return data;
}

cache_plan_handle cache_model::plan(int32_t isa, int32_t threads, const farspan_scheme* scheme,
                                    const std::vector<int64_t>& ids, const std::vector<int64_t>& rows) const {
    const std::vector<int64_t> offsets = offsets_of(rows);
    const farspan_cache_batch batch = batch_of(ids, offsets);
    error_slot error;
    farspan_cache_plan* made = nullptr;
    require_ok(farspan_cache_plan_create(cache_context(isa, threads), scheme, handle(), &batch,
                                         cache_problem(form_.query_heads, nullptr, 0, 0, form_.head_offset).get(),
                                         &made, &error),
               error, "cache_plan_create");
    return cache_plan_handle(made);
}

std::vector<float> cache_model::run(int32_t isa, int32_t threads, const farspan_cache_plan* plan, int64_t rows,
                                    int64_t layer, uint64_t seed, std::vector<float>* lse) const {
    generator random(seed);
    tensor_data q(FARSPAN_F32, {1, form_.query_heads, rows, form_.head_dim});
    q.fill([&] { return random.unit(); });
    std::vector<float> out(static_cast<std::size_t>(form_.query_heads * rows * form_.value_dim));
    farspan_tensor view;
    farspan_tensor_contiguous(&view, out.data(), FARSPAN_F32, 1, form_.query_heads, rows, form_.value_dim);
    if (lse) lse->resize(static_cast<std::size_t>(form_.query_heads * rows));
    error_slot error;
    std::vector<unsigned char> workspace(farspan_cache_plan_workspace_size(plan), 0xAB);
    require_ok(farspan_cache_run(
                   cache_context(isa, threads), plan, layer,
                   cache_data(&q.view(), &view, lse ? lse->data() : nullptr, workspace.data(), workspace.size()).get(),
                   &error),
               error, "cache_run");
    return out;
}

std::vector<float> cache_model::run(int32_t isa, int32_t threads, const farspan_scheme* scheme,
                                    const std::vector<int64_t>& ids, const std::vector<int64_t>& rows, int64_t layer,
                                    uint64_t seed, std::vector<float>* lse) {
    return run(isa, threads, plan(isa, threads, scheme, ids, rows).get(), offsets_of(rows).back(), layer, seed, lse);
}

cache_model::outcome cache_model::attend(int32_t isa, int32_t threads, scheme_spec& spec,
                                         const std::vector<int64_t>& ids, const std::vector<int64_t>& rows,
                                         int64_t layer) {
    const uint64_t seed = 77 + static_cast<uint64_t>(random_.whole(0, 1 << 30));
    const scheme_handle scheme = spec.create();
    std::vector<float> lse;
    const std::vector<float> out = run(isa, threads, scheme.get(), ids, rows, layer, seed, &lse);

    const std::vector<int64_t> offsets = offsets_of(rows);
    const int64_t total = offsets.back();
    generator random(seed);
    tensor_data q(FARSPAN_F32, {1, form_.query_heads, total, form_.head_dim});
    q.fill([&] { return random.unit(); });
    outcome worst{};
    for (std::size_t s = 0; s < ids.size(); ++s) {
        if (rows[s] == 0) continue;
        const model_sequence& sequence = sequences_.at(ids[s]);
        attention_problem problem;
        problem.query_heads = form_.query_heads;
        problem.head_offset = form_.head_offset;
        problem.key_heads = form_.key_heads;
        problem.queries = rows[s];
        problem.keys = static_cast<int64_t>(sequence.tokens.size());
        problem.head_dim = form_.head_dim;
        problem.value_dim = form_.value_dim;
        problem.length = sequence.next_position;
        for (const token& t : sequence.tokens) problem.key_positions.push_back(t.position);
        problem.query_positions.assign(problem.key_positions.end() - rows[s], problem.key_positions.end());
        attention_data data = data_of(problem, ids[s], layer);
        attention_output got(problem);
        for (int64_t h = 0; h < form_.query_heads; ++h)
            for (int64_t i = 0; i < rows[s]; ++i) {
                const int64_t row = h * total + offsets[s] + i;
                for (int64_t d = 0; d < form_.head_dim; ++d) data.q.set(0, h, i, d, q.get(0, h, offsets[s] + i, d));
                for (int64_t d = 0; d < form_.value_dim; ++d)
                    got.out.set(0, h, i, d,
                                static_cast<double>(out[static_cast<std::size_t>(row * form_.value_dim + d)]));
                got.lse[static_cast<std::size_t>(h * rows[s] + i)] = lse[static_cast<std::size_t>(row)];
            }
        const attention_expected expected = expect_attention(spec, problem, data);
        const attention_error error = compare(got, expected, problem);
        const double terms = expected.largest_terms;
        const double of_bound =
            std::max(error.out / std::max(2e-6, 2e-7 * terms), error.lse / std::max(1e-6, 1e-7 * terms));
        if (!(of_bound < worst.of_bound)) worst = {error, of_bound};
    }
    return worst;
}

}  // namespace farspan_test

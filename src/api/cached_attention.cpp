#include <algorithm>
#include <cinttypes>

#include "api/cache_handles.hpp"
#include "api/checks.hpp"

namespace farspan {
namespace {

constexpr int64_t max_length = int64_t{1} << 40;

void check_heads(const block_shape& shape, int64_t query_heads) {
    if (query_heads < 1 || query_heads > 65536 || query_heads % shape.key_heads != 0)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, "query_heads",
                      "is %" PRId64 ": must be a multiple of the cache's %" PRId64 " key heads, at most 65536",
                      query_heads, shape.key_heads);
}

std::vector<int64_t> read_positions(const batch_entry& entry, const int64_t* positions) {
    for (int64_t row = entry.first; row < entry.last; ++row)
        if (positions[row] < 0 || positions[row] >= max_length)
            throw failure(FARSPAN_ERROR_POSITIONS, field_path("positions[%" PRId64 "]", row),
                          "is %" PRId64 ": must be between 0 and 2^40 - 1", positions[row]);
    return {positions + entry.first, positions + entry.last};
}

std::vector<cached_rows> read_rows(const cache& store, const std::vector<batch_entry>& batch, const int64_t* positions) {
    std::vector<cached_rows> rows;
    for (const batch_entry& entry : batch) {
        const sequence& from = store.find(entry.id, "batch.sequence");
        cached_rows& made = rows.emplace_back();
        made.first_row = entry.first;
        made.positions = positions ? read_positions(entry, positions)
                                   : positions_of(from, newest_tokens(from, entry.id, entry.rows()));
        made.length = from.next_position;
        for (const int64_t position : made.positions) made.length = std::max(made.length, position + 1);
        for (const page& p : from.pages) made.pages.push_back({p.base, p.present, p.data.get()});
    }
    return rows;
}

std::unique_ptr<farspan_cache_plan> make_plan(const farspan_context* context, const farspan_scheme* scheme, const farspan_cache* cache,
                                              const farspan_cache_batch* batch, int64_t query_heads, const int64_t* positions,
                                              int64_t length) {
    const farspan_scheme& given = required(scheme, "scheme");
    const farspan::cache& store = required(cache, "cache").store;
    const std::vector<batch_entry> entries = read_batch(batch);
    check_heads(store.shape(), query_heads);
    if (length < 0 || length > max_length)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "length", "is %" PRId64 ": must be between 0 and 2^40", length);
    const farspan_context use = settings(context);
    std::unique_ptr<const cache_plan> made = make_cache_plan(*given.parts, store.shape(), read_rows(store, entries, positions),
                                                             entries.back().last, query_heads, length, *use.kernels, use.threads, use.cancel);
    const cached_layout layout(*made);
    std::vector<seen_sequence> seen;
    for (const batch_entry& entry : entries) seen.push_back(store.see(entry.id, "batch.sequence"));
    return std::make_unique<farspan_cache_plan>(farspan_cache_plan{std::move(made), layout, std::move(seen), use.cancel});
}

void run(const farspan_context* context, const farspan_cache_plan& given, int64_t layer, const farspan_tensor* q,
         const farspan_tensor* out, float* lse, void* workspace, std::size_t workspace_size) {
    const cache_plan& plan = *given.plan;
    check_layer(plan.shape, layer);
    for (const seen_sequence& sequence : given.sequences)
        if (sequence.changed())
            throw failure(FARSPAN_ERROR_COMBINATION, "plan",
                          ": sequence %" PRId64 " has changed since the plan was made: make a new one", sequence.id());
    if (plan.rows == 0) return;
    cached_tensors tensors{layer, {}, {}, lse};
    tensors.q = check_tensor(q, "q", {1, plan.query_heads, plan.rows, plan.shape.head_dim}, access::read);
    tensors.out = check_tensor(out, "out", {1, plan.query_heads, plan.rows, plan.shape.value_dim}, access::write);
    check_disjoint(tensors.out, "out", tensors.q, "q");
    run_options options{plan.threads, given.cancel};
    if (context) options = {std::min(context->threads, plan.threads), context->cancel};
    const run_memory memory(workspace, workspace_size, given.layout.bytes, "workspace_size");
    run_cached(plan, given.layout, tensors, options, memory.data());
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

farspan_status farspan_cache_plan_create(const farspan_context* context, const farspan_scheme* scheme, const farspan_cache* cache,
                                         const farspan_cache_batch* batch, int64_t query_heads, const int64_t* positions, int64_t length,
                                         farspan_cache_plan** plan, farspan_error* error) {
    return guard(error, {__func__, "scheme"}, [&] {
        farspan_cache_plan*& result = required(plan, "plan");
        result = make_plan(context, scheme, cache, batch, query_heads, positions, length).release();
    });
}

void farspan_cache_plan_destroy(farspan_cache_plan* plan) { delete plan; }

size_t farspan_cache_plan_workspace_size(const farspan_cache_plan* plan) { return plan ? plan->layout.bytes : 0; }

farspan_status farspan_cache_run(const farspan_context* context, const farspan_cache_plan* plan, int64_t layer,
                                 const farspan_tensor* q, const farspan_tensor* out, float* lse, void* workspace,
                                 size_t workspace_size, farspan_error* error) {
    return guard(error, {__func__},
                 [&] { run(context, required(plan, "plan"), layer, q, out, lse, workspace, workspace_size); });
}

farspan_status farspan_attention_decode(const farspan_context* context, const farspan_scheme* scheme, const farspan_cache* cache,
                                        int64_t layer, const farspan_cache_batch* batch, const farspan_tensor* q,
                                        const farspan_tensor* out, float* lse, farspan_error* error) {
    return guard(error, {__func__, "scheme", "q"}, [&] {
        const int64_t query_heads = required(q, "q").shape[1];
        const std::unique_ptr<farspan_cache_plan> plan =
            make_plan(context, scheme, cache, batch, query_heads, nullptr, 0);
        run(context, *plan, layer, q, out, lse, nullptr, 0);
    });
}

}  // extern "C"

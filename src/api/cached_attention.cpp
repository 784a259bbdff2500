#include <algorithm>
#include <cinttypes>

#include "api/cache_handles.hpp"
#include "api/checks.hpp"
#include "base/counts.hpp"
#include "base/pacer.hpp"

namespace farspan {
namespace {

constexpr int64_t max_length = int64_t{1} << 40;

farspan_cache_problem read_problem(const farspan_cache_problem* problem) {
    const farspan_cache_problem given =
        read_struct(required(problem, "problem"), default_struct<farspan_cache_problem>(), "problem");
    if (given.length < 0 || given.length > max_length)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "problem.length", "is %" PRId64 ": must be between 0 and 2^40",
                      given.length);
    return given;
}

std::vector<int64_t> read_positions(const batch_entry& entry, const int64_t* positions, pacer& pace) {
    for (int64_t row = entry.first; row < entry.last; ++row) {
        pace.step();
        if (positions[row] < 0 || positions[row] >= max_length)
            throw failure(FARSPAN_ERROR_POSITIONS, field_path("problem.positions[%" PRId64 "]", row),
                          "is %" PRId64 ": must be between 0 and 2^40 - 1", positions[row]);
    }
    return {positions + entry.first, positions + entry.last};
}

// The rows of an entry: its sequence's newest tokens, or with positions of their own.
cached_rows read_rows(const sequence& from, const batch_entry& entry, const int64_t* positions, pacer& pace) {
    cached_rows rows;
    rows.first_row = entry.first;
    rows.positions =
        positions ? read_positions(entry, positions, pace) : positions_of(from, newest_tokens(from, entry));
    rows.length = from.next_position;
    for (const int64_t position : rows.positions) rows.length = std::max(rows.length, position + 1);
    rows.pages = from.pages;
    pace.step(static_cast<int64_t>(rows.positions.size()));
    return rows;
}

std::unique_ptr<farspan_cache_plan> make_plan(const farspan_context* context, const farspan_scheme& scheme,
                                              const cache& store, std::vector<batch_entry> batch,
                                              const int64_t* positions, const cache_problem& problem) {
    const farspan_context use = settings(context);
    pacer pace(use.cancel);
    std::vector<cached_rows> rows;
    std::vector<seen_sequence> seen;
    for (const batch_entry& entry : batch) {
        seen.push_back(store.see(entry));
        rows.push_back(read_rows(seen.back().now(), entry, positions, pace));
    }
    auto made = make_cache_plan(scheme.parts, store.shape(), std::move(rows), batch.back().last, problem, *use.kernels,
                                workers_of(context));
    const cached_layout layout(*made);
    return std::unique_ptr<farspan_cache_plan>(new farspan_cache_plan{std::move(made),
                                                                      layout,
                                                                      std::move(batch),
                                                                      std::move(seen),
                                                                      {use.threads, use.cancel, use.exhaustive},
                                                                      positions != nullptr});
}

void advance(const farspan_context* context, farspan_cache_plan& plan) {
    const auto alone = plan.use.alone();
    if (!alone) throw failure(FARSPAN_ERROR_COMBINATION, "plan", "is in use: advance it when no run is going on");
    if (plan.own_positions)
        throw failure(FARSPAN_ERROR_COMBINATION, "plan",
                      "has positions of its own: make a new one, only the newest tokens can be advanced to");
    const run_options options = run_options_of(context, plan.plan->kernels, plan.options);
    plan.complete = false;
    pacer pace(options.cancel);
    std::vector<cached_rows> rows;
    for (std::size_t n = 0; n < plan.batch.size(); ++n)
        rows.push_back(read_rows(plan.sequences[n].now(), plan.batch[n], nullptr, pace));
    advance(*plan.plan, std::move(rows), {plan.plan->threads, options.cancel});
    plan.layout = cached_layout(*plan.plan);
    for (seen_sequence& sequence : plan.sequences) sequence.see_again();
    plan.complete = true;
}

// Keys, values and their bias come from the cache and the scheme.
void check_absent(const farspan_tensor* tensor, const char* path) {
    if (tensor) throw failure(FARSPAN_ERROR_COMBINATION, path, "is given: must be NULL, the cache has keys and values");
}

void run(const farspan_context* context, const farspan_cache_plan& given, int64_t layer,
         const farspan_attention_data& data) {
    const auto among_others = given.use.among_others();
    if (!among_others) throw failure(FARSPAN_ERROR_COMBINATION, "plan", "is being advanced");
    if (!given.complete)
        throw failure(FARSPAN_ERROR_COMBINATION, "plan", "could not be advanced: advance it again, or make a new one");
    const cache_plan& plan = *given.plan;
    check_layer(plan.shape, layer);
    check_absent(data.k, "data.k");
    check_absent(data.v, "data.v");
    check_absent(data.bias, "data.bias");
    for (const seen_sequence& sequence : given.sequences)
        if (sequence.changed())
            throw failure(FARSPAN_ERROR_COMBINATION, "plan",
                          ": sequence %" PRId64 " has changed since the plan was made: advance it, or make a new one",
                          sequence.id());
    if (plan.rows == 0) return;
    cached_tensors tensors{layer, {}, {}, data.lse};
    tensors.q = check_tensor(data.q, "data.q", {1, plan.query_heads, plan.rows, plan.shape.head_dim}, access::read);
    tensors.out =
        check_tensor(data.out, "data.out", {1, plan.query_heads, plan.rows, plan.shape.value_dim}, access::write);
    check_disjoint(tensors.out, "data.out", tensors.q, "data.q");
    check_output(data.lse, data.lse_count, plan.query_heads * plan.rows, "data.lse", "one for each query head and row");
    const run_memory memory(data.workspace, data.workspace_bytes, given.layout.bytes, "data.workspace");
    run_cached(plan, given.layout, tensors, run_options_of(context, plan.kernels, given.options), memory.data());
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_cache_problem_init(farspan_cache_problem* problem, size_t size) {
    write_defaults(problem, size, farspan_cache_problem{});
}

farspan_status farspan_cache_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                         const farspan_cache* cache, const farspan_cache_batch* batch,
                                         const farspan_cache_problem* problem, farspan_cache_plan** plan,
                                         farspan_error* error) {
    return guard(error, {__func__, "scheme"}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        const farspan::cache& store = required(cache, "cache").store;
        const std::vector<batch_entry> entries = read_batch(batch);
        const farspan_cache_problem shape = read_problem(problem);
        check_input(shape.positions, shape.positions_count, entries.back().last, "problem.positions",
                    "one for each row");
        farspan_cache_plan*& result = required(plan, "plan");
        result = make_plan(context, given, store, entries, shape.positions,
                           {shape.query_heads, shape.head_offset, shape.length, "problem.query_heads"})
                     .release();
    });
}

farspan_status farspan_cache_plan_advance(const farspan_context* context, farspan_cache_plan* plan,
                                          farspan_error* error) {
    return guard(error, {__func__}, [&] { advance(context, required(plan, "plan")); });
}

void farspan_cache_plan_destroy(farspan_cache_plan* plan) { delete plan; }

int64_t farspan_cache_plan_workspace_size(const farspan_cache_plan* plan) {
    return plan ? static_cast<int64_t>(plan->layout.bytes) : 0;
}

farspan_status farspan_cache_run(const farspan_context* context, const farspan_cache_plan* plan, int64_t layer,
                                 const farspan_attention_data* data, farspan_error* error) {
    return guard(error, {__func__}, [&] { run(context, required(plan, "plan"), layer, read_attention_data(data)); });
}

farspan_status farspan_attention_decode(const farspan_context* context, const farspan_scheme* scheme,
                                        const farspan_cache* cache, int64_t layer, const farspan_cache_batch* batch,
                                        const farspan_attention_data* data, farspan_error* error) {
    return guard(error, {__func__, "scheme"}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        const farspan::cache& store = required(cache, "cache").store;
        const std::vector<batch_entry> entries = read_batch(batch);
        const farspan_attention_data tensors = read_attention_data(data);
        if (tensors.workspace)
            throw failure(FARSPAN_ERROR_COMBINATION, "data.workspace",
                          "is given: must be NULL, only a plan knows how much a run takes");
        const cache_problem shape{required(tensors.q, "data.q").shape[1], 0, 0, "data.q.shape[1]"};
        run(context, *make_plan(context, given, store, entries, nullptr, shape), layer, tensors);
    });
}

}  // extern "C"

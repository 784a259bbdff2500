// Token loss, windows, accumulators and verdict.
#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "base/parallel.hpp"
#include "eval/loss.hpp"
#include "eval/token_loss.hpp"
#include "eval/verdict.hpp"
#include "eval/windows.hpp"
#include "farspan/eval.h"

namespace farspan {
namespace {

constexpr int64_t any_shape[4] = {any_extent, any_extent, any_extent, any_extent};

token_loss_options read_options(const farspan_context* context) {
    const farspan_context given = settings(context);
    return {given.kernels, given.threads, given.cancel};
}

constexpr int64_t rows_between_looks = 1 << 20;

token_loss_input read_input(const farspan_tensor* logits, const int64_t* targets, int64_t ignore_index,
                            const volatile int32_t* cancel) {
    const strided view = check_tensor(logits, "logits", any_shape, access::read);
    required(targets, "targets");
    const int64_t vocabulary = view.shape[3];
    if (ignore_index >= 0 && ignore_index < vocabulary)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "ignore_index",
                      "is %" PRId64 ": must be outside the vocabulary, 0 .. %" PRId64, ignore_index, vocabulary - 1);
    int64_t rows = 0;
    if (__builtin_mul_overflow(view.shape[0], view.shape[1], &rows) ||
        __builtin_mul_overflow(rows, view.shape[2], &rows) || rows >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_SHAPE, "logits", "has more than 2^40 - 1 rows");
    for (int64_t n = 0; n < rows; ++n) {
        if (n % rows_between_looks == 0) stop_if_set(cancel);
        if (targets[n] != ignore_index && (targets[n] < 0 || targets[n] >= vocabulary))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("targets[%" PRId64 "]", n),
                          "is %" PRId64 ": must be 0 .. %" PRId64 " or ignore_index, %" PRId64, targets[n],
                          vocabulary - 1, ignore_index);
    }
    return {view, targets, ignore_index};
}

strided check_gradient(const farspan_tensor* grad, const strided& logits) {
    const strided view = check_tensor(grad, "grad", logits.shape, access::write);
    const bool same = view.data == logits.data && view.dtype == logits.dtype &&
                      std::equal(logits.stride, logits.stride + 4, view.stride);
    if (!same) check_disjoint(view, "grad", logits, "logits");
    return view;
}

void check_weights(const float* weights, const strided& logits, const volatile int32_t* cancel) {
    const int64_t rows = logits.shape[0] * logits.shape[1] * logits.shape[2];
    for (int64_t n = 0; weights && n < rows; ++n) {
        if (n % rows_between_looks == 0) stop_if_set(cancel);
        if (!std::isfinite(weights[n]))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("weights[%" PRId64 "]", n), "is %g: must be finite",
                          static_cast<double>(weights[n]));
    }
}

farspan_windows_config default_windows(int32_t kind) {
    farspan_windows_config config{};
    config.struct_size = sizeof config;
    config.kind = kind;
    return config;
}

farspan_windows_config read_windows(const farspan_windows_config* config) {
    const farspan_windows_config given = read_struct(required(config, "config"), default_windows(0), "config");
    check_windows(given);
    return given;
}

farspan_loss empty_loss() {
    farspan_loss loss{};
    loss.struct_size = sizeof loss;
    loss.block_tokens = default_block_tokens;
    return loss;
}

farspan_loss read_loss(const farspan_loss* loss, const counter_owner& owner) {
    const farspan_loss given = read_struct(required(loss, owner.name), empty_loss(), owner.name);
    check_loss(given, owner);
    return given;
}

// Refuses what would make a count of the accumulator too large.
void check_room(const char* field, int64_t before, int64_t more, const char* name) {
    if (more > most_counted - before)
        throw failure(FARSPAN_ERROR_SHAPE, name,
                      "is %" PRId64 ": with the %" PRId64 " of loss.%s it must be at most 2^62", more, before, field);
}

struct index_range {
    int64_t from, to;
};

// Which of `count` losses, the first with context first_context, are of bucket k.
index_range losses_of_bucket(const int64_t* edges, int64_t k, int64_t first_context, int64_t count) {
    const int64_t from = std::clamp<int64_t>(edges[k] - first_context, 0, count);
    return {from, std::clamp<int64_t>(edges[k + 1] - first_context, from, count)};
}

void check_ascending(const int64_t* values, int64_t count, const char* name) {
    for (int64_t n = 1; n < count; ++n)
        if (values[n] <= values[n - 1])
            throw failure(FARSPAN_ERROR_POSITIONS, field_path("%s[%" PRId64 "]", name, n),
                          "is %" PRId64 " after %" PRId64 ": must ascend", values[n], values[n - 1]);
}

void add_by_context(farspan_loss* curve, int64_t buckets, const int64_t* edges, int64_t first_context,
                    const double* nll, int64_t count, const int64_t* targets, int64_t ignore_index) {
    const auto owner = [](int64_t k) { return counter_owner{"curve", k}; };
    for (int64_t k = 0; k < buckets; ++k) {
        const farspan_loss sums = read_loss(&struct_at(curve, k, "curve"), owner(k));
        const auto [from, to] = losses_of_bucket(edges, k, first_context, count);
        check_sum(owner(k), "tokens", -1, sums.tokens, to - from);
    }
    for (int64_t k = 0; k < buckets; ++k) {
        const auto [from, to] = losses_of_bucket(edges, k, first_context, count);
        if (from == to) continue;
        farspan_loss& bucket = struct_at(curve, k, "curve");
        farspan_loss sums = read_loss(&bucket, owner(k));
        add_losses(sums, nll + from, to - from, targets ? targets + from : nullptr, ignore_index);
        write_struct(bucket, sums);
    }
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

farspan_status farspan_token_nll(const farspan_context* context, const farspan_tensor* logits, const int64_t* targets,
                                 int64_t ignore_index, double* nll, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const token_loss_options options = read_options(context);
        const token_loss_input input = read_input(logits, targets, ignore_index, options.cancel);
        token_losses(options, input, &required(nll, "nll"));
    });
}

farspan_status farspan_token_nll_grad(const farspan_context* context, const farspan_tensor* logits,
                                      const int64_t* targets, int64_t ignore_index, const float* weights,
                                      const farspan_tensor* grad, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const token_loss_options options = read_options(context);
        const token_loss_input input = read_input(logits, targets, ignore_index, options.cancel);
        check_weights(weights, input.logits, options.cancel);
        token_loss_gradient(options, input, weights, check_gradient(grad, input.logits));
    });
}

void farspan_windows_config_init(farspan_windows_config* config, size_t size, int32_t kind) {
    write_defaults(config, size, default_windows(kind));
}

farspan_status farspan_windows_count(const farspan_windows_config* config, int64_t* count, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_windows_config given = read_windows(config);
        required(count, "count") = count_windows(given);
    });
}

farspan_status farspan_windows_get(const farspan_windows_config* config, int64_t index, farspan_window* window,
                                   farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_windows_config given = read_windows(config);
        const int64_t count = count_windows(given);
        if (index < 0 || index >= count)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "index", "is %" PRId64 ": must be 0 .. %" PRId64, index,
                          count - 1);
        farspan_window& result = required_result(window, "window");
        write_struct(result, window_at(given, index));
    });
}

void farspan_loss_init(farspan_loss* loss, size_t size) {
    write_defaults(loss, size, empty_loss());
}

farspan_status farspan_loss_add(farspan_loss* loss, const double* nll, int64_t count, const int64_t* targets,
                                int64_t ignore_index, int64_t bytes, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_loss sums = read_loss(loss, {"loss"});
        if (check_count(count, "count") > 0) required(nll, "nll");
        check_room("tokens", sums.tokens, count, "count");
        check_room("bytes", sums.bytes, check_count(bytes, "bytes"), "bytes");
        sums.bytes += bytes;
        add_losses(sums, nll, count, targets, ignore_index);
        write_struct(*loss, sums);
    });
}

farspan_status farspan_loss_merge(farspan_loss* loss, const farspan_loss* from, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_loss sums = read_loss(loss, {"loss"});
        const farspan_loss other = read_loss(from, {"from"});
        if (other.block_tokens != sums.block_tokens)
            throw failure(FARSPAN_ERROR_COMBINATION, "from.block_tokens",
                          "is %" PRId64 ": must be that of loss, %" PRId64, other.block_tokens, sums.block_tokens);
        check_room("tokens", sums.tokens, other.tokens, "from.tokens");
        check_room("bytes", sums.bytes, other.bytes, "from.bytes");
        merge_losses(sums, other);
        write_struct(*loss, sums);
    });
}

farspan_status farspan_loss_add_by_context(farspan_loss* curve, int64_t buckets, const int64_t* edges,
                                           int64_t first_context, const double* nll, int64_t count,
                                           const int64_t* targets, int64_t ignore_index, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        required(curve, "curve");
        if (buckets < 1 || buckets >= int64_t{1} << 40)
            throw failure(FARSPAN_ERROR_SHAPE, "buckets", "is %" PRId64 ": must be between 1 and 2^40 - 1", buckets);
        required(edges, "edges");
        check_ascending(edges, buckets + 1, "edges");
        constexpr int64_t far = int64_t{1} << 62;
        if (edges[0] < -far || edges[buckets] > far)
            throw failure(FARSPAN_ERROR_POSITIONS, "edges",
                          "reach from %" PRId64 " to %" PRId64 ": must be within 2^62", edges[0], edges[buckets]);
        if (first_context < 0 || first_context > far)
            throw failure(FARSPAN_ERROR_POSITIONS, "first_context", "is %" PRId64 ": must be between 0 and 2^62",
                          first_context);
        if (check_count(count, "count") > 0) required(nll, "nll");
        add_by_context(curve, buckets, edges, first_context, nll, count, targets, ignore_index);
    });
}

farspan_status farspan_loss_summarize(const farspan_loss* loss, farspan_loss_summary* summary, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_loss sums = read_loss(loss, {"loss"});
        farspan_loss_summary& result = required_result(summary, "summary");
        write_struct(result, summarize(sums));
    });
}

farspan_status farspan_judge(const int64_t* lengths, const double* nll, int64_t count, int64_t trained_length,
                             farspan_verdict* verdict, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        if (check_count(count, "count") > 0) {
            required(lengths, "lengths");
            required(nll, "nll");
        }
        check_ascending(lengths, count, "lengths");
        if (trained_length < 1)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "trained_length", "is %" PRId64 ": must be at least 1",
                          trained_length);
        farspan_verdict& result = required_result(verdict, "verdict");
        write_struct(result, judge(lengths, nll, count, trained_length));
    });
}

const char* farspan_verdict_name(int32_t verdict) {
    return verdict_name(verdict);
}
const char* farspan_verdict_rule(void) {
    return verdict_rule;
}

}  // extern "C"

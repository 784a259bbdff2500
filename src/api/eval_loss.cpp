// Token loss, windows, accumulators and verdict.
#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <vector>

#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "base/pacer.hpp"
#include "eval/loss.hpp"
#include "eval/token_loss.hpp"
#include "eval/verdict.hpp"
#include "eval/windows.hpp"
#include "farspan/eval.h"

namespace farspan {
namespace {

token_loss_options read_options(const farspan_context* context) {
    const farspan_context given = settings(context);
    return {given.kernels, given.threads, given.cancel};
}

int64_t rows_of(const strided& logits) { return logits.shape[0] * logits.shape[1] * logits.shape[2]; }

token_loss_input read_input(const farspan_tensor* logits, const int64_t* targets, int64_t targets_count,
                            int64_t ignore_index, pacer& pace) {
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
    check_input(targets, targets_count, rows, "targets", "one for each row of logits");
    for (int64_t n = 0; n < rows; ++n) {
        pace.step();
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

void check_weights(const float* weights, int64_t weights_count, const strided& logits, pacer& pace) {
    check_input(weights, weights_count, rows_of(logits), "weights", "one for each row of logits");
    for (int64_t n = 0; n < weights_count; ++n) {
        pace.step();
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

// Losses with their targets, if those are given.
struct given_losses {
    const double* nll;
    const int64_t* targets;
    int64_t count, ignore_index;
};

given_losses read_losses(const double* nll, int64_t nll_count, const int64_t* targets, int64_t targets_count,
                         int64_t ignore_index) {
    check_list(nll, nll_count, most_counted, "nll");
    check_input(targets, targets_count, nll_count, "targets", "one for each loss");
    return {nll, targets, nll_count, ignore_index};
}

// The buckets are written when all have been added to.
void add_by_context(farspan_loss* curve, int64_t buckets, const int64_t* edges, int64_t first_context,
                    const given_losses& losses, pacer& pace) {
    std::vector<farspan_loss> sums;
    for (int64_t k = 0; k < buckets; ++k) {
        pace.step(8);
        const counter_owner owner{"curve", k};
        const auto [from, to] = losses_of_bucket(edges, k, first_context, losses.count);
        sums.push_back(read_loss(&struct_at(curve, k, "curve"), owner));
        check_sum(owner, "tokens", -1, sums.back().tokens, to - from);
        add_losses(sums.back(), losses.nll + from, to - from, losses.targets ? losses.targets + from : nullptr,
                   losses.ignore_index, pace);
    }
    for (int64_t k = 0; k < buckets; ++k) write_struct(struct_at(curve, k, "curve"), sums[static_cast<std::size_t>(k)]);
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

farspan_status farspan_token_nll(const farspan_context* context, const farspan_tensor* logits, const int64_t* targets,
                                 int64_t targets_count, int64_t ignore_index, double* nll, int64_t nll_count,
                                 farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const token_loss_options options = read_options(context);
        pacer pace(options.cancel);
        const token_loss_input input = read_input(logits, targets, targets_count, ignore_index, pace);
        double& to = required(nll, "nll");
        check_output(nll, nll_count, rows_of(input.logits), "nll", "one for each row of logits");
        token_losses(options, input, &to);
    });
}

farspan_status farspan_token_nll_grad(const farspan_context* context, const farspan_tensor* logits,
                                      const int64_t* targets, int64_t targets_count, int64_t ignore_index,
                                      const float* weights, int64_t weights_count, const farspan_tensor* grad,
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const token_loss_options options = read_options(context);
        pacer pace(options.cancel);
        const token_loss_input input = read_input(logits, targets, targets_count, ignore_index, pace);
        check_weights(weights, weights_count, input.logits, pace);
        token_loss_gradient(options, input, weights, check_gradient(grad, input.logits));
    });
}

void farspan_windows_config_init(farspan_windows_config* config, size_t size, int32_t kind) {
    write_defaults(config, size, default_windows(kind));
}

void farspan_window_init(farspan_window* window, size_t size) { write_defaults(window, size, farspan_window{}); }

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

void farspan_loss_init(farspan_loss* loss, size_t size) { write_defaults(loss, size, empty_loss()); }

farspan_status farspan_loss_add(const farspan_context* context, farspan_loss* loss, const double* nll,
                                int64_t nll_count, const int64_t* targets, int64_t targets_count, int64_t ignore_index,
                                int64_t bytes, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_loss sums = read_loss(loss, {"loss"});
        const given_losses losses = read_losses(nll, nll_count, targets, targets_count, ignore_index);
        check_room("tokens", sums.tokens, nll_count, "nll_count");
        check_room("bytes", sums.bytes, check_number(bytes, "bytes"), "bytes");
        pacer pace(settings(context).cancel);
        sums.bytes += bytes;
        add_losses(sums, losses.nll, losses.count, losses.targets, ignore_index, pace);
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

farspan_status farspan_loss_add_by_context(const farspan_context* context, farspan_loss* curve, int64_t curve_count,
                                           const int64_t* edges, int64_t edges_count, int64_t first_context,
                                           const double* nll, int64_t nll_count, const int64_t* targets,
                                           int64_t targets_count, int64_t ignore_index, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        required(curve, "curve");
        if (curve_count < 1 || curve_count >= int64_t{1} << 40)
            throw failure(FARSPAN_ERROR_SHAPE, "curve_count", "is %" PRId64 ": must be between 1 and 2^40 - 1",
                          curve_count);
        required(edges, "edges");
        check_input(edges, edges_count, curve_count + 1, "edges", "one more than buckets");
        pacer pace(settings(context).cancel);
        check_ascending(edges, edges_count, "edges", pace);
        constexpr int64_t far = int64_t{1} << 62;
        if (edges[0] < -far || edges[curve_count] > far)
            throw failure(FARSPAN_ERROR_POSITIONS, "edges",
                          "reach from %" PRId64 " to %" PRId64 ": must be within 2^62", edges[0], edges[curve_count]);
        if (first_context < 0 || first_context > far)
            throw failure(FARSPAN_ERROR_POSITIONS, "first_context", "is %" PRId64 ": must be between 0 and 2^62",
                          first_context);
        add_by_context(curve, curve_count, edges, first_context,
                       read_losses(nll, nll_count, targets, targets_count, ignore_index), pace);
    });
}

void farspan_loss_summary_init(farspan_loss_summary* summary, size_t size) {
    write_defaults(summary, size, farspan_loss_summary{});
}

farspan_status farspan_loss_summarize(const farspan_loss* loss, farspan_loss_summary* summary, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_loss sums = read_loss(loss, {"loss"});
        farspan_loss_summary& result = required_result(summary, "summary");
        write_struct(result, summarize(sums));
    });
}

void farspan_verdict_init(farspan_verdict* verdict, size_t size) { write_defaults(verdict, size, farspan_verdict{}); }

farspan_status farspan_judge(const farspan_context* context, const int64_t* lengths, int64_t lengths_count,
                             const double* nll, int64_t nll_count, int64_t trained_length, farspan_verdict* verdict,
                             farspan_error* error) {
    return guard(error, {__func__}, [&] {
        check_list(lengths, lengths_count, most_counted, "lengths");
        if (lengths_count > 0) required(nll, "nll");
        check_input(nll, nll_count, lengths_count, "nll", "one for each length");
        pacer pace(settings(context).cancel);
        check_ascending(lengths, lengths_count, "lengths", pace);
        if (trained_length < 1)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "trained_length", "is %" PRId64 ": must be at least 1",
                          trained_length);
        farspan_verdict& result = required_result(verdict, "verdict");
        write_struct(result, judge(lengths, nll, lengths_count, trained_length, pace));
    });
}

const char* farspan_verdict_name(int32_t verdict) { return verdict_name(verdict); }
const char* farspan_verdict_rule(void) { return verdict_rule; }

}  // extern "C"

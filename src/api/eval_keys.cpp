// Key tokens, LongPPL and the effective length.
#include <cmath>

#include "api/eval_checks.hpp"
#include "eval/counters.hpp"
#include "eval/key_tokens.hpp"

namespace farspan {
namespace {

farspan_key_tokens_config default_key_tokens() {
    farspan_key_tokens_config config{};
    config.struct_size = sizeof config;
    config.gain = 2;
    config.most_nll = 2;
    return config;
}

farspan_key_tokens_config read_key_tokens(const farspan_key_tokens_config* config) {
    const farspan_key_tokens_config given =
        config ? read_struct(*config, default_key_tokens(), "config") : default_key_tokens();
    check_key_tokens(given);
    return given;
}

std::span<const double> read_numbers(const double* values, int64_t count, const char* name) {
    check_list(values, count, most_counted, name);
    return {values, static_cast<std::size_t>(count)};
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_key_tokens_config_init(farspan_key_tokens_config* config, size_t size) {
    write_defaults(config, size, default_key_tokens());
}
void farspan_long_perplexity_init(farspan_long_perplexity* result, size_t size) {
    write_defaults(result, size, farspan_long_perplexity{});
}
void farspan_reach_init(farspan_reach* reach, size_t size) { write_defaults(reach, size, farspan_reach{}); }

farspan_status farspan_key_tokens(const farspan_context* context, const farspan_key_tokens_config* config,
                                  const double* long_nll, int64_t long_nll_count, const double* short_nll,
                                  int64_t short_nll_count, int64_t* keys, int64_t keys_count, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_key_tokens_config given = read_key_tokens(config);
        const std::span<const double> after_all = read_numbers(long_nll, long_nll_count, "long_nll");
        if (long_nll_count > 0) {
            required(short_nll, "short_nll");
            required(keys, "keys");
        }
        check_input(short_nll, short_nll_count, long_nll_count, "short_nll", "one for each of long_nll");
        check_output(keys, keys_count, long_nll_count, "keys", "one for each of long_nll");
        pacer pace(settings(context).cancel);
        find_key_tokens(given, after_all, {short_nll, after_all.size()}, keys, pace);
    });
}

farspan_status farspan_long_ppl(const farspan_context* context, const farspan_bootstrap_config* config,
                                int64_t block_tokens, const double* nll, int64_t nll_count, const int64_t* keys,
                                int64_t keys_count, farspan_long_perplexity* result, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const bootstrap_options options = read_bootstrap(context, config);
        if (block_tokens < 1)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "block_tokens", "is %" PRId64 ": must be at least 1",
                          block_tokens);
        if (nll_count < 1)
            throw failure(FARSPAN_ERROR_SHAPE, "nll_count", "is %" PRId64 ": must be at least 1", nll_count);
        const std::span<const double> losses = read_numbers(nll, nll_count, "nll");
        required(keys, "keys");
        check_input(keys, keys_count, nll_count, "keys", "one for each loss");
        farspan_long_perplexity& answer = required_result(result, "result");
        pacer pace(options.cancel);
        write_struct(answer, long_perplexity(options, block_tokens, losses, keys, pace));
    });
}

farspan_status farspan_effective_length(const farspan_context* context, const int64_t* lengths, int64_t lengths_count,
                                        const double* scores, int64_t scores_count, double threshold,
                                        farspan_reach* reach, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        check_list(lengths, lengths_count, most_counted, "lengths");
        if (lengths_count > 0) required(scores, "scores");
        check_input(scores, scores_count, lengths_count, "scores", "one for each length");
        pacer pace(settings(context).cancel);
        check_ascending(lengths, lengths_count, "lengths", pace);
        if (std::isnan(threshold))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "threshold", "is %g: must be a number", threshold);
        farspan_reach& answer = required_result(reach, "reach");
        write_struct(answer,
                     effective_length(lengths, {scores, static_cast<std::size_t>(scores_count)}, threshold, pace));
    });
}

}  // extern "C"

// Bootstrap intervals, passkeys and needles.
#include <cmath>
#include <limits>
#include <vector>

#include "api/eval_bleu.hpp"
#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "base/parallel.hpp"
#include "eval/bleu.hpp"
#include "eval/passkey.hpp"

namespace farspan {
namespace {

farspan_bootstrap_config default_bootstrap() {
    farspan_bootstrap_config config{};
    config.struct_size = sizeof config;
    config.samples = 1000;
    config.seed = 12345;
    config.confidence = 0.95;
    return config;
}

bootstrap_options read_bootstrap(const farspan_context* context, const farspan_bootstrap_config* config) {
    const farspan_bootstrap_config given =
        config ? read_struct(*config, default_bootstrap(), "config") : default_bootstrap();
    check_bootstrap(given);
    const farspan_context where = settings(context);
    return {given.samples, given.seed, given.confidence, where.threads, where.cancel};
}

void check_items(int64_t count) {
    if (count < 1 || count >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_SHAPE, "count", "is %" PRId64 ": must be between 1 and 2^40 - 1", count);
}

// A resample may draw the same segment every time: no sum of so many can overflow.
farspan_bleu_counts read_segment(const farspan_bleu_counts* segments, int64_t index, int64_t count, int32_t max_order) {
    const counter_owner owner{"segments", index};
    const farspan_bleu_counts given = read_bleu_counts(struct_at(segments, index, "segments"), max_order, owner);
    visit_counters(given, given, [&](const char* field, int32_t place, int64_t value, int64_t) {
        if (value > most_counted / count)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, place).text,
                          "is %" PRId64 ": times count, %" PRId64 ", it must be at most 2^62", value, count);
    });
    return given;
}

farspan_passkey_config default_passkey(int32_t form) {
    farspan_passkey_config config{};
    config.struct_size = sizeof config;
    config.form = form;
    config.depth = std::numeric_limits<double>::quiet_NaN();
    config.lowest_key = 1;
    config.highest_key = form == FARSPAN_PASSKEY_SENTENCES ? 9999999 : 50000;
    return config;
}

struct id_list {
    const int64_t* ids;
    int64_t count;
};

// The task's parts must fit, and the haystack must be there if there is room for it.
int64_t haystack_share(const id_list& haystack, const id_list& needle, const id_list& question, int64_t length) {
    if (length < 1 || length >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_SHAPE, "length", "is %" PRId64 ": must be between 1 and 2^40 - 1", length);
    const int64_t rest = length - needle.count - question.count;
    if (rest < 0)
        throw failure(FARSPAN_ERROR_SHAPE, "length", "is %" PRId64 ": needle and question alone are %" PRId64, length,
                      needle.count + question.count);
    if (rest > 0 && haystack.count == 0)
        throw failure(FARSPAN_ERROR_SHAPE, "haystack_length", "is 0: there is room for %" PRId64, rest);
    return rest;
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_bootstrap_config_init(farspan_bootstrap_config* config, size_t size) {
    write_defaults(config, size, default_bootstrap());
}
void farspan_passkey_config_init(farspan_passkey_config* config, size_t size, int32_t form) {
    write_defaults(config, size, default_passkey(form));
}

farspan_status farspan_bootstrap_mean(const farspan_context* context, const farspan_bootstrap_config* config,
                                      const double* values, int64_t count, farspan_interval* interval,
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const bootstrap_options options = read_bootstrap(context, config);
        required(values, "values");
        check_items(count);
        farspan_interval& result = required_result(interval, "interval");
        write_struct(result, bootstrap(options, count, [&](const std::function<int64_t()>& draw) {
                         double sum = 0;
                         for (int64_t n = 0; n < count; ++n) sum += values[draw()];
                         return sum / static_cast<double>(count);
                     }));
    });
}

farspan_status farspan_bleu_bootstrap(const farspan_context* context, const farspan_bootstrap_config* config,
                                      const farspan_bleu_config* bleu, const farspan_bleu_counts* segments,
                                      int64_t count, farspan_interval* interval, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const bootstrap_options options = read_bootstrap(context, config);
        const farspan_bleu_config metric = read_bleu(bleu, "bleu");
        required(segments, "segments");
        check_items(count);
        farspan_interval& result = required_result(interval, "interval");
        std::vector<farspan_bleu_counts> known;
        for (int64_t n = 0; n < count; ++n) {
            if (n % 4096 == 0) stop_if_set(options.cancel);
            known.push_back(read_segment(segments, n, count, metric.max_order));
        }
        write_struct(result, bootstrap(options, count, [&](const std::function<int64_t()>& draw) {
                         farspan_bleu_counts sums{};
                         for (int64_t n = 0; n < count; ++n)
                             add_counters(sums, known[static_cast<std::size_t>(draw())], {"segments"});
                         return score_bleu(metric, sums).score;
                     }));
    });
}

farspan_status farspan_passkey_make(const farspan_passkey_config* config, char* buffer, int64_t size, int64_t* needed,
                                    farspan_passkey* passkey, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_passkey_config given = read_struct(required(config, "config"), default_passkey(0), "config");
        check_passkey(given);
        const text_result text(buffer, size, needed);
        farspan_passkey& answer = required_result(passkey, "passkey");
        const farspan_passkey made = make_passkey(given, nullptr);
        if (char* room = text.room_for(made.bytes)) make_passkey(given, room);
        write_struct(answer, made);
    });
}

farspan_status farspan_passkey_check(const char* generated, int64_t bytes, int64_t key, int32_t* correct,
                                     farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const std::string_view text = read_text(generated, bytes, "generated", "bytes");
        if (key < 0) throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "key", "is %" PRId64 ": must be 0 or more", key);
        required(correct, "correct") = says_key(text, key);
    });
}

farspan_status farspan_needle_place(const int64_t* haystack, int64_t haystack_length, const int64_t* needle,
                                    int64_t needle_length, const int64_t* question, int64_t question_length,
                                    int64_t length, double depth, const int64_t* boundary, int64_t* out,
                                    int64_t* position, farspan_error* error) {
    return guard(error, {__func__},
                 [&] {
                     check_sequence(haystack, haystack_length, "haystack", "haystack_length");
                     check_sequence(needle, needle_length, "needle", "needle_length");
                     check_sequence(question, question_length, "question", "question_length");
                     const int64_t rest = haystack_share({haystack, haystack_length}, {needle, needle_length},
                                                         {question, question_length}, length);
                     if (!(depth >= 0 && depth <= 1))
                         throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "depth", "is %g: must be 0 .. 1", depth);
                     int64_t* to = &required(out, "out");
                     int64_t& begin = required(position, "position");
                     begin = needle_position(haystack, haystack_length, rest, depth, boundary);
                     for (int64_t n = 0; n < begin; ++n) *to++ = haystack[n % haystack_length];
                     to = std::copy_n(needle, needle_length, to);
                     for (int64_t n = begin; n < rest; ++n) *to++ = haystack[n % haystack_length];
                     std::copy_n(question, question_length, to);
                 });
}

}  // extern "C"

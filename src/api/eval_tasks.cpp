// Bootstrap intervals, passkeys and needles.
#include <cmath>
#include <limits>
#include <vector>

#include "api/eval_bleu.hpp"
#include "api/eval_checks.hpp"
#include "api/handles.hpp"
#include "base/pacer.hpp"
#include "eval/bleu.hpp"
#include "eval/passkey.hpp"

namespace farspan {
namespace {

void check_items(int64_t count, const char* count_name) {
    if (count < 1 || count >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_SHAPE, count_name, "is %" PRId64 ": must be between 1 and 2^40 - 1", count);
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

void farspan_interval_init(farspan_interval* interval, size_t size) {
    write_defaults(interval, size, farspan_interval{});
}
void farspan_passkey_init(farspan_passkey* passkey, size_t size) { write_defaults(passkey, size, farspan_passkey{}); }

farspan_status farspan_bootstrap_mean(const farspan_context* context, const farspan_bootstrap_config* config,
                                      const double* values, int64_t values_count, farspan_interval* interval,
                                      farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const bootstrap_options options = read_bootstrap(context, config);
        check_items(values_count, "values_count");
        required(values, "values");
        farspan_interval& result = required_result(interval, "interval");
        write_struct(result, bootstrap(options, values_count, [&](const std::function<int64_t()>& draw) {
                         double sum = 0;
                         for (int64_t n = 0; n < values_count; ++n) sum += values[draw()];
                         return sum / static_cast<double>(values_count);
                     }));
    });
}

farspan_status farspan_bleu_bootstrap(const farspan_context* context, const farspan_bootstrap_config* config,
                                      const farspan_bleu_config* bleu, const farspan_bleu_counts* segments,
                                      int64_t segments_count, farspan_interval* interval, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const bootstrap_options options = read_bootstrap(context, config);
        const farspan_bleu_config metric = read_bleu(bleu, "bleu");
        check_items(segments_count, "segments_count");
        required(segments, "segments");
        farspan_interval& result = required_result(interval, "interval");
        pacer pace(options.cancel);
        std::vector<farspan_bleu_counts> known;
        for (int64_t n = 0; n < segments_count; ++n) {
            pace.step(16);
            known.push_back(read_segment(segments, n, segments_count, metric.max_order));
        }
        write_struct(result, bootstrap(options, segments_count, [&](const std::function<int64_t()>& draw) {
                         farspan_bleu_counts sums{};
                         for (int64_t n = 0; n < segments_count; ++n)
                             add_counters(sums, known[static_cast<std::size_t>(draw())], {"segments"});
                         return score_bleu(metric, sums).score;
                     }));
    });
}

farspan_status farspan_passkey_make(const farspan_context* context, const farspan_passkey_config* config, char* buffer,
                                    int64_t buffer_bytes, int64_t* needed, farspan_passkey* passkey,
                                    farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_passkey_config given = read_struct(required(config, "config"), default_passkey(0), "config");
        check_passkey(given);
        const text_result text(buffer, buffer_bytes, needed);
        farspan_passkey& answer = required_result(passkey, "passkey");
        pacer pace(settings(context).cancel);
        const farspan_passkey made = make_passkey(given, nullptr, pace);
        if (char* room = text.room_for(made.bytes)) make_passkey(given, room, pace);
        write_struct(answer, made);
    });
}

farspan_status farspan_passkey_check(const farspan_context* context, const char* generated, int64_t generated_bytes,
                                     int64_t key, int32_t* correct, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const std::string_view text = read_text(generated, generated_bytes, "generated");
        if (key < 0) throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "key", "is %" PRId64 ": must be 0 or more", key);
        int32_t& result = required(correct, "correct");
        pacer pace(settings(context).cancel);
        result = says_key(text, key, pace);
    });
}

farspan_status farspan_needle_place(const farspan_context* context, const int64_t* haystack, int64_t haystack_count,
                                    const int64_t* needle, int64_t needle_count, const int64_t* question,
                                    int64_t question_count, double depth, const int64_t* boundaries,
                                    int64_t boundaries_count, int64_t* out, int64_t out_count, int64_t* position,
                                    farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const needle_task task{read_ids(haystack, haystack_count, "haystack"), read_ids(needle, needle_count, "needle"),
                               read_ids(question, question_count, "question"),
                               read_ids(boundaries, boundaries_count, "boundaries"), depth};
        if (out_count < 1 || out_count >= int64_t{1} << 40)
            throw failure(FARSPAN_ERROR_SHAPE, "out_count", "is %" PRId64 ": must be between 1 and 2^40 - 1",
                          out_count);
        int64_t& to = required(out, "out");
        int64_t& begin = required(position, "position");
        pacer pace(settings(context).cancel);
        begin = place_needle(task, {&to, static_cast<std::size_t>(out_count)}, pace);
    });
}

}  // extern "C"

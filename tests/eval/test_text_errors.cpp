// The text functions, bootstrap and passkeys: every argument wrong in turn, and nothing written then.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <functional>

#include "expect_failure.hpp"
#include "text_scores.hpp"

using namespace farspan_test;

namespace {

using call_with_error = std::function<farspan_status(farspan_error*)>;

const farspan_text reference_texts[2] = {{"a b", 3}, {"c", 1}};

}  // namespace

Test(text_errors, tokenize) {
    char buffer[8] = "#######";
    int64_t needed = -7;
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                            int32_t tokenizer, int32_t lower, const char* text, int64_t bytes, char* to, int64_t size,
                            int64_t* count) {
        expect_failure(what, status, argument, {word}, [&](farspan_error* e) {
            return farspan_tokenize(nullptr, tokenizer, lower, text, bytes, to, size, count, e);
        });
        cr_expect(buffer[0] == '#' && needed == -7, "%s: wrote", what);
    };
    for (const int32_t tokenizer : {-1, 0, 8})
        refuse("tokenizer", FARSPAN_ERROR_METHOD, 2, "tokenizer is", tokenizer, 0, "a", 1, buffer, 8, &needed);
    refuse("lowercase", FARSPAN_ERROR_METHOD, 3, "lowercase is 2", 1, 2, "a", 1, buffer, 8, &needed);
    refuse("text", FARSPAN_ERROR_NULL_ARGUMENT, 4, "text", 1, 0, nullptr, 1, buffer, 8, &needed);
    refuse("bytes", FARSPAN_ERROR_SHAPE, 5, "text_bytes is -1", 1, 0, "a", -1, buffer, 8, &needed);
    refuse("huge", FARSPAN_ERROR_SHAPE, 5, "2^31", 1, 0, "a", INT64_MAX, buffer, 8, &needed);
    refuse("buffer", FARSPAN_ERROR_NULL_ARGUMENT, 6, "buffer", 1, 0, "a", 1, nullptr, 8, &needed);
    refuse("size", FARSPAN_ERROR_SHAPE, 7, "buffer_bytes is -1", 1, 0, "a", 1, buffer, -1, &needed);
    refuse("needed", FARSPAN_ERROR_NULL_ARGUMENT, 8, "needed", 1, 0, "a", 1, buffer, 8, nullptr);
}

Test(text_errors, bleu_configurations) {
    farspan_bleu_counts counts = bleu_counts();
    const farspan_bleu_counts before = counts;
    farspan_bleu_result result;
    farspan_bleu_result_init(&result, sizeof result);
    const auto refuse = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_bleu_config config = bleu_config();
        change(config);
        const int64_t ids[1] = {5};
        const farspan_ids id_list[1] = {{ids, 1}};
        char text[200] = "#";
        int64_t needed = -7;
        const call_with_error counting[] = {
            [&](auto* e) { return farspan_bleu_add(nullptr, &config, "a", 1, reference_texts, 2, &counts, e); },
            [&](auto* e) { return farspan_bleu_add_tokens(nullptr, &config, ids, 1, id_list, 1, &counts, e); }};
        const call_with_error asking[] = {
            [&](auto* e) { return farspan_bleu_score(&config, &counts, &result, e); },
            [&](auto* e) { return farspan_bleu_signature(&config, 1, text, 200, &needed, e); }};
        for (const call_with_error& call : counting) expect_failure(what, status, 2, {word}, call);
        for (const call_with_error& call : asking) expect_failure(what, status, 1, {word}, call);
        cr_expect(std::memcmp(&counts, &before, sizeof counts) == 0 && text[0] == '#' && needed == -7, "%s: wrote",
                  what);
    };
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 8; });
    refuse("tokenizer 0", FARSPAN_ERROR_METHOD, "config.tokenizer is 0", [](auto& c) { c.tokenizer = 0; });
    refuse("ROUGE's tokenizer", FARSPAN_ERROR_METHOD, "config.tokenizer is 5",
           [](auto& c) { c.tokenizer = FARSPAN_TOKENIZER_ROUGE; });
    refuse("smoothing", FARSPAN_ERROR_METHOD, "config.smoothing is 5", [](auto& c) { c.smoothing = 5; });
    refuse("order 0", FARSPAN_ERROR_PARAMETER_RANGE, "config.max_order is 0", [](auto& c) { c.max_order = 0; });
    refuse("order 9", FARSPAN_ERROR_PARAMETER_RANGE, "1 .. 8", [](auto& c) { c.max_order = 9; });
    refuse("lowercase", FARSPAN_ERROR_METHOD, "config.lowercase is 2", [](auto& c) { c.lowercase = 2; });
    refuse("effective", FARSPAN_ERROR_METHOD, "config.effective_order is -1", [](auto& c) { c.effective_order = -1; });
    refuse("unread value", FARSPAN_ERROR_COMBINATION, "config.smoothing_value is 1",
           [](auto& c) { c.smoothing_value = 1; });
    for (const double value : {0.0, -1.0, HUGE_VAL, 1e7})
        refuse("value", FARSPAN_ERROR_PARAMETER_RANGE, "config.smoothing_value", [&](auto& c) {
            c.smoothing = FARSPAN_SMOOTHING_FLOOR;
            c.smoothing_value = value;
        });
}

Test(text_errors, bleu_arguments) {
    const farspan_bleu_config config = bleu_config();
    farspan_bleu_counts counts = bleu_counts();
    const farspan_bleu_counts before = counts;
    const auto add = [&](const char* what, farspan_status status, int32_t argument, const char* word, const char* text,
                         int64_t bytes, const farspan_text* references, int64_t count, farspan_bleu_counts* to) {
        expect_failure(what, status, argument, {word}, [&](farspan_error* e) {
            return farspan_bleu_add(nullptr, &config, text, bytes, references, count, to, e);
        });
        cr_expect(std::memcmp(&counts, &before, sizeof counts) == 0, "%s: wrote", what);
    };
    const farspan_text none[2] = {}, negative[2] = {{"a b", 3}, {"c", -1}}, lengthless[2] = {{"a b", 3}, {nullptr, 1}};
    add("hypothesis", FARSPAN_ERROR_NULL_ARGUMENT, 3, "hypothesis", nullptr, 1, reference_texts, 2, &counts);
    add("hypothesis' length", FARSPAN_ERROR_SHAPE, 4, "hypothesis_bytes is -1", "a", -1, reference_texts, 2, &counts);
    add("references", FARSPAN_ERROR_NULL_ARGUMENT, 5, "references", "a", 1, nullptr, 2, &counts);
    add("no reference", FARSPAN_ERROR_NULL_ARGUMENT, 5, "at least one", "a", 1, none, 2, &counts);
    add("a missing one with a length", FARSPAN_ERROR_SHAPE, 5, "references[1].bytes is 1: must be 0, data is NULL", "a",
        1, lengthless, 2, &counts);
    add("negative length", FARSPAN_ERROR_SHAPE, 5, "references[1].bytes is -1", "a", 1, negative, 2, &counts);
    add("count", FARSPAN_ERROR_SHAPE, 6, "references_count is 0", "a", 1, reference_texts, 0, &counts);
    add("counts", FARSPAN_ERROR_NULL_ARGUMENT, 7, "counts", "a", 1, reference_texts, 2, nullptr);
    farspan_bleu_counts other = counts;
    other.max_order = 2;
    other.segments = 1;
    add("other order", FARSPAN_ERROR_COMBINATION, 7, "counts.max_order is 2", "a", 1, reference_texts, 2, &other);
    farspan_bleu_counts mine = counts;
    mine.max_order = 4;
    mine.segments = 1;
    expect_failure("merge", FARSPAN_ERROR_COMBINATION, 1, {"max_order"},
                   [&](auto* e) { return farspan_bleu_merge(&mine, &other, e); });
    expect_failure("merge from", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"from"},
                   [&](auto* e) { return farspan_bleu_merge(&mine, nullptr, e); });
    expect_failure("merge into", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"counts"},
                   [&](auto* e) { return farspan_bleu_merge(nullptr, &mine, e); });
    farspan_bleu_result result = {};
    expect_failure("result", FARSPAN_ERROR_STRUCT_SIZE, 3, {"result"},
                   [&](auto* e) { return farspan_bleu_score(&config, &counts, &result, e); });
    expect_failure("score of other counts", FARSPAN_ERROR_COMBINATION, 2, {"max_order"},
                   [&](auto* e) { return farspan_bleu_score(&config, &other, &result, e); });
    char text[8];
    int64_t needed;
    expect_failure("references", FARSPAN_ERROR_SHAPE, 2, {"references is -1"},
                   [&](auto* e) { return farspan_bleu_signature(&config, -1, text, 8, &needed, e); });
    // Empty texts are texts.
    cr_expect(farspan_bleu_add(nullptr, &config, nullptr, 0, reference_texts, 2, &counts, nullptr) == FARSPAN_OK);
    cr_expect(counts.segments == 1 && counts.reference_length == 1);
}

Test(text_errors, chrf) {
    farspan_chrf_counts counts = chrf_counts();
    const farspan_chrf_counts before = counts;
    const auto refuse = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_chrf_config config = chrf_config();
        change(config);
        double score = -7;
        expect_failure(what, status, 2, {word}, [&](auto* e) {
            return farspan_chrf_add(nullptr, &config, "a", 1, reference_texts, 2, &counts, e);
        });
        expect_failure(what, status, 1, {word},
                       [&](auto* e) { return farspan_chrf_score(&config, &counts, &score, e); });
        cr_expect(std::memcmp(&counts, &before, sizeof counts) == 0 && score == -7, "%s: wrote", what);
    };
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 0; });
    refuse("no characters", FARSPAN_ERROR_PARAMETER_RANGE, "config.char_order is 0", [](auto& c) { c.char_order = 0; });
    refuse("negative", FARSPAN_ERROR_PARAMETER_RANGE, "word_order -1", [](auto& c) { c.word_order = -1; });
    refuse("too many", FARSPAN_ERROR_PARAMETER_RANGE, "16 together", [](auto& c) { c.word_order = 11; });
    refuse("huge", FARSPAN_ERROR_PARAMETER_RANGE, "16 together",
           [](auto& c) { c.char_order = c.word_order = INT32_MAX; });
    refuse("flag", FARSPAN_ERROR_METHOD, "must be 0 or 1", [](auto& c) { c.whitespace = 2; });
    for (const double beta : {0.0, -2.0, std::nan(""), HUGE_VAL})
        refuse("beta", FARSPAN_ERROR_PARAMETER_RANGE, "config.beta", [&](auto& c) { c.beta = beta; });
    const farspan_chrf_config config = chrf_config();
    farspan_chrf_counts other = counts;
    other.orders = 8;
    expect_failure("other orders", FARSPAN_ERROR_COMBINATION, 7, {"counts.orders is 8"},
                   [&](auto* e) { return farspan_chrf_add(nullptr, &config, "a", 1, reference_texts, 2, &other, e); });
    expect_failure("score", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"score"},
                   [&](auto* e) { return farspan_chrf_score(&config, &counts, nullptr, e); });
    expect_failure("references", FARSPAN_ERROR_NULL_ARGUMENT, 5, {"references"},
                   [&](auto* e) { return farspan_chrf_add(nullptr, &config, "a", 1, nullptr, 2, &counts, e); });
    farspan_chrf_counts mine = counts;
    mine.orders = 6;
    mine.segments = other.segments = 1;
    expect_failure("merge", FARSPAN_ERROR_COMBINATION, 1, {"orders"},
                   [&](auto* e) { return farspan_chrf_merge(&mine, &other, e); });
    expect_failure("merge from", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"from"},
                   [&](auto* e) { return farspan_chrf_merge(&mine, nullptr, e); });
}

Test(text_errors, rouge) {
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    result.recall = -7;
    const auto refuse = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_rouge_config config = rouge_config(FARSPAN_ROUGE_N);
        change(config);
        const int64_t ids[1] = {5};
        const farspan_ids id_list[1] = {{ids, 1}};
        expect_failure(what, status, 2, {word}, [&](auto* e) {
            return farspan_rouge(nullptr, &config, "a", 1, reference_texts, 2, &result, e);
        });
        expect_failure(what, status, 2, {word},
                       [&](auto* e) { return farspan_rouge_tokens(nullptr, &config, ids, 1, id_list, 1, &result, e); });
        cr_expect(result.recall == -7, "%s: wrote", what);
    };
    refuse("kind", FARSPAN_ERROR_METHOD, "config.kind is 4", [](auto& c) { c.kind = 4; });
    refuse("order 0", FARSPAN_ERROR_PARAMETER_RANGE, "config.order is 0", [](auto& c) { c.order = 0; });
    refuse("order 10", FARSPAN_ERROR_PARAMETER_RANGE, "config.order is 10", [](auto& c) { c.order = 10; });
    refuse("order of L", FARSPAN_ERROR_COMBINATION, "config.order is 1", [](auto& c) { c.kind = FARSPAN_ROUGE_L; });
    refuse("stem", FARSPAN_ERROR_METHOD, "config.stem is 2", [](auto& c) { c.stem = 2; });
    const int64_t ids[1] = {5};
    const farspan_ids id_list[1] = {{ids, 1}};
    for (const auto& config : {rouge_config(FARSPAN_ROUGE_LSUM), rouge_config(FARSPAN_ROUGE_N, 1, 1)})
        expect_failure("ids", FARSPAN_ERROR_COMBINATION, 2, {"token ids"},
                       [&](auto* e) { return farspan_rouge_tokens(nullptr, &config, ids, 1, id_list, 1, &result, e); });
    const farspan_rouge_config config = rouge_config(FARSPAN_ROUGE_N);
    expect_failure("result", FARSPAN_ERROR_NULL_ARGUMENT, 7, {"result"},
                   [&](auto* e) { return farspan_rouge(nullptr, &config, "a", 1, reference_texts, 2, nullptr, e); });
}

Test(text_errors, bootstrap) {
    const double values[2] = {1, 2};
    const farspan_bleu_config bleu = bleu_config();
    farspan_bleu_counts segments[2] = {bleu_counts(), bleu_counts()};
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    interval.low = -7;
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                            const call_with_error& call) {
        expect_failure(what, status, argument, {word}, call);
        cr_expect(interval.low == -7, "%s: wrote", what);
    };
    const auto config = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_bootstrap_config given;
        farspan_bootstrap_config_init(&given, sizeof given);
        change(given);
        refuse(what, status, 2, word,
               [&](auto* e) { return farspan_bootstrap_mean(nullptr, &given, values, 2, &interval, e); });
        refuse(what, status, 2, word,
               [&](auto* e) { return farspan_bleu_bootstrap(nullptr, &given, &bleu, segments, 2, &interval, e); });
    };
    config("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 8; });
    config("samples", FARSPAN_ERROR_PARAMETER_RANGE, "config.samples is 0", [](auto& c) { c.samples = 0; });
    config("many samples", FARSPAN_ERROR_PARAMETER_RANGE, "config.samples", [](auto& c) { c.samples = INT32_MAX; });
    for (const double wrong : {0.0, 1.0, -1.0, std::nan("")})
        config("confidence", FARSPAN_ERROR_PARAMETER_RANGE, "config.confidence",
               [&](auto& c) { c.confidence = wrong; });
    refuse("values", FARSPAN_ERROR_NULL_ARGUMENT, 3, "values",
           [&](auto* e) { return farspan_bootstrap_mean(nullptr, nullptr, nullptr, 2, &interval, e); });
    refuse("count", FARSPAN_ERROR_SHAPE, 4, "values_count is 0",
           [&](auto* e) { return farspan_bootstrap_mean(nullptr, nullptr, values, 0, &interval, e); });
    refuse("interval", FARSPAN_ERROR_NULL_ARGUMENT, 5, "interval",
           [&](auto* e) { return farspan_bootstrap_mean(nullptr, nullptr, values, 2, nullptr, e); });
    refuse("bleu", FARSPAN_ERROR_NULL_ARGUMENT, 3, "bleu is NULL",
           [&](auto* e) { return farspan_bleu_bootstrap(nullptr, nullptr, nullptr, segments, 2, &interval, e); });
    refuse("segments", FARSPAN_ERROR_NULL_ARGUMENT, 4, "segments",
           [&](auto* e) { return farspan_bleu_bootstrap(nullptr, nullptr, &bleu, nullptr, 2, &interval, e); });
    refuse("segments' count", FARSPAN_ERROR_SHAPE, 5, "segments_count is -3",
           [&](auto* e) { return farspan_bleu_bootstrap(nullptr, nullptr, &bleu, segments, -3, &interval, e); });
    segments[1].struct_size = 4;
    refuse("sizes differ", FARSPAN_ERROR_STRUCT_SIZE, 4, "segments[1].struct_size",
           [&](auto* e) { return farspan_bleu_bootstrap(nullptr, nullptr, &bleu, segments, 2, &interval, e); });
    volatile int32_t flag = 1;
    const context_handle cancelled = make_context(FARSPAN_ISA_BEST, 1, &flag);
    cr_expect(farspan_bootstrap_mean(cancelled.get(), nullptr, values, 2, &interval, nullptr) ==
              FARSPAN_ERROR_CANCELLED);
}

Test(text_errors, passkey) {
    char buffer[1000] = "#";
    int64_t needed = -7;
    farspan_passkey passkey;
    farspan_passkey_init(&passkey, sizeof passkey);
    passkey.key = -7;
    const auto refuse = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_passkey_config config;
        farspan_passkey_config_init(&config, sizeof config, FARSPAN_PASSKEY_LANDMARK);
        config.length = 900;
        change(config);
        expect_failure(what, status, 2, {word}, [&](auto* e) {
            return farspan_passkey_make(nullptr, &config, buffer, 1000, &needed, &passkey, e);
        });
        cr_expect(buffer[0] == '#' && needed == -7 && passkey.key == -7, "%s: wrote", what);
    };
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 1; });
    refuse("form", FARSPAN_ERROR_METHOD, "config.form is 3", [](auto& c) { c.form = 3; });
    for (const int64_t length : {int64_t{0}, int64_t{-1}, int64_t{200}, INT64_MAX})
        refuse("length", FARSPAN_ERROR_PARAMETER_RANGE, "config.length", [&](auto& c) { c.length = length; });
    refuse("depth", FARSPAN_ERROR_PARAMETER_RANGE, "config.depth", [](auto& c) { c.depth = 1.01; });
    refuse("depth", FARSPAN_ERROR_PARAMETER_RANGE, "config.depth", [](auto& c) { c.depth = -HUGE_VAL; });
    refuse("keys", FARSPAN_ERROR_PARAMETER_RANGE, "config.lowest_key is 9",
           [](auto& c) { c.lowest_key = 9, c.highest_key = 8; });
    refuse("negative keys", FARSPAN_ERROR_PARAMETER_RANGE, "config.lowest_key is -1",
           [](auto& c) { c.lowest_key = -1; });
    refuse("huge keys", FARSPAN_ERROR_PARAMETER_RANGE, "10^18", [](auto& c) { c.highest_key = INT64_MAX; });
    int32_t correct = -7;
    expect_failure("generated", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"generated"},
                   [&](auto* e) { return farspan_passkey_check(nullptr, nullptr, 3, 1, &correct, e); });
    expect_failure("key", FARSPAN_ERROR_PARAMETER_RANGE, 4, {"key is -1"},
                   [&](auto* e) { return farspan_passkey_check(nullptr, "1", 1, -1, &correct, e); });
    expect_failure("correct", FARSPAN_ERROR_NULL_ARGUMENT, 5, {"correct"},
                   [&](auto* e) { return farspan_passkey_check(nullptr, "1", 1, 1, nullptr, e); });
    cr_expect(correct == -7);
}

Test(text_errors, needle) {
    const int64_t ids[4] = {1, 2, 3, 4};
    int64_t out[8] = {-7}, position = -7;
    const auto refuse = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                            const int64_t* haystack, int64_t hay, const int64_t* needle, int64_t count, int64_t length,
                            double depth, int64_t* to, int64_t* at) {
        expect_failure(what, status, argument, {word}, [&](auto* e) {
            return farspan_needle_place(nullptr, haystack, hay, needle, count, ids, 1, depth, nullptr, 0, to, length,
                                        at, e);
        });
        cr_expect(out[0] == -7 && position == -7, "%s: wrote", what);
    };
    refuse("haystack", FARSPAN_ERROR_NULL_ARGUMENT, 2, "haystack", nullptr, 4, ids, 2, 8, 0.5, out, &position);
    refuse("no haystack", FARSPAN_ERROR_SHAPE, 3, "haystack_count is 0", ids, 0, ids, 2, 8, 0.5, out, &position);
    refuse("needle", FARSPAN_ERROR_NULL_ARGUMENT, 4, "needle", ids, 4, nullptr, 2, 8, 0.5, out, &position);
    refuse("needle's length", FARSPAN_ERROR_SHAPE, 5, "needle_count is -2", ids, 4, ids, -2, 8, 0.5, out, &position);
    refuse("too short", FARSPAN_ERROR_SHAPE, 12, "alone are 3", ids, 4, ids, 2, 2, 0.5, out, &position);
    refuse("length", FARSPAN_ERROR_SHAPE, 12, "out_count is", ids, 4, ids, 2, INT64_MAX, 0.5, out, &position);
    for (const double depth : {-0.1, 1.1, std::nan("")})
        refuse("depth", FARSPAN_ERROR_PARAMETER_RANGE, 8, "depth", ids, 4, ids, 2, 8, depth, out, &position);
    refuse("out", FARSPAN_ERROR_NULL_ARGUMENT, 11, "out", ids, 4, ids, 2, 8, 0.5, nullptr, &position);
    refuse("position", FARSPAN_ERROR_NULL_ARGUMENT, 13, "position", ids, 4, ids, 2, 8, 0.5, out, nullptr);
}

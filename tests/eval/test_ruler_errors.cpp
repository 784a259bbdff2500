// RULER's tasks: every argument wrong in turn, and nothing written then.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>
#include <vector>

#include "cancel.hpp"
#include "expect_failure.hpp"
#include "ruler_calls.hpp"

using namespace farspan_test;

namespace {

constexpr farspan_status method = FARSPAN_ERROR_METHOD, range = FARSPAN_ERROR_PARAMETER_RANGE,
                         combination = FARSPAN_ERROR_COMBINATION, shape = FARSPAN_ERROR_SHAPE;

constexpr int64_t words[4] = {11, 12, 13, 14};

// Text, ids and description refuse it alike.
template <class Change>
void refuse(const char* what, farspan_status status, const char* word, int32_t task, Change change) {
    farspan_ruler_config config = ruler_config(task, 9000);
    change(config);
    char buffer[8] = "#######";
    int64_t needed = -7, ids[1] = {-7};
    farspan_ruler_info info;
    farspan_ruler_info_init(&info, sizeof info);
    info.answers = -7;
    expect_failure(what, status, 2, {word},
                   [&](auto* e) { return farspan_ruler_describe(nullptr, &config, &info, e); });
    expect_failure(what, status, 2, {word}, [&](auto* e) {
        return farspan_ruler_text(nullptr, &config, nullptr, 0, FARSPAN_PROMPT_WHOLE, buffer, 8, &needed, e);
    });
    expect_failure(what, status, 2, {word}, [&](auto* e) {
        return farspan_ruler_ids(nullptr, &config, ruler_marks, 4, words, 4, nullptr, 0, FARSPAN_PROMPT_WHOLE, ids, 1,
                                 e);
    });
    cr_expect(buffer[0] == '#' && needed == -7 && ids[0] == -7 && info.answers == -7, "%s: wrote", what);
}

}  // namespace

Test(ruler_errors, configurations) {
    using c = farspan_ruler_config;
    for (const int32_t task : {-1, 0, 12}) refuse("task", method, "config.task is", task, [](c&) {});
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", 1, [](c& k) { k.struct_size = 8; });
    for (const double depth : {-0.1, 1.01, HUGE_VAL})
        refuse("depth", range, "config.depth", FARSPAN_RULER_SINGLE_1, [&](c& k) { k.depth = depth; });
    for (const double a : {0.0, 1.0, 1.09, 8.1, HUGE_VAL, std::nan("")})
        refuse("exponent", range, "config.exponent", FARSPAN_RULER_FREQUENT_WORDS, [&](c& k) { k.exponent = a; });
    for (const int32_t kind : {-1, 0, 4}) {
        refuse("haystack", method, "noise (1), essay (2) or needles (3)", FARSPAN_RULER_SINGLE_1,
               [&](c& k) { k.haystack = kind; });
        refuse("keys_are", method, "config.keys_are is", FARSPAN_RULER_SINGLE_1, [&](c& k) { k.keys_are = kind; });
        refuse("values_are", method, "word (1), number (2) or uuid (3)", FARSPAN_RULER_SINGLE_1,
               [&](c& k) { k.values_are = kind; });
    }
    refuse("needles", method, "noise (1) or essay (2)", FARSPAN_RULER_TRACKING,
           [](c& k) { k.haystack = FARSPAN_HAYSTACK_NEEDLES; });
    for (const int32_t count : {-1, 0, 1 << 30}) {
        refuse("keys", range, "config.keys is", FARSPAN_RULER_SINGLE_1, [&](c& k) { k.keys = count; });
        refuse("values", range, "config.values is", FARSPAN_RULER_SINGLE_1, [&](c& k) { k.values = count; });
        refuse("queries", range, "config.queries is", FARSPAN_RULER_SINGLE_1, [&](c& k) { k.queries = count; });
        refuse("chains", range, "config.chains is", FARSPAN_RULER_TRACKING, [&](c& k) { k.chains = count; });
        refuse("hops", range, "config.hops is", FARSPAN_RULER_TRACKING, [&](c& k) { k.hops = count; });
        refuse("common", range, "config.common is", FARSPAN_RULER_COMMON_WORDS, [&](c& k) { k.common = count; });
        refuse("common", range, "config.common is", FARSPAN_RULER_FREQUENT_WORDS, [&](c& k) { k.common = count; });
        refuse("frequency", range, "config.frequency is", FARSPAN_RULER_COMMON_WORDS,
               [&](c& k) { k.frequency = count; });
        refuse("rare", range, "config.rare_frequency is", FARSPAN_RULER_COMMON_WORDS,
               [&](c& k) { k.rare_frequency = count; });
    }
    refuse("queries above keys", range, "config.queries is 5: must be 1 .. 4", FARSPAN_RULER_MULTIQUERY,
           [](c& k) { k.queries = 5; });
    refuse("as rare as common", range, "config.rare_frequency is 30: must be 1 .. 29", FARSPAN_RULER_COMMON_WORDS,
           [](c& k) { k.rare_frequency = 30; });
    refuse("example", method, "config.example is 2", FARSPAN_RULER_TRACKING, [](c& k) { k.example = 2; });
    refuse("words that are never more frequent", range, "config.common is 9999", FARSPAN_RULER_FREQUENT_WORDS,
           [](c& k) { k.common = 9999, k.exponent = 8; });
}

Test(ruler_errors, fields_that_a_task_does_not_read) {
    using c = farspan_ruler_config;
    const auto unread = [](const char* word, int32_t task, auto change) {
        refuse(word, combination, word, task, change);
    };
    for (const int32_t task : {FARSPAN_RULER_COMMON_WORDS, FARSPAN_RULER_FREQUENT_WORDS}) {
        unread("config.haystack is 1", task, [](c& k) { k.haystack = 1; });
        unread("config.chains is 1", task, [](c& k) { k.chains = 1; });
        unread("config.hops is 1", task, [](c& k) { k.hops = 1; });
    }
    for (const int32_t task : {FARSPAN_RULER_TRACKING, FARSPAN_RULER_COMMON_WORDS, FARSPAN_RULER_FREQUENT_WORDS}) {
        unread("config.depth is 0.5", task, [](c& k) { k.depth = 0.5; });
        unread("config.keys_are is 1", task, [](c& k) { k.keys_are = 1; });
        unread("config.values_are is 1", task, [](c& k) { k.values_are = 1; });
        unread("config.keys is 1", task, [](c& k) { k.keys = 1; });
        unread("config.values is 1", task, [](c& k) { k.values = 1; });
        unread("config.queries is 1", task, [](c& k) { k.queries = 1; });
    }
    for (const int32_t task : {FARSPAN_RULER_SINGLE_1, FARSPAN_RULER_TRACKING})
        unread("config.common is 3", task, [](c& k) { k.common = 3; });
    for (const int32_t task : {FARSPAN_RULER_SINGLE_1, FARSPAN_RULER_FREQUENT_WORDS}) {
        unread("config.frequency is 3", task, [](c& k) { k.frequency = 3; });
        unread("config.rare_frequency is 3", task, [](c& k) { k.rare_frequency = 3; });
        unread("config.example is 1", task, [](c& k) { k.example = 1; });
    }
    unread("config.exponent is 2", FARSPAN_RULER_COMMON_WORDS, [](c& k) { k.exponent = 2; });
    const farspan_ruler_config noise = ruler_config(FARSPAN_RULER_SINGLE_1, 900);
    int64_t needed = -7, ids[900] = {-7};
    const int64_t vocabulary[9] = {11, 12, 13, 14, 15, 16, 17, 18, 19};
    expect_failure("haystack", combination, 3, {"does not read"}, [&](auto* e) {
        return farspan_ruler_text(nullptr, &noise, "a", 1, FARSPAN_PROMPT_WHOLE, nullptr, 0, &needed, e);
    });
    expect_failure("haystack", combination, 7, {"does not read"}, [&](auto* e) {
        return farspan_ruler_ids(nullptr, &noise, ruler_marks, 4, vocabulary, 9, vocabulary, 9, FARSPAN_PROMPT_WHOLE,
                                 ids, 900, e);
    });
    cr_expect(needed == -7 && ids[0] == -7);
}

Test(ruler_errors, lengths) {
    for (int32_t task = 1; task <= 11; ++task)
        for (const int64_t length : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{5}, int64_t{1} << 40, INT64_MAX}) {
            const farspan_ruler_config config = ruler_config(task, length);
            int64_t needed = -7;
            expect_failure("text", range, 2, {"config.length", "and 2^40 - 1"}, [&](auto* e) {
                return farspan_ruler_text(nullptr, &config, nullptr, 0, FARSPAN_PROMPT_TASK, nullptr, 0, &needed, e);
            });
            std::vector<int64_t> vocabulary(1000);
            std::iota(vocabulary.begin(), vocabulary.end(), 1000);
            expect_failure("ids", range, 2, {"config.length", "and 2^40 - 1"}, [&](auto* e) {
                return farspan_ruler_ids(nullptr, &config, ruler_marks, 4, vocabulary.data(), 1000, nullptr, 0,
                                         FARSPAN_PROMPT_TASK, nullptr, 0, e);
            });
            cr_expect(needed == -7);
        }
    // More words than there are.
    farspan_ruler_config config = ruler_config(FARSPAN_RULER_COMMON_WORDS, 50000000);
    config.rare_frequency = 1;
    int64_t needed = -7;
    expect_failure("list", range, 2, {"config.length needs more than"}, [&](auto* e) {
        return farspan_ruler_text(nullptr, &config, nullptr, 0, FARSPAN_PROMPT_WHOLE, nullptr, 0, &needed, e);
    });
    cr_expect(needed == -7);
}

Test(ruler_errors, text) {
    const farspan_ruler_config config = ruler_config(FARSPAN_RULER_SINGLE_2, 900);
    char buffer[8] = "#######";
    int64_t needed = -7;
    const auto refused = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                             const farspan_ruler_config* given, const char* haystack, int64_t bytes, int32_t part,
                             char* to, int64_t size, int64_t* count) {
        expect_failure(what, status, argument, {word}, [&](auto* e) {
            return farspan_ruler_text(nullptr, given, haystack, bytes, part, to, size, count, e);
        });
        cr_expect(buffer[0] == '#' && needed == -7, "%s: wrote", what);
    };
    constexpr farspan_status null = FARSPAN_ERROR_NULL_ARGUMENT;
    refused("config", null, 2, "config", nullptr, "", 0, 1, buffer, 8, &needed);
    refused("haystack", null, 3, "haystack", &config, nullptr, 1, 1, buffer, 8, &needed);
    refused("bytes", shape, 4, "haystack_bytes is -1", &config, "a", -1, 1, buffer, 8, &needed);
    for (const int32_t part : {-1, 0, 7})
        refused("part", method, 5, "must be whole (1) .. answers (6)", &config, "", 0, part, buffer, 8, &needed);
    refused("buffer", null, 6, "buffer", &config, "", 0, 1, nullptr, 8, &needed);
    refused("size", shape, 7, "buffer_bytes is -1", &config, "", 0, 1, buffer, -1, &needed);
    refused("needed", null, 8, "needed", &config, "", 0, 1, buffer, 8, nullptr);
    error_slot error;
    require_ok(farspan_ruler_text(nullptr, &config, "", 0, 1, buffer, 8, &needed, &error), error, "too short a buffer");
    cr_expect(buffer[0] == '#' && needed > 700);
    farspan_ruler_info info;
    farspan_ruler_info_init(&info, sizeof info);
    expect_failure("config", null, 2, {"config"},
                   [&](auto* e) { return farspan_ruler_describe(nullptr, nullptr, &info, e); });
    expect_failure("info", null, 3, {"info"},
                   [&](auto* e) { return farspan_ruler_describe(nullptr, &config, nullptr, e); });
    info.struct_size = 8;
    expect_failure("info's size", FARSPAN_ERROR_STRUCT_SIZE, 3, {"struct_size"},
                   [&](auto* e) { return farspan_ruler_describe(nullptr, &config, &info, e); });
}

Test(ruler_errors, ids) {
    const farspan_ruler_config config = ruler_config(FARSPAN_RULER_SINGLE_2, 60);
    const std::vector<int64_t> vocabulary = {11, 12, 13, 14, 15}, twice = {11, 12, 11}, with_mark = {11, 3};
    int64_t ids[60] = {-7};
    struct given {
        std::vector<int64_t> marks = {1, 2, 3, 4}, vocabulary = {11, 12, 13, 14, 15}, haystack = {};
        int32_t part = FARSPAN_PROMPT_WHOLE;
        int64_t count = 60;
    };
    const auto refused = [&](const char* what, farspan_status status, int32_t argument, const char* word,
                             const given& g, const farspan_ruler_config& c) {
        expect_failure(what, status, argument, {word}, [&](auto* e) {
            return farspan_ruler_ids(nullptr, &c, g.marks.data(), static_cast<int64_t>(g.marks.size()),
                                     g.vocabulary.data(), static_cast<int64_t>(g.vocabulary.size()), g.haystack.data(),
                                     static_cast<int64_t>(g.haystack.size()), g.part, ids, g.count, e);
        });
        cr_expect(ids[0] == -7, "%s: wrote", what);
    };
    refused("marks", shape, 4, "marks_count is 3: must be 4", {.marks = {1, 2, 3}}, config);
    refused("equal marks", range, 5, "have 2 twice", {.marks = {1, 2, 2, 3}}, config);
    refused("no words", shape, 6, "vocabulary_count is 0", {.vocabulary = {}}, config);
    refused("words twice", range, 5, "have 11 twice", {.vocabulary = twice}, config);
    refused("a mark as a word", range, 5, "have 3 twice", {.vocabulary = with_mark}, config);
    refused("a mark in the haystack", range, 7, "haystack[1] is 4, a mark", {.haystack = {9, 4}}, config);
    refused("part", method, 9, "part is 0", {.part = 0}, config);
    refused("count", shape, 11, "ids_count is 59: this part has 60", {.count = 59}, config);
    refused("answers", shape, 11, "ids_count is 6: this part has 7", {.part = FARSPAN_PROMPT_ANSWERS, .count = 6},
            config);
    const auto needs_words = [&](const farspan_ruler_config& c) {
        refused("few words", shape, 6, "vocabulary_count is 5: not enough", {.count = c.length}, c);
    };
    farspan_ruler_config many = config;
    many.keys = many.queries = 13;  // of 25 pairs each second is a key
    many.length = 0;
    many.length = ruler_info(many).least_ids;
    std::vector<int64_t> room(static_cast<std::size_t>(many.length), -7);
    needs_words(many);
    farspan_ruler_config tracking = ruler_config(FARSPAN_RULER_TRACKING, 60);
    tracking.hops = 5;
    needs_words(tracking);
    farspan_ruler_config frequent = ruler_config(FARSPAN_RULER_FREQUENT_WORDS, 60);
    frequent.common = 5;
    frequent.length = ruler_info(frequent).least_ids;
    needs_words(frequent);
    int64_t longer[9] = {0, 0, 0, 0, 0, 0, 0, -7, -7};
    error_slot error;
    require_ok(farspan_ruler_ids(nullptr, &config, ruler_marks, 4, vocabulary.data(), 5, nullptr, 0,
                                 FARSPAN_PROMPT_ANSWERS, longer, 9, &error),
               error, "more room than ids");
    cr_expect(longer[6] >= 11 && longer[7] == -7 && longer[8] == -7);
    expect_failure("ids", FARSPAN_ERROR_NULL_ARGUMENT, 10, {"ids"}, [&](auto* e) {
        return farspan_ruler_ids(nullptr, &config, ruler_marks, 4, vocabulary.data(), 5, nullptr, 0, 1, nullptr, 60, e);
    });
    expect_failure("vocabulary", FARSPAN_ERROR_NULL_ARGUMENT, 5, {"vocabulary"}, [&](auto* e) {
        return farspan_ruler_ids(nullptr, &config, ruler_marks, 4, nullptr, 5, nullptr, 0, 1, ids, 60, e);
    });
}

Test(ruler_errors, scores) {
    farspan_recall recall;
    farspan_recall_init(&recall, sizeof recall);
    recall.found = -7;
    const int64_t ids[4] = {1, 2, 3, 4};
    constexpr farspan_status null = FARSPAN_ERROR_NULL_ARGUMENT;
    expect_failure("answers", null, 2, {"answers"},
                   [&](auto* e) { return farspan_ruler_score(nullptr, nullptr, 1, "a", 1, &recall, e); });
    expect_failure("none", shape, 2, {"answers: there is none"},
                   [&](auto* e) { return farspan_ruler_score(nullptr, "\n\n", 2, "a", 1, &recall, e); });
    expect_failure("generated", shape, 5, {"generated_bytes is -1"},
                   [&](auto* e) { return farspan_ruler_score(nullptr, "a", 1, "a", -1, &recall, e); });
    expect_failure("recall", null, 6, {"recall"},
                   [&](auto* e) { return farspan_ruler_score(nullptr, "a", 1, "a", 1, nullptr, e); });
    expect_failure("answers", null, 2, {"answers"},
                   [&](auto* e) { return farspan_ruler_score_ids(nullptr, nullptr, 1, 1, ids, 4, &recall, e); });
    expect_failure("none", shape, 2, {"there is none"},
                   [&](auto* e) { return farspan_ruler_score_ids(nullptr, ids, 0, 1, ids, 4, &recall, e); });
    for (const int64_t size : {int64_t{-1}, int64_t{0}, int64_t{3}, int64_t{5}})
        expect_failure("answer_ids", shape, 4, {"must divide answers_count, 4"},
                       [&](auto* e) { return farspan_ruler_score_ids(nullptr, ids, 4, size, ids, 4, &recall, e); });
    expect_failure("generated", null, 5, {"generated"},
                   [&](auto* e) { return farspan_ruler_score_ids(nullptr, ids, 4, 2, nullptr, 4, &recall, e); });
    expect_failure("recall", null, 7, {"recall"},
                   [&](auto* e) { return farspan_ruler_score_ids(nullptr, ids, 4, 2, ids, 4, nullptr, e); });
    cr_expect(recall.found == -7);
}

Test(ruler_errors, cancelled_before_they_begin) {
    const farspan_ruler_config config = ruler_config(FARSPAN_RULER_SINGLE_2, 900);
    farspan_ruler_info info;
    farspan_ruler_info_init(&info, sizeof info);
    farspan_recall recall;
    farspan_recall_init(&recall, sizeof recall);
    int64_t needed = -7, ids[60] = {-7};
    expect_refused_at_once("describe", [&](auto* c, auto* e) { return farspan_ruler_describe(c, &config, &info, e); });
    expect_refused_at_once("text", [&](auto* c, auto* e) {
        return farspan_ruler_text(c, &config, nullptr, 0, 1, nullptr, 0, &needed, e);
    });
    expect_refused_at_once("ids", [&](auto* c, auto* e) {
        return farspan_ruler_ids(c, &config, ruler_marks, 4, words, 4, nullptr, 0, 1, ids, 60, e);
    });
    expect_refused_at_once("score",
                           [&](auto* c, auto* e) { return farspan_ruler_score(c, "a", 1, "a", 1, &recall, e); });
    expect_refused_at_once("score of ids", [&](auto* c, auto* e) {
        return farspan_ruler_score_ids(c, words, 4, 1, words, 4, &recall, e);
    });
    cr_expect(needed == -7 && ids[0] == -7 && info.answers == 0 && recall.expected == 0);
}

// RULER's tasks: sizes, depths and counts of what is made, and the scores. That answers follow from the documents is
// checked from Python, by a reader that shares nothing with the library (python/tests/test_ruler.py).
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cancel.hpp"
#include "handles.hpp"
#include "ruler_calls.hpp"

using namespace farspan_test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::size_t count_in(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

farspan_recall score(const std::string& answers, const std::string& generated) {
    farspan_recall recall;
    farspan_recall_init(&recall, sizeof recall);
    error_slot error;
    require_ok(farspan_ruler_score(nullptr, answers.data(), static_cast<int64_t>(answers.size()), generated.data(),
                                   static_cast<int64_t>(generated.size()), &recall, &error),
               error, "score");
    return recall;
}

const std::string essay = "One. Two is longer! Is three?\nv1.5 has no end here. The last has none";

}  // namespace

Test(ruler, defaults_are_the_table_of_the_paper) {
    // haystack, keys, values, queries
    const std::map<int32_t, std::vector<int32_t>> table = {
        {FARSPAN_RULER_SINGLE_1, {1, 1, 1, 1}},   {FARSPAN_RULER_SINGLE_2, {2, 1, 1, 1}},
        {FARSPAN_RULER_SINGLE_3, {2, 1, 1, 1}},   {FARSPAN_RULER_MULTIKEY_1, {2, 4, 1, 1}},
        {FARSPAN_RULER_MULTIKEY_2, {3, 1, 1, 1}}, {FARSPAN_RULER_MULTIKEY_3, {3, 1, 1, 1}},
        {FARSPAN_RULER_MULTIVALUE, {2, 1, 4, 1}}, {FARSPAN_RULER_MULTIQUERY, {2, 4, 1, 4}}};
    for (const auto& [task, numbers] : table) {
        const farspan_ruler_config c = ruler_config(task, 0);
        cr_expect(std::vector<int32_t>({c.haystack, c.keys, c.values, c.queries}) == numbers, "task %d", task);
        cr_expect(std::isnan(c.depth) && c.chains == 0 && c.common == 0 && c.example == 0 && c.exponent == 0);
        cr_expect(c.keys_are == (task == FARSPAN_RULER_MULTIKEY_3 ? FARSPAN_NEEDLE_UUID : FARSPAN_NEEDLE_WORD));
        const bool uuid = task == FARSPAN_RULER_MULTIKEY_3 || task == FARSPAN_RULER_SINGLE_3;
        cr_expect(c.values_are == (uuid ? FARSPAN_NEEDLE_UUID : FARSPAN_NEEDLE_NUMBER));
    }
    const farspan_ruler_config tracking = ruler_config(FARSPAN_RULER_TRACKING, 0);
    cr_expect(tracking.chains == 1 && tracking.hops == 4 && tracking.haystack == FARSPAN_HAYSTACK_NOISE);
    const farspan_ruler_config list = ruler_config(FARSPAN_RULER_COMMON_WORDS, 0);
    cr_expect(list.common == 10 && list.frequency == 30 && list.rare_frequency == 3 && list.example == 1);
    const farspan_ruler_config frequent = ruler_config(FARSPAN_RULER_FREQUENT_WORDS, 0);
    cr_expect(frequent.common == 3 && frequent.exponent == 2 && frequent.rare_frequency == 0);
}

Test(ruler, a_prompt_is_its_parts_and_fills_its_length) {
    for (int32_t task = 1; task <= 11; ++task)
        for (const int64_t length : {5000, 20001}) {
            const farspan_ruler_config config = ruler_config(task, length, 3);
            std::string joined;
            for (const int32_t part :
                 {FARSPAN_PROMPT_TASK, FARSPAN_PROMPT_DOCUMENT, FARSPAN_PROMPT_QUESTION, FARSPAN_PROMPT_PREFIX}) {
                joined += ruler_text(config, part);
                if (part == FARSPAN_PROMPT_DOCUMENT) cr_expect(joined.back() == '\n');
            }
            const std::string whole = ruler_text(config);
            cr_expect(whole == joined, "task %d", task);
            const auto size = static_cast<int64_t>(whole.size());
            cr_expect(size <= length && size > length - 150, "task %d: %ld of %ld", task, size, length);
            const std::vector<std::string> answers = lines_of(ruler_text(config, FARSPAN_PROMPT_ANSWERS));
            const farspan_ruler_info info = ruler_info(config);
            cr_expect(static_cast<int32_t>(answers.size()) == info.answers);
            cr_expect(std::set(answers.begin(), answers.end()).size() == answers.size(), "they differ");
            const std::string asked =
                ruler_text(config, FARSPAN_PROMPT_QUESTION) + ruler_text(config, FARSPAN_PROMPT_PREFIX);
            for (const std::string& answer : answers)
                cr_expect(whole.find(answer) != whole.npos && asked.find(answer) == asked.npos, "task %d", task);
            const farspan_recall all = score(ruler_text(config, FARSPAN_PROMPT_ANSWERS), whole);
            cr_expect(all.complete == 1 && all.share == 1 && all.found == info.answers);
        }
}

Test(ruler, the_least_length_has_room_and_no_less) {
    for (int32_t task = 1; task <= 11; ++task) {
        farspan_ruler_config config = ruler_config(task, 0, 11);
        const farspan_ruler_info info = ruler_info(config);
        config.length = info.least_bytes;
        cr_expect(static_cast<int64_t>(ruler_text(config).size()) <= info.least_bytes, "task %d", task);
        --config.length;
        int64_t needed = 0;
        cr_expect(farspan_ruler_text(nullptr, &config, nullptr, 0, FARSPAN_PROMPT_ANSWERS, nullptr, 0, &needed,
                                     nullptr) == FARSPAN_ERROR_PARAMETER_RANGE);
        config.length = info.least_ids;
        const std::vector<int64_t> ids = ruler_ids(config);
        cr_expect(static_cast<int64_t>(ids.size()) == info.least_ids && std::ranges::find(ids, -1) == ids.end());
    }
}

Test(ruler, a_needle_stands_at_its_depth_behind_a_sentence) {
    for (const int32_t task : {FARSPAN_RULER_SINGLE_1, FARSPAN_RULER_SINGLE_2, FARSPAN_RULER_MULTIKEY_1,
                               FARSPAN_RULER_MULTIKEY_2, FARSPAN_RULER_MULTIVALUE})
        for (const double depth : {0.0, 0.25, 0.5, 0.9, 1.0, std::nan("")}) {
            farspan_ruler_config config = ruler_config(task, 30000, 5);
            config.depth = depth;
            const std::string text = ruler_text(config, FARSPAN_PROMPT_DOCUMENT);
            const std::string answer = lines_of(ruler_text(config, FARSPAN_PROMPT_ANSWERS))[0];
            const std::size_t begin = text.rfind("One of the special", text.find(" is: " + answer + "."));
            const double wanted = ruler_info(config).depth;
            cr_expect(std::isnan(depth) || wanted == depth);
            const auto size = static_cast<double>(text.size());
            const double off = wanted * size - static_cast<double>(begin);
            cr_expect(off >= -400 && off <= 400, "task %d, depth %g: off by %g bytes", task, depth, off);
            cr_expect(begin == 0 || (text[begin - 1] == (config.haystack == FARSPAN_HAYSTACK_ESSAY ? ' ' : '\n') &&
                                     text[begin - 2] == '.'));
            if (depth == 0) cr_expect(begin == 0);
            if (depth == 1 && config.keys * config.values == 1)
                cr_expect(text.ends_with(" is: " + answer + ".\n"), "the last");
        }
}

Test(ruler, an_essay_of_the_caller_is_repeated_by_sentences) {
    farspan_ruler_config config = ruler_config(FARSPAN_RULER_SINGLE_2, 700, 1);
    config.depth = 1;
    const std::string text = ruler_text(config, FARSPAN_PROMPT_DOCUMENT, essay);
    const std::string once = "One. Two is longer! Is three? v1.5 has no end here. The last has none";
    cr_expect(text.starts_with(once + " " + once + " One."), "%s", text.c_str());
    config.depth = 0.5;
    const std::string halved = ruler_text(config, FARSPAN_PROMPT_DOCUMENT, essay);
    const std::size_t begin = halved.find("One of the special");
    const std::string before = halved.substr(0, begin);
    cr_expect(before.ends_with("One. ") || before.ends_with("longer! ") || before.ends_with("three? ") ||
              before.ends_with("here. ") || before.ends_with("none "));
    cr_expect(ruler_text(config, FARSPAN_PROMPT_WHOLE, " \n ") == ruler_text(config),
              "nothing but white space is none");
}

Test(ruler, seeds_differ_and_lengths_keep_the_answers) {
    for (int32_t task = 1; task <= 11; ++task) {
        std::set<std::string> answers;
        for (uint64_t seed = 0; seed < 30; ++seed)
            answers.insert(ruler_text(ruler_config(task, 6000, seed), FARSPAN_PROMPT_ANSWERS));
        cr_expect(answers.size() == 30, "task %d: %zu", task, answers.size());
        cr_expect(ruler_text(ruler_config(task, 6000, 4), FARSPAN_PROMPT_ANSWERS) ==
                  ruler_text(ruler_config(task, 60000, 4), FARSPAN_PROMPT_ANSWERS));
        cr_expect(ruler_ids(ruler_config(task, 2000, 4)) != ruler_ids(ruler_config(task, 2000, 5)));
    }
    double least = 1, most = 0, sum = 0;
    for (uint64_t seed = 0; seed < 400; ++seed) {
        const double depth = ruler_info(ruler_config(FARSPAN_RULER_SINGLE_1, 0, seed)).depth;
        least = std::min(least, depth), most = std::max(most, depth), sum += depth;
    }
    cr_expect(least < 0.02 && most > 0.98 && std::fabs(sum / 400 - 0.5) < 0.08);
}

Test(ruler, needles_run_out_of_pairs_of_words_and_go_on) {
    farspan_ruler_config config = ruler_config(FARSPAN_RULER_MULTIKEY_2, 1000000, 2);
    const std::vector<std::string> lines = lines_of(ruler_text(config, FARSPAN_PROMPT_DOCUMENT));
    std::set<std::string> keys, values;
    for (const std::string& line : lines) {
        const std::size_t key = line.find(" for ") + 5, is = line.find(" is: ");
        keys.insert(line.substr(key, is - key));
        values.insert(line.substr(is));
    }
    cr_expect(keys.size() == lines.size() && values.size() == lines.size() && lines.size() > 14000);
    cr_expect(std::ranges::any_of(keys, [](const std::string& key) { return std::ranges::count(key, '-') == 2; }));
}

// floor(N k^-a / zeta(a)) of each word, by sums that share nothing with the library's.
Test(ruler, frequent_words_follow_the_law) {
    for (const double a : {1.1, 1.5, 2.0, 3.5, 8.0}) {
        farspan_ruler_config config = ruler_config(FARSPAN_RULER_FREQUENT_WORDS, 200000, 9);
        config.exponent = a;
        if (a == 8.0) config.common = 1;
        std::istringstream words(ruler_text(config, FARSPAN_PROMPT_DOCUMENT));
        std::map<std::string, int64_t> counted;
        for (std::string word; words >> word;) ++counted[word];
        const int64_t dots = counted["..."];
        counted.erase("...");
        std::vector<int64_t> counts;
        for (const auto& [word, count] : counted) counts.push_back(count);
        std::ranges::sort(counts, std::greater<>());
        long double zeta = 0;
        constexpr int64_t terms = 1000000;
        for (int64_t k = terms; k >= 1; --k)
            zeta += std::pow(static_cast<long double>(k), -static_cast<long double>(a));
        zeta += std::pow(terms + 0.5L, 1 - static_cast<long double>(a)) / (a - 1);
        // N is where all counts agree; the first gives it to within a few words
        const long double share = std::pow(2.0L, -static_cast<long double>(a)) / zeta;
        const auto law = [&](int64_t n) {
            std::vector<int64_t> expected;
            for (int64_t k = 2;; ++k) {
                const auto count = static_cast<int64_t>(
                    n * std::pow(static_cast<long double>(k), -static_cast<long double>(a)) / zeta);
                if (count < 1) return expected;
                expected.push_back(count);
            }
        };
        const auto first = static_cast<int64_t>(static_cast<long double>(counts[0]) / share);
        const auto last = static_cast<int64_t>(static_cast<long double>(counts[0] + 1) / share) + 1;
        bool found = false;
        for (int64_t n = first; n <= last && !found; n += a < 1.2 ? 1 : 1) found = law(n) == counts;
        cr_expect(found, "exponent %g: %zu words, first %ld", a, counts.size(), counts[0]);
        cr_expect(static_cast<long double>(dots) >= static_cast<long double>(counts[0]) && dots > 0);
    }
}

Test(ruler, lists_have_common_and_rare_words) {
    const farspan_ruler_config config = ruler_config(FARSPAN_RULER_COMMON_WORDS, 30000, 6);
    std::istringstream words(ruler_text(config, FARSPAN_PROMPT_DOCUMENT));
    std::map<std::string, int> counted;
    std::string number, word;
    int entries = 0;
    while (words >> number >> word) {
        cr_assert(number == std::to_string(++entries) + ".");
        ++counted[word];
    }
    std::map<int, int> frequencies;
    for (const auto& [_, count] : counted) ++frequencies[count];
    cr_expect(frequencies[30] == 10 && frequencies.size() <= 3 && frequencies[3] > 500);
    cr_expect(frequencies[1] + frequencies[2] <= 1, "the last word may be rarer");
    cr_expect(count_in(ruler_text(config, FARSPAN_PROMPT_TASK), "Below is a numbered list") == 2, "an example");
    farspan_ruler_config without = config;
    without.example = 0;
    cr_expect(count_in(ruler_text(without), "Below is a numbered list") == 1);
}

Test(ruler, ids_are_of_the_vocabulary_and_the_marks) {
    for (int32_t task = 1; task <= 11; ++task) {
        const farspan_ruler_config config = ruler_config(task, 3000, 8);
        const farspan_ruler_info info = ruler_info(config);
        const std::vector<int64_t> whole = ruler_ids(config), document = ruler_ids(config, FARSPAN_PROMPT_DOCUMENT),
                                   question = ruler_ids(config, FARSPAN_PROMPT_QUESTION);
        cr_expect(static_cast<int64_t>(question.size()) == info.question_ids);
        std::vector<int64_t> joined = document;
        joined.insert(joined.end(), question.begin(), question.end());
        cr_expect(whole == joined && whole.size() == 3000, "task %d", task);
        for (const int64_t id : whole)
            cr_assert((id >= 1000 && id < 2000) || std::ranges::find(ruler_marks, id) != std::end(ruler_marks));
        const std::vector<int64_t> answers = ruler_ids(config, FARSPAN_PROMPT_ANSWERS);
        cr_expect(static_cast<int64_t>(answers.size()) == info.answers * info.answer_ids);
        farspan_recall recall;
        farspan_recall_init(&recall, sizeof recall);
        cr_expect(farspan_ruler_score_ids(nullptr, answers.data(), static_cast<int64_t>(answers.size()),
                                          info.answer_ids, document.data(), static_cast<int64_t>(document.size()),
                                          &recall, nullptr) == FARSPAN_OK);
        cr_expect(recall.complete == 1 && recall.expected == info.answers, "task %d", task);
    }
}

Test(ruler, a_haystack_of_ids_is_repeated) {
    farspan_ruler_config config = ruler_config(FARSPAN_RULER_SINGLE_2, 50, 8);
    config.depth = 0.5;
    const std::vector<int64_t> hay = {7, 8, 9};
    const std::vector<int64_t> ids = ruler_ids(config, FARSPAN_PROMPT_DOCUMENT, hay);
    const std::size_t statement = 2 + 1 + 7 + 1, rest = ids.size() - statement, begin = (rest + 1) / 2;
    for (std::size_t n = 0; n < rest; ++n) cr_expect(ids[n < begin ? n : n + statement] == hay[n % 3], "%zu", n);
    cr_expect(ids[begin + 2] == ruler_marks[0] && ids[begin + statement - 1] == ruler_marks[1]);
}

Test(ruler, scores_find_answers_anywhere) {
    cr_expect(score("4711\n4712", "it is 4711").share == 0.5);
    const farspan_recall half = score("amber-falcon\nB\n\nq\nd\n", "AMBER-FALCON, xbx");
    cr_expect(half.expected == 4 && half.found == 2 && half.share == 0.5 && half.best == 1 && half.complete == 0);
    const farspan_recall none = score("a", "");
    cr_expect(none.found == 0 && none.best == 0 && none.share == 0);
    cr_expect(score("11", "3115").complete == 1, "a part of a longer number counts, as in RULER");
    cr_expect(score("\xC3\x84", "\xC3\xA4").found == 0, "only ASCII has no case");
    const int64_t answers[4] = {1, 2, 2, 3}, written[5] = {0, 1, 2, 3, 1};
    farspan_recall recall;
    farspan_recall_init(&recall, sizeof recall);
    const auto of = [&](int64_t ids) {
        cr_expect(farspan_ruler_score_ids(nullptr, answers, 4, ids, written, 5, &recall, nullptr) == FARSPAN_OK);
        return recall;
    };
    cr_expect(of(2).found == 2 && of(1).found == 4 && of(4).found == 0 && of(4).expected == 1);
}

Test(ruler, long_ones_are_made_and_cancelled) {
    farspan_ruler_config config = ruler_config(FARSPAN_RULER_SINGLE_2, int64_t{1} << 38);
    int64_t needed = -7;
    for (const int32_t task :
         {FARSPAN_RULER_SINGLE_1, FARSPAN_RULER_SINGLE_2, FARSPAN_RULER_TRACKING, FARSPAN_RULER_FREQUENT_WORDS}) {
        config = ruler_config(task, int64_t{1} << 38);
        if (task == FARSPAN_RULER_FREQUENT_WORDS) config.exponent = 1.5;
        expect_stopped("text", [&](auto* c, auto* e) {
            return farspan_ruler_text(c, &config, nullptr, 0, FARSPAN_PROMPT_WHOLE, nullptr, 0, &needed, e);
        });
    }
    config = ruler_config(FARSPAN_RULER_SINGLE_2, 50000000);
    std::vector<int64_t> ids(50000000), vocabulary(1000);
    std::iota(vocabulary.begin(), vocabulary.end(), 1000);
    expect_stopped("ids", [&](auto* c, auto* e) {
        return farspan_ruler_ids(c, &config, ruler_marks, 4, vocabulary.data(), 1000, nullptr, 0, FARSPAN_PROMPT_WHOLE,
                                 ids.data(), 50000000, e);
    });
    const std::string generated(20000000, 'a'), answer = std::string(1000, 'a') + "b";
    farspan_recall recall;
    farspan_recall_init(&recall, sizeof recall);
    expect_stopped("score", [&](auto* c, auto* e) {
        return farspan_ruler_score(c, answer.data(), 1001, generated.data(), 20000000, &recall, e);
    });
    cr_expect(needed == -7 && recall.expected == 0);
}

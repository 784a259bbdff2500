// Scores of texts, intervals, passkeys and needles. What is expected of texts is what sacrebleu 2.4.3 and rouge-score
// 0.1.2 answered: tests/eval/text_scores.json, made by tests/oracles/make_text_vectors.py.
#include <fstream>

#include "cases.hpp"
#include "farspan/eval.h"

namespace conformance {
namespace {

constexpr double score_error = 1e-9;

// What sacrebleu's tokenizer for Chinese answered: tests/oracles/make_zh_vectors.py.
const json& published_in_chinese() {
    static const json all = json::parse(std::ifstream(FARSPAN_ZH_SCORES));
    return all;
}

const json& published() {
    static const json all = json::parse(std::ifstream(FARSPAN_TEXT_SCORES));
    return all;
}

// Options in the order of published_metrics.py, as a configuration that names what differs from the defaults.
json named(const json& options, std::initializer_list<const char*> names) {
    json config = json::object();
    size_t n = 0;
    for (const char* name : names) {
        if (!options[n].is_null()) config[name] = options[n];
        ++n;
    }
    return config;
}
json bleu_config(const json& options) {
    return named(options, {"tokenizer", "smoothing", "max_order", "lowercase", "effective_order", "smoothing_value"});
}
json chrf_config(const json& options) {
    return named(options, {"char_order", "word_order", "lowercase", "whitespace", "every_order", "beta"});
}

// The first values of an output; the others are not published.
json values(const json& known) {
    json at = json::array();
    for (size_t n = 0; n < known.size(); ++n) at.push_back(n);
    return {{"at", at}, {"values", known}, {"tolerance", score_error}};
}

void add_known(case_list& list, const std::string& name, const char* call, const json& arguments, const json& outputs) {
    list.add(name, call, {}, arguments)["outputs"] = outputs;
}

void add_sentences(case_list& list) {
    const json& pairs = published()["pairs"];
    for (size_t n = 0; n < pairs.size(); n += 40) {
        const json& row = pairs[n];
        const std::string what = "published pair " + std::to_string(n);
        const json segment = {{"hypothesis", row[0]}, {"references", row[1]}};
        const json segments = json::array({segment});
        add_known(list, "bleu_score: " + what, "bleu_score", {{"config", bleu_config(row[2])}, {"segments", segments}},
                  json::array({values(json::array({row[3]}))}));
        add_known(list, "chrf_score: " + what, "chrf_score", {{"config", chrf_config(row[4])}, {"segments", segments}},
                  json::array({values(json::array({row[5]}))}));
        json config = named(row[6], {"kind", "order", "stem"});
        if (config["kind"] != FARSPAN_ROUGE_N) config.erase("order");
        add_known(list, "rouge: " + what, "rouge", with({{"config", config}}, segment), json::array({values(row[7])}));
    }
}

// A corpus, counted in two halves; a segment with fewer references than others has null for them.
void add_corpora(case_list& list) {
    const json &pairs = published()["pairs"], &corpora = published()["corpora"];
    for (size_t n = 0; n < corpora.size(); ++n) {
        const json& row = corpora[n];
        const auto first = row[0].get<size_t>(), count = row[1].get<size_t>();
        if (count > 5) continue;
        const std::string what = "published corpus " + std::to_string(n);
        json segments = json::array();
        size_t most = 0, least = 9;
        for (size_t at = first; at < first + count; ++at) {
            most = std::max(most, pairs[at][1].size());
            least = std::min(least, pairs[at][1].size());
        }
        for (size_t at = first; at < first + count; ++at) {
            json references = pairs[at][1];
            while (references.size() < most) references.push_back(nullptr);
            segments.push_back({{"hypothesis", pairs[at][0]}, {"references", references}});
        }
        json known = json::array({row[3], row[5]});
        known.insert(known.end(), row[4].begin(), row[4].end());
        add_known(list, "bleu_merge: " + what, "bleu_merge", {{"config", bleu_config(row[2])}, {"segments", segments}},
                  json::array({values(known)}));
        add_known(list, "chrf_merge: " + what, "chrf_merge", {{"config", chrf_config(row[8])}, {"segments", segments}},
                  json::array({values(json::array({row[9]}))}));
        const std::string version = std::to_string(FARSPAN_VERSION_MAJOR) + "." +
                                    std::to_string(FARSPAN_VERSION_MINOR) + "." + std::to_string(FARSPAN_VERSION_PATCH);
        const json text = {{"text", row[7].get<std::string>() + "|version:farspan-" + version}};
        add_known(list, "bleu_signature: " + what, "bleu_signature",
                  {{"config", bleu_config(row[2])}, {"references", most == least ? most : 0}}, json::array({text}));
    }
}

void add_tokens(case_list& list) {
    const json &strings = published()["strings"], &stems = published()["stems"];
    const auto add = [&](const std::string& what, const json& tokenizer, const json& lowercase, const json& text,
                         const json& tokens) {
        add_known(list, "tokenize: " + what, "tokenize",
                  {{"tokenizer", tokenizer}, {"lowercase", lowercase}, {"text", text}},
                  json::array({{{"text", tokens}}}));
    };
    for (size_t n = 0; n < strings.size(); n += 10)
        add("published string " + std::to_string(n), strings[n][0], strings[n][1], strings[n][2], strings[n][3]);
    std::string words, expected;
    for (size_t n = 0; n < stems.size(); n += 25) {
        words += (n == 0 ? "" : " ") + stems[n][0].get<std::string>();
        expected += (n == 0 ? "" : " ") + stems[n][1].get<std::string>();
    }
    add("published stems", FARSPAN_TOKENIZER_ROUGE_STEMMED, 0, words, expected);
    add("nothing", FARSPAN_TOKENIZER_13A, 0, "", "");
    const json& chinese = published_in_chinese()["strings"];
    for (size_t n = 0; n < chinese.size(); n += 40)
        add("published Chinese string " + std::to_string(n), FARSPAN_TOKENIZER_ZH, chinese[n][0], chinese[n][1],
            chinese[n][2]);
}

void add_chinese(case_list& list) {
    const json& corpora = published_in_chinese()["corpora"];
    for (size_t n = 0; n < corpora.size(); n += 20) {
        const json& row = corpora[n];
        json segments = json::array();
        for (size_t s = 0; s < row[1].size(); ++s)
            segments.push_back({{"hypothesis", row[1][s]}, {"references", json::array({row[2][s]})}});
        add_known(list, "bleu_score: Chinese corpus " + std::to_string(n), "bleu_score",
                  {{"config", {{"tokenizer", FARSPAN_TOKENIZER_ZH}, {"lowercase", row[0]}}}, {"segments", segments}},
                  json::array({values(json::array({row[3]}))}));
    }
}

void add_ids(case_list& list) {
    const json first = {{"hypothesis", {5, 6, 7, 8, 9, 5, 6, 7}},
                        {"references", {{5, 6, 7, 8, 1, 9}, {2, 5, 6, 7, 8, 9, 5, 6, 3}, nullptr}}};
    const json second = {{"hypothesis", {-4, 1000000000000, 3, 3, 3, 8}},
                         {"references", {{-4, 1000000000000, 3, 3, 8}, json::array(), {3}}}};
    const json third = {{"hypothesis", {1, 2, 3, 4, 5}}, {"references", {{1, 2, 9, 4, 5, 6}}}};
    const json plain = json::object(), none = {{"smoothing", FARSPAN_SMOOTHING_NONE}, {"max_order", 2}};
    list.add("bleu_add_tokens: a corpus", "bleu_add_tokens", {}, {{"config", plain}, {"segments", {first, second}}});
    list.add("bleu_add_tokens: orders without a match", "bleu_add_tokens", {},
             {{"config", plain}, {"segments", {third}}});
    list.add("bleu_add_tokens: two orders, no smoothing", "bleu_add_tokens", {},
             {{"config", none}, {"segments", {third, first}}});
    for (const json& segment : {first, second, third})
        for (const json& config : {json{{"kind", FARSPAN_ROUGE_N}}, json{{"kind", FARSPAN_ROUGE_N}, {"order", 2}},
                                   json{{"kind", FARSPAN_ROUGE_L}}})
            list.add("rouge_tokens: " + config.dump() + ", " + std::to_string(segment.at("hypothesis").size()) + " ids",
                     "rouge_tokens", {}, with({{"config", config}}, segment));
}

void add_intervals(case_list& list) {
    const auto mean = [&](const char* what, const json& numbers, const json& config) {
        list.add(std::string("bootstrap_mean: ") + what, "bootstrap_mean", {},
                 {{"config", config}, {"values", numbers}});
    };
    mean("one value", {7.5}, {{"samples", 10}, {"confidence", 0.9}});
    mean("three values", {1, 2, 4}, {{"samples", 20000}, {"confidence", 0.8}});
    mean("three values, another seed", {1, 2, 4}, {{"samples", 20000}, {"confidence", 0.5}, {"seed", 4711}});
    const json a = {{"hypothesis", "the cat is on the mat today"}, {"references", {"the cat is on the mat now"}}};
    const json b = {{"hypothesis", "a dog sat there in the garden all day"},
                    {"references", {"the dog sat there in the garden at noon"}}};
    list.add(
        "bleu_bootstrap: two segments", "bleu_bootstrap", {},
        {{"config", {{"samples", 4000}}}, {"bleu", {{"tokenizer", FARSPAN_TOKENIZER_NONE}}}, {"segments", {a, b}}});
}

void add_tasks(case_list& list) {
    for (const int32_t form : {FARSPAN_PASSKEY_LANDMARK, FARSPAN_PASSKEY_SENTENCES})
        for (const double depth : {0.0, 0.375, 1.0})
            list.add("passkey_make: form " + std::to_string(form) + ", depth " + std::to_string(depth), "passkey_make",
                     {}, {{"config", {{"form", form}, {"length", 900}, {"depth", depth}, {"seed", form + 41}}}});
    list.add("passkey_make: keys of four digits", "passkey_make", {},
             {{"config",
               {{"form", FARSPAN_PASSKEY_SENTENCES},
                {"length", 700},
                {"depth", 0.6},
                {"lowest_key", 1000},
                {"highest_key", 9999}}}});
    const auto check = [&](const char* generated, int64_t key, int correct) {
        const json known = {{"values", {correct}}, {"tolerance", 0}};
        add_known(list, std::string("passkey_check: '") + generated + "'", "passkey_check",
                  {{"generated", generated}, {"key", key}}, json::array({known}));
    };
    check(" 4711. Remember it.", 4711, 1);
    check("is 04711", 4711, 1);
    check("12, no 4711", 4711, 0);
    check("47110", 4711, 0);
    check("", 4711, 0);
    const json task = {{"haystack", {1, 2, 3, 9, 4, 5, 9}}, {"needle", {100, 101}}, {"question", {200}}};
    const auto place = [&](const char* what, const json& rest) {
        list.add(std::string("needle_place: ") + what, "needle_place", {}, with(task, rest));
    };
    place("at the start", {{"length", 8}, {"depth", 0}});
    place("at the end", {{"length", 8}, {"depth", 1}});
    place("behind a sentence", {{"length", 15}, {"depth", 0.75}, {"boundary", 9}});
    place("without a sentence", {{"length", 15}, {"depth", 0.75}, {"boundary", 77}});
    place("without hay", {{"length", 3}, {"depth", 0.25}});
}

}  // namespace

case_list eval_text_cases() {
    case_list list;
    add_tokens(list);
    add_chinese(list);
    add_sentences(list);
    add_corpora(list);
    add_ids(list);
    return list;
}

case_list eval_task_cases() {
    case_list list;
    add_intervals(list);
    add_tasks(list);
    const char* const names[] = {"untested", "improves", "holds", "degrades", "explodes"};
    for (int32_t verdict = FARSPAN_VERDICT_UNTESTED; verdict <= FARSPAN_VERDICT_EXPLODES; ++verdict)
        add_known(list, "verdict_name: " + std::to_string(verdict), "verdict_name", {{"verdict", verdict}},
                  json::array({{{"text", names[verdict]}}}));
    return list;
}

case_list eval_text_error_cases() {
    case_list list;
    const auto refuse = [&](const char* call, const char* what, const json& arguments, const char* failing,
                            int32_t status, int32_t argument) {
        list.refuse(std::string(call) + " refused: " + what, call, {}, arguments, failing, status, argument);
    };
    const json segment = {{"hypothesis", "a b c"}, {"references", {"a b d"}}};
    const json ids = {{"hypothesis", {1, 2, 3}}, {"references", {{1, 2, 4}}}};
    const auto scored = [](const json& config, const json& one) -> json {
        return {{"config", config}, {"segments", json::array({one})}};
    };
    const json alone = {{"hypothesis", "a b c"}, {"references", json::array()}};
    refuse("bleu_score", "no references", scored(json::object(), alone), "bleu_add", FARSPAN_ERROR_SHAPE, 6);
    refuse("bleu_score", "nine orders", scored({{"max_order", 9}}, segment), "bleu_add", FARSPAN_ERROR_PARAMETER_RANGE,
           2);
    refuse("bleu_score", "a tokenizer for ROUGE", scored({{"tokenizer", FARSPAN_TOKENIZER_ROUGE}}, segment), "bleu_add",
           FARSPAN_ERROR_METHOD, 2);
    refuse("bleu_score", "a value that the smoothing ignores", scored({{"smoothing_value", 0.5}}, segment), "bleu_add",
           FARSPAN_ERROR_COMBINATION, 2);
    refuse("bleu_add_tokens", "no order", scored({{"max_order", 0}}, ids), "bleu_add_tokens",
           FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("bleu_signature", "a negative number", {{"config", json::object()}, {"references", -1}}, "bleu_signature",
           FARSPAN_ERROR_SHAPE, 2);
    refuse("chrf_score", "beta 0", scored({{"beta", 0}}, segment), "chrf_add", FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("chrf_score", "no references", scored(json::object(), alone), "chrf_add", FARSPAN_ERROR_SHAPE, 6);
    refuse("rouge", "order 10", with({{"config", {{"kind", FARSPAN_ROUGE_N}, {"order", 10}}}}, segment), "rouge",
           FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("rouge_tokens", "sentences of ids", with({{"config", {{"kind", FARSPAN_ROUGE_LSUM}}}}, ids), "rouge_tokens",
           FARSPAN_ERROR_COMBINATION, 2);
    refuse("bootstrap_mean", "no values", {{"config", json::object()}, {"values", json::array()}}, "bootstrap_mean",
           FARSPAN_ERROR_SHAPE, 4);
    refuse("bootstrap_mean", "confidence NaN", {{"config", {{"confidence", "nan"}}}, {"values", {1}}}, "bootstrap_mean",
           FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("bleu_bootstrap", "no samples",
           {{"config", {{"samples", 0}}}, {"bleu", json::object()}, {"segments", json::array({segment})}},
           "bleu_bootstrap", FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("passkey_make", "no room", {{"config", {{"form", FARSPAN_PASSKEY_LANDMARK}, {"length", 100}}}},
           "passkey_make", FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("passkey_check", "a negative key", {{"generated", "-3"}, {"key", -3}}, "passkey_check",
           FARSPAN_ERROR_PARAMETER_RANGE, 4);
    const json task = {{"haystack", {1, 2}}, {"needle", {100, 101}}, {"question", {200}}, {"depth", 0.5}};
    refuse("needle_place", "no room", with(task, {{"length", 2}}), "needle_place", FARSPAN_ERROR_SHAPE, 12);
    refuse("needle_place", "no hay", with(task, {{"length", 5}, {"haystack", json::array()}}), "needle_place",
           FARSPAN_ERROR_SHAPE, 3);
    refuse("needle_place", "depth NaN", with(task, {{"length", 5}, {"depth", "nan"}}), "needle_place",
           FARSPAN_ERROR_PARAMETER_RANGE, 8);
    return list;
}

}  // namespace conformance

// The vectors leave nothing out: every method, option, call and expressible status occurs. And they stay small.
#include <criterion/criterion.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "case_reader.hpp"
#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/model.h"

using conformance::json;

namespace {

std::vector<std::filesystem::path> files() {
    std::vector<std::filesystem::path> result;
    for (const auto& entry : std::filesystem::directory_iterator(FARSPAN_CONFORMANCE_DIR))
        if (entry.path().extension() == ".json") result.push_back(entry.path());
    return result;
}

const std::vector<json>& cases() {
    static const std::vector<json> all = [] {
        std::vector<json> result;
        for (const auto& file : files()) {
            std::ifstream stream(file);
            const json parsed = json::parse(stream);
            for (const json& one : parsed.at("cases")) result.push_back(one);
        }
        return result;
    }();
    return all;
}

bool succeeds(const json& one) { return !one.contains("status"); }

// The calls of eval.h. loss_summarize, bleu_add and chrf_add are parts of others. Those that take nothing wrong, in a
// language that has no casts, are not refused: tokenizers and verdicts are enums, and counts come from the library.
const std::set<std::string> eval_calls = {
    "token_nll",    "token_nll_grad", "windows_count",  "windows_get",     "loss_add",      "loss_merge",
    "judge",        "verdict_name",   "tokenize",       "bleu_score",      "bleu_merge",    "loss_add_by_context",
    "chrf_score",   "chrf_merge",     "bleu_signature", "bleu_add_tokens", "rouge",         "rouge_tokens",
    "passkey_make", "passkey_check",  "needle_place",   "bootstrap_mean",  "bleu_bootstrap"};
const std::set<std::string> eval_refused = {
    "token_nll",      "token_nll_grad",      "windows_count", "windows_get",  "loss_add",
    "loss_merge",     "loss_add_by_context", "judge",         "bleu_add",     "bleu_add_tokens",
    "chrf_add",       "bleu_signature",      "rouge",         "rouge_tokens", "bootstrap_mean",
    "bleu_bootstrap", "passkey_make",        "passkey_check", "needle_place"};

// The values of a field over all schemes of cases that succeed, as JSON; `call` empty: any.
std::set<std::string> values_of(const char* part, const char* field, const std::string& call = "") {
    std::set<std::string> result;
    for (const json& one : cases()) {
        if (!succeeds(one) || (!call.empty() && one.at("call") != call) || !one.contains("scheme")) continue;
        const json& given = one.at("scheme");
        const json scheme = given.is_string() ? json::parse(given.get<std::string>()) : given;
        if (scheme.contains(part) && scheme.at(part).contains(field)) result.insert(scheme.at(part).at(field).dump());
    }
    return result;
}

void expect_all(const char* part, const char* field, std::initializer_list<const char*> values,
                const std::string& call = "") {
    const std::set<std::string> found = values_of(part, field, call);
    for (const char* value : values)
        cr_expect(found.count(json(value).dump()) == 1, "no case %s has %s.%s %s", call.c_str(), part, field, value);
}

}  // namespace

Test(conformance, every_method_occurs) {
    const struct {
        int32_t part;
        const char *name, *field;
    } parts[] = {{FARSPAN_PART_ROPE, "rope", "method"},
                 {FARSPAN_PART_REMAP, "remap", "method"},
                 {FARSPAN_PART_BIAS, "bias", "method"},
                 {FARSPAN_PART_TEMPERATURE, "score", "temperature"}};
    for (const auto& [part, name, field] : parts)
        for (int32_t method = 1; method < farspan_method_count(part); ++method)
            for (const char* call : {"attention_run", "scheme_to_json"})
                expect_all(name, field, {farspan_method_name(part, method)}, call);
}

Test(conformance, every_option_occurs) {
    for (const char* call : {"attention_run", "rope_apply"}) {
        expect_all("rope", "layout", {"half", "interleaved"}, call);
        expect_all("rope", "angle", {"float32"}, call);
    }
    expect_all("rope", "axes", {"sections", "interleaved", "interleaved_ggml"}, "rope_apply");
    expect_all("rope", "ramp", {"rotations"});
    expect_all("rope", "magnitude", {"yarn", "explicit", "unclamped"});
    expect_all("rope", "length_switch", {"after", "at", "always_long"}, "attention_run");
    for (const char* field : {"window_left", "window_right", "sinks", "chunk", "prefix"})
        cr_expect(!values_of("mask", field, "attention_run").empty(), "no attention under a mask with %s", field);
    cr_expect(values_of("mask", "causal", "attention_run").count("false") == 1);
}

// Of the configurations of eval.h.
Test(conformance, every_option_of_the_evaluation_occurs) {
    const auto expect = [](const char* field, std::initializer_list<const char*> calls, int32_t first, int32_t last) {
        std::set<int32_t> found;
        for (const json& one : cases()) {
            const std::set<std::string> wanted(calls.begin(), calls.end());
            if (!succeeds(one) || wanted.count(one.at("call").get<std::string>()) == 0) continue;
            const json& given = one.at("arguments");
            const json& holder = given.contains("config") ? given.at("config") : given;
            if (holder.contains(field)) found.insert(holder.at(field).get<int32_t>());
        }
        for (int32_t value = first; value <= last; ++value)
            cr_expect(found.count(value) == 1, "no case has %s %d", field, value);
    };
    expect("kind", {"windows_get"}, FARSPAN_WINDOWS_BLOCKS, FARSPAN_WINDOWS_LAST);
    expect("bos", {"windows_get"}, FARSPAN_BOS_NONE, FARSPAN_BOS_EVERY);
    expect("verdict", {"verdict_name"}, FARSPAN_VERDICT_UNTESTED, FARSPAN_VERDICT_EXPLODES);
    expect("tokenizer", {"tokenize"}, FARSPAN_TOKENIZER_NONE, FARSPAN_TOKENIZER_ZH);
    expect("tokenizer", {"bleu_score", "bleu_merge"}, FARSPAN_TOKENIZER_NONE, FARSPAN_TOKENIZER_INTL);
    expect("tokenizer", {"bleu_score"}, FARSPAN_TOKENIZER_ZH, FARSPAN_TOKENIZER_ZH);
    expect("smoothing", {"bleu_score", "bleu_merge"}, FARSPAN_SMOOTHING_NONE, FARSPAN_SMOOTHING_EXP);
    expect("kind", {"rouge"}, FARSPAN_ROUGE_N, FARSPAN_ROUGE_LSUM);
    expect("kind", {"rouge_tokens"}, FARSPAN_ROUGE_N, FARSPAN_ROUGE_L);
    expect("stem", {"rouge"}, 0, 1);
    expect("form", {"passkey_make"}, FARSPAN_PASSKEY_LANDMARK, FARSPAN_PASSKEY_SENTENCES);
}

Test(conformance, every_call_succeeds_and_fails) {
    std::set<std::string> succeeding, failing;
    for (const json& one : cases()) {
        if (one.at("call") == "cache_history") continue;  // not a function: the next test looks at its steps
        if (one.contains("model")) continue;              // test_coverage_model.cpp
        if (succeeds(one))
            succeeding.insert(one.at("call").get<std::string>());
        else
            failing.insert(one.at("failing").get<std::string>());
    }
    const std::set<std::string> calls = {"rope_frequencies", "scheme_probe",  "scheme_visible",   "scheme_to_json",
                                         "rope_apply",       "bias_fill",     "sinusoidal_fill",  "position_lookup",
                                         "fire_fill",        "attention_run", "plan_tile_counts", "attention",
                                         "attention_merge"};
    std::set<std::string> expected = calls;
    expected.insert(eval_calls.begin(), eval_calls.end());
    cr_expect(succeeding == expected, "%zu calls succeed", succeeding.size());
    std::set<std::string> refused = calls;
    for (const char* call : {"plan_tile_counts", "scheme_to_json"}) refused.erase(call);  // fail with NULL only
    refused.insert({"scheme_from_json", "plan_create"});
    refused.insert(eval_refused.begin(), eval_refused.end());
    cr_expect(failing == refused, "%zu functions fail", failing.size());
}

Test(conformance, every_call_of_a_cache_succeeds_and_fails) {
    std::set<std::string> succeeding, failing;
    std::set<int32_t> stored;
    for (const json& one : cases()) {
        if (one.at("call") != "cache_history") continue;
        if (!succeeds(one)) failing.insert(one.at("failing").get<std::string>());
        for (const json& step : one.at("arguments").at("steps")) {
            const auto call = step.at("call").get<std::string>();
            if (call == "cache_create") stored.insert(step.at("config").value("dtype", int32_t{FARSPAN_BF16}));
            if (step.contains("status")) failing.insert(call);
            if (succeeds(one) && !step.contains("status")) succeeding.insert(call);
        }
    }
    const std::set<std::string> calls = {"cache_create", "cache_sequence_create", "cache_sequence_destroy",
                                         "cache_fork",   "cache_evict",           "cache_keep",
                                         "cache_clear",  "cache_append",          "cache_write",
                                         "cache_save",   "cache_restore",         "cache_sequence_info",
                                         "cache_run",    "cache_get_statistics",  "attention_decode"};
    cr_expect(succeeding == calls, "%zu calls succeed", succeeding.size());
    std::set<std::string> refused = calls;
    for (const char* call : {"cache_sequence_create", "cache_clear", "cache_get_statistics"}) refused.erase(call);
    refused.insert("cache_plan_create");
    cr_expect(failing == refused, "%zu functions fail", failing.size());
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8})
        cr_expect(stored.count(dtype) == 1, "no cache stores dtype %d", dtype);
}

// The others need a number outside its enum, another struct_size, or a machine in trouble.
Test(conformance, every_expressible_status_occurs) {
    std::set<int32_t> found;
    for (const json& one : cases()) {
        found.insert(one.value("status", int32_t{FARSPAN_OK}));
        if (one.at("call") != "cache_history") continue;
        for (const json& step : one.at("arguments").at("steps"))
            found.insert(step.value("status", int32_t{FARSPAN_OK}));
    }
    const std::set<int32_t> expected = {FARSPAN_OK,
                                        FARSPAN_ERROR_NULL_ARGUMENT,
                                        FARSPAN_ERROR_SHAPE,
                                        FARSPAN_ERROR_STRIDE,
                                        FARSPAN_ERROR_HEAD_GROUPS,
                                        FARSPAN_ERROR_ROTARY_DIM,
                                        FARSPAN_ERROR_PARAMETER_RANGE,
                                        FARSPAN_ERROR_METHOD,
                                        FARSPAN_ERROR_COMBINATION,
                                        FARSPAN_ERROR_POSITIONS,
                                        FARSPAN_ERROR_DTYPE,
                                        FARSPAN_ERROR_OUT_OF_MEMORY,
                                        FARSPAN_ERROR_FORMAT};
    cr_expect(found == expected, "%zu statuses occur, must be %zu", found.size(), expected.size());
}

Test(conformance, names_are_unique_and_outputs_are_samples) {
    std::set<std::string> names;
    for (const json& one : cases()) {
        const auto name = one.at("name").get<std::string>();
        cr_expect(names.insert(name).second, "'%s' occurs twice", name.c_str());
        cr_expect(succeeds(one) == one.contains("outputs"), "'%s' has outputs or a status", name.c_str());
        if (!succeeds(one)) continue;
        size_t compared = 0;
        for (const json& output : one.at("outputs")) {
            compared += output.contains("text") ? 1 : output.at("values").size();
            if (output.contains("text")) continue;
            const size_t count = output.at("values").size();
            cr_expect(count <= 32, "'%s' compares %zu values", name.c_str(), count);
            cr_expect(!output.contains("at") || output.at("at").size() == count, "'%s'", name.c_str());
        }
        cr_expect(compared >= 1, "'%s' compares nothing", name.c_str());
    }
    cr_expect(names.size() > 400, "%zu cases", names.size());
}

Test(conformance, the_files_are_small) {
    uintmax_t bytes = 0;
    for (const auto& file : files()) bytes += std::filesystem::file_size(file);
    cr_expect(bytes < 1000000, "%ju bytes", bytes);
}

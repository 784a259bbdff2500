// What a model does, beside what its predictions cost: it finds a hidden number, it continues a text. Both read the
// prompt into a cache and write greedily.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "farspan/cpp/eval.hpp"
#include "methods.hpp"
#include "model.hpp"
#include "windows.hpp"

namespace tool {

// One model under one scheme with windows of `length` bytes: prompt and answer together.
struct task_setting {
    const farspan::context* context;
    const language_model* model;
    const recipe* how;
    int64_t length;
};

struct passkey_options {
    int32_t form = FARSPAN_PASSKEY_LANDMARK;
    int64_t trials = 0;  // per depth; trial t hides the key of seed t
    std::vector<double> depths = {0, 0.25, 0.5, 0.75, 1};
};
constexpr int64_t passkey_answer_bytes = 10;

struct passkey_result {
    double depth = 0;
    int64_t trials = 0, correct = 0;
    double digit_nll = 0;  // mean loss of the key's digits when it is spelled out; a guess costs ln 10 = 2.3 nats
};

// True if the task's sentences fit into a window of so many bytes.
bool passkey_fits(const passkey_options& options, int64_t length);
std::vector<passkey_result> find_passkeys(const task_setting& s, const passkey_options& options);

struct continuation_result {
    int64_t texts = 0, bytes = 0;  // bytes of each
    double bleu = 0, chrf = 0, rouge_l = 0;
    farspan_interval bleu_interval{}, rouge_interval{};
};

// The last segment of each stretch is written by the model after the bytes before it, and scored against the true one.
// Needs length > where.segment.
continuation_result continue_segments(const task_setting& s, const std::vector<uint8_t>& text, const stretches& where);

}  // namespace tool

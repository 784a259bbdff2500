// RULER's tasks through the C interface.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "farspan/eval.h"
#include "handles.hpp"

namespace farspan_test {

constexpr int64_t ruler_marks[4] = {1, 2, 3, 4};

inline farspan_ruler_config ruler_config(int32_t task, int64_t length, uint64_t seed = 7) {
    farspan_ruler_config config;
    farspan_ruler_config_init(&config, sizeof config, task);
    config.length = length;
    config.seed = seed;
    return config;
}

inline farspan_ruler_info ruler_info(const farspan_ruler_config& config) {
    farspan_ruler_info info;
    farspan_ruler_info_init(&info, sizeof info);
    error_slot error;
    require_ok(farspan_ruler_describe(nullptr, &config, &info, &error), error, "describe");
    return info;
}

inline std::string ruler_text(const farspan_ruler_config& config, int32_t part = FARSPAN_PROMPT_WHOLE,
                              const std::string& haystack = "") {
    error_slot error;
    int64_t needed = 0;
    const auto bytes = static_cast<int64_t>(haystack.size());
    require_ok(farspan_ruler_text(nullptr, &config, haystack.data(), bytes, part, nullptr, 0, &needed, &error), error,
               "size of a text");
    std::string text(static_cast<std::size_t>(needed), '#');
    require_ok(farspan_ruler_text(nullptr, &config, haystack.data(), bytes, part, text.data(), needed, &needed, &error),
               error, "text");
    text.pop_back();
    return text;
}

// Of a vocabulary of 1000 .. 1999.
inline std::vector<int64_t> ruler_ids(const farspan_ruler_config& config, int32_t part = FARSPAN_PROMPT_WHOLE,
                                      const std::vector<int64_t>& haystack = {}) {
    const farspan_ruler_info info = ruler_info(config);
    const int64_t count = part == FARSPAN_PROMPT_WHOLE      ? config.length
                          : part == FARSPAN_PROMPT_DOCUMENT ? config.length - info.question_ids
                          : part == FARSPAN_PROMPT_QUESTION ? info.question_ids
                                                            : info.answers * info.answer_ids;
    std::vector<int64_t> ids(static_cast<std::size_t>(count), -1), vocabulary(1000);
    std::iota(vocabulary.begin(), vocabulary.end(), 1000);
    error_slot error;
    require_ok(farspan_ruler_ids(nullptr, &config, ruler_marks, 4, vocabulary.data(), 1000, haystack.data(),
                                 static_cast<int64_t>(haystack.size()), part, ids.data(), count, &error),
               error, "ids");
    return ids;
}

}  // namespace farspan_test

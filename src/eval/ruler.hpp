// The synthetic tasks of RULER (Hsieh et al. 2024): prompts as text and as token ids, and what answers are worth.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/pacer.hpp"
#include "farspan/eval.h"

namespace farspan {

farspan_ruler_config default_ruler(int32_t task);

// Throws failure about "config"; its length is not read.
void check_ruler(const farspan_ruler_config& config);
// Throws failure about "part".
void check_prompt_part(int32_t part);

// What ids need, with everything but least_bytes; and the shortest text.
farspan_ruler_info describe_ruler_ids(const farspan_ruler_config& config, pacer& pace);
int64_t least_ruler_bytes(const farspan_ruler_config& config, pacer& pace);

// A part of the prompt as text. Throws failure about "config" and "haystack" when it is made, which takes all memory.
class ruler_prompt;
class ruler_text {
public:
    ruler_text(const farspan_ruler_config& config, std::string_view haystack, int32_t part, pacer& pace);
    ~ruler_text();
    int64_t bytes() const { return bytes_; }
    void write(char* to, pacer& pace) const;

private:
    int32_t part_;
    int64_t bytes_;
    std::unique_ptr<const ruler_prompt> prompt_;
};

// Fills ids. Throws failure about the config and each of these.
struct ruler_ids {
    std::span<const int64_t> marks, vocabulary, haystack;
};
void write_ruler_ids(const farspan_ruler_config& config, const ruler_ids& given, int32_t part, std::span<int64_t> ids,
                     pacer& pace);

// Answers are lines, or of answer_ids ids each. Throw failure about "answers".
farspan_recall score_answers(std::string_view answers, std::string_view generated, pacer& pace);
farspan_recall score_answers(std::span<const int64_t> answers, int64_t answer_ids, std::span<const int64_t> generated,
                             pacer& pace);

}  // namespace farspan

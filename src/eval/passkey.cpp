#include "eval/passkey.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "eval/bootstrap.hpp"

namespace farspan {
namespace {

// The sentences of the published tasks, to the letter: models have been compared on them.
constexpr std::string_view task =
    "There is an important info hidden inside a lot of irrelevant text. Find it and memorize them. I will quiz you "
    "about the important "
    "information there.";
constexpr std::string_view task_sentences =
    "There is an important info hidden inside a lot of irrelevant text. Find it and memorize it. I will quiz you about "
    "the important "
    "information there.";
constexpr std::string_view garbage =
    "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";
constexpr std::string_view question = "What is the pass key? The pass key is";

std::string key_sentences(int64_t key) {
    const std::string number = std::to_string(key);
    return "The pass key is " + number + ". Remember it. " + number + " is the pass key.";
}

// The first `count` characters of the garbage, repeated with single spaces between.
std::string cut_garbage(int64_t count) {
    std::string text;
    text.reserve(static_cast<std::size_t>(count) + garbage.size() + 1);
    while (static_cast<int64_t>(text.size()) < count) text.append(garbage).append(" ");
    text.resize(static_cast<std::size_t>(count));
    return text;
}

int64_t share_of(int64_t count, double depth) {
    return std::llround(static_cast<double>(count) * depth);
}

// Five lines. The garbage before the key and that behind it each begin anew.
std::string landmark_text(const farspan_passkey_config& config, farspan_passkey& answer) {
    const std::string info = key_sentences(answer.key);
    const int64_t fixed = static_cast<int64_t>(task.size() + info.size() + question.size()) + 4,
                  room = config.length - fixed;
    const int64_t before = share_of(room, answer.depth);
    std::string text = std::string(task) + "\n" + cut_garbage(before) + "\n";
    answer.key_begin = static_cast<int64_t>(text.size());
    text += info;
    answer.key_end = static_cast<int64_t>(text.size());
    return text + "\n" + cut_garbage(room - before) + "\n" + std::string(question);
}

// One line. As many whole blocks of sentences as fit; the key stands between two of them.
std::string sentences_text(const farspan_passkey_config& config, farspan_passkey& answer) {
    const std::string info = key_sentences(answer.key);
    const int64_t fixed = static_cast<int64_t>(task_sentences.size() + info.size() + question.size()) + 2;
    const int64_t blocks = (config.length - fixed) / static_cast<int64_t>(garbage.size() + 1),
                  before = share_of(blocks, answer.depth);
    std::string text(task_sentences);
    for (int64_t n = 0; n <= blocks; ++n) {
        if (n == before) {
            answer.key_begin = static_cast<int64_t>(text.size()) + 1;
            text += " " + info;
            answer.key_end = static_cast<int64_t>(text.size());
        }
        if (n < blocks) text.append(" ").append(garbage);
    }
    return text + " " + std::string(question);
}

// What a text takes beside its garbage, for the longest key.
int64_t least_length(const farspan_passkey_config& config) {
    const std::size_t intro = config.form == FARSPAN_PASSKEY_LANDMARK ? task.size() + 4 : task_sentences.size() + 2;
    return static_cast<int64_t>(intro + key_sentences(config.highest_key).size() + question.size());
}

}  // namespace

void check_passkey(const farspan_passkey_config& c) {
    if (c.form < FARSPAN_PASSKEY_LANDMARK || c.form > FARSPAN_PASSKEY_SENTENCES)
        throw failure(FARSPAN_ERROR_METHOD, 1, "config.form is %d: must be landmark (1) or sentences (2)", c.form);
    if (c.lowest_key < 0 || c.lowest_key > c.highest_key || c.highest_key >= 1000000000000000000)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, 1,
                      "config.lowest_key is %" PRId64 " and highest_key %" PRId64 ": must ascend from 0 to below 10^18",
                      c.lowest_key, c.highest_key);
    if (!std::isnan(c.depth) && !(c.depth >= 0 && c.depth <= 1))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, 1, "config.depth is %g: must be 0 .. 1, or NaN to draw it",
                      c.depth);
    if (c.length < least_length(c) || c.length >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, 1,
                      "config.length is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", c.length, least_length(c));
}

passkey_task make_passkey(const farspan_passkey_config& config) {
    random_source random(config.seed);
    passkey_task made{};
    farspan_passkey& answer = made.answer;
    answer.struct_size = sizeof answer;
    answer.key = config.lowest_key + random.below(config.highest_key - config.lowest_key + 1);
    const double drawn = random.unit();  // drawn in any case, so that the key is the same at every depth
    answer.depth = std::isnan(config.depth) ? drawn : config.depth;
    made.text =
        config.form == FARSPAN_PASSKEY_LANDMARK ? landmark_text(config, answer) : sentences_text(config, answer);
    answer.bytes = static_cast<int64_t>(made.text.size());
    return made;
}

bool says_key(std::string_view generated, int64_t key) {
    constexpr std::string_view digits = "0123456789";
    const std::size_t first = generated.find_first_of(digits);
    if (first == generated.npos) return false;
    std::string_view number = generated.substr(first, generated.find_first_not_of(digits, first) - first);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size() - 1));
    return number == std::to_string(key);
}

int64_t needle_position(const int64_t* haystack, int64_t haystack_length, int64_t rest, double depth,
                        const int64_t* boundary) {
    int64_t position = share_of(rest, depth);
    while (boundary && position > 0 && haystack[(position - 1) % haystack_length] != *boundary) --position;
    return position;
}

}  // namespace farspan

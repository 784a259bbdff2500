#include "eval/passkey.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "eval/bootstrap.hpp"
#include "eval/haystack.hpp"

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
constexpr std::string_view question = "What is the pass key? The pass key is";

std::string key_sentences(int64_t key) {
    const std::string number = std::to_string(key);
    return "The pass key is " + number + ". Remember it. " + number + " is the pass key.";
}

// The first `count` characters of the garbage, repeated with single spaces between.
void put_garbage(text_writer& text, int64_t count) {
    constexpr auto period = static_cast<int64_t>(garbage.size()) + 1;
    if (!text.is_written()) return text.skip(count);
    for (; count >= period; count -= period) {
        text.put(garbage);
        text.put(" ");
    }
    text.put(garbage.substr(0, static_cast<std::size_t>(count)));
}

void put_key(text_writer& text, farspan_passkey& answer) {
    answer.key_begin = text.size();
    text.put(key_sentences(answer.key));
    answer.key_end = text.size();
}

// Five lines. The garbage before the key and that behind it each begin anew.
void put_landmark(const farspan_passkey_config& config, farspan_passkey& answer, text_writer& text) {
    const auto info = static_cast<int64_t>(key_sentences(answer.key).size());
    const int64_t room = config.length - static_cast<int64_t>(task.size() + question.size()) - info - 4;
    const int64_t before = share_of(room, answer.depth);
    text.put(task);
    text.put("\n");
    put_garbage(text, before);
    text.put("\n");
    put_key(text, answer);
    text.put("\n");
    put_garbage(text, room - before);
    text.put("\n");
    text.put(question);
}

// One line. As many whole blocks of sentences as fit; the key stands between two of them.
void put_sentences(const farspan_passkey_config& config, farspan_passkey& answer, text_writer& text) {
    constexpr auto period = static_cast<int64_t>(garbage.size()) + 1;
    const auto info = static_cast<int64_t>(key_sentences(answer.key).size());
    const int64_t room = config.length - static_cast<int64_t>(task_sentences.size() + question.size()) - info - 2;
    const int64_t blocks = room / period, before = share_of(blocks, answer.depth);
    text.put(task_sentences);
    text.put(" ");
    put_garbage(text, before * period);  // each block with the space behind it
    put_key(text, answer);
    text.put(" ");
    put_garbage(text, (blocks - before) * period);
    text.put(question);
}

// What a text takes beside its garbage, for the longest key.
int64_t least_length(const farspan_passkey_config& config) {
    const std::size_t intro = config.form == FARSPAN_PASSKEY_LANDMARK ? task.size() + 4 : task_sentences.size() + 2;
    return static_cast<int64_t>(intro + key_sentences(config.highest_key).size() + question.size());
}

}  // namespace

void check_passkey(const farspan_passkey_config& c) {
    if (c.form < FARSPAN_PASSKEY_LANDMARK || c.form > FARSPAN_PASSKEY_SENTENCES)
        throw failure(FARSPAN_ERROR_METHOD, "config.form", "is %d: must be landmark (1) or sentences (2)", c.form);
    if (c.lowest_key < 0 || c.lowest_key > c.highest_key || c.highest_key >= 1000000000000000000)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.lowest_key",
                      "is %" PRId64 " and highest_key %" PRId64 ": must ascend from 0 to below 10^18", c.lowest_key,
                      c.highest_key);
    if (!std::isnan(c.depth) && !(c.depth >= 0 && c.depth <= 1))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.depth", "is %g: must be 0 .. 1, or NaN to draw it",
                      c.depth);
    if (c.length < least_length(c) || c.length >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length",
                      "is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", c.length, least_length(c));
}

farspan_passkey make_passkey(const farspan_passkey_config& config, char* to, pacer& pace) {
    random_source random(config.seed);
    farspan_passkey answer{};
    answer.struct_size = sizeof answer;
    answer.key = config.lowest_key + random.below(config.highest_key - config.lowest_key + 1);
    const double drawn = random.unit();  // drawn in any case, so that the key is the same at every depth
    answer.depth = std::isnan(config.depth) ? drawn : config.depth;
    text_writer text(to, pace);
    config.form == FARSPAN_PASSKEY_LANDMARK ? put_landmark(config, answer, text) : put_sentences(config, answer, text);
    answer.bytes = text.size();
    return answer;
}

bool says_key(std::string_view generated, int64_t key, pacer& pace) {
    const auto is_digit = [&](char c) {
        pace.step();
        return c >= '0' && c <= '9';
    };
    const auto first = std::find_if(generated.begin(), generated.end(), is_digit);
    if (first == generated.end()) return false;
    std::string_view number(first, std::find_if_not(first, generated.end(), is_digit));
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size() - 1));
    return number == std::to_string(key);
}

namespace {

// Ids of the haystack, repeated, before the needle.
int64_t needle_position(const needle_task& placed, int64_t rest, pacer& pace) {
    const int64_t position = share_of(rest, placed.depth);
    if (placed.boundaries.empty()) return position;
    const auto size = static_cast<int64_t>(placed.haystack.size());
    // Where the haystack has none, its repetitions have none.
    for (int64_t p = position; p > std::max<int64_t>(0, position - size); --p) {
        pace.step(static_cast<int64_t>(placed.boundaries.size()));
        if (std::ranges::find(placed.boundaries, placed.haystack[static_cast<std::size_t>((p - 1) % size)]) !=
            placed.boundaries.end())
            return p;
    }
    return 0;
}

// The haystack's ids [first, last).
int64_t* copy_haystack(std::span<const int64_t> haystack, int64_t first, int64_t last, int64_t* to, pacer& pace) {
    for (int64_t n = first; n < last; ++n) {
        pace.step();
        *to++ = haystack[static_cast<std::size_t>(n) % haystack.size()];
    }
    return to;
}

int64_t* copy_ids(std::span<const int64_t> ids, int64_t* to, pacer& pace) {
    for (const int64_t id : ids) {
        pace.step();
        *to++ = id;
    }
    return to;
}

}  // namespace

int64_t place_needle(const needle_task& placed, std::span<int64_t> out, pacer& pace) {
    const auto count = static_cast<int64_t>(out.size());
    const auto others = static_cast<int64_t>(placed.needle.size() + placed.question.size());
    if (count < others)
        throw failure(FARSPAN_ERROR_SHAPE, "out_count", "is %" PRId64 ": needle and question alone are %" PRId64, count,
                      others);
    const int64_t rest = count - others;
    if (rest > 0 && placed.haystack.empty())
        throw failure(FARSPAN_ERROR_SHAPE, "haystack_count", "is 0: there is room for %" PRId64, rest);
    if (!(placed.depth >= 0 && placed.depth <= 1))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "depth", "is %g: must be 0 .. 1", placed.depth);
    const int64_t position = needle_position(placed, rest, pace);
    int64_t* to = copy_haystack(placed.haystack, 0, position, out.data(), pace);
    to = copy_ids(placed.needle, to, pace);
    to = copy_haystack(placed.haystack, position, rest, to, pace);
    copy_ids(placed.question, to, pace);
    return position;
}

}  // namespace farspan

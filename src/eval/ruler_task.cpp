#include "eval/ruler_task.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <limits>

#include "base/failure.hpp"
#include "eval/haystack.hpp"
#include "eval/ruler.hpp"

namespace farspan {
namespace {

// The paper's table of tasks: what is asked, in which haystack.
struct preset {
    int32_t haystack, keys_are, values_are, keys, values, queries;
};
constexpr preset presets[] = {
    {FARSPAN_HAYSTACK_NOISE, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_NUMBER, 1, 1, 1},
    {FARSPAN_HAYSTACK_ESSAY, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_NUMBER, 1, 1, 1},
    {FARSPAN_HAYSTACK_ESSAY, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_UUID, 1, 1, 1},
    {FARSPAN_HAYSTACK_ESSAY, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_NUMBER, 4, 1, 1},
    {FARSPAN_HAYSTACK_NEEDLES, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_NUMBER, 1, 1, 1},
    {FARSPAN_HAYSTACK_NEEDLES, FARSPAN_NEEDLE_UUID, FARSPAN_NEEDLE_UUID, 1, 1, 1},
    {FARSPAN_HAYSTACK_ESSAY, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_NUMBER, 1, 4, 1},
    {FARSPAN_HAYSTACK_ESSAY, FARSPAN_NEEDLE_WORD, FARSPAN_NEEDLE_NUMBER, 4, 1, 4},
    {FARSPAN_HAYSTACK_NOISE, 0, 0, 0, 0, 0},
};

constexpr int32_t most_statements = 1 << 19, most_chains = 1 << 15, most_common = 1 << 15;
constexpr int64_t most_entries = 1 << 24;  // of the words to be found in a list

[[noreturn]] void refuse_unread(const char* name, const char* value) {
    throw failure(FARSPAN_ERROR_COMBINATION, field_path("config.%s", name), "is %s: the task does not read it", value);
}

void check_number(bool is_read, const char* name, int32_t value, int32_t lowest, int64_t highest) {
    if (!is_read && value != 0) refuse_unread(name, field_path("%d", value));
    if (is_read && (value < lowest || value > highest))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("config.%s", name), "is %d: must be %d .. %" PRId64,
                      value, lowest, highest);
}

void check_kind(bool is_read, const char* name, int32_t value, int32_t highest, const char* kinds) {
    if (!is_read && value != 0) refuse_unread(name, field_path("%d", value));
    if (is_read && (value < 1 || value > highest))
        throw failure(FARSPAN_ERROR_METHOD, field_path("config.%s", name), "is %d: must be %s", value, kinds);
}

[[noreturn]] void refuse_words(int64_t has, const char* where) {
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length", "needs more than the %" PRId64 " words %s", has,
                  where);
}

constexpr int64_t too_much = std::numeric_limits<int64_t>::max();

// What a text of frequent words takes, whose most frequent one is none.
struct frequent_sizes {
    int64_t word, no_word, separator;

    explicit frequent_sizes(ruler_writer& trial) {
        trial.no_word();
        const int64_t first = trial.size();
        trial.no_word();
        no_word = trial.size() - first;
        separator = no_word - first;
        trial.frequent(0);
        word = trial.size() - first - no_word;
    }
    int64_t of(int64_t words, word_counts& counts, pacer& pace) const {
        int64_t sum = -separator;
        bool is_first = true;
        const bool is_whole = counts.visit(words, pace, [&](int64_t count) {
            sum += count * (is_first ? no_word : word);
            is_first = false;
        });
        return is_whole ? sum : too_much;
    }
};

}  // namespace

farspan_ruler_config default_ruler(int32_t task) {
    farspan_ruler_config config{};
    config.struct_size = sizeof config;
    config.task = task;
    config.depth = std::numeric_limits<double>::quiet_NaN();
    if (task >= FARSPAN_RULER_SINGLE_1 && task <= FARSPAN_RULER_TRACKING) {
        const preset& given = presets[task - FARSPAN_RULER_SINGLE_1];
        config.haystack = given.haystack;
        config.keys_are = given.keys_are;
        config.values_are = given.values_are;
        config.keys = given.keys;
        config.values = given.values;
        config.queries = given.queries;
    }
    if (task == FARSPAN_RULER_TRACKING) {
        config.chains = 1;
        config.hops = 4;
        config.example = 1;
    }
    if (task == FARSPAN_RULER_COMMON_WORDS) {
        config.common = 10;
        config.frequency = 30;
        config.rare_frequency = 3;
        config.example = 1;
    }
    if (task == FARSPAN_RULER_FREQUENT_WORDS) {
        config.common = 3;
        config.exponent = 2;
    }
    return config;
}

void check_ruler(const farspan_ruler_config& c) {
    if (c.task < FARSPAN_RULER_SINGLE_1 || c.task > FARSPAN_RULER_FREQUENT_WORDS)
        throw failure(FARSPAN_ERROR_METHOD, "config.task", "is %d: must be single_1 (1) .. frequent_words (11)",
                      c.task);
    const bool needles = is_needle_task(c.task), tracking = c.task == FARSPAN_RULER_TRACKING;
    const bool list = c.task == FARSPAN_RULER_COMMON_WORDS, frequent = c.task == FARSPAN_RULER_FREQUENT_WORDS;
    if (!needles && !std::isnan(c.depth)) refuse_unread("depth", field_path("%g", c.depth));
    if (!std::isnan(c.depth) && !(c.depth >= 0 && c.depth <= 1))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.depth", "is %g: must be 0 .. 1, or NaN to draw it",
                      c.depth);
    if (!frequent && c.exponent != 0) refuse_unread("exponent", field_path("%g", c.exponent));
    if (frequent && !(c.exponent >= 1.1 && c.exponent <= 8))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.exponent", "is %g: must be 1.1 .. 8", c.exponent);
    constexpr const char* kinds = "word (1), number (2) or uuid (3)";
    check_kind(needles || tracking, "haystack", c.haystack, needles ? FARSPAN_HAYSTACK_NEEDLES : FARSPAN_HAYSTACK_ESSAY,
               needles ? "noise (1), essay (2) or needles (3)" : "noise (1) or essay (2)");
    check_kind(needles, "keys_are", c.keys_are, FARSPAN_NEEDLE_UUID, kinds);
    check_kind(needles, "values_are", c.values_are, FARSPAN_NEEDLE_UUID, kinds);
    check_number(needles, "keys", c.keys, 1, most_statements);
    check_number(needles, "values", c.values, 1, needles ? most_statements / c.keys : 0);
    check_number(needles, "queries", c.queries, 1, c.keys);
    check_number(tracking, "chains", c.chains, 1, most_chains);
    check_number(tracking, "hops", c.hops, 1, tracking ? most_statements / c.chains - 1 : 0);
    check_number(list || frequent, "common", c.common, 1, most_common);
    check_number(list, "frequency", c.frequency, 2, list ? most_entries / c.common : 0);
    check_number(list, "rare_frequency", c.rare_frequency, 1, int64_t{c.frequency} - 1);
    if (!tracking && !list && c.example != 0) refuse_unread("example", field_path("%d", c.example));
    if (c.example < 0 || c.example > 1)
        throw failure(FARSPAN_ERROR_METHOD, "config.example", "is %d: must be 0 or 1", c.example);
}

void check_prompt_part(int32_t part) {
    if (part < FARSPAN_PROMPT_WHOLE || part > FARSPAN_PROMPT_ANSWERS)
        throw failure(FARSPAN_ERROR_METHOD, "part", "is %d: must be whole (1) .. answers (6)", part);
}

ruler_task::ruler_task(const farspan_ruler_config& config) : config_(config) {
    random_source random(config.seed);
    name_key_ = random.bits();
    order_key_ = random.bits();
    depth_seed_ = random.bits();
    depth_ = config.depth;
    if (is_needle_task(config.task) && std::isnan(depth_)) depth_ = random_source(depth_seed_).unit();
}

int64_t ruler_task::answers() const {
    if (is_needle_task(config_.task)) return int64_t{config_.queries} * config_.values;
    return config_.task == FARSPAN_RULER_TRACKING ? config_.hops + 1 : config_.common;
}

// In the order of their depths.
std::vector<statement> ruler_task::statements() const {
    std::vector<statement> made;
    random_source random(depth_seed_);
    if (is_needle_task(config_.task)) {
        for (int64_t key = 0; key < config_.keys; ++key)
            for (int64_t n = 0; n < config_.values; ++n)
                made.push_back({random.unit(), key, key * config_.values + n, false});
        made[0].depth = depth_;
    } else {
        std::vector<double> depths(static_cast<std::size_t>(config_.hops) + 1);
        for (int64_t chain = 0; chain < config_.chains; ++chain) {
            for (double& depth : depths) depth = random.unit();
            std::ranges::sort(depths);  // a variable is assigned before it is used
            for (int64_t n = 0; n <= config_.hops; ++n) {
                const int64_t variable = chain * (config_.hops + 1) + n;
                made.push_back({depths[static_cast<std::size_t>(n)], variable, n == 0 ? chain : variable - 1, n == 0});
            }
        }
    }
    std::ranges::stable_sort(made, {}, &statement::depth);
    return made;
}

void ruler_task::put(const statement& made, ruler_writer& to) const {
    is_needle_task(config_.task) ? to.needle(made.what, made.is) : to.assignment(made);
}

int64_t ruler_task::least_size(ruler_writer& trial, pacer& pace) const {
    switch (config_.task) {
        case FARSPAN_RULER_COMMON_WORDS:
            for (int64_t n = 0; n < int64_t{config_.common} * config_.frequency + config_.rare_frequency; ++n)
                trial.listed(n, 0);
            return trial.size();
        case FARSPAN_RULER_FREQUENT_WORDS: {
            word_counts counts(config_.exponent);
            const int64_t words = counts.fewest_words(config_.common + 1);
            const int64_t size = words < most_length ? frequent_sizes(trial).of(words, counts, pace) : too_much;
            if (size < most_length) return size;
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.common",
                          "is %d: the next word is as frequent, in any text below 2^40", config_.common);
        }
        default:
            for (const statement& made : statements()) put(made, trial);
            return trial.size();
    }
}

ruler_layout ruler_task::lay_out(ruler_writer& trial, int64_t room, int64_t most, pacer& pace) const {
    if (config_.task == FARSPAN_RULER_COMMON_WORDS) return lay_out_list(trial, room, most, pace);
    if (config_.task == FARSPAN_RULER_FREQUENT_WORDS) return lay_out_frequent(trial, room, pace);
    return lay_out_haystack(trial, room, most, pace);
}

ruler_layout ruler_task::lay_out_haystack(ruler_writer& trial, int64_t room, int64_t most, pacer& pace) const {
    ruler_layout made{};
    made.statements = statements();
    for (const statement& one : made.statements) put(one, trial);
    const int64_t others = trial.size();
    for (; made.pieces < most && trial.size() + trial.hay_size() <= room; ++made.pieces) {
        pace.step();
        trial.hay();
    }
    made.size = trial.size();
    made.hay = made.size - others;
    return made;
}

ruler_layout ruler_task::lay_out_list(ruler_writer& trial, int64_t room, int64_t most, pacer& pace) const {
    const int64_t found = int64_t{config_.common} * config_.frequency;
    ruler_layout made{};
    for (; made.entries < most; ++made.entries) {
        pace.step();
        trial.listed(made.entries, 0);
        if (trial.size() > room) break;
        made.size = trial.size();
        if (made.entries >= found &&
            config_.common + (made.entries - found) / config_.rare_frequency >= trial.most_listed())
            refuse_words(trial.most_listed(), "of lists");
    }
    return made;
}

// As many words as there is room for; no word fills what they leave.
ruler_layout ruler_task::lay_out_frequent(ruler_writer& trial, int64_t room, pacer& pace) const {
    word_counts counts(config_.exponent);
    const frequent_sizes sizes(trial);
    int64_t words = counts.fewest_words(config_.common + 1), beyond = 2 * words;
    while (sizes.of(beyond, counts, pace) <= room) beyond *= 2;
    while (beyond - words > 1) {
        const int64_t middle = words + (beyond - words) / 2;
        (sizes.of(middle, counts, pace) <= room ? words : beyond) = middle;
    }
    if (sizes.of(beyond, counts, pace) == too_much) refuse_words(word_counts::most_ranks - 1, "with a frequency");
    ruler_layout made{};
    counts.visit(words, pace,
                 [&](int64_t count) { made.ends.push_back(count + (made.ends.empty() ? 0 : made.ends.back())); });
    if (static_cast<int64_t>(made.ends.size()) - 1 > trial.most_frequent())
        refuse_words(trial.most_frequent(), "there are");
    made.size = sizes.of(words, counts, pace);
    const int64_t left = (room - made.size) / sizes.no_word;
    made.size += left * sizes.no_word;
    for (int64_t& end : made.ends) end += left;
    return made;
}

void ruler_task::write(const ruler_layout& layout, ruler_writer& to, pacer& pace) const {
    // Statements stand where a piece of the haystack ends, at their depth or before it.
    auto next = layout.statements.begin();
    for (int64_t n = 0, end = 0; n < layout.pieces; ++n) {
        pace.step();
        end += to.hay_size();
        for (; next != layout.statements.end() && share_of(layout.hay, next->depth) < end; ++next) put(*next, to);
        to.hay();
    }
    for (; next != layout.statements.end(); ++next) put(*next, to);
    // Common words are the first of the order, then come the others, of which the last may be rarer.
    const int64_t found = int64_t{config_.common} * config_.frequency;
    const shuffled list(std::max<int64_t>(layout.entries, 1), order_key_);
    for (int64_t n = 0; n < layout.entries; ++n) {
        pace.step(10);
        const int64_t drawn = list.at(n);
        to.listed(
            n, drawn < found ? drawn / config_.frequency : config_.common + (drawn - found) / config_.rare_frequency);
    }
    if (layout.ends.empty()) return;
    const shuffled order(layout.ends.back(), order_key_);
    for (int64_t n = 0; n < order.size(); ++n) {
        pace.step(10);
        const auto rank = std::ranges::upper_bound(layout.ends, order.at(n)) - layout.ends.begin();
        rank == 0 ? to.no_word() : to.frequent(rank - 1);
    }
}

}  // namespace farspan

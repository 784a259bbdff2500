// The tasks as token ids: words are ids of a vocabulary, all else are four marks.
#include <algorithm>
#include <cinttypes>
#include <limits>
#include <vector>

#include "base/failure.hpp"
#include "base/steps.hpp"
#include "eval/ruler.hpp"
#include "eval/ruler_task.hpp"

namespace farspan {
namespace {

enum mark { is, end, what_is, no_word, mark_count };

int64_t ids_of(int32_t kind) { return kind == FARSPAN_NEEDLE_WORD ? 2 : kind == FARSPAN_NEEDLE_NUMBER ? 7 : 32; }
constexpr int64_t chain_value_ids = 5, noise_ids = 20;

// What the numbers of keys, values, variables and words are called. `count` ids each; two different numbers have
// different ids as long as there are any.
class id_names {
public:
    id_names(std::span<const int64_t> vocabulary, uint64_t key, int64_t count)
        : vocabulary_(vocabulary), key_(key), count_(count), order_(sequences(), key) {}

    int64_t size() const { return order_.size(); }
    int64_t ids() const { return count_; }

    template <class Use>
    void visit(int64_t name, Use use) const {
        const auto base = static_cast<int64_t>(vocabulary_.size());
        int64_t number = order_.at(name);
        random_source more(derived_key(key_, name));
        for (int64_t n = 0; n < count_; ++n, number /= base)
            use(vocabulary_[static_cast<std::size_t>(n < ordered_ ? number % base : more.below(base))]);
    }

private:
    // Of so many of the ids as they fit; the others are drawn.
    int64_t sequences() {
        const auto base = static_cast<int64_t>(vocabulary_.size());
        int64_t all = 1;
        for (; ordered_ < count_ && all <= (int64_t{1} << 60) / base; ++ordered_) all *= base;
        return all;
    }

    std::span<const int64_t> vocabulary_;
    uint64_t key_;
    int64_t count_, ordered_ = 0;
    shuffled order_;
};

class id_writer final : public ruler_writer {
public:
    id_writer(const ruler_task& task, const ruler_ids& given, int64_t* to, pacer& pace)
        : config_(task.config()),
          given_(given),
          to_(to),
          pace_(pace),
          keys_(given.vocabulary, derived_key(task.name_key(), config_.keys_are == config_.values_are ? 1 : 0),
                ids_of(config_.keys_are)),
          values_(given.vocabulary, derived_key(task.name_key(), 1), ids_of(config_.values_are)),
          words_(given.vocabulary, derived_key(task.name_key(), 2), 1),
          chain_values_(given.vocabulary, derived_key(task.name_key(), 3), chain_value_ids),
          hay_key_(derived_key(task.name_key(), 4)) {}

    int64_t size() const override { return size_; }
    void put(int64_t id) {
        pace_.step();
        if (to_) to_[size_] = id;
        ++size_;
    }
    void key(int64_t n) { put(keys_, ruler_task::key_name(n)); }
    void value(int64_t n) { put(values_, ruler_task::value_name(n)); }
    void word(int64_t n) { put(words_, n); }
    void chain_value(int64_t n) { put(chain_values_, n); }

    void needle(int64_t key_number, int64_t value_number) override {
        key(key_number);
        put(given_.marks[is]);
        value(value_number);
        put(given_.marks[end]);
    }
    void assignment(const statement& made) override {
        word(made.what);
        put(given_.marks[is]);
        made.is_first ? chain_value(made.is) : word(made.is);
        put(given_.marks[end]);
    }
    int64_t hay_size() override {
        return config_.haystack == FARSPAN_HAYSTACK_NEEDLES ? ids_of(config_.keys_are) + ids_of(config_.values_are) + 2
                                                            : 1;
    }
    void hay() override {
        const int64_t n = pieces_++;
        const auto vocabulary = static_cast<int64_t>(given_.vocabulary.size());
        if (config_.haystack == FARSPAN_HAYSTACK_NEEDLES) {
            needle(config_.keys + n, int64_t{config_.keys} * config_.values + n);
        } else if (!given_.haystack.empty()) {
            put(given_.haystack[static_cast<std::size_t>(n) % given_.haystack.size()]);
        } else {
            const int64_t drawn = config_.haystack == FARSPAN_HAYSTACK_NOISE ? n % noise_ids : n;
            put(given_.vocabulary[static_cast<std::size_t>(
                random_source(derived_key(hay_key_, drawn)).below(vocabulary))]);
        }
    }
    void listed(int64_t, int64_t number) override { word(number); }
    void frequent(int64_t number) override { word(number); }
    void no_word() override { put(given_.marks[mark::no_word]); }
    int64_t most_listed() const override { return words_.size(); }
    int64_t most_frequent() const override { return words_.size(); }

    // Whether there are so many names.
    bool has_words(int64_t words) const { return words <= words_.size(); }
    bool has_needles(int64_t keys, int64_t values) const {
        return ruler_task::key_name(keys) <= keys_.size() && ruler_task::key_name(values) <= values_.size();
    }
    bool has_chains(int64_t variables, int64_t chains) const {
        return variables <= words_.size() && chains <= chain_values_.size();
    }

private:
    // Sizes can be asked for without a vocabulary that has the names.
    void put(const id_names& names, int64_t n) {
        if (to_) return names.visit(n, [&](int64_t id) { put(id); });
        pace_.step();
        size_ += names.ids();
    }

    const farspan_ruler_config& config_;
    const ruler_ids& given_;
    int64_t* to_;
    pacer& pace_;
    id_names keys_, values_, words_, chain_values_;
    uint64_t hay_key_;
    int64_t size_ = 0, pieces_ = 0;
};

int64_t question_ids(const farspan_ruler_config& config) {
    if (is_needle_task(config.task)) return config.queries * (2 + ids_of(config.keys_are));
    return config.task == FARSPAN_RULER_TRACKING ? 2 + chain_value_ids : 1;
}

int64_t answer_ids(const farspan_ruler_config& config) {
    return is_needle_task(config.task) ? ids_of(config.values_are) : 1;
}

void put_question(const ruler_task& task, const ruler_ids& given, id_writer& to) {
    const farspan_ruler_config& config = task.config();
    const int64_t asked = is_needle_task(config.task) ? config.queries : 1;
    for (int64_t n = 0; n < asked; ++n) {
        to.put(given.marks[what_is]);
        if (question_ids(config) == 1) return;
        is_needle_task(config.task) ? to.key(n) : to.chain_value(0);
        to.put(given.marks[is]);
    }
}

void put_answers(const ruler_task& task, id_writer& to) {
    for (int64_t n = 0; n < task.answers(); ++n) is_needle_task(task.config().task) ? to.value(n) : to.word(n);
}

int64_t count_of(const ruler_task& task, int32_t part) {
    const farspan_ruler_config& config = task.config();
    switch (part) {
        case FARSPAN_PROMPT_WHOLE:
            return config.length;
        case FARSPAN_PROMPT_DOCUMENT:
            return config.length - question_ids(config);
        case FARSPAN_PROMPT_QUESTION:
            return question_ids(config);
        case FARSPAN_PROMPT_ANSWERS:
            return task.answers() * answer_ids(config);
        default:
            return 0;
    }
}

int64_t least_document(const ruler_task& task, pacer& pace) {
    // Sizes do not depend on what the ids are.
    static constexpr int64_t any[mark_count] = {0, 1, 2, 3};
    const ruler_ids given{any, any, {}};
    id_writer trial(task, given, nullptr, pace);
    return task.least_size(trial, pace);
}

void check_ids(const ruler_task& task, const ruler_ids& given, pacer& pace) {
    const farspan_ruler_config& config = task.config();
    if (given.marks.size() != mark_count)
        throw failure(FARSPAN_ERROR_SHAPE, "marks_count", "is %zu: must be 4", given.marks.size());
    if (given.vocabulary.empty()) throw failure(FARSPAN_ERROR_SHAPE, "vocabulary_count", "is 0: there must be ids");
    std::vector<int64_t> all(given.marks.begin(), given.marks.end());
    all.insert(all.end(), given.vocabulary.begin(), given.vocabulary.end());
    sort_in_steps(all.begin(), all.end(), std::less<>(), pace.flag());
    const auto twice = std::ranges::adjacent_find(all);
    if (twice != all.end())
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "vocabulary", "and marks have %" PRId64 " twice", *twice);
    if (!given.haystack.empty() && config.haystack != FARSPAN_HAYSTACK_ESSAY)
        throw failure(FARSPAN_ERROR_COMBINATION, "haystack", ": the task does not read one");
    for (std::size_t n = 0; n < given.haystack.size(); ++n) {
        pace.step();
        if (std::ranges::find(given.marks, given.haystack[n]) != given.marks.end())
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("haystack[%zu]", n), "is %" PRId64 ", a mark",
                          given.haystack[n]);
    }
}

void check_vocabulary(const ruler_task& task, const ruler_ids& given, const id_writer& writer) {
    const farspan_ruler_config& config = task.config();
    bool is_enough = true;
    if (is_needle_task(config.task)) {
        // No more needles than there is room for.
        const int64_t size = ids_of(config.keys_are) + ids_of(config.values_are) + 2;
        const int64_t hay = config.haystack == FARSPAN_HAYSTACK_NEEDLES ? config.length / size : 0;
        is_enough = writer.has_needles(config.keys + hay, int64_t{config.keys} * config.values + hay);
    } else if (config.task == FARSPAN_RULER_TRACKING) {
        is_enough = writer.has_chains(int64_t{config.chains} * (config.hops + 1), config.chains);
    } else {
        is_enough = writer.has_words(config.common + 1);
    }
    if (!is_enough)
        throw failure(FARSPAN_ERROR_SHAPE, "vocabulary_count", "is %zu: not enough for different names",
                      given.vocabulary.size());
}

}  // namespace

farspan_ruler_info describe_ruler_ids(const farspan_ruler_config& config, pacer& pace) {
    const ruler_task task(config);
    farspan_ruler_info info{};
    info.struct_size = sizeof info;
    info.answers = static_cast<int32_t>(task.answers());
    info.answer_ids = answer_ids(config);
    info.question_ids = question_ids(config);
    info.least_ids = least_document(task, pace) + info.question_ids;
    info.depth = task.depth();
    return info;
}

void write_ruler_ids(const farspan_ruler_config& config, const ruler_ids& given, int32_t part, std::span<int64_t> ids,
                     pacer& pace) {
    const ruler_task task(config);
    check_ids(task, given, pace);
    const int64_t least = least_document(task, pace) + question_ids(config);
    if (config.length < least || config.length >= most_length)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length",
                      "is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", config.length, least);
    const auto count = static_cast<int64_t>(ids.size());
    if (count < count_of(task, part))
        throw failure(FARSPAN_ERROR_SHAPE, "ids_count", "is %" PRId64 ": this part has %" PRId64, count,
                      count_of(task, part));
    id_writer to(task, given, ids.data(), pace);
    check_vocabulary(task, given, to);
    if (part == FARSPAN_PROMPT_ANSWERS) return put_answers(task, to);
    if (part == FARSPAN_PROMPT_WHOLE || part == FARSPAN_PROMPT_DOCUMENT) {
        id_writer trial(task, given, nullptr, pace);
        const int64_t room = config.length - question_ids(config);
        task.write(task.lay_out(trial, room, std::numeric_limits<int64_t>::max(), pace), to, pace);
        while (to.size() < room) to.no_word();
    }
    if (part == FARSPAN_PROMPT_WHOLE || part == FARSPAN_PROMPT_QUESTION) put_question(task, given, to);
}

}  // namespace farspan

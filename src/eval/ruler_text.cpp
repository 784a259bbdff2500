// The tasks as English text, in the words of the paper's appendix.
#include <algorithm>
#include <cinttypes>
#include <limits>
#include <string>

#include "base/failure.hpp"
#include "eval/haystack.hpp"
#include "eval/ruler.hpp"
#include "eval/ruler_task.hpp"
#include "eval/ruler_words.hpp"

namespace farspan {
namespace {

constexpr auto adjective_count = static_cast<int64_t>(std::size(adjectives));
constexpr auto noun_count = static_cast<int64_t>(std::size(nouns));
constexpr auto verb_count = static_cast<int64_t>(std::size(verbs));
constexpr std::string_view white = " \t\n\r\f\v";

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz", consonants = "bcdfghjklmnpqrstvwxz",
                           vowels = "aeiou";

// `count` letters that spell a number.
std::string spell(int64_t number, std::string_view alphabet, std::size_t count) {
    std::string text(count, ' ');
    const auto base = static_cast<int64_t>(alphabet.size());
    for (char& letter : text) {
        letter = alphabet[static_cast<std::size_t>(number % base)];
        number /= base;
    }
    return text;
}

// What the numbers of keys, values, variables and words are called. Two different ones never have the same name.
class ruler_names {
public:
    // `is_example`: of the solved example, from the other end of what names there are.
    ruler_names(uint64_t key, bool is_example)
        : is_example_(is_example),
          uuids_(derived_key(key, 7)),
          pairs_(adjective_count * noun_count, derived_key(key, 0)),
          triples_(adjective_count * adjective_count * noun_count, derived_key(key, 1)),
          numbers_(9000000, derived_key(key, 2)),
          variables_(26 * 26 * 26 * 26 * 26, derived_key(key, 3)),
          chain_values_(90000, derived_key(key, 4)),
          listed_(1000000, derived_key(key, 5)),
          frequent_(308915776, derived_key(key, 6)) {}

    int64_t count(int32_t kind) const {
        if (kind == FARSPAN_NEEDLE_WORD) return pairs_.size() + triples_.size();
        return kind == FARSPAN_NEEDLE_NUMBER ? numbers_.size() : most_length;
    }
    std::string needle(int32_t kind, int64_t name) const {
        if (kind == FARSPAN_NEEDLE_WORD) return word(name);
        if (kind == FARSPAN_NEEDLE_NUMBER) return std::to_string(1000000 + numbers_.at(name));
        return uuid(name);
    }
    std::string variable(int64_t n) const { return spell(at(variables_, n), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 5); }
    std::string chain_value(int64_t n) const { return std::to_string(10000 + at(chain_values_, n)); }
    std::string listed(int64_t n) const {
        const int64_t number = at(listed_, n);
        std::string text;
        for (const int64_t syllable : {number % 100, number / 100 % 100, number / 10000}) {
            text += consonants[static_cast<std::size_t>(syllable / 5)];
            text += vowels[static_cast<std::size_t>(syllable % 5)];
        }
        return text;
    }
    int64_t most_listed() const { return listed_.size() - (1 << 16); }  // the others are for examples
    std::string frequent(int64_t n) const { return spell(at(frequent_, n), letters, 6); }
    int64_t most_frequent() const { return frequent_.size(); }

private:
    int64_t at(const shuffled& names, int64_t n) const { return names.at(is_example_ ? names.size() - 1 - n : n); }

    // amber-falcon, or dusty-amber-falcon when pairs are used up
    std::string word(int64_t name) const {
        const bool is_pair = name < pairs_.size();
        int64_t number = is_pair ? pairs_.at(name) : triples_.at(name - pairs_.size());
        std::string text(nouns[number % noun_count]);
        number /= noun_count;
        for (int n = is_pair ? 1 : 2; n > 0; --n) {
            text = std::string(adjectives[number % adjective_count]) + "-" + text;
            number /= adjective_count;
        }
        return text;
    }
    // Version 4: random but for six bits.
    std::string uuid(int64_t name) const {
        random_source random(derived_key(uuids_, name));
        const uint64_t high = (random.bits() & ~uint64_t{0xf000}) | 0x4000;
        const uint64_t low = (random.bits() & ~(uint64_t{3} << 62)) | uint64_t{2} << 62;
        std::string text;
        for (int digit = 0; digit < 32; ++digit) {
            if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
            text += "0123456789abcdef"[(digit < 16 ? high : low) >> (60 - digit % 16 * 4) & 15];
        }
        return text;
    }

    bool is_example_;
    uint64_t uuids_;
    shuffled pairs_, triples_, numbers_, variables_, chain_values_, listed_, frequent_;
};

std::string_view noun_of(int32_t kind) {
    return kind == FARSPAN_NEEDLE_WORD ? "word" : kind == FARSPAN_NEEDLE_NUMBER ? "number" : "uuid";
}

// A sentence of the library's own.
std::string own_sentence(uint64_t key, int64_t n) {
    random_source random(derived_key(key, n));
    const auto adjective = [&] { return std::string(adjectives[random.below(adjective_count)]); };
    const auto noun = [&] { return std::string(nouns[random.below(noun_count)]); };
    const auto verb = [&] { return std::string(verbs[random.below(verb_count)]); };
    const int64_t form = random.below(4);
    std::string text = form == 0 ? "The " : form == 1 ? "Near the " : form == 2 ? "Every " : "When the ";
    text += adjective() + " ";
    text += noun();
    if (form == 1) text += " the " + noun();
    text += " " + verb();
    text += " the " + adjective();
    text += " " + noun();
    if (form == 2) text += " before the " + noun() + " came";
    if (form == 3) text += ", one " + noun();
    if (form == 3) text += " was " + adjective();
    return text + ".";
}

// Pieces of a haystack, without end.
class text_haystack {
public:
    text_haystack(const ruler_task& task, const ruler_names& names, std::string_view essay)
        : task_(task),
          names_(names),
          essay_(essay.find_first_not_of(white) == essay.npos ? std::string_view() : essay) {}

    char separator() const { return task_.config().haystack == FARSPAN_HAYSTACK_ESSAY ? ' ' : '\n'; }
    std::string_view piece(pacer& pace) {
        if (!is_made_) make(pace);
        is_made_ = true;
        return piece_;
    }
    void pass() { is_made_ = false; }

private:
    void make(pacer& pace);
    std::string_view next_sentence(pacer& pace);

    const ruler_task& task_;
    const ruler_names& names_;
    std::string_view essay_;
    std::size_t at_ = 0;
    int64_t count_ = 0;
    bool is_made_ = false;
    std::string own_;
    std::string_view piece_;
};

std::string needle_sentence(const farspan_ruler_config& config, const ruler_names& names, int64_t key, int64_t value) {
    std::string text = "One of the special magic " + std::string(noun_of(config.values_are)) + "s for ";
    text += names.needle(config.keys_are, ruler_task::key_name(key));
    return text + " is: " + names.needle(config.values_are, ruler_task::value_name(value)) + ".";
}

void text_haystack::make(pacer& pace) {
    const farspan_ruler_config& config = task_.config();
    if (config.haystack == FARSPAN_HAYSTACK_NOISE) {
        piece_ = garbage;
        return;
    }
    if (config.haystack == FARSPAN_HAYSTACK_ESSAY && !essay_.empty()) {
        piece_ = next_sentence(pace);
        return;
    }
    const int64_t n = count_++;
    if (config.haystack == FARSPAN_HAYSTACK_ESSAY) {
        own_ = own_sentence(derived_key(task_.name_key(), 8), n);
    } else {
        const int64_t key = config.keys + n, value = int64_t{config.keys} * config.values + n;
        const int64_t has = std::min(names_.count(config.keys_are), names_.count(config.values_are));
        if (ruler_task::value_name(std::max(key, value)) >= has)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length",
                          "needs more needles than the %" PRId64 " names for keys and values", has);
        own_ = needle_sentence(config, names_, key, value);
    }
    piece_ = own_;
}

// Up to a full stop with white space behind, or the end.
std::string_view text_haystack::next_sentence(pacer& pace) {
    std::size_t first = essay_.find_first_not_of(white, at_);
    if (first == essay_.npos) first = essay_.find_first_not_of(white);
    const auto is_in = [&](std::string_view some, std::size_t at) { return some.find(essay_[at]) != some.npos; };
    std::size_t last = first;
    do {
        pace.step();
        ++last;
    } while (last < essay_.size() && !(is_in(".!?", last - 1) && is_in(white, last)));
    at_ = last;
    if (last == essay_.size()) last = essay_.find_last_not_of(white) + 1;
    return essay_.substr(first, last - first);
}

class document_writer final : public ruler_writer {
public:
    document_writer(const ruler_task& task, const ruler_names& names, std::string_view essay, text_writer& to)
        : config_(task.config()), names_(names), haystack_(task, names, essay), to_(to), start_(to.size()) {}

    int64_t size() const override { return to_.size() - start_; }
    void needle(int64_t key, int64_t value) override { put(needle_sentence(config_, names_, key, value)); }
    void assignment(const statement& made) override {
        const std::string is = made.is_first ? names_.chain_value(made.is) : "VAR " + names_.variable(made.is);
        put("VAR " + names_.variable(made.what) + " = " + is);
    }
    int64_t hay_size() override {
        return static_cast<int64_t>(haystack_.piece(to_.pace()).size()) + (size() > 0 ? 1 : 0);
    }
    void hay() override {
        put(haystack_.piece(to_.pace()));
        haystack_.pass();
    }
    void listed(int64_t place, int64_t word) override {
        put(std::to_string(place + 1) + ". " + names_.listed(word), ' ');
    }
    void frequent(int64_t word) override { put(names_.frequent(word), ' '); }
    void no_word() override { put("...", ' '); }
    int64_t most_listed() const override { return names_.most_listed(); }
    int64_t most_frequent() const override { return names_.most_frequent(); }

private:
    void put(std::string_view text) { put(text, haystack_.separator()); }
    void put(std::string_view text, char separator) {
        if (size() > 0) to_.put({&separator, 1});
        to_.put(text);
    }

    const farspan_ruler_config& config_;
    const ruler_names& names_;
    text_haystack haystack_;
    text_writer& to_;
    int64_t start_;
};

// A number as the prompts have it.
std::string count_of(int64_t number) { return number == 3 ? "three" : std::to_string(number); }

class ruler_prompt {
public:
    ruler_prompt(const farspan_ruler_config& config, std::string_view haystack, bool is_example)
        : task_(config), names_(task_.name_key(), is_example), haystack_(haystack), is_example_(is_example) {}

    const ruler_task& task() const { return task_; }

    // One of the parts; but not the whole.
    void put(int32_t part, text_writer& to) const {
        switch (part) {
            case FARSPAN_PROMPT_TASK:
                return put_task(to);
            case FARSPAN_PROMPT_DOCUMENT:
                return put_document(to);
            case FARSPAN_PROMPT_QUESTION:
                return to.put(question());
            case FARSPAN_PROMPT_PREFIX:
                return to.put(prefix());
            default:
                return put_answers(to, "\n");
        }
    }
    int64_t least_size(pacer& pace) const {
        text_writer trial(nullptr, pace);
        document_writer document(task_, names_, haystack_, trial);
        return task_.least_size(document, pace) + other_size(pace);
    }

private:
    const farspan_ruler_config& config() const { return task_.config(); }
    int64_t other_size(pacer& pace) const {
        text_writer trial(nullptr, pace);
        put_task(trial);
        return trial.size() + 1 + static_cast<int64_t>(question().size() + prefix().size());
    }
    void put_task(text_writer& to) const;
    void put_document(text_writer& to) const;
    std::string question() const;
    std::string prefix() const;
    void put_answers(text_writer& to, std::string_view separator) const;
    void put_example(text_writer& to) const;
    std::string asked_keys() const;
    bool is_one() const { return config().queries == 1 && config().values == 1; }

    ruler_task task_;
    ruler_names names_;
    std::string_view haystack_;
    bool is_example_;
};

void ruler_prompt::put_task(text_writer& to) const {
    if (config().example == 1 && !is_example_) put_example(to);
    switch (config().task) {
        case FARSPAN_RULER_TRACKING:
            return to.put("Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n");
        case FARSPAN_RULER_COMMON_WORDS:
            return to.put(
                "Below is a numbered list of words. In these words, some appear more often than others. "
                "Memorize the ones that appear most often.\n");
        case FARSPAN_RULER_FREQUENT_WORDS:
            return to.put("Read the following coded text and track the frequency of each coded word. Find the " +
                          count_of(config().common) + " most frequently appeared coded words. ");
        default: {
            const std::string noun(noun_of(config().values_are));
            return to.put((is_one() ? "A special magic " + noun + " is" : "Some special magic " + noun + "s are") +
                          " hidden within the following text. Make sure to memorize it. I will quiz you about the " +
                          noun + (is_one() ? "" : "s") + " afterwards.\n");
        }
    }
}

// Small, and with other names: ten pieces of haystack, or a list whose words stand there three times or once.
void ruler_prompt::put_example(text_writer& to) const {
    farspan_ruler_config small = config();
    if (small.task == FARSPAN_RULER_COMMON_WORDS) {
        small.frequency = 3;
        small.rare_frequency = 1;
    }
    const ruler_prompt example(small, {}, true);
    example.put_task(to);
    example.put_document(to);
    to.put(example.question());
    to.put(example.prefix());
    if (small.task == FARSPAN_RULER_COMMON_WORDS) to.put(" ");
    example.put_answers(to, " ");
    to.put("\n\n");
}

void ruler_prompt::put_document(text_writer& to) const {
    pacer& pace = to.pace();
    constexpr int64_t no_limit = std::numeric_limits<int64_t>::max();
    const int64_t room = is_example_ ? no_limit : config().length - other_size(pace);
    const int64_t most = !is_example_                              ? no_limit
                         : config().task == FARSPAN_RULER_TRACKING ? 10
                                                                   : int64_t{4} * config().common;
    text_writer nowhere(nullptr, pace);
    document_writer trial(task_, names_, haystack_, nowhere), document(task_, names_, haystack_, to);
    task_.write(trial, document, room, most, pace);
    to.put("\n");
}

std::string ruler_prompt::asked_keys() const {
    std::string text;
    for (int64_t n = 0; n < config().queries; ++n) {
        if (n > 0) text += n + 1 == config().queries ? ", and " : ", ";
        text += names_.needle(config().keys_are, ruler_task::key_name(n));
    }
    return text;
}

std::string ruler_prompt::question() const {
    switch (config().task) {
        case FARSPAN_RULER_TRACKING:
            return "Question: Find all variables that are assigned the value " + names_.chain_value(0) +
                   " in the text above.";
        case FARSPAN_RULER_COMMON_WORDS:
            return "Question: What are the " + std::to_string(config().common) +
                   " most common words in the above list?";
        case FARSPAN_RULER_FREQUENT_WORDS:
            return "Question: Do not provide any explanation. Please ignore the dots '....'. What are the " +
                   count_of(config().common) + " most frequently appeared words in the above coded text?";
        default:
            return (is_one() ? "What is the special magic " : "What are all the special magic ") +
                   std::string(noun_of(config().values_are)) + (is_one() ? "" : "s") + " for " + asked_keys() +
                   " mentioned in the provided text?";
    }
}

std::string ruler_prompt::prefix() const {
    switch (config().task) {
        case FARSPAN_RULER_TRACKING:
            return " Answer: According to the chain(s) of variable assignment in the text above, " +
                   std::to_string(task_.answers()) + " variables are assigned the value " + names_.chain_value(0) +
                   ", they are: ";
        case FARSPAN_RULER_COMMON_WORDS:
            return " Answer: The top " + std::to_string(config().common) +
                   " words that appear most often in the list are:";
        case FARSPAN_RULER_FREQUENT_WORDS:
            return " Answer: According to the coded text above, the " + count_of(config().common) +
                   " most frequently appeared words are:";
        default:
            return " The special magic " + std::string(noun_of(config().values_are)) + (is_one() ? "" : "s") + " for " +
                   asked_keys() + " mentioned in the provided text " + (is_one() ? "is" : "are");
    }
}

void ruler_prompt::put_answers(text_writer& to, std::string_view separator) const {
    for (int64_t n = 0; n < task_.answers(); ++n) {
        if (n > 0) to.put(separator);
        switch (config().task) {
            case FARSPAN_RULER_TRACKING:
                to.put(names_.variable(n));
                break;
            case FARSPAN_RULER_COMMON_WORDS:
                to.put(names_.listed(n));
                break;
            case FARSPAN_RULER_FREQUENT_WORDS:
                to.put(names_.frequent(n));
                break;
            default:
                to.put(names_.needle(config().values_are, ruler_task::value_name(n)));
        }
    }
}

}  // namespace

int64_t least_ruler_bytes(const farspan_ruler_config& config, pacer& pace) {
    return ruler_prompt(config, {}, false).least_size(pace);
}

int64_t write_ruler_text(const farspan_ruler_config& config, std::string_view haystack, int32_t part, char* to,
                         pacer& pace) {
    if (!haystack.empty() && config.haystack != FARSPAN_HAYSTACK_ESSAY)
        throw failure(FARSPAN_ERROR_COMBINATION, "haystack", ": the task does not read one");
    const ruler_prompt prompt(config, haystack, false);
    const int64_t least = prompt.least_size(pace);
    if (config.length < least || config.length >= most_length)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length",
                      "is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", config.length, least);
    text_writer text(to, pace);
    if (part != FARSPAN_PROMPT_WHOLE) {
        prompt.put(part, text);
        return text.size();
    }
    for (const int32_t one :
         {FARSPAN_PROMPT_TASK, FARSPAN_PROMPT_DOCUMENT, FARSPAN_PROMPT_QUESTION, FARSPAN_PROMPT_PREFIX})
        prompt.put(one, text);
    return text.size();
}

}  // namespace farspan

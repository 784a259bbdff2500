// The tasks as English text, in the words of the paper's appendix.
#include <cinttypes>
#include <limits>
#include <memory>
#include <string>

#include "base/failure.hpp"
#include "eval/ruler.hpp"
#include "eval/ruler_document.hpp"
#include "eval/ruler_names.hpp"
#include "eval/ruler_task.hpp"

namespace farspan {
namespace {

// A number as the prompts have it.
std::string count_of(int64_t number) { return number == 3 ? "three" : std::to_string(number); }

}  // namespace

// A prompt that was laid out: writing it takes no memory.
class ruler_prompt {
public:
    // Throws failure about "config" unless the length has room.
    ruler_prompt(const farspan_ruler_config& config, std::string_view haystack, pacer& pace)
        : ruler_prompt(config, haystack, false, pace) {
        if (config.example == 1) example_.reset(new ruler_prompt(example_of(config), {}, true, pace));
    }

    int64_t least_size(pacer& pace) const {
        text_writer trial(nullptr, pace);
        document_writer document(task_, names_, haystack_, trial);
        return task_.least_size(document, pace) + other_size(pace);
    }
    void lay_out(pacer& pace) {
        const int64_t room = config().length - other_size(pace);
        layout_ = laid_out(room, no_limit, pace);
    }
    // The document only after lay_out.
    int64_t size(int32_t part, pacer& pace) const {
        if (part != FARSPAN_PROMPT_DOCUMENT && part != FARSPAN_PROMPT_WHOLE) {
            text_writer trial(nullptr, pace);
            put(part, trial);
            return trial.size();
        }
        return layout_.size + (part == FARSPAN_PROMPT_WHOLE ? other_size(pace) : 1);
    }
    void put(int32_t part, text_writer& to) const {
        switch (part) {
            case FARSPAN_PROMPT_TASK:
                return put_task(to);
            case FARSPAN_PROMPT_DOCUMENT:
                return put_document(to);
            case FARSPAN_PROMPT_QUESTION:
                return to.put(question_);
            case FARSPAN_PROMPT_PREFIX:
                return to.put(prefix_);
            case FARSPAN_PROMPT_ANSWERS:
                return put_answers(to, "\n");
            default:
                put_task(to);
                put_document(to);
                to.put(question_);
                to.put(prefix_);
        }
    }

private:
    static constexpr int64_t no_limit = std::numeric_limits<int64_t>::max();

    ruler_prompt(const farspan_ruler_config& config, std::string_view haystack, bool is_example, pacer& pace)
        : task_(config),
          names_(task_.name_key(), is_example),
          haystack_(haystack),
          task_text_(task_text()),
          question_(question()),
          prefix_(prefix()) {
        // Ten pieces of haystack, or as many rare words as common ones.
        const int64_t most = config.task == FARSPAN_RULER_TRACKING ? 10 : int64_t{4} * config.common;
        if (is_example) layout_ = laid_out(no_limit, most, pace);
    }
    // Small: words stand there three times or once.
    static farspan_ruler_config example_of(farspan_ruler_config config) {
        if (config.task == FARSPAN_RULER_COMMON_WORDS) {
            config.frequency = 3;
            config.rare_frequency = 1;
        }
        return config;
    }
    ruler_layout laid_out(int64_t room, int64_t most, pacer& pace) const {
        text_writer nowhere(nullptr, pace);
        document_writer trial(task_, names_, haystack_, nowhere);
        return task_.lay_out(trial, room, most, pace);
    }

    const farspan_ruler_config& config() const { return task_.config(); }
    // Of all but the document, whose last line ends.
    int64_t other_size(pacer& pace) const {
        text_writer trial(nullptr, pace);
        put_task(trial);
        return trial.size() + 1 + static_cast<int64_t>(question_.size() + prefix_.size());
    }
    void put_task(text_writer& to) const;
    void put_document(text_writer& to) const {
        document_writer document(task_, names_, haystack_, to);
        task_.write(layout_, document, to.pace());
        to.put("\n");
    }
    void put_answers(text_writer& to, std::string_view separator) const;
    std::string task_text() const;
    std::string question() const;
    std::string prefix() const;
    std::string asked_keys() const;
    std::string asked_value() const { return std::string(names_.chain_value(0)); }
    bool is_one() const { return config().queries == 1 && config().values == 1; }
    std::string kind_asked() const { return std::string(noun_of(config().values_are)) + (is_one() ? "" : "s"); }

    ruler_task task_;
    ruler_names names_;
    std::string_view haystack_;
    std::string task_text_, question_, prefix_;
    ruler_layout layout_{};
    std::unique_ptr<const ruler_prompt> example_;
};

void ruler_prompt::put_task(text_writer& to) const {
    if (example_) {
        to.put(example_->task_text_);
        example_->put_document(to);
        to.put(example_->question_);
        to.put(example_->prefix_);
        if (config().task == FARSPAN_RULER_COMMON_WORDS) to.put(" ");
        example_->put_answers(to, " ");
        to.put("\n\n");
    }
    to.put(task_text_);
}

std::string ruler_prompt::task_text() const {
    switch (config().task) {
        case FARSPAN_RULER_TRACKING:
            return "Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n";
        case FARSPAN_RULER_COMMON_WORDS:
            return "Below is a numbered list of words. In these words, some appear more often than others. Memorize "
                   "the "
                   "ones that appear most often.\n";
        case FARSPAN_RULER_FREQUENT_WORDS:
            return "Read the following coded text and track the frequency of each coded word. Find the " +
                   count_of(config().common) + " most frequently appeared coded words. ";
        default:
            return (is_one() ? "A special magic " : "Some special magic ") + kind_asked() +
                   (is_one() ? " is" : " are") +
                   " hidden within the following text. Make sure to memorize it. I will quiz you about the " +
                   kind_asked() + " afterwards.\n";
    }
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
            return "Question: Find all variables that are assigned the value " + asked_value() + " in the text above.";
        case FARSPAN_RULER_COMMON_WORDS:
            return "Question: What are the " + std::to_string(config().common) +
                   " most common words in the above list?";
        case FARSPAN_RULER_FREQUENT_WORDS:
            return "Question: Do not provide any explanation. Please ignore the dots '....'. What are the " +
                   count_of(config().common) + " most frequently appeared words in the above coded text?";
        default:
            return (is_one() ? "What is the special magic " : "What are all the special magic ") + kind_asked() +
                   " for " + asked_keys() + " mentioned in the provided text?";
    }
}

std::string ruler_prompt::prefix() const {
    switch (config().task) {
        case FARSPAN_RULER_TRACKING:
            return " Answer: According to the chain(s) of variable assignment in the text above, " +
                   std::to_string(task_.answers()) + " variables are assigned the value " + asked_value() +
                   ", they are: ";
        case FARSPAN_RULER_COMMON_WORDS:
            return " Answer: The top " + std::to_string(config().common) +
                   " words that appear most often in the list are:";
        case FARSPAN_RULER_FREQUENT_WORDS:
            return " Answer: According to the coded text above, the " + count_of(config().common) +
                   " most frequently appeared words are:";
        default:
            return " The special magic " + kind_asked() + " for " + asked_keys() + " mentioned in the provided text " +
                   (is_one() ? "is" : "are");
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

int64_t least_ruler_bytes(const farspan_ruler_config& config, pacer& pace) {
    return ruler_prompt(config, {}, pace).least_size(pace);
}

ruler_text::ruler_text(const farspan_ruler_config& config, std::string_view haystack, int32_t part, pacer& pace)
    : part_(part) {
    if (!haystack.empty() && config.haystack != FARSPAN_HAYSTACK_ESSAY)
        throw failure(FARSPAN_ERROR_COMBINATION, "haystack", ": the task does not read one");
    auto prompt = std::make_unique<ruler_prompt>(config, haystack, pace);
    const int64_t least = prompt->least_size(pace);
    if (config.length < least || config.length >= most_length)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length",
                      "is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", config.length, least);
    if (part == FARSPAN_PROMPT_WHOLE || part == FARSPAN_PROMPT_DOCUMENT) prompt->lay_out(pace);
    bytes_ = prompt->size(part, pace);
    prompt_ = std::move(prompt);
}

ruler_text::~ruler_text() = default;

void ruler_text::write(char* to, pacer& pace) const {
    text_writer text(to, pace);
    prompt_->put(part_, text);
}

}  // namespace farspan

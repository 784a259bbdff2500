#include <algorithm>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "eval/ruler.hpp"

namespace farspan {
namespace {

farspan_recall recall_of(int64_t expected, int64_t found) {
    if (expected == 0) throw failure(FARSPAN_ERROR_SHAPE, "answers", ": there is none");
    farspan_recall recall{};
    recall.struct_size = sizeof recall;
    recall.complete = found == expected;
    recall.expected = expected;
    recall.found = found;
    recall.share = static_cast<double>(found) / static_cast<double>(expected);
    recall.best = found > 0 ? 1 : 0;
    return recall;
}

// Not by std::ranges::search, which clang 14 does not compile with the headers of gcc 12.
bool holds(const auto& text, const auto& answer, const auto& same) {
    return std::search(text.begin(), text.end(), answer.begin(), answer.end(), same) != text.end();
}

}  // namespace

farspan_recall score_answers(std::string_view answers, std::string_view generated, pacer& pace) {
    const auto same = [&](char a, char b) {
        pace.step();
        return ascii_lower(a) == ascii_lower(b);
    };
    int64_t expected = 0, found = 0;
    while (!answers.empty()) {
        const std::size_t size = std::min(answers.find('\n'), answers.size());
        const std::string_view answer = answers.substr(0, size);
        answers.remove_prefix(std::min(size + 1, answers.size()));
        if (answer.empty()) continue;
        ++expected;
        found += holds(generated, answer, same);
    }
    return recall_of(expected, found);
}

farspan_recall score_answers(std::span<const int64_t> answers, int64_t answer_ids, std::span<const int64_t> generated,
                             pacer& pace) {
    const auto count = static_cast<int64_t>(answers.size());
    if (answer_ids < 1 || count % answer_ids != 0)
        throw failure(FARSPAN_ERROR_SHAPE, "answer_ids", "is %lld: must divide answers_count, %lld",
                      static_cast<long long>(answer_ids), static_cast<long long>(count));
    const auto same = [&](int64_t a, int64_t b) {
        pace.step();
        return a == b;
    };
    int64_t found = 0;
    for (; !answers.empty(); answers = answers.subspan(static_cast<std::size_t>(answer_ids)))
        found += holds(generated, answers.first(static_cast<std::size_t>(answer_ids)), same);
    return recall_of(count / answer_ids, found);
}

}  // namespace farspan

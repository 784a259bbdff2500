// Every allocation of RULER's tasks fails in turn, and nothing is written then. Documents of any length take the same memory.
#include <criterion/criterion.h>

#include <algorithm>

#include "failing_memory.hpp"
#include "ruler_calls.hpp"

using namespace farspan_test;

namespace {

int64_t allocations_of_text(const farspan_ruler_config& config) {
    std::string text(static_cast<std::size_t>(config.length) + 1, '#');
    int64_t needed = -7;
    return fail_every_allocation(
        [&](farspan_error* e) {
            return farspan_ruler_text(nullptr, &config, nullptr, 0, FARSPAN_PROMPT_WHOLE, text.data(),
                                      config.length + 1, &needed, e);
        },
        [&](int64_t n) {
            cr_assert(needed == -7 && std::ranges::count(text, '#') == std::ssize(text),
                      "task %d, allocation %ld: wrote", config.task, n);
        });
}

}  // namespace

Test(ruler_memory, every_allocation_of_a_text_may_fail) {
    for (int32_t task = 1; task <= 11; ++task) {
        const int64_t few = allocations_of_text(ruler_config(task, 6000));
        cr_expect(few >= 1, "task %d", task);
        if (task == FARSPAN_RULER_FREQUENT_WORDS) continue;  // more words, a longer table of them
        const int64_t many = allocations_of_text(ruler_config(task, 60000));
        cr_expect(many == few, "task %d: %ld, and %ld for ten times the length", task, few, many);
    }
}

Test(ruler_memory, every_allocation_of_ids_may_fail) {
    std::vector<int64_t> vocabulary(1000);
    std::iota(vocabulary.begin(), vocabulary.end(), 1000);
    for (int32_t task = 1; task <= 11; ++task) {
        const farspan_ruler_config config = ruler_config(task, 1000);
        std::vector<int64_t> ids(1000, -7);
        const int64_t failed = fail_every_allocation(
            [&](farspan_error* e) {
                return farspan_ruler_ids(nullptr, &config, ruler_marks, 4, vocabulary.data(), 1000, nullptr, 0,
                                         FARSPAN_PROMPT_WHOLE, ids.data(), 1000, e);
            },
            [&](int64_t n) {
                cr_assert(std::ranges::count(ids, -7) == 1000, "task %d, allocation %ld: wrote", task, n);
            });
        cr_expect(failed >= 1, "task %d", task);
    }
}

Test(ruler_memory, every_allocation_of_a_description_may_fail) {
    for (int32_t task = 1; task <= 11; ++task) {
        const farspan_ruler_config config = ruler_config(task, 0);
        farspan_ruler_info info;
        farspan_ruler_info_init(&info, sizeof info);
        info.answers = -7;
        fail_every_allocation([&](farspan_error* e) { return farspan_ruler_describe(nullptr, &config, &info, e); },
                              [&](int64_t) { cr_assert(info.answers == -7); });
        cr_expect(info.answers > 0, "task %d", task);
    }
}

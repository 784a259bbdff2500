// Passkeys and needles: the published texts, and where the key stands in them.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "farspan/eval.h"
#include "generator.hpp"
#include "handles.hpp"
#include "passkey.hpp"

using namespace farspan_test;

namespace {

struct made {
    std::string text;
    farspan_passkey answer;
};

farspan_passkey_config passkey_config(int32_t form, int64_t length, double depth, uint64_t seed = 7) {
    farspan_passkey_config config;
    farspan_passkey_config_init(&config, sizeof config, form);
    cr_assert(std::isnan(config.depth) && config.seed == 0 && config.lowest_key == 1);
    cr_assert(config.highest_key == (form == FARSPAN_PASSKEY_LANDMARK ? 50000 : 9999999),
              "the defaults that the header names");
    config.length = length;
    config.depth = depth;
    config.seed = seed;
    return config;
}

made make(const farspan_passkey_config& config) {
    made result{std::string(static_cast<size_t>(config.length) + 1, '#'), {}};
    result.answer.struct_size = sizeof result.answer;
    int64_t needed = 0;
    error_slot error;
    require_ok(
        farspan_passkey_make(nullptr, &config, result.text.data(), config.length + 1, &needed, &result.answer, &error),
        error, "passkey");
    cr_assert(needed == result.answer.bytes + 1);
    result.text.resize(static_cast<size_t>(result.answer.bytes));
    return result;
}

bool correct(const std::string& generated, int64_t key) {
    int32_t result = -1;
    cr_assert(farspan_passkey_check(nullptr, generated.data(), static_cast<int64_t>(generated.size()), key, &result,
                                    nullptr) == FARSPAN_OK);
    return result == 1;
}

void expect_place(const made& got, const oracle::passkey& expected) {
    const auto begin = static_cast<int64_t>(expected.before.size());
    cr_expect(got.answer.key_begin == begin);
    cr_expect(got.answer.key_end == begin + static_cast<int64_t>(expected.told.size()));
}

}  // namespace

Test(passkey, landmark_form_is_five_lines_of_the_exact_length) {
    for (const double depth : {0.0, 0.3, 1.0, std::nan("")})
        for (const int64_t length : {400, 1000, 5000, 100000}) {
            const made got = make(passkey_config(FARSPAN_PASSKEY_LANDMARK, length, depth));
            const auto size = static_cast<size_t>(length);
            const oracle::passkey expected = oracle::passkey_landmark(got.answer.key, size, got.answer.depth);
            cr_expect(got.text.size() == size && std::count(got.text.begin(), got.text.end(), '\n') == 4);
            cr_expect(got.text == expected.text());
            expect_place(got, expected);
            if (!std::isnan(depth)) cr_expect(got.answer.depth == depth);
        }
}

Test(passkey, sentences_form_keeps_sentences_whole) {
    constexpr size_t sentences = 90;  // of garbage at once, with a space
    for (const double depth : {0.0, 0.5, 1.0, std::nan("")})
        for (const int64_t length : {420, 1000, 20000}) {
            const made got = make(passkey_config(FARSPAN_PASSKEY_SENTENCES, length, depth));
            const auto size = static_cast<size_t>(length);
            const oracle::passkey expected = oracle::passkey_sentences(got.answer.key, size, got.answer.depth);
            cr_expect(got.text == expected.text(), "%s", got.text.c_str());
            expect_place(got, expected);
            cr_expect(got.text.size() <= size && got.text.size() + sentences > size);
        }
}

Test(passkey, seed_decides_key_and_depth) {
    std::set<int64_t> keys;
    double least = 1, most = 0, sum = 0;
    for (uint64_t seed = 0; seed < 400; ++seed) {
        const made got = make(passkey_config(FARSPAN_PASSKEY_LANDMARK, 1000, std::nan(""), seed));
        cr_expect(got.answer.key >= 1 && got.answer.key <= 50000);
        keys.insert(got.answer.key);
        least = std::min(least, got.answer.depth);
        most = std::max(most, got.answer.depth);
        sum += got.answer.depth;
        cr_expect(make(passkey_config(FARSPAN_PASSKEY_LANDMARK, 1000, 0.5, seed)).answer.key == got.answer.key,
                  "the key depends on the depth");
    }
    cr_expect(keys.size() > 380 && *keys.begin() < 1500 && *keys.rbegin() > 48500, "%zu keys", keys.size());
    cr_expect(least < 0.02 && most > 0.98 && std::fabs(sum / 400 - 0.5) < 0.08);
    farspan_passkey_config one = passkey_config(FARSPAN_PASSKEY_LANDMARK, 1000, 0);
    one.lowest_key = one.highest_key = 42;
    cr_expect(make(one).answer.key == 42);
}

// Fixed texts: another release or machine must hide the same keys.
Test(passkey, keys_of_a_seed_are_the_same_for_ever) {
    const int64_t keys[4] = {make(passkey_config(FARSPAN_PASSKEY_LANDMARK, 500, 0, 0)).answer.key,
                             make(passkey_config(FARSPAN_PASSKEY_LANDMARK, 500, 0, 1)).answer.key,
                             make(passkey_config(FARSPAN_PASSKEY_SENTENCES, 500, 0, 0)).answer.key,
                             make(passkey_config(FARSPAN_PASSKEY_SENTENCES, 500, 0, UINT64_MAX)).answer.key};
    // splitmix64 of seed 0 begins with 0xe220a8397b1dcdaf, of seed 1 with 0x910a2dec89025cc1 (Vigna's reference), of
    // seed 2^64 - 1 with 0xe4d971771b652c20; times the number of keys over 2^64.
    const double first[4] = {0xe220a8397b1dcdafp0, 0x910a2dec89025cc1p0, 0xe220a8397b1dcdafp0, 0xe4d971771b652c20p0};
    for (int n = 0; n < 4; ++n) {
        const auto expected = 1 + static_cast<int64_t>(first[n] * 0x1p-64 * (n < 2 ? 50000 : 9999999));
        cr_expect(keys[n] == expected, "key %d is %ld, expected %ld", n, keys[n], expected);
    }
}

Test(passkey, first_number_counts) {
    cr_expect(correct(" 4711.", 4711) && correct("4711 is the pass key 12", 4711) && correct("is 04711", 4711));
    cr_expect(!correct(" 47 11", 4711) && !correct("12, no 4711", 4711) && !correct("", 4711) && !correct("none", 0));
    cr_expect(!correct("47110", 4711) && !correct("471", 4711) && correct("0", 0) && correct("000", 0));
    cr_expect(!correct("99999999999999999999999999999", 4711), "longer than any integer");
}

Test(passkey, needle_lies_in_a_haystack_of_ids) {
    const std::vector<int64_t> haystack = {1, 2, 3, 9, 4, 5, 9}, needle = {100, 101}, asked = {200};
    const auto place = [&](int64_t length, double depth, const int64_t* boundary, int64_t& position) {
        std::vector<int64_t> out(static_cast<size_t>(length), -1);
        error_slot error;
        require_ok(farspan_needle_place(nullptr, haystack.data(), 7, needle.data(), 2, asked.data(), 1, depth, boundary,
                                        boundary ? 1 : 0, out.data(), length, &position, &error),
                   error, "needle");
        return out;
    };
    int64_t position = -1;
    cr_expect(place(8, 0, nullptr, position) == std::vector<int64_t>({100, 101, 1, 2, 3, 9, 4, 200}) && position == 0);
    cr_expect(place(8, 1, nullptr, position) == std::vector<int64_t>({1, 2, 3, 9, 4, 100, 101, 200}) && position == 5);
    const int64_t stop = 9, never = 77;
    cr_expect(place(8, 1, &stop, position) == std::vector<int64_t>({1, 2, 3, 9, 100, 101, 4, 200}) && position == 4);
    cr_expect(place(8, 1, &never, position)[0] == 100 && position == 0);
    cr_expect(place(15, 0.75, &stop, position) ==
                  std::vector<int64_t>({1, 2, 3, 9, 4, 5, 9, 100, 101, 1, 2, 3, 9, 4, 200}) &&
              position == 7);
    cr_expect(place(3, 0.5, &stop, position) == std::vector<int64_t>({100, 101, 200}) && position == 0, "without hay");
}

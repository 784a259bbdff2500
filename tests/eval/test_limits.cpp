// Long inputs: what is answered without taking memory, what is refused before it does, and what a cancel flag ends.
#include <criterion/criterion.h>
#include <sys/mman.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <thread>

#include "expect_failure.hpp"
#include "text_scores.hpp"

using namespace farspan_test;

namespace {

using sentence = std::vector<int>;

// ROUGE-Lsum by its definition: Lin (2004), section 3.2, with the table of every pair of sentences written out.
double lsum_hits(const std::vector<sentence>& hypothesis, const std::vector<sentence>& reference) {
    std::map<int, int> left_in_hypothesis, left_in_reference;
    for (const sentence& s : hypothesis)
        for (const int word : s) ++left_in_hypothesis[word];
    for (const sentence& s : reference)
        for (const int word : s) ++left_in_reference[word];
    double hits = 0;
    for (const sentence& r : reference) {
        std::vector<bool> marked(r.size());
        for (const sentence& c : hypothesis) {
            std::vector<std::vector<int>> length(r.size() + 1, std::vector<int>(c.size() + 1));
            for (std::size_t i = 1; i <= r.size(); ++i)
                for (std::size_t j = 1; j <= c.size(); ++j)
                    length[i][j] =
                        r[i - 1] == c[j - 1] ? length[i - 1][j - 1] + 1 : std::max(length[i - 1][j], length[i][j - 1]);
            for (std::size_t i = r.size(), j = c.size(); i > 0 && j > 0;) {
                if (r[i - 1] == c[j - 1])
                    marked[--i] = true, --j;
                else if (length[i][j - 1] > length[i - 1][j])
                    --j;
                else
                    --i;
            }
        }
        for (std::size_t n = 0; n < r.size(); ++n)
            if (marked[n] && left_in_hypothesis[r[n]] > 0 && left_in_reference[r[n]] > 0)
                ++hits, --left_in_hypothesis[r[n]], --left_in_reference[r[n]];
    }
    return hits;
}

std::string text_of(const std::vector<sentence>& sentences) {
    std::string text;
    for (const sentence& s : sentences) {
        for (const int word : s) text += "w" + std::to_string(word) + " ";
        text += "\n";
    }
    return text;
}

// The most memory that this process has held, in megabytes.
double peak_megabytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024;
    return 0;
}

// Zeros that take no memory.
class zeros {
public:
    explicit zeros(std::size_t bytes)
        : bytes_(bytes), data_(mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        cr_assert(data_ != MAP_FAILED);
    }
    ~zeros() { munmap(data_, bytes_); }
    void* data() const { return data_; }

private:
    std::size_t bytes_;
    void* data_;
};

// Sets the flag while the call works. A call that does not look would work for minutes.
template <class Call>
void expect_cancelled(const char* what, Call&& call) {
    volatile int32_t flag = 0;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 1, &flag);
    std::thread setter([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
    });
    const farspan_status status = call(context.get());
    setter.join();
    cr_expect(status == FARSPAN_ERROR_CANCELLED, "%s: status %d", what, status);
}

}  // namespace

Test(limits, lsum_is_its_definition) {
    constexpr unsigned seed = 5;
    std::srand(seed);
    const auto below = [](int n) { return std::rand() % n; };
    for (int repeat = 0; repeat < 400; ++repeat) {
        const int words = 1 + below(repeat % 3 == 0 ? 3 : 60);
        const auto draw = [&] {
            std::vector<sentence> sentences(static_cast<std::size_t>(1 + below(4)));
            for (sentence& s : sentences) {
                s.resize(static_cast<std::size_t>(below(repeat % 5 == 0 ? 400 : 40)));
                for (int& word : s) word = below(words);
            }
            return sentences;
        };
        const std::vector<sentence> hypothesis = draw(), reference = draw();
        const farspan_rouge_result got =
            rouge_of(rouge_config(FARSPAN_ROUGE_LSUM), text_of(hypothesis), {text_of(reference)});
        double tokens = 0;
        for (const sentence& s : reference) tokens += static_cast<double>(s.size());
        const double expected = lsum_hits(hypothesis, reference) / std::max(tokens, 1.0);
        cr_expect(got.recall == expected, "seed %u, repeat %d: recall %.17g, must be %.17g", seed, repeat, got.recall,
                  expected);
    }
}

// A bit for every pair of 100,000 and 100,000 words would be 1.2 GB.
Test(limits, lsum_of_long_sentences_takes_little_memory) {
    sentence a(100000), b(100000);
    for (std::size_t n = 0; n < a.size(); ++n) {
        a[n] = static_cast<int>(n * n % 997);
        b[n] = static_cast<int>(n * 7 % 1009);
    }
    const std::string hypothesis = text_of({a}), reference = text_of({b});
    const double before = peak_megabytes();
    const farspan_rouge_result got = rouge_of(rouge_config(FARSPAN_ROUGE_LSUM), hypothesis, {reference});
    cr_expect(peak_megabytes() - before < 200, "%.0f MB", peak_megabytes() - before);
    // One sentence each: at least the longest common subsequence itself counts.
    cr_expect(got.recall >= rouge_of(rouge_config(FARSPAN_ROUGE_L), hypothesis, {reference}).recall && got.recall < 1);
}

Test(limits, longest_common_subsequences_have_a_limit) {
    std::vector<int64_t> ids(600000);
    std::iota(ids.begin(), ids.end(), 0);
    const int64_t length = 600000;
    const farspan_ids references[2] = {{ids.data(), length}, {ids.data(), 400000}};
    const farspan_rouge_config config = rouge_config(FARSPAN_ROUGE_L);
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    for (const int32_t count : {1, 2})
        expect_failure("work", FARSPAN_ERROR_SHAPE, 3, {"pairs of tokens", "2^38"}, [&](farspan_error* e) {
            return farspan_rouge_tokens(nullptr, &config, ids.data(), length, references, count, &result, e);
        });
    // N-grams have none.
    const farspan_rouge_config ngrams = rouge_config(FARSPAN_ROUGE_N, 2);
    cr_expect(farspan_rouge_tokens(nullptr, &ngrams, ids.data(), length, references, 1, &result, nullptr) ==
                  FARSPAN_OK &&
              result.recall == 1);
}

Test(limits, a_passkey_is_measured_without_being_made) {
    for (const int32_t form : {FARSPAN_PASSKEY_LANDMARK, FARSPAN_PASSKEY_SENTENCES}) {
        farspan_passkey_config config;
        farspan_passkey_config_init(&config, sizeof config, form);
        farspan_passkey passkey = {}, written = {};
        passkey.struct_size = written.struct_size = sizeof passkey;
        for (const double depth : {0.0, 0.3, 1.0}) {
            config.depth = depth;
            for (const int64_t bytes : {1000, 1001, 5000, 5089}) {
                config.length = bytes;
                int64_t needed = 0, again = 0;
                cr_assert(farspan_passkey_make(nullptr, &config, nullptr, 0, &needed, &passkey, nullptr) == FARSPAN_OK);
                std::string text(static_cast<std::size_t>(needed), '#');
                cr_assert(farspan_passkey_make(nullptr, &config, text.data(), needed - 1, &again, &written, nullptr) ==
                          FARSPAN_OK);
                cr_expect(text == std::string(static_cast<std::size_t>(needed), '#'), "wrote although it does not fit");
                cr_assert(farspan_passkey_make(nullptr, &config, text.data(), needed, &again, &written, nullptr) ==
                          FARSPAN_OK);
                cr_expect(again == needed && text.back() == '\0' && text.find('#') == text.npos &&
                          text.find('\0') == text.size() - 1);
                cr_expect(passkey.bytes == needed - 1 && written.key_begin == passkey.key_begin &&
                          written.key_end == passkey.key_end);
                const std::string number = std::to_string(passkey.key);
                cr_expect(text.substr(static_cast<std::size_t>(passkey.key_begin))
                              .rfind("The pass key is " + number + ". Remember it. ", 0) == 0);
                cr_expect(text.substr(0, static_cast<std::size_t>(passkey.key_end))
                              .ends_with(" " + number + " is the pass key."));
            }
        }
        const double before = peak_megabytes();
        config.length = (int64_t{1} << 40) - 1;
        int64_t needed = 0;
        cr_assert(farspan_passkey_make(nullptr, &config, nullptr, 0, &needed, &passkey, nullptr) == FARSPAN_OK);
        cr_expect(needed > config.length - 100 && peak_megabytes() - before < 10, "%.0f MB", peak_megabytes() - before);
    }
}

Test(limits, a_needle_is_placed_at_once) {
    // A boundary that the haystack does not have is looked for once, not in every repetition.
    const int64_t haystack = 5, needle = 6, boundary = 7, length = 20000000;
    std::vector<int64_t> out(static_cast<std::size_t>(length));
    int64_t position = -1;
    cr_assert(farspan_needle_place(nullptr, &haystack, 1, &needle, 1, nullptr, 0, 1, &boundary, 1, out.data(), length,
                                   &position, nullptr) == FARSPAN_OK);
    cr_expect(position == 0 && out[0] == 6 && out[1] == 5);
}

Test(limits, a_row_is_left_when_the_flag_is_set) {
    constexpr int64_t contiguous = int64_t{1} << 31, repeated = int64_t{1} << 37;
    const zeros memory(contiguous * sizeof(float));
    const int64_t target = 0, ignored = -100;
    double nll = 0;
    float one = 0;
    farspan_tensor row = {};
    farspan_tensor_contiguous(&row, memory.data(), FARSPAN_F32, 1, 1, 1, contiguous);
    expect_cancelled("a row that lies side by side", [&](const farspan_context* c) {
        return farspan_token_nll(c, &row, &target, 1, ignored, &nll, 1, nullptr);
    });
    farspan_tensor_contiguous(&row, &one, FARSPAN_F32, 1, 1, 1, repeated);
    row.stride[3] = 0;
    expect_cancelled("a strided row", [&](const farspan_context* c) {
        return farspan_token_nll(c, &row, &target, 1, ignored, &nll, 1, nullptr);
    });
}

Test(limits, a_resample_is_left_when_the_flag_is_set) {
    constexpr int64_t count = int64_t{1} << 27;
    const zeros memory(count * sizeof(double));
    farspan_bootstrap_config config;
    farspan_bootstrap_config_init(&config, sizeof config);
    config.samples = 1;
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    expect_cancelled("one resample", [&](const farspan_context* c) {
        return farspan_bootstrap_mean(c, &config, static_cast<const double*>(memory.data()), count, &interval, nullptr);
    });
}

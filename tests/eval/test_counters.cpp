// What a caller keeps between calls and passes back in: every counter out of range, or too large for its neighbours, is
// refused by name, and no sum wraps.
#include <criterion/criterion.h>

#include <cmath>
#include <functional>
#include <vector>

#include "expect_failure.hpp"
#include "text_scores.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t most = int64_t{1} << 62;
const farspan_text texts[1] = {{"the cat sat on the mat", 22}};

// One call that reads `counts`, with the argument that it is and its name.
template <class Counts>
struct reader {
    const char* function;
    int32_t argument;
    std::string name;
    std::function<farspan_status(Counts*, farspan_error*)> call;
};

template <class Counts>
void expect_refused(const std::vector<reader<Counts>>& readers, const Counts& counts, const std::string& field,
                    const std::string& value) {
    for (const reader<Counts>& r : readers) {
        Counts given = counts;
        const std::string named = r.name + "." + field + " is " + value;
        expect_failure(r.function, FARSPAN_ERROR_PARAMETER_RANGE, r.argument, {named.c_str()},
                       [&](farspan_error* e) { return r.call(&given, e); });
        cr_expect(std::memcmp(&given, &counts, sizeof counts) == 0, "%s: wrote", r.function);
    }
}

// Sets the counter of one field to what no function writes.
template <class Counts>
void expect_range(const std::vector<reader<Counts>>& readers, const Counts& good, const std::string& field,
                  const std::function<int64_t&(Counts&)>& member) {
    for (const int64_t wrong : {int64_t{-1}, INT64_MIN, most + 1, INT64_MAX}) {
        Counts counts = good;
        member(counts) = wrong;
        expect_refused(readers, counts, field, std::to_string(wrong));
    }
}

std::string element(const char* field, int n) { return field + ("[" + std::to_string(n) + "]"); }

farspan_bleu_counts one_segment() {
    farspan_bleu_counts counts = bleu_counts();
    const farspan_bleu_config config = bleu_config();
    cr_assert(farspan_bleu_add(nullptr, &config, texts[0].data, texts[0].bytes, texts, 1, &counts, nullptr) ==
              FARSPAN_OK);
    return counts;
}

}  // namespace

Test(counters, bleu) {
    static const farspan_bleu_config config = bleu_config();
    const farspan_bleu_counts good = one_segment();
    static farspan_bleu_counts other = good;
    const std::vector<reader<farspan_bleu_counts>> readers = {
        {"add", 7, "counts",
         [](auto* c, auto* e) {
             return farspan_bleu_add(nullptr, &config, texts[0].data, texts[0].bytes, texts, 1, c, e);
         }},
        {"add_tokens", 7, "counts",
         [](auto* c, auto* e) {
             const int64_t ids[1] = {5};
             const farspan_ids list[1] = {{ids, 1}};
             return farspan_bleu_add_tokens(nullptr, &config, ids, 1, list, 1, c, e);
         }},
        {"merge into", 1, "counts", [](auto* c, auto* e) { return farspan_bleu_merge(c, &other, e); }},
        {"merge from", 2, "from", [](auto* c, auto* e) { return farspan_bleu_merge(&other, c, e); }},
        {"score", 2, "counts",
         [](auto* c, auto* e) {
             farspan_bleu_result result;
             farspan_bleu_result_init(&result, sizeof result);
             return farspan_bleu_score(&config, c, &result, e);
         }},
        {"bootstrap", 4, "segments[1]", [](auto* c, auto* e) {
             const farspan_bleu_counts segments[2] = {other, *c};
             farspan_interval interval;
             farspan_interval_init(&interval, sizeof interval);
             return farspan_bleu_bootstrap(nullptr, nullptr, &config, segments, 2, &interval, e);
         }}};
    expect_range<farspan_bleu_counts>(readers, good, "segments", [](auto& c) -> int64_t& { return c.segments; });
    expect_range<farspan_bleu_counts>(readers, good, "hypothesis_length",
                                      [](auto& c) -> int64_t& { return c.hypothesis_length; });
    expect_range<farspan_bleu_counts>(readers, good, "reference_length",
                                      [](auto& c) -> int64_t& { return c.reference_length; });
    for (int n = 0; n < 8; ++n) {
        expect_range<farspan_bleu_counts>(readers, good, element("correct", n),
                                          [n](auto& c) -> int64_t& { return c.correct[n]; });
        expect_range<farspan_bleu_counts>(readers, good, element("total", n),
                                          [n](auto& c) -> int64_t& { return c.total[n]; });
    }
    for (const int32_t orders : {-1, 0, 9}) {
        farspan_bleu_counts counts = good;
        counts.max_order = orders;
        expect_refused(readers, counts, "max_order", std::to_string(orders));
    }
    farspan_bleu_counts counts = good;
    counts.correct[1] = good.total[1] + 1;
    expect_refused(readers, counts, "correct[1]", "6: must be at most");
    counts = good;
    counts.total[0] = 7;
    expect_refused(readers, counts, "total[0]", "7: must be at most");
    counts = good;
    counts.total[4] = 1;
    expect_refused(readers, counts, "total[4]", "1: must be 0");
    counts = good;
    counts.segments = 0;
    expect_refused(readers, counts, "hypothesis_length", "6: must be 0");
}

Test(counters, bleu_sums_do_not_wrap) {
    const farspan_bleu_config config = bleu_config();
    const farspan_bleu_counts small = one_segment();
    farspan_bleu_counts full = small;
    full.hypothesis_length = full.reference_length = full.segments = most;
    for (int n = 0; n < 4; ++n) full.correct[n] = full.total[n] = most;
    // At the limit itself a score is a score.
    farspan_bleu_result result;
    farspan_bleu_result_init(&result, sizeof result);
    cr_assert(farspan_bleu_score(&config, &full, &result, nullptr) == FARSPAN_OK);
    cr_expect(std::fabs(result.score - 100) < 1e-9 && result.brevity_penalty == 1);
    const std::vector<std::pair<const char*, std::function<int64_t&(farspan_bleu_counts&)>>> members = {
        {"segments", [](auto& c) -> int64_t& { return c.segments; }},
        {"hypothesis_length", [](auto& c) -> int64_t& { return c.hypothesis_length; }},
        {"reference_length", [](auto& c) -> int64_t& { return c.reference_length; }}};
    for (const auto& [field, member] : members) {
        farspan_bleu_counts counts = small;
        member(counts) = most;
        const farspan_bleu_counts before = counts;
        const auto refuse = [&](const char* what, int32_t argument, const auto& call) {
            expect_failure(what, FARSPAN_ERROR_PARAMETER_RANGE, argument,
                           {argument == 4 ? "times count" : field, "2^62"}, call);
            cr_expect(std::memcmp(&counts, &before, sizeof counts) == 0, "%s, %s: wrote", what, field);
        };
        refuse("add", 7, [&](farspan_error* e) {
            return farspan_bleu_add(nullptr, &config, texts[0].data, texts[0].bytes, texts, 1, &counts, e);
        });
        refuse("merge", 1, [&](farspan_error* e) { return farspan_bleu_merge(&counts, &small, e); });
        refuse("bootstrap", 4, [&](farspan_error* e) {
            const farspan_bleu_counts segments[2] = {small, counts};
            farspan_interval interval;
            farspan_interval_init(&interval, sizeof interval);
            return farspan_bleu_bootstrap(nullptr, nullptr, &config, segments, 2, &interval, e);
        });
    }
}

Test(counters, chrf) {
    static const farspan_chrf_config config = chrf_config();
    farspan_chrf_counts good = chrf_counts();
    cr_assert(farspan_chrf_add(nullptr, &config, texts[0].data, texts[0].bytes, texts, 1, &good, nullptr) ==
              FARSPAN_OK);
    static farspan_chrf_counts other = good;
    const std::vector<reader<farspan_chrf_counts>> readers = {
        {"add", 7, "counts",
         [](auto* c, auto* e) {
             return farspan_chrf_add(nullptr, &config, texts[0].data, texts[0].bytes, texts, 1, c, e);
         }},
        {"merge into", 1, "counts", [](auto* c, auto* e) { return farspan_chrf_merge(c, &other, e); }},
        {"merge from", 2, "from", [](auto* c, auto* e) { return farspan_chrf_merge(&other, c, e); }},
        {"score", 2, "counts", [](auto* c, auto* e) {
             double score = 0;
             return farspan_chrf_score(&config, c, &score, e);
         }}};
    expect_range<farspan_chrf_counts>(readers, good, "segments", [](auto& c) -> int64_t& { return c.segments; });
    for (int n = 0; n < 16; ++n) {
        expect_range<farspan_chrf_counts>(readers, good, element("hypothesis", n),
                                          [n](auto& c) -> int64_t& { return c.hypothesis[n]; });
        expect_range<farspan_chrf_counts>(readers, good, element("reference", n),
                                          [n](auto& c) -> int64_t& { return c.reference[n]; });
        expect_range<farspan_chrf_counts>(readers, good, element("matches", n),
                                          [n](auto& c) -> int64_t& { return c.matches[n]; });
    }
    for (const int32_t orders : {-1, 0, 17}) {
        farspan_chrf_counts counts = good;
        counts.orders = orders;
        expect_refused(readers, counts, "orders", std::to_string(orders));
    }
    farspan_chrf_counts counts = good;
    counts.matches[2] = good.reference[2] + 1;
    counts.hypothesis[2] = most;
    expect_refused(readers, counts, "matches[2]", std::to_string(counts.matches[2]) + ": must be at most");
    counts = good;
    counts.reference[6] = 1;
    expect_refused(readers, counts, "reference[6]", "1: must be 0");
    counts = good;
    counts.hypothesis[5] = most;
    const farspan_chrf_counts before = counts;
    const auto refuse = [&](int32_t argument, const auto& call) {
        expect_failure("sum", FARSPAN_ERROR_PARAMETER_RANGE, argument,
                       {"counts.hypothesis[5] is 4611686018427387904", "2^62"}, call);
        cr_expect(std::memcmp(&counts, &before, sizeof counts) == 0, "wrote");
    };
    refuse(7, [&](farspan_error* e) {
        return farspan_chrf_add(nullptr, &config, texts[0].data, texts[0].bytes, texts, 1, &counts, e);
    });
    refuse(1, [&](farspan_error* e) { return farspan_chrf_merge(&counts, &good, e); });
}

Test(counters, loss) {
    const double nll[5] = {1, 2, 3, 4, 5};
    farspan_loss good;
    farspan_loss_init(&good, sizeof good);
    good.block_tokens = 2;
    cr_assert(farspan_loss_add(nullptr, &good, nll, 5, nullptr, 0, 0, 20, nullptr) == FARSPAN_OK);
    static farspan_loss other = good;
    const std::vector<reader<farspan_loss>> readers = {
        {"add", 2, "loss",
         [](auto* l, auto* e) {
             const double one = 1;
             return farspan_loss_add(nullptr, l, &one, 1, nullptr, 0, 0, 0, e);
         }},
        {"merge into", 1, "loss", [](auto* l, auto* e) { return farspan_loss_merge(l, &other, e); }},
        {"merge from", 2, "from", [](auto* l, auto* e) { return farspan_loss_merge(&other, l, e); }},
        {"summarize", 1, "loss",
         [](auto* l, auto* e) {
             farspan_loss_summary summary;
             farspan_loss_summary_init(&summary, sizeof summary);
             return farspan_loss_summarize(l, &summary, e);
         }},
        {"by context", 2, "curve[1]", [](auto* l, auto* e) {
             farspan_loss curve[2] = {other, *l};
             const int64_t edges[3] = {1, 2, 3};
             const double two[2] = {1, 2};
             const farspan_status status =
                 farspan_loss_add_by_context(nullptr, curve, 2, edges, 3, 1, two, 2, nullptr, 0, 0, e);
             cr_expect(curve[0].tokens == other.tokens, "wrote the first bucket");
             return status;
         }}};
    expect_range<farspan_loss>(readers, good, "tokens", [](auto& l) -> int64_t& { return l.tokens; });
    expect_range<farspan_loss>(readers, good, "bytes", [](auto& l) -> int64_t& { return l.bytes; });
    expect_range<farspan_loss>(readers, good, "blocks", [](auto& l) -> int64_t& { return l.blocks; });
    expect_range<farspan_loss>(readers, good, "open_tokens", [](auto& l) -> int64_t& { return l.open_tokens; });
    const auto refuse = [&](const char* field, const char* value, auto change) {
        farspan_loss loss = good;
        change(loss);
        expect_refused<farspan_loss>(readers, loss, field, value);
    };
    refuse("blocks", "1: must be between 2 and 4", [](auto& l) { l.blocks = 1; });
    refuse("blocks", "5: must be between 2 and 4", [](auto& l) { l.blocks = 5; });
    refuse("open_tokens", "2: must be at most", [](auto& l) { l.open_tokens = 2; });
    refuse("block_squares", "-1", [](auto& l) { l.block_squares = -1; });
    refuse("open_sum", "5", [](auto& l) { l.open_tokens = 0, l.tokens = 4; });
    refuse("sum", "10", [](auto& l) { l.tokens = 1, l.blocks = 0; });
    // Every token counts, also under a curve: a full bucket is refused before any is written.
    farspan_loss full = good;
    full.block_tokens = most;
    full.tokens = most;
    full.blocks = 2;
    farspan_loss curve[2] = {good, full};
    const int64_t edges[3] = {1, 2, 9};
    expect_failure("full bucket", FARSPAN_ERROR_PARAMETER_RANGE, 2,
                   {"curve[1].tokens is 4611686018427387904", "4 more"}, [&](farspan_error* e) {
                       return farspan_loss_add_by_context(nullptr, curve, 2, edges, 3, 1, nll, 5, nullptr, 0, 0, e);
                   });
    cr_expect(curve[0].tokens == good.tokens, "wrote the first bucket");
}

// Accumulators against sums over everything, in long double.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>
#include <vector>

#include "farspan/eval.h"
#include "generator.hpp"
#include "handles.hpp"

using namespace farspan_test;

namespace {

farspan_loss make_loss(int64_t block_tokens = 128) {
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    cr_assert(loss.block_tokens == 128, "the default that the header names");
    loss.block_tokens = block_tokens;
    return loss;
}

farspan_loss_summary summary_of(const farspan_loss& loss) {
    farspan_loss_summary summary;
    farspan_loss_summary_init(&summary, sizeof summary);
    error_slot error;
    require_ok(farspan_loss_summarize(&loss, &summary, &error), error, "summarize");
    return summary;
}

void add(farspan_loss& loss, const std::vector<double>& nll, int64_t bytes = 0) {
    error_slot error;
    require_ok(
        farspan_loss_add(nullptr, &loss, nll.data(), static_cast<int64_t>(nll.size()), nullptr, 0, 0, bytes, &error),
        error, "add");
}

// All from the list of losses at once, in two passes.
struct direct {
    long double mean = 0, standard_error = 0;
    direct(const std::vector<double>& nll, size_t block) {
        for (const double x : nll) mean += x;
        mean /= static_cast<long double>(nll.size());
        long double squares = 0, blocks = 0;
        for (size_t first = 0; first < nll.size(); first += block, blocks += 1) {
            long double sum = 0;
            const size_t last = std::min(nll.size(), first + block);
            for (size_t n = first; n < last; ++n) sum += nll[n];
            squares += std::pow(sum / static_cast<long double>(last - first) - mean, 2.0L);
        }
        standard_error = std::sqrt(squares / (blocks - 1) / blocks);
    }
};

std::vector<double> random_losses(generator& random, int64_t count) {
    std::vector<double> nll;
    for (int64_t n = 0; n < count; ++n) nll.push_back(random.real(0, 1) < 0.1 ? random.real(0, 30) : random.real(0, 2));
    return nll;
}

}  // namespace

Test(loss, summary_is_that_of_all_losses_at_once) {
    generator random(621);
    for (const int64_t count : {2, 127, 128, 129, 1000, 20000})
        for (const int64_t block : {1, 7, 128}) {
            if (count <= block) continue;
            const std::vector<double> nll = random_losses(random, count);
            farspan_loss loss = make_loss(block);
            for (size_t first = 0; first < nll.size();) {  // in pieces of any size
                const size_t last = std::min(nll.size(), first + static_cast<size_t>(random.whole(0, 300)));
                add(loss, {nll.begin() + static_cast<long>(first), nll.begin() + static_cast<long>(last)},
                    3 * static_cast<int64_t>(last - first));
                first = last;
            }
            const farspan_loss_summary got = summary_of(loss);
            const direct expected(nll, static_cast<size_t>(block));
            cr_expect(got.tokens == count);
            cr_expect(std::fabs(got.nll / expected.mean - 1) < 1e-13, "%ld tokens: mean %.17g, expected %.17Lg", count,
                      got.nll, expected.mean);
            cr_expect(std::fabs(got.standard_error / expected.standard_error - 1) < 1e-12,
                      "%ld tokens in blocks of %ld: %.17g, expected %.17Lg", count, block, got.standard_error,
                      expected.standard_error);
            cr_expect(std::fabs(got.perplexity / std::exp(expected.mean) - 1) < 1e-12);
            cr_expect(std::fabs(got.bits_per_token / (expected.mean / std::log(2.0L)) - 1) < 1e-13);
            cr_expect(std::fabs(got.bits_per_byte / (expected.mean / std::log(2.0L) / 3) - 1) < 1e-13);
        }
}

Test(loss, known_numbers) {
    farspan_loss loss = make_loss(2);
    add(loss, {1, 1, 1, 1, 3, 3, 3, 3}, 16);  // block means 1 1 3 3
    const farspan_loss_summary s = summary_of(loss);
    cr_expect(s.nll == 2 && s.tokens == 8);
    cr_expect(std::fabs(s.standard_error - std::sqrt(4.0 / 3 / 4)) < 1e-15);
    cr_expect(std::fabs(s.perplexity - 7.389056098930650) < 1e-14);
    cr_expect(std::fabs(s.bits_per_byte - 2 / 0.6931471805599453 / 2) < 1e-15);
}

Test(loss, merging_is_adding) {
    generator random(622);
    const std::vector<double> a = random_losses(random, 1280), b = random_losses(random, 640);
    farspan_loss whole = make_loss(), left = make_loss(), right = make_loss();
    add(whole, a, 100);
    add(whole, b, 50);
    add(left, a, 100);
    add(right, b, 50);
    error_slot error;
    require_ok(farspan_loss_merge(&left, &right, &error), error, "merge");
    const farspan_loss_summary one = summary_of(whole), two = summary_of(left);
    cr_expect(one.tokens == two.tokens && left.bytes == 150);
    cr_expect(std::fabs(one.nll / two.nll - 1) < 1e-14 &&
              std::fabs(one.standard_error / two.standard_error - 1) < 1e-12);
    // With an open block on each side both become blocks of their own.
    farspan_loss c = make_loss(4), d = make_loss(4);
    add(c, {1, 1, 1});
    add(d, {5});
    require_ok(farspan_loss_merge(&c, &d, &error), error, "merge");
    cr_expect(summary_of(c).nll == 2 && c.blocks == 2 && c.tokens == 4);
    // Nothing merged into nothing is nothing.
    farspan_loss e = make_loss();
    const farspan_loss f = make_loss();
    require_ok(farspan_loss_merge(&e, &f, &error), error, "merge");
    cr_expect(e.tokens == 0 && std::isnan(summary_of(e).nll));
}

Test(loss, ignored_tokens_do_not_count) {
    const double nll[5] = {1, 99, 2, 99, 3};
    const int64_t targets[5] = {4, -100, 4, -100, 4};
    farspan_loss loss = make_loss();
    cr_assert(farspan_loss_add(nullptr, &loss, nll, 5, targets, 5, -100, 0, nullptr) == FARSPAN_OK);
    cr_expect(summary_of(loss).nll == 2 && loss.tokens == 3);
    cr_expect(std::isnan(summary_of(loss).bits_per_byte), "no bytes were given");
    cr_expect(std::isnan(summary_of(loss).standard_error), "one block has no error");
}

Test(loss, what_is_not_finite_reaches_the_result) {
    farspan_loss loss = make_loss();
    add(loss, std::vector<double>(300, 1.0));
    add(loss, {std::numeric_limits<double>::infinity()});
    cr_expect(std::isinf(summary_of(loss).perplexity));
    add(loss, {std::nan("")});
    cr_expect(std::isnan(summary_of(loss).perplexity));
    cr_expect(std::isnan(summary_of(make_loss()).nll) && summary_of(make_loss()).tokens == 0);
}

Test(loss, curve_sorts_by_context) {
    farspan_loss curve[3];
    for (farspan_loss& loss : curve) loss = make_loss();
    const int64_t edges[4] = {1, 3, 10, 12};
    std::vector<double> nll;
    for (int n = 1; n <= 20; ++n) nll.push_back(n);  // loss n was made with context n
    error_slot error;
    require_ok(farspan_loss_add_by_context(nullptr, curve, 3, edges, 4, 1, nll.data(), 20, nullptr, 0, 0, &error),
               error, "curve");
    cr_expect(summary_of(curve[0]).nll == 1.5 && curve[0].tokens == 2);
    cr_expect(summary_of(curve[1]).nll == 6 && curve[1].tokens == 7);
    cr_expect(summary_of(curve[2]).nll == 10.5 && curve[2].tokens == 2);
    // A window that scores its end only.
    require_ok(farspan_loss_add_by_context(nullptr, curve, 3, edges, 4, 9, nll.data() + 8, 12, nullptr, 0, 0, &error),
               error, "curve");
    cr_expect(curve[0].tokens == 2 && curve[1].tokens == 8 && curve[2].tokens == 4);
    std::vector<int64_t> targets(20, 0);
    targets[10] = -1;
    require_ok(
        farspan_loss_add_by_context(nullptr, curve, 3, edges, 4, 1, nll.data(), 20, targets.data(), 20, -1, &error),
        error, "curve");
    cr_expect(curve[2].tokens == 5, "an ignored token is left out");
}

// A caller of an older version has shorter structs, and so has its array of them.
Test(loss, a_curve_of_longer_structs_of_a_newer_caller) {
    struct newer {
        farspan_loss known;
        int64_t later;
    } curve[2];
    for (newer& loss : curve) farspan_loss_init(&loss.known, sizeof loss);
    const int64_t edges[3] = {1, 2, 3};
    const double nll[2] = {5, 7};
    error_slot error;
    require_ok(farspan_loss_add_by_context(nullptr, &curve[0].known, 2, edges, 3, 1, nll, 2, nullptr, 0, 0, &error),
               error, "curve");
    cr_expect(summary_of(curve[0].known).nll == 5 && summary_of(curve[1].known).nll == 7);
}

// Losses, windows, accumulators, verdict: tolerances as in tests/eval.
#include <algorithm>
#include <array>
#include <cmath>

#include "answers.hpp"
#include "eval.hpp"
#include "farspan/eval.h"
#include "number_types.hpp"

namespace conformance {
namespace {

using namespace farspan_test;

constexpr double loss_error = 5e-7;  // eval.h
constexpr double sum_error = 1e-12;  // of means over a few hundred losses, relative

void add_real(expected_output& to, double value) { to.add(value, sum_error * std::max(1.0, std::fabs(value))); }

// Where the rows of a case that has targets are scored.
template <class Use>
void each_row(const json& given, const tensor_memory& logits, Use&& use) {
    const auto targets = array<int64_t>(given.at("targets"));
    size_t n = 0;
    logits.each_row([&](int64_t b, int64_t h, int64_t t) {
        use(n, std::array<int64_t, 3>{b, h, t}, targets[n], targets[n] == given.at("ignore_index").get<int64_t>());
        ++n;
    });
}

// The blocks that an accumulator has closed: a merge closes the open ones of both sides.
struct accumulator {
    explicit accumulator(int64_t block) : block_tokens(block) {}
    int64_t block_tokens, bytes = 0;
    std::vector<std::vector<double>> blocks;
    bool open = false;

    void add(double nll) {
        if (!open) blocks.emplace_back();
        blocks.back().push_back(nll);
        open = static_cast<int64_t>(blocks.back().size()) < block_tokens;
    }
    void merge(const accumulator& from) {
        blocks.insert(blocks.end(), from.blocks.begin(), from.blocks.end());
        bytes += from.bytes;
        open = false;
    }
    void answer(expected_output& tokens, expected_output& means) const {
        const oracle::loss_summary s = oracle::summarize(blocks, bytes);
        tokens.add(static_cast<double>(s.tokens), 0);
        const size_t first = means.values.size();
        for (const double value : {s.nll, s.standard_error, s.perplexity, s.bits_per_token, s.bits_per_byte})
            add_real(means, std::isfinite(value) ? value : 0);
        // Not a number: less than two blocks, or no bytes.
        if (blocks.size() < 2) means.skip(first + 1);
        if (bytes == 0) means.skip(first + 4);
    }
};

// One part: losses, with the targets that leave some of them out.
template <class Use>
void each_loss(const json& part, Use&& use) {
    const auto nll = array<double>(part.at("nll"));
    const auto targets = array_or_empty<int64_t>(part, "targets");
    for (size_t n = 0; n < nll.size(); ++n)
        if (targets.empty() || targets[n] != part.at("ignore_index").get<int64_t>()) use(n, nll[n]);
}

accumulator gathered(const json& parts, int64_t block_tokens) {
    accumulator loss(block_tokens);
    for (const json& part : parts) {
        each_loss(part, [&](size_t, double nll) { loss.add(nll); });
        loss.bytes += part.value("bytes", int64_t{0});
    }
    return loss;
}

json answer_token_nll(const json&, const json& given) {
    const tensor_memory logits(given.at("logits"));
    expected_output expected;
    each_row(given, logits, [&](size_t, const auto& at, int64_t target, bool ignored) {
        if (ignored) return expected.add(0, 0);
        expected.add(oracle::token_nll(logits.row(at[0], at[1], at[2]), target), loss_error);
    });
    return json::array({expected.sample(float_digits)});
}

json answer_token_nll_grad(const json&, const json& given) {
    const tensor_memory logits(given.at("logits")),
        grad = given.contains("grad") ? tensor_memory(given.at("grad")) : logits;
    const auto weights = array_or_empty<float>(given, "weights");
    expected_output expected(grad);
    each_row(given, logits, [&](size_t n, const auto& at, int64_t target, bool ignored) {
        const auto row = logits.row(at[0], at[1], at[2]);
        const double weight = weights.empty() ? 1 : static_cast<double>(weights[n]);
        std::vector<double> values(row.size());
        if (!ignored) values = oracle::token_nll_gradient(row, target, weight);
        for (size_t v = 0; v < values.size(); ++v) {
            const double rounding = half_ulp(grad.dtype, values[v]) * (1 + 1e-6);
            expected.set(grad.index(at[0], at[1], at[2], static_cast<int64_t>(v)), values[v],
                         ignored ? 0 : loss_error * std::fabs(weight) + rounding);
        }
    });
    return json::array({expected.sample(float_digits)});
}

json answer_windows(const json& one, const json& given) {
    const json& config = given.at("config");
    const auto field = [&](const char* name) { return config.value(name, int64_t{0}); };
    const auto windows = oracle::windows({static_cast<oracle::windows_kind>(field("kind") - FARSPAN_WINDOWS_BLOCKS),
                                          static_cast<oracle::bos_policy>(field("bos") - FARSPAN_BOS_NONE),
                                          field("tokens"), field("length"), field("stride"), field("segment")});
    if (one.at("call") == "windows_count") return json::array({exact_numbers(windows.size())});
    expected_output expected;
    for (const json& index : given.at("indices")) {
        const oracle::window& w = windows.at(index.get<size_t>());
        const int64_t rows = w.bos + w.end - 1 - w.begin;
        for (const int64_t value : {w.bos, w.begin, w.end, w.first_scored, rows, w.first_scored - w.end + rows})
            expected.add(static_cast<double>(value), 0);
    }
    return json::array({expected.sample(double_digits)});
}

json answer_loss(const json&, const json& given) {
    const auto block = given.at("block_tokens").get<int64_t>();
    accumulator loss = gathered(given.at("parts"), block);
    if (given.contains("from")) loss.merge(gathered(given.at("from"), block));
    expected_output tokens, means;
    loss.answer(tokens, means);
    return {tokens.sample(double_digits), means.sample(double_digits)};
}

json answer_curve(const json&, const json& given) {
    const auto edges = array<int64_t>(given.at("edges"));
    std::vector<accumulator> curve(edges.size() - 1, accumulator(given.at("block_tokens").get<int64_t>()));
    for (const json& part : given.at("parts"))
        each_loss(part, [&](size_t n, double nll) {
            const int64_t context = part.at("first_context").get<int64_t>() + static_cast<int64_t>(n);
            const auto above = std::upper_bound(edges.begin(), edges.end(), context);
            if (above != edges.begin() && above != edges.end())
                curve[static_cast<size_t>(above - edges.begin()) - 1].add(nll);
        });
    expected_output tokens, means;
    for (const accumulator& bucket : curve) bucket.answer(tokens, means);
    return {tokens.sample(double_digits), means.sample(double_digits)};
}

json answer_judge(const json&, const json& given) {
    const oracle::verdict v = oracle::judge(array<int64_t>(given.at("lengths")), array<double>(given.at("nll")),
                                            given.at("trained_length").get<int64_t>());
    return {exact_numbers(v.verdict, v.reference_length, v.worst_length), within(sum_error * (1 + v.ratio), {v.ratio})};
}

}  // namespace

const answer_map& eval_answers() {
    static const answer_map all = {
        {"token_nll", answer_token_nll},
        {"token_nll_grad", answer_token_nll_grad},
        {"windows_count", answer_windows},
        {"windows_get", answer_windows},
        {"loss_add", answer_loss},
        {"loss_merge", answer_loss},
        {"loss_add_by_context", answer_curve},
        {"judge", answer_judge},
    };
    return all;
}

}  // namespace conformance

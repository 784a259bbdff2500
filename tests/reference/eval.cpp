#include "eval.hpp"

#include <algorithm>
#include <cmath>

namespace oracle {
namespace {

long double log_sum_exp(const std::vector<double>& logits) {
    const long double most = *std::max_element(logits.begin(), logits.end());
    long double sum = 0;
    for (const double x : logits) sum += std::exp(x - most);
    return most + std::log(sum);
}

// Inputs up to that which makes the first prediction that counts.
int64_t context_of(const windows_case& given, int64_t first_scored, int64_t end, bool leading) {
    const int64_t available = first_scored + (given.bos == bos_policy::none ? 0 : 1);
    switch (given.kind) {
        case windows_kind::blocks:
            return 1;
        case windows_kind::sliding:  // begins at a multiple of the stride, also if the text ends early
            return leading ? 1 : given.length - given.stride + 1;
        case windows_kind::growing:
            return std::min(available, given.length - given.stride + 1);
        default:  // all that there is room for
            return std::min(available, given.length - (end - first_scored) + 1);
    }
}

// The targets of each window: consecutive intervals that cover what is scored.
std::vector<int64_t> target_bounds(const windows_case& given, int64_t first) {
    std::vector<int64_t> bounds{first};
    if (given.kind == windows_kind::last) {  // laid from the end backwards
        bounds = {given.tokens};
        while (bounds.front() > first) bounds.insert(bounds.begin(), std::max(first, bounds.front() - given.length));
        return bounds;
    }
    const int64_t step = given.kind == windows_kind::blocks ? given.length : given.stride;
    if (given.kind == windows_kind::sliding) bounds.push_back(std::min(given.tokens, first + given.length));
    while (bounds.back() < given.tokens) bounds.push_back(std::min(given.tokens, bounds.back() + step));
    return bounds;
}

}  // namespace

double token_nll(const std::vector<double>& logits, int64_t target) {
    return static_cast<double>(log_sum_exp(logits) - logits[static_cast<size_t>(target)]);
}

std::vector<double> token_nll_gradient(const std::vector<double>& logits, int64_t target, double weight) {
    const long double whole = log_sum_exp(logits);
    std::vector<double> gradient;
    for (const double x : logits) gradient.push_back(weight * static_cast<double>(std::exp(x - whole)));
    gradient[static_cast<size_t>(target)] -= weight;
    return gradient;
}

std::vector<window> windows(const windows_case& given) {
    const int64_t unscorable = given.bos == bos_policy::none ? 1 : 0;
    const int64_t first = given.kind == windows_kind::last ? given.tokens - given.segment : unscorable;
    const std::vector<int64_t> bounds = target_bounds(given, first);
    std::vector<window> result;
    for (size_t n = 0; n + 1 < bounds.size(); ++n) {
        const int64_t s = bounds[n], end = bounds[n + 1];
        // The first input: token `start`, or a BOS in its place.
        const int64_t start = s - context_of(given, s, end, n == 0);
        const bool bos = given.bos == bos_policy::every || (given.bos == bos_policy::first && start < 0);
        result.push_back({bos ? 1 : 0, bos ? start + 1 : start, end, s});
    }
    return result;
}

loss_summary summarize(const std::vector<std::vector<double>>& blocks, int64_t bytes) {
    long double sum = 0, squares = 0;
    int64_t tokens = 0;
    std::vector<long double> means;
    for (const auto& block : blocks) {
        long double block_sum = 0;
        for (const double nll : block) block_sum += nll;
        sum += block_sum;
        tokens += static_cast<int64_t>(block.size());
        means.push_back(block_sum / static_cast<long double>(block.size()));
    }
    const auto count = static_cast<long double>(blocks.size());
    const long double mean = sum / static_cast<long double>(tokens), bits = sum / std::log(2.0L);
    for (const long double block_mean : means) squares += (block_mean - mean) * (block_mean - mean);
    return {tokens,
            static_cast<double>(mean),
            static_cast<double>(std::sqrt(squares / (count - 1) / count)),
            static_cast<double>(std::exp(mean)),
            static_cast<double>(bits / static_cast<long double>(tokens)),
            static_cast<double>(bits / static_cast<long double>(bytes))};
}

verdict judge(const std::vector<int64_t>& lengths, const std::vector<double>& nll, int64_t trained_length) {
    verdict result{0, 0, 0, 0};
    double reference = 0;
    for (size_t n = 0; n < lengths.size(); ++n) {
        if (lengths[n] <= trained_length) {
            result.reference_length = lengths[n];
            reference = nll[n];
        } else if (result.reference_length != 0) {
            const double ratio = std::exp(nll[n] - reference);
            if (result.worst_length != 0 && !(ratio > result.ratio)) continue;
            result.worst_length = lengths[n];
            result.ratio = ratio;
        }
    }
    if (result.worst_length == 0) return {0, 0, 0, 0};
    result.verdict = result.ratio < 0.98 ? 1 : result.ratio <= 1.10 ? 2 : result.ratio <= 1.5 ? 3 : 4;
    return result;
}

uint64_t splitmix64(uint64_t seed, int n) {
    uint64_t z = seed + static_cast<uint64_t>(n + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

}  // namespace oracle

#include "eval/key_tokens.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/failure.hpp"

namespace farspan {
namespace {

struct block_sum {
    double nll = 0;
    int64_t keys = 0;
};

// Of the blocks that have a key token; the others change neither sum nor count.
std::vector<block_sum> sum_blocks(int64_t block_tokens, std::span<const double> nll, const int64_t* keys, pacer& pace) {
    std::vector<block_sum> blocks;
    block_sum open;
    int64_t left = block_tokens;
    for (std::size_t n = 0; n < nll.size(); ++n) {
        pace.step();
        if (keys[n] != 0) {
            open.nll += nll[n];
            ++open.keys;
        }
        if (--left > 0 && n + 1 < nll.size()) continue;
        if (open.keys > 0) blocks.push_back(open);
        open = {};
        left = block_tokens;
    }
    return blocks;
}

double mean_of(const block_sum& sum) { return sum.nll / static_cast<double>(sum.keys); }

void add(block_sum& to, const block_sum& block) {
    to.nll += block.nll;
    to.keys += block.keys;
}

}  // namespace

void check_key_tokens(const farspan_key_tokens_config& config) {
    if (!std::isfinite(config.gain))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.gain", "is %g: must be finite", config.gain);
    if (std::isnan(config.most_nll))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.most_nll", "is %g: must be a number", config.most_nll);
}

void find_key_tokens(const farspan_key_tokens_config& config, std::span<const double> long_nll,
                     std::span<const double> short_nll, int64_t* keys, pacer& pace) {
    for (std::size_t n = 0; n < long_nll.size(); ++n) {
        pace.step();
        keys[n] = short_nll[n] - long_nll[n] > config.gain && long_nll[n] < config.most_nll;
    }
}

farspan_long_perplexity long_perplexity(const bootstrap_options& options, int64_t block_tokens,
                                        std::span<const double> nll, const int64_t* keys, pacer& pace) {
    const std::vector<block_sum> blocks = sum_blocks(block_tokens, nll, keys, pace);
    block_sum all;
    for (const block_sum& block : blocks) add(all, block);
    farspan_long_perplexity result{};
    result.struct_size = sizeof result;
    result.tokens = static_cast<int64_t>(nll.size());
    result.key_tokens = all.keys;
    result.share = static_cast<double>(all.keys) / static_cast<double>(nll.size());
    result.nll = result.perplexity = result.low = result.high = std::numeric_limits<double>::quiet_NaN();
    if (blocks.empty()) return result;
    result.nll = mean_of(all);
    result.perplexity = std::exp(result.nll);
    const farspan_interval interval =
        bootstrap(options, static_cast<int64_t>(blocks.size()), [&](const std::function<int64_t()>& draw) {
            block_sum drawn;
            for (std::size_t n = 0; n < blocks.size(); ++n) add(drawn, blocks[static_cast<std::size_t>(draw())]);
            return std::exp(mean_of(drawn));
        });
    result.low = interval.low;
    result.high = interval.high;
    return result;
}

farspan_reach effective_length(const int64_t* lengths, std::span<const double> scores, double threshold, pacer& pace) {
    farspan_reach reach{};
    reach.struct_size = sizeof reach;
    reach.score = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t n = 0; n < scores.size(); ++n) {
        pace.step();
        if (!(scores[n] > threshold)) {
            reach.first_below = lengths[n];
            break;
        }
        reach.length = lengths[n];
        reach.score = scores[n];
    }
    return reach;
}

}  // namespace farspan

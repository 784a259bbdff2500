#include "eval/loss.hpp"

#include <cinttypes>
#include <cmath>
#include <limits>

#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr double ln_2 = 0x1.62e42fefa39efp-1;

// The mean of a block joins the others (Welford 1962).
void close_block(farspan_loss& loss) {
    if (loss.open_tokens == 0) return;
    const double mean = loss.open_sum / static_cast<double>(loss.open_tokens), delta = mean - loss.block_mean;
    loss.sum += loss.open_sum;
    ++loss.blocks;
    loss.block_mean += delta / static_cast<double>(loss.blocks);
    loss.block_squares += delta * (mean - loss.block_mean);
    loss.open_tokens = 0;
    loss.open_sum = 0;
}

}  // namespace

void check_loss(const farspan_loss& loss, int32_t argument) {
    if (loss.block_tokens < 1)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, argument, "loss.block_tokens is %" PRId64 ": must be at least 1",
                      loss.block_tokens);
    const bool sound = loss.tokens >= 0 && loss.bytes >= 0 && loss.blocks >= 0 && loss.open_tokens >= 0 &&
                       loss.open_tokens < loss.block_tokens && loss.open_tokens <= loss.tokens &&
                       loss.blocks <= loss.tokens && loss.tokens <= most_counted && loss.bytes <= most_counted;
    if (!sound)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, argument,
                      "loss counts %" PRId64 " tokens in %" PRId64 " blocks and %" PRId64
                      " open: use farspan_loss_init first",
                      loss.tokens, loss.blocks, loss.open_tokens);
}

void add_losses(farspan_loss& loss, const double* nll, int64_t count, const int64_t* targets, int64_t ignore_index) {
    for (int64_t n = 0; n < count; ++n) {
        if (targets && targets[n] == ignore_index) continue;
        loss.open_sum += nll[n];
        ++loss.tokens;
        if (++loss.open_tokens == loss.block_tokens) close_block(loss);
    }
}

void merge_losses(farspan_loss& loss, const farspan_loss& from) {
    farspan_loss other = from;
    close_block(loss);
    close_block(other);
    loss.tokens += other.tokens;
    loss.bytes += other.bytes;
    loss.sum += other.sum;
    if (other.blocks == 0) return;
    // Chan, Golub and LeVeque (1983), equation 2.1.
    const auto mine = static_cast<double>(loss.blocks), theirs = static_cast<double>(other.blocks);
    const double delta = other.block_mean - loss.block_mean;
    loss.blocks += other.blocks;
    loss.block_mean += delta * theirs / (mine + theirs);
    loss.block_squares += other.block_squares + delta * delta * mine * theirs / (mine + theirs);
}

farspan_loss_summary summarize(const farspan_loss& loss) {
    farspan_loss all = loss;
    close_block(all);
    farspan_loss_summary summary{};
    summary.struct_size = sizeof summary;
    summary.tokens = all.tokens;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto blocks = static_cast<double>(all.blocks);
    summary.nll = all.tokens > 0 ? all.sum / static_cast<double>(all.tokens) : nan;
    // About the mean of the tokens, from which that of the blocks differs if the last block is short.
    const double shift = summary.nll - all.block_mean;
    const double squares = all.block_squares + blocks * shift * shift;
    summary.standard_error = all.blocks > 1 ? std::sqrt(squares / (blocks - 1) / blocks) : nan;
    summary.perplexity = std::exp(summary.nll);
    summary.bits_per_token = summary.nll / ln_2;
    summary.bits_per_byte = all.bytes > 0 ? all.sum / ln_2 / static_cast<double>(all.bytes) : nan;
    return summary;
}

}  // namespace farspan

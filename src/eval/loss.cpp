#include "eval/loss.hpp"

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

void check_loss(const farspan_loss& loss, const counter_owner& owner) {
    if (loss.block_tokens < 1)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, "block_tokens", -1).text,
                      "is %" PRId64 ": must be at least 1", loss.block_tokens);
    check_counter(owner, "tokens", -1, loss.tokens);
    check_counter(owner, "bytes", -1, loss.bytes);
    check_counter(owner, "blocks", -1, loss.blocks);
    check_counter(owner, "open_tokens", -1, loss.open_tokens);
    check_share(owner, "open_tokens", -1, loss.open_tokens, "block_tokens", -1, loss.block_tokens - 1);
    check_share(owner, "open_tokens", -1, loss.open_tokens, "tokens", -1, loss.tokens);
    // Every block has a token; a merge closes blocks that are not full.
    const int64_t closed = loss.tokens - loss.open_tokens;
    const int64_t least = closed == 0 ? 0 : 1 + (closed - 1) / loss.block_tokens;
    if (loss.blocks < least || loss.blocks > closed)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, "blocks", -1).text,
                      "is %" PRId64 ": must be between %" PRId64 " and %" PRId64 " for %" PRId64
                      " tokens beside the open block",
                      loss.blocks, least, closed, closed);
    const auto check_sum_of_none = [&](const char* field, double value, const char* counter, int64_t counted) {
        if (counted == 0 && value != 0)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, field, -1).text,
                          "is %g: must be 0, %s is 0", value, counter_name(owner, counter, -1).text);
    };
    check_sum_of_none("sum", loss.sum, "blocks", loss.blocks);
    check_sum_of_none("block_mean", loss.block_mean, "blocks", loss.blocks);
    check_sum_of_none("block_squares", loss.block_squares, "blocks", loss.blocks);
    check_sum_of_none("open_sum", loss.open_sum, "open_tokens", loss.open_tokens);
    if (loss.block_squares < 0)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, counter_name(owner, "block_squares", -1).text,
                      "is %g: must be 0 or more", loss.block_squares);
}

void add_losses(farspan_loss& loss, const double* nll, int64_t count, const int64_t* targets, int64_t ignore_index,
                pacer& pace) {
    for (int64_t n = 0; n < count; ++n) {
        pace.step();
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

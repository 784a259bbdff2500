#include "evaluate.hpp"

#include <cblas.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "cached.hpp"
#include "context.hpp"
#include "forward.hpp"
#include "losses.hpp"
#include "workers.hpp"

namespace tool {
namespace {

constexpr int64_t batch_tokens = 4096;  // windows of a batch: short ones run together

// Some windows of one cell, of equal length and equal first scored row.
struct batch {
    size_t cell;
    bool segment;  // losses go to segment_losses
    std::vector<window> windows;
    double cost;
};

// Rough work of a batch in units of a token's matrix products; attention's share grows with the length.
double cost_of(const cell& c, const std::vector<window>& windows) {
    const double tokens = static_cast<double>(windows.size()) * static_cast<double>(windows.front().length);
    double keys = static_cast<double>(windows.front().length) / 2;
    if (c.how.mask.window_left >= 0) keys = std::min(keys, static_cast<double>(c.how.mask.window_left));
    return tokens * (1 + keys / 600);
}

void add_batches(const std::vector<cell>& cells, size_t index, bool segment, const std::vector<window>& windows,
                 std::vector<batch>& batches) {
    for (size_t first = 0; first < windows.size();) {
        const window& like = windows[first];
        const size_t most = static_cast<size_t>(std::max<int64_t>(1, batch_tokens / like.length));
        size_t last = first;
        while (last < windows.size() && last - first < most && windows[last].length == like.length &&
               windows[last].first_scored == like.first_scored)
            ++last;
        batch b{index, segment, {windows.begin() + first, windows.begin() + last}, 0};
        b.cost = cost_of(cells[index], b.windows);
        batches.push_back(std::move(b));
        first = last;
    }
}

// What the workers share.
struct work {
    std::vector<cell>& cells;
    const std::vector<uint8_t>& text;
    const evaluation_options& options;
    std::vector<farspan::scheme> schemes;  // one per cell
    std::vector<batch> batches;
    std::vector<size_t> open;  // unfinished batches of a cell
    double total = 0, done = 0;
    std::mutex lock;  // of open, done and the callback

    work(std::vector<cell>& c, const std::vector<uint8_t>& t, const evaluation_options& o)
        : cells(c), text(t), options(o) {}
};

// One thread. A plan is kept while the next batch fits it.
class worker {
public:
    explicit worker(work& shared) : shared_(shared), context_(make_context(1, shared.options.isa)), pass_(&context_) {}

    void operator()(int64_t n) {
        const batch& b = shared_.batches[static_cast<size_t>(n)];
        if (shared_.options.decode)
            decode(b);
        else
            prefill(b);
        finish(b);
    }

private:
    // Scores consecutive rows of window n of a batch.
    void score(const batch& b, int64_t n, int64_t first_row, int64_t rows, const float* logits) {
        cell& c = shared_.cells[b.cell];
        const window& w = b.windows[static_cast<size_t>(n)];
        std::vector<double>& losses = b.segment ? c.segment_losses : c.losses;
        byte_losses(&context_, logits, shared_.text.data() + w.first + first_row + 1, rows, c.model->config.vocabulary,
                    losses.data() + w.target + first_row - w.first_scored);
    }

    void prefill(const batch& b) {
        const cell& c = shared_.cells[b.cell];
        const window& like = b.windows.front();
        const auto count = static_cast<int64_t>(b.windows.size());
        if (!plan_ || b.cell != plan_cell_ || count != plan_count_ || like.length != plan_length_) {
            plan_.emplace(shared_.schemes[b.cell], forward_pass::problem(c.model->config, count, like.length),
                          &context_);
            plan_cell_ = b.cell, plan_count_ = count, plan_length_ = like.length;
        }
        std::vector<const uint8_t*> bytes;
        for (const window& w : b.windows) bytes.push_back(shared_.text.data() + w.first);
        pass_.run(*c.model, *plan_, {bytes.data(), count, like.length, like.first_scored},
                  [&](int64_t n, int64_t first_row, int64_t rows, const float* logits) {
                      score(b, n, first_row, rows, logits);
                  });
    }

    // All windows of the batch in step. Methods that depend on the current length are given the window's from the
    // start, as when it is run at once.
    void decode(const batch& b) {
        const cell& c = shared_.cells[b.cell];
        const window& like = b.windows.front();
        cached_pass pass(&context_, *c.model, {});
        std::vector<cached_rows> rows;
        for (size_t n = 0; n < b.windows.size(); ++n) rows.push_back({pass.create(), nullptr, 1});
        const cached_scheme how{&shared_.schemes[b.cell], c.how.mask, like.length};
        for (int64_t row = 0; row < like.length; ++row) {
            for (size_t n = 0; n < rows.size(); ++n) {
                rows[n].bytes = shared_.text.data() + b.windows[n].first + row;
                rows[n].first_wanted = row < like.first_scored ? 1 : 0;
            }
            pass.run(how, rows, [&](int64_t n, int64_t, int64_t, const float* logits) { score(b, n, row, 1, logits); });
        }
    }

    void finish(const batch& b) {
        const std::lock_guard guard(shared_.lock);
        shared_.done += b.cost;
        if (--shared_.open[b.cell] == 0 && shared_.options.on_finished)
            shared_.options.on_finished(shared_.cells[b.cell], shared_.done / shared_.total);
    }

    work& shared_;
    farspan::context context_;
    forward_pass pass_;
    std::optional<farspan::plan> plan_;
    size_t plan_cell_ = 0;
    int64_t plan_count_ = 0, plan_length_ = 0;
};

// The last segment's losses out of those of a tiling whose windows end with it.
void copy_segments(const stretches& where, cell& c) {
    for (int64_t n = 0; n < where.count(); ++n) {
        const auto end = c.losses.begin() + (n + 1) * where.length;
        std::copy(end - where.segment, end, c.segment_losses.begin() + n * where.segment);
    }
}

}  // namespace

void evaluate(std::vector<cell>& cells, const std::vector<uint8_t>& text, const stretches& where,
              const evaluation_options& options) {
    work shared(cells, text, options);
    for (size_t n = 0; n < cells.size(); ++n) {
        cell& c = cells[n];
        c.losses.assign(static_cast<size_t>(where.scored()), 0.0);
        c.segment_losses.assign(static_cast<size_t>(where.count() * where.segment), 0.0);
        shared.schemes.push_back(make_scheme(c.how));
        const size_t before = shared.batches.size();
        add_batches(cells, n, false, tile_windows(where, c.length), shared.batches);
        if (!segment_is_tiled(where, c.length))
            add_batches(cells, n, true, segment_windows(where, c.length), shared.batches);
        shared.open.push_back(shared.batches.size() - before);
    }
    for (const batch& b : shared.batches) shared.total += b.cost;

    // Each worker is one thread of the model, so neither OpenBLAS nor the library starts threads of its own.
    openblas_set_num_threads(1);
    const int32_t threads = make_context(options.threads, options.isa).threads();
    share_work(threads, static_cast<int64_t>(shared.batches.size()), [&] { return worker(shared); });

    for (cell& c : cells)
        if (segment_is_tiled(where, c.length)) copy_segments(where, c);
}

}  // namespace tool

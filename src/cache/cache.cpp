#include "cache/cache.hpp"

#include <algorithm>
#include <bit>
#include <cinttypes>

#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr int64_t max_position = int64_t{1} << 40;

uint64_t lanes_from(int64_t first) { return first >= block_tokens ? 0 : ~uint64_t{0} << first; }

// Lanes of the page at `base` whose positions lie in [first, last).
uint64_t lanes_between(int64_t base, int64_t first, int64_t last) {
    const int64_t from = std::clamp<int64_t>(first - base, 0, block_tokens);
    const int64_t to = std::clamp<int64_t>(std::min(last, base + block_tokens) - base, 0, block_tokens);
    return lanes_from(from) & ~lanes_from(to);
}

// The positions of an entry's rows: the caller's, or the next ones.
class row_positions {
public:
    row_positions(const sequence& to, const batch_entry& entry, const int64_t* given)
        : given_(given), first_(entry.first), next_(to.next_position) {}
    int64_t at(int64_t row) const { return given_ ? given_[row] : next_ + (row - first_); }

    // Throws unless they grow, from the sequence's next position on.
    void check(const batch_entry& entry) const {
        int64_t least = next_;
        if (!given_) {  // only the last can be too large
            if (entry.rows() > max_position - next_) refuse(entry.first + (max_position - next_), least);
            return;
        }
        for (int64_t row = entry.first; row < entry.last; ++row) {
            if (given_[row] < least || given_[row] >= max_position) refuse(row, least);
            least = given_[row] + 1;
        }
    }

    // The first row after `row` that lies in another page.
    int64_t next_page(int64_t row, int64_t last) const {
        const int64_t end = (at(row) / block_tokens + 1) * block_tokens;
        if (!given_) return std::min(last, row + end - at(row));
        while (row < last && given_[row] < end) ++row;
        return row;
    }

private:
    [[noreturn]] void refuse(int64_t row, int64_t least) const {
        throw failure(FARSPAN_ERROR_POSITIONS, field_path("positions[%" PRId64 "]", row),
                      "is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", at(row), least);
    }

    const int64_t* given_;
    int64_t first_, next_;
};

// Whether a sequence's last page has room for its next token, whose position is this.
bool continues_page(const sequence& to, int64_t position) {
    return !to.pages.empty() && position / block_tokens * block_tokens == to.pages.back().base;
}

// Blocks that an append takes, for new pages and for a copy of a last page that others use.
int64_t count_new_blocks(const sequence& to, const batch_entry& entry, const row_positions& positions) {
    int64_t blocks = 0;
    for (int64_t row = entry.first; row < entry.last; row = positions.next_page(row, entry.last))
        blocks += row > entry.first || !continues_page(to, positions.at(row)) || to.pages.back().data.shared();
    return blocks;
}

// What an append changes in one sequence: its last page, perhaps, and further ones.
struct growth {
    sequence* to;
    bool replaces_last;
    std::vector<page> pages;
    std::vector<uint64_t> added;  // [pages] lanes
    int64_t next_position;
};

growth grow(block_pool& pool, sequence& to, const batch_entry& entry, const row_positions& positions) {
    growth result{&to, entry.rows() > 0 && continues_page(to, positions.at(entry.first)), {}, {}, to.next_position};
    if (entry.rows() > 0) result.next_position = positions.at(entry.last - 1) + 1;
    for (int64_t row = entry.first; row < entry.last;) {
        const int64_t end = positions.next_page(row, entry.last), base = positions.at(row) / block_tokens * block_tokens;
        uint64_t lanes = 0;
        for (; row < end; ++row) lanes |= uint64_t{1} << (positions.at(row) - base);
        const page* last = result.pages.empty() && result.replaces_last ? &to.pages.back() : nullptr;
        if (!last)
            result.pages.push_back({base, lanes, pool.take()});
        else
            result.pages.push_back({base, last->present | lanes, last->data.shared() ? pool.copy(*last->data) : last->data});
        result.added.push_back(lanes);
    }
    // Not by one reserve, which would move all pages at every append.
    if (const std::size_t pages = to.pages.size() + result.pages.size(); to.pages.capacity() < pages) to.pages.reserve(2 * pages);
    return result;
}

}  // namespace

int64_t sequence::tokens() const {
    int64_t count = 0;
    for (const page& p : pages) count += std::popcount(p.present);
    return count;
}

std::vector<lane_run> newest_tokens(const sequence& sequence, int64_t id, int64_t rows) {
    std::vector<lane_run> runs;
    int64_t left = rows;
    for (std::size_t n = sequence.pages.size(); n-- > 0 && left > 0;) {
        const uint64_t present = sequence.pages[n].present;
        for (int64_t end = block_tokens; end > 0 && left > 0;) {
            // The next lane from above that is present, and how far the run of present lanes below it goes.
            const uint64_t below = present & ~lanes_from(end);
            if (below == 0) break;
            const int64_t last = 63 - std::countl_zero(below);
            const int64_t length = std::min<int64_t>(left, std::countl_one(below << (63 - last)));
            left -= length;
            runs.push_back({n, last + 1 - length, length, left});
            end = last + 1 - length;
        }
    }
    if (left > 0)
        throw failure(FARSPAN_ERROR_SHAPE, "batch",
                      "has %" PRId64 " rows of sequence %" PRId64 ": it has %" PRId64 " tokens", rows, id, rows - left);
    std::reverse(runs.begin(), runs.end());
    return runs;
}

std::vector<int64_t> positions_of(const sequence& sequence, const std::vector<lane_run>& runs) {
    std::vector<int64_t> positions;
    for (const lane_run& run : runs)
        for (int64_t n = 0; n < run.count; ++n) positions.push_back(sequence.pages[run.page].base + run.lane + n);
    return positions;
}

std::shared_ptr<sequence> cache::share(int64_t id, const char* path) const {
    const std::lock_guard lock(mutex_);
    const auto found = sequences_.find(id);
    if (found == sequences_.end())
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, path, "%" PRId64 " is not in the cache", id);
    return found->second;
}

int64_t cache::sequences() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int64_t>(sequences_.size());
}

int64_t cache::adopt(sequence&& made) {
    auto added = std::make_shared<sequence>(std::move(made));
    const std::lock_guard lock(mutex_);
    sequences_.emplace(next_id_, std::move(added));
    return next_id_++;
}

int64_t cache::create() { return adopt({}); }

int64_t cache::fork(int64_t id) {
    return adopt(sequence(find(id, "sequence")));
}

void cache::destroy(int64_t id) {
    const std::shared_ptr<sequence> ended = share(id, "sequence");
    {
        const std::lock_guard lock(mutex_);
        sequences_.erase(id);
    }
    ended->pages.clear();
    ++ended->version;  // plans that saw it keep it
}

void cache::evict(int64_t id, int64_t first, int64_t last) {
    sequence& from = edit(id, "sequence");
    if (first < 0 || last < first)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "first",
                      "is %" PRId64 " and last %" PRId64 ": must be 0 <= first <= last", first, last);
    for (page& p : from.pages) p.present &= ~lanes_between(p.base, first, last);
    std::erase_if(from.pages, [](const page& p) { return p.present == 0; });
    if (last >= from.next_position) from.next_position = std::min(from.next_position, first);
    ++from.version;
}

void cache::clear() {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, ended] : sequences_) {
        ended->pages.clear();
        ++ended->version;
    }
    sequences_.clear();
    pool_.trim();
}

void cache::append(std::span<const batch_entry> batch, const int64_t* positions) {
    int64_t blocks = 0;
    for (const batch_entry& entry : batch) {
        const sequence& to = edit(entry.id, "batch.sequence");
        const row_positions rows(to, entry, positions);
        rows.check(entry);
        blocks += count_new_blocks(to, entry, rows);
    }
    pool_.check_room(blocks);
    std::vector<growth> changes;
    for (const batch_entry& entry : batch) {
        sequence& to = edit(entry.id, "batch.sequence");
        changes.push_back(grow(pool_, to, entry, row_positions(to, entry, positions)));
    }
    for (growth& change : changes) {  // nothing below can fail
        std::vector<page>& pages = change.to->pages;
        if (change.replaces_last) pages.pop_back();
        for (std::size_t n = 0; n < change.pages.size(); ++n) {
            block& data = *change.pages[n].data;
            // A token that was evicted or cut off may have lain there.
            clear_lanes(shape_, data.memory.data(), change.added[n] & data.written);
            data.written |= change.added[n];
        }
        std::move(change.pages.begin(), change.pages.end(), std::back_inserter(pages));
        change.to->next_position = change.next_position;
        ++change.to->version;
    }
}

void cache::write(const kernels::kernel_table& kernels, int64_t layer, std::span<const batch_entry> batch, const strided& k,
                  const strided& v) {
    struct share {
        const batch_entry* entry;
        sequence* to;
        std::vector<lane_run> runs;
    };
    std::vector<share> work;
    for (const batch_entry& entry : batch) {
        sequence& to = edit(entry.id, "batch.sequence");
        work.push_back({&entry, &to, newest_tokens(to, entry.id, entry.rows())});
        for (const lane_run& run : work.back().runs)
            if (block_ref& data = to.pages[run.page].data; data.shared()) {
                data = pool_.copy(*data);
                ++to.version;
            }
    }
    const int64_t widest = round_up(std::max(shape_.head_dim, shape_.value_dim), kernels::pad);
    aligned_vector<float> scratch(static_cast<std::size_t>(2 * block_tokens * widest));
    for (const share& part : work)
        for (const lane_run& run : part.runs)
            for (int64_t head = 0; head < shape_.key_heads; ++head) {
                const slice to = part.to->pages[run.page].data->at(shape_, layer, head);
                const int64_t row = part.entry->first + run.row;
                store_keys(kernels, shape_, to, run.lane, run.count, k, head, row, scratch.data());
                store_values(kernels, shape_, to, run.lane, run.count, v, head, row, scratch.data());
            }
}

}  // namespace farspan

#include "cache/cache.hpp"

#include <algorithm>
#include <bit>
#include <cinttypes>

#include "base/failure.hpp"
#include "base/pacer.hpp"

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
    void check(const batch_entry& entry, pacer& pace) const {
        int64_t least = next_;
        if (!given_) {  // only the last can be too large
            if (entry.rows() > max_position - next_) refuse(entry.first + (max_position - next_), least);
            return;
        }
        for (int64_t row = entry.first; row < entry.last; ++row) {
            pace.step();
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
int64_t count_new_blocks(const sequence& to, const batch_entry& entry, const row_positions& positions, pacer& pace) {
    int64_t blocks = 0;
    for (int64_t row = entry.first; row < entry.last;
         row = positions.next_page(row, entry.last), pace.step(block_tokens / 8))
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

// `contents`: of the blocks that it takes.
growth grow(block_pool& pool, sequence& to, const batch_entry& entry, const row_positions& positions,
            std::vector<block_content>& contents, pacer& pace) {
    growth result{&to, entry.rows() > 0 && continues_page(to, positions.at(entry.first)), {}, {}, to.next_position};
    if (entry.rows() > 0) result.next_position = positions.at(entry.last - 1) + 1;
    for (int64_t row = entry.first; row < entry.last;) {
        const int64_t end = positions.next_page(row, entry.last),
                      base = positions.at(row) / block_tokens * block_tokens;
        uint64_t lanes = 0;
        pace.step(end - row);
        for (; row < end; ++row) lanes |= uint64_t{1} << (positions.at(row) - base);
        const page* last = result.pages.empty() && result.replaces_last ? &to.pages.back() : nullptr;
        const bool takes = !last || last->data.shared();
        result.pages.push_back({base, last ? last->present | lanes : lanes, takes ? pool.take() : last->data});
        if (takes) contents.push_back({result.pages.back().data.get(), last ? last->data.get() : nullptr});
        result.added.push_back(lanes);
    }
    // Not by one reserve, which would move all pages at every append.
    if (const std::size_t pages = to.pages.size() + result.pages.size(); to.pages.capacity() < pages)
        to.pages.reserve(2 * pages);
    return result;
}

}  // namespace

int64_t sequence::tokens() const {
    int64_t count = 0;
    for (const page& p : pages) count += std::popcount(p.present);
    return count;
}

std::vector<lane_run> newest_tokens(const sequence& sequence, const batch_entry& entry) {
    std::vector<lane_run> runs;
    int64_t left = entry.rows();
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
        throw failure(FARSPAN_ERROR_SHAPE, field_path("batch.sequence[%" PRId64 "]", entry.place),
                      "is %" PRId64 " with %" PRId64 " rows: the sequence has %" PRId64 " tokens", entry.id,
                      entry.rows(), entry.rows() - left);
    std::reverse(runs.begin(), runs.end());
    return runs;
}

std::vector<int64_t> positions_of(const sequence& sequence, const std::vector<lane_run>& runs) {
    std::vector<int64_t> positions;
    for (const lane_run& run : runs)
        for (int64_t n = 0; n < run.count; ++n) positions.push_back(sequence.pages[run.page].base + run.lane + n);
    return positions;
}

std::shared_ptr<sequence> cache::look_up(int64_t id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sequences_.find(id);
    return found == sequences_.end() ? nullptr : found->second;
}

std::shared_ptr<sequence> cache::share(int64_t id) const {
    if (auto found = look_up(id)) return found;
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "sequence", "is %" PRId64 ": the cache has no such sequence", id);
}

std::shared_ptr<sequence> cache::share(const batch_entry& entry) const {
    if (auto found = look_up(entry.id)) return found;
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("batch.sequence[%" PRId64 "]", entry.place),
                  "is %" PRId64 ": the cache has no such sequence", entry.id);
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

int64_t cache::fork(int64_t id) { return adopt(sequence(find(id))); }

namespace {

// Plans that saw it keep it.
void end(sequence& ended) {
    ended.pages.clear();
    ended.ended = true;
    ++ended.version;
}

}  // namespace

const sequence& seen_sequence::now() const {
    if (sequence_->ended)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "plan", ": its sequence %" PRId64 " has ended", id_);
    return *sequence_;
}

void cache::destroy(int64_t id) {
    const std::shared_ptr<sequence> ended = share(id);
    {
        const std::lock_guard lock(mutex_);
        sequences_.erase(id);
    }
    end(*ended);
}

void cache::evict(int64_t id, int64_t first, int64_t last) {
    sequence& from = *share(id);
    if (first < 0 || last < first)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "first",
                      "is %" PRId64 " and last %" PRId64 ": must be 0 <= first <= last", first, last);
    for (page& p : from.pages) p.present &= ~lanes_between(p.base, first, last);
    std::erase_if(from.pages, [](const page& p) { return p.present == 0; });
    if (last >= from.next_position) from.next_position = std::min(from.next_position, first);
    ++from.version;
}

void cache::keep(int64_t id, int64_t sinks, int64_t recent) {
    const int64_t next = find(id).next_position;
    if (sinks < 0) throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "sinks", "is %" PRId64 ": must not be negative", sinks);
    if (recent < 1)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "recent", "is %" PRId64 ": must be at least 1", recent);
    if (recent < next && sinks < next - recent) evict(id, sinks, next - recent);
}

void cache::clear() {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, ended] : sequences_) end(*ended);
    sequences_.clear();
    pool_.trim();
}

void cache::append(const workers& by, std::span<const batch_entry> batch, const int64_t* positions) {
    pacer pace(by.cancel);
    int64_t blocks = 0;
    for (const batch_entry& entry : batch) {
        const sequence& to = *share(entry);
        const row_positions rows(to, entry, positions);
        rows.check(entry, pace);
        blocks += count_new_blocks(to, entry, rows, pace);
    }
    pool_.check_room(blocks);
    std::vector<growth> changes;
    std::vector<block_content> contents;
    for (const batch_entry& entry : batch) {
        sequence& to = *share(entry);
        changes.push_back(grow(pool_, to, entry, row_positions(to, entry, positions), contents, pace));
    }
    fill_blocks(by, contents);
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

namespace {

// The rows of one entry that go to one page.
struct page_rows {
    const batch_entry* entry;
    sequence* to;
    std::vector<lane_run> runs;
    block_ref copy;  // in place of a block that others use
};

std::vector<page_rows> divide_by_page(const batch_entry& entry, sequence& to) {
    std::vector<page_rows> parts;
    for (const lane_run& run : newest_tokens(to, entry)) {
        if (parts.empty() || parts.back().runs.front().page != run.page) parts.push_back({&entry, &to, {}, {}});
        parts.back().runs.push_back(run);
    }
    return parts;
}

}  // namespace

void cache::write(const kernels::kernel_table& kernels, const workers& by, int64_t layer,
                  std::span<const batch_entry> batch, const strided& k, const strided& v) {
    stop_if_set(by.cancel);
    std::vector<page_rows> parts;
    for (const batch_entry& entry : batch)
        std::ranges::move(divide_by_page(entry, *share(entry)), std::back_inserter(parts));
    const auto page_of = [](const page_rows& part) -> page& { return part.to->pages[part.runs.front().page]; };
    std::vector<block_content> copies;
    for (page_rows& part : parts)
        if (const block_ref& data = page_of(part).data; data.shared()) {
            part.copy = pool_.take();
            copies.push_back({part.copy.get(), data.get()});
        }
    fill_blocks(by, copies);
    for (page_rows& part : parts)
        if (part.copy.get()) {
            page_of(part).data = std::move(part.copy);
            ++part.to->version;
        }

    const int64_t heads = shape_.key_heads, tasks = static_cast<int64_t>(parts.size()) * heads;
    const int64_t widest = round_up(std::max(shape_.head_dim, shape_.value_dim), kernels::pad);
    const auto scratch_floats = static_cast<std::size_t>(2 * block_tokens * widest);
    const auto elements = static_cast<double>(batch.back().last * heads * (shape_.head_dim + shape_.value_dim));
    const double work = elements * (shape_.has_scales() ? 64 : 8);
    aligned_vector<float> scratch(scratch_floats * static_cast<std::size_t>(useful_threads(by.threads, tasks, work)));
    parallel_for(by.threads, tasks, work, [&](int64_t task, int32_t worker) {
        stop_if_set(by.cancel);
        const page_rows& part = parts[static_cast<std::size_t>(task / heads)];
        const int64_t head = task % heads;
        const slice to = page_of(part).data->at(shape_, layer, head);
        float* own = scratch.data() + static_cast<std::size_t>(worker) * scratch_floats;
        for (const lane_run& run : part.runs) {
            const int64_t row = part.entry->first + run.row;
            store_keys(kernels, shape_, to, run.lane, run.count, k, head, row, own);
            store_values(kernels, shape_, to, run.lane, run.count, v, head, row, own);
        }
    });
}

}  // namespace farspan

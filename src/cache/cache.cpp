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

// What an append changes in one sequence: its last page, perhaps, and further ones.
struct growth {
    sequence* to;
    bool replaces_last = false;
    std::vector<page> pages;
    int64_t next_position;
};

growth grow(block_pool& pool, sequence& to, const batch_entry& entry, const int64_t* positions) {
    growth result{&to, false, {}, to.next_position};
    if (entry.rows() > 0 && !to.pages.empty()) {
        const int64_t first = positions ? positions[entry.first] : to.next_position;
        const page& last = to.pages.back();
        if (first >= last.base && first < last.base + block_tokens) {
            result.replaces_last = true;
            result.pages.push_back(last);
            // Two users are the sequence and the copy in this list.
            if (last.data.use_count() > 2) result.pages.back().data = pool.copy(*last.data);
        }
    }
    for (int64_t row = entry.first; row < entry.last; ++row) {
        const int64_t position = positions ? positions[row] : result.next_position;
        if (position < result.next_position || position >= max_position)
            throw failure(FARSPAN_ERROR_POSITIONS, positions ? 3 : 2,
                          "positions[%" PRId64 "] is %" PRId64 ": must be between %" PRId64 " and 2^40 - 1", row, position,
                          result.next_position);
        const int64_t base = position / block_tokens * block_tokens;
        if (result.pages.empty() || result.pages.back().base != base) result.pages.push_back({base, 0, pool.take()});
        result.pages.back().present |= uint64_t{1} << (position - base);
        result.next_position = position + 1;
    }
    to.pages.reserve(to.pages.size() + result.pages.size());
    return result;
}

}  // namespace

int64_t sequence::tokens() const {
    int64_t count = 0;
    for (const page& p : pages) count += std::popcount(p.present);
    return count;
}

std::vector<lane_run> newest_tokens(const sequence& sequence, int64_t id, int64_t rows, int32_t argument) {
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
        throw failure(FARSPAN_ERROR_SHAPE, argument, "the batch has %" PRId64 " rows of sequence %" PRId64 ": it has %" PRId64 " tokens",
                      rows, id, rows - left);
    std::reverse(runs.begin(), runs.end());
    return runs;
}

std::vector<int64_t> positions_of(const sequence& sequence, const std::vector<lane_run>& runs) {
    std::vector<int64_t> positions;
    for (const lane_run& run : runs)
        for (int64_t n = 0; n < run.count; ++n) positions.push_back(sequence.pages[run.page].base + run.lane + n);
    return positions;
}

const sequence& cache::find(int64_t id, int32_t argument) const {
    const auto found = sequences_.find(id);
    if (found == sequences_.end())
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, argument, "sequence %" PRId64 " is not in the cache", id);
    return found->second;
}

sequence& cache::edit(int64_t id, int32_t argument) {
    return const_cast<sequence&>(find(id, argument));
}

int64_t cache::create() {
    sequences_.emplace(next_id_, sequence{});
    return next_id_++;
}

void cache::destroy(int64_t id) {
    find(id, 2);
    sequences_.erase(id);
    ++generation_;
}

int64_t cache::fork(int64_t id) {
    sequences_.emplace(next_id_, find(id, 2));
    return next_id_++;
}

void cache::evict(int64_t id, int64_t first, int64_t last) {
    sequence& from = edit(id, 2);
    if (first < 0 || last < first)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, 3, "[first, last) is [%" PRId64 ", %" PRId64 "): must be 0 <= first <= last", first,
                      last);
    for (page& p : from.pages) p.present &= ~lanes_between(p.base, first, last);
    std::erase_if(from.pages, [](const page& p) { return p.present == 0; });
    if (last >= from.next_position) from.next_position = std::min(from.next_position, first);
    ++generation_;
}

void cache::clear() {
    sequences_.clear();
    pool_.trim();
    ++generation_;
}

void cache::append(std::span<const batch_entry> batch, const int64_t* positions) {
    std::vector<growth> changes;
    for (const batch_entry& entry : batch) changes.push_back(grow(pool_, edit(entry.id, 2), entry, positions));
    for (growth& change : changes) {  // nothing below can fail
        std::vector<page>& pages = change.to->pages;
        if (change.replaces_last) pages.pop_back();
        std::move(change.pages.begin(), change.pages.end(), std::back_inserter(pages));
        change.to->next_position = change.next_position;
    }
    ++generation_;
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
        sequence& to = edit(entry.id, 4);
        work.push_back({&entry, &to, newest_tokens(to, entry.id, entry.rows(), 4)});
        for (const lane_run& run : work.back().runs)
            if (std::shared_ptr<block>& data = to.pages[run.page].data; data.use_count() > 1) {
                data = pool_.copy(*data);
                ++generation_;
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

int64_t cache::adopt(sequence&& restored) {
    sequences_.emplace(next_id_, std::move(restored));
    return next_id_++;
}

}  // namespace farspan

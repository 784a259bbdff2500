#include "plan/turns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.hpp"
#include "method/integer.hpp"

namespace farspan {
namespace {

constexpr int64_t lanes_of_page = 64;
constexpr double exact = 9.0e15;  // whole numbers below it are exact in double
constexpr double never = std::numeric_limits<double>::quiet_NaN();

bool is_identity(const position_map& map) { return map == position_map::identity(); }

// 4096 h + 64 m + i + f.
struct digits {
    double rest;  // 4096 h + f
    int64_t large, small;

    explicit digits(double position) {
        const double whole = std::floor(position);
        const auto number = static_cast<int64_t>(whole);
        large = number >> 6 & 63;
        small = number & 63;
        rest = static_cast<double>(number & ~int64_t{4095}) + (position - whole);
    }
};

// Pages of one phase have the same offsets c(B + l) - c(B). Phases below 0: those that are cut by the modulus or by the
// upper limit have one of their own, the one beyond the limit has no offsets at all.
constexpr int64_t flat = -1;

int64_t phase_of(const position_map& map, int64_t base) {
    if (map.is_constant()) return flat;
    const int64_t start = map.modulus > 0 ? floor_modulo(base, map.modulus) : base, last = start + lanes_of_page - 1;
    const bool wraps = map.modulus > 0 && last >= map.modulus;
    const auto unlimited_value = [&](int64_t position) {
        return static_cast<double>(floor_divide(position, map.group)) / map.leak + map.shift;
    };
    if (!wraps && unlimited_value(start) >= map.upper) return flat;
    if (wraps || unlimited_value(last) > map.upper) return flat - 1 - start;
    return floor_modulo(start, map.group);
}

double offset_of(const position_map& map, int64_t phase, int64_t lane) {
    if (phase == flat) return 0;
    if (phase < flat) {
        const int64_t start = flat - 1 - phase;
        return map(start + lane) - map(start);
    }
    return static_cast<double>(floor_divide(phase + lane, map.group)) / map.leak / map.divisor;
}

// All pages have the phase of the first.
bool has_one_phase(const position_map& map) {
    return map.is_constant() ||
           (map.modulus == 0 && map.upper == std::numeric_limits<double>::infinity() && lanes_of_page % map.group == 0);
}

}  // namespace

page_turns::page_turns(const kernels::kernel_table& kernels, const lowered_scheme& scheme)
    : kernels_(kernels),
      scheme_(scheme),
      pairs_(static_cast<int64_t>(scheme.rope.inv_freq.size())),
      adds_up_(!scheme.rope.float32_angles && scheme.rope.log2_decay.empty()) {
    for (const remap_branch& branch : scheme.remap.branches) {
        const auto known =
            std::find_if(maps_.begin(), maps_.end(), [&](const map_lanes& one) { return one.map == branch.key; });
        map_of_branch_.push_back(static_cast<std::size_t>(known - maps_.begin()));
        if (known == maps_.end()) maps_.push_back({branch.key, {}, {}});
    }
}

void page_turns::direct(double position, double* row) const {
    const rope_part& rope = scheme_.rope;
    direct_turns(kernels_, rope, position, row, row + pairs_);
    for (int64_t p = 0; !rope.log2_decay.empty() && p < pairs_; ++p) {
        const double decay = std::exp2(rope.log2_decay[static_cast<std::size_t>(p)] * position);
        row[p] *= decay;
        row[pairs_ + p] *= decay;
    }
}

query_turns page_turns::queries(int branch, const std::vector<int64_t>& positions) const {
    const position_map& map = scheme_.remap.branches[static_cast<std::size_t>(branch)].query;
    query_turns result;
    if (!scheme_.rope.float32_angles) result.origin = map(positions.front());
    result.turns.resize(positions.size() * static_cast<std::size_t>(2 * pairs_));
    double* row = result.turns.data();
    for (const int64_t position : positions) {
        direct(map(position) - result.origin, row);
        for (int64_t p = 0; p < 2 * pairs_; ++p) row[p] *= scheme_.rope.magnitude;
        row += 2 * pairs_;
    }
    return result;
}

double page_turns::page_position(int branch, double origin, int64_t base) const {
    if (scheme_.rope.float32_angles) return 0;  // the lanes carry the whole position
    return origin - scheme_.remap.branches[static_cast<std::size_t>(branch)].key(base);
}

void page_turns::prepare(int branch, double origin, std::span<const cached_page> pages,
                         const volatile int32_t* cancel) {
    if (pages.empty()) return;
    if (adds_up_) add_digits(branch, origin, pages);
    map_lanes& lanes = maps_[map_of_branch_[static_cast<std::size_t>(branch)]];
    if (!scheme_.rope.float32_angles && has_one_phase(lanes.map)) pages = pages.first(1);
    for (const cached_page& page : pages) {
        stop_if_set(cancel);
        add_phase(lanes, scheme_.rope.float32_angles ? page.base : phase_of(lanes.map, page.base));
    }
}

void page_turns::add_digits(int branch, double origin, std::span<const cached_page> pages) {
    constexpr uint64_t all = ~uint64_t{0};
    constexpr std::size_t few = 8;
    const position_map& map = scheme_.remap.branches[static_cast<std::size_t>(branch)].key;
    uint64_t large = 0, small = 0;
    const auto add = [&](const cached_page& page) {
        const digits of(page_position(branch, origin, page.base));
        large |= uint64_t{1} << of.large;
        small |= uint64_t{1} << of.small;
    };
    if (map.is_constant()) pages = pages.first(1);
    add(pages.front());
    if (pages.size() <= few) {
        for (const cached_page& page : pages) add(page);
    } else {
        large = all;
        if (!is_identity(map)) small = all;  // else pages differ by multiples of 64
    }
    tabulate(large_, large);
    tabulate(small_, small);
}

void page_turns::tabulate(digit_table& digits, uint64_t wanted) const {
    wanted &= ~digits.known;
    if (digits.rows.empty()) digits.rows.resize(static_cast<std::size_t>(64 * 2 * pairs_));
    for (int64_t n = 0; n < 64; ++n)
        if (wanted >> n & 1) direct(digits.step * static_cast<double>(n), digits.rows.data() + n * 2 * pairs_);
    digits.known |= wanted;
}

void page_turns::add_phase(map_lanes& lanes, int64_t phase) const {
    const auto at = std::lower_bound(lanes.phases.begin(), lanes.phases.end(), phase);
    if (at != lanes.phases.end() && *at == phase) return;
    const auto place = at - lanes.phases.begin();
    lanes.phases.insert(at, phase);
    lane_table& table = *lanes.tables.emplace(lanes.tables.begin() + place);
    table.cosine.resize(static_cast<std::size_t>(pairs_ * lanes_of_page));
    table.sine.resize(table.cosine.size());
    std::vector<double> row(static_cast<std::size_t>(2 * pairs_));
    const rope_part& rope = scheme_.rope;
    angle_source angles(kernels_, rope, lanes_of_page);
    for (int64_t lane = 0; lane < lanes_of_page; ++lane) {
        const double offset = rope.float32_angles ? lanes.map(phase + lane) : offset_of(lanes.map, phase, lane);
        angles.fill(offset, row.data(), row.data() + pairs_);
        for (int64_t p = 0; p < pairs_; ++p) {
            const double decay =
                rope.log2_decay.empty() ? 1 : std::exp2(-rope.log2_decay[static_cast<std::size_t>(p)] * offset);
            const auto to = static_cast<std::size_t>(p * lanes_of_page + lane);
            table.cosine[to] = static_cast<float>(row[static_cast<std::size_t>(p)] * rope.magnitude * decay);
            table.sine[to] = static_cast<float>(row[static_cast<std::size_t>(pairs_ + p)] * rope.magnitude * decay);
        }
    }
}

const lane_table& page_turns::lanes(int branch, int64_t base) const {
    const map_lanes& lanes = maps_[map_of_branch_[static_cast<std::size_t>(branch)]];
    if (lanes.tables.size() == 1) return lanes.tables.front();
    const int64_t phase = scheme_.rope.float32_angles ? base : phase_of(lanes.map, base);
    const auto at = std::lower_bound(lanes.phases.begin(), lanes.phases.end(), phase);
    return lanes.tables[static_cast<std::size_t>(at - lanes.phases.begin())];
}

void turn_cursor::start(const page_turns& turns, int branch, const query_turns& queries, int64_t first, int64_t count,
                        double* scratch) {
    turns_ = &turns;
    branch_ = branch;
    origin_ = queries.origin;
    pairs_ = turns.pairs();
    queries_ = queries.turns.data() + first * 2 * pairs_;
    count_ = count;
    far_ = scratch;
    near_ = far_ + 2 * pairs_;
    page_ = near_ + 2 * pairs_;
    position_ = far_position_ = never;
    small_ = -1;
}

void turn_cursor::compose(const double* a, const double* b, double* row) const {
    turns_->kernels_.compose_exactly(a, b, pairs_, row, row + pairs_);
}

bool turn_cursor::turn_to(int64_t base, float* cosine, float* sine, int64_t ld) {
    const double position = turns_->page_position(branch_, origin_, base);
    if (position == position_) return false;
    position_ = position;
    const auto& kernels = turns_->kernels_;
    if (turns_->adds_up_ && std::fabs(position) < exact) {
        const digits of(position);
        if (of.rest != far_position_) {
            far_position_ = of.rest;
            turns_->direct(of.rest, count_ == 1 ? page_ : far_);
            if (count_ == 1) compose(page_, query(0), far_);
            small_ = -1;
        }
        if (of.small != small_) compose(far_, turns_->digit(turns_->small_, small_ = of.small), near_);
        const double* large = turns_->digit(turns_->large_, of.large);
        if (count_ == 1) {
            kernels.compose_turns(near_, near_ + pairs_, large, large + pairs_, pairs_, cosine, sine);
            return true;
        }
        compose(near_, large, page_);
    } else {
        turns_->direct(position, page_);
    }
    for (int64_t n = 0; n < count_; ++n)
        kernels.compose_turns(query(n), query(n) + pairs_, page_, page_ + pairs_, pairs_, cosine + n * ld,
                              sine + n * ld);
    return true;
}

}  // namespace farspan

#include "plan/turns.hpp"

#include <cmath>

#include "base/parallel.hpp"

namespace farspan {
namespace {

constexpr int64_t lanes = 64;

}  // namespace

const std::vector<double>& turn_source::direct(double position) {
    const auto found = known_.find(position);
    if (found != known_.end()) return found->second;
    std::vector<double>& turns = known_[position];
    turns.resize(2 * rope_.inv_freq.size());
    direct_turns(kernels_, rope_, position, turns.data(), turns.data() + pairs());
    return turns;
}

// A whole position is a multiple of 4096, one of 64, one of 8 and a rest: four products, and hardly any direct
// evaluation twice.
void turn_source::fill(double position, double* cosine, double* sine) {
    const int64_t count = pairs();
    const bool whole = std::floor(position) == position && std::fabs(position) < 9.0e15 && !rope_.float32_angles;
    double rest = position;
    bool first = true;
    for (const double step : {4096.0, 64.0, 8.0, 1.0}) {
        if (!whole && step > 1) continue;
        const double part = step == 1 ? rest : std::floor(rest / step) * step;
        rest -= part;
        if (part == 0 && !(first && step == 1)) continue;
        const double* next_cosine = direct(part).data();
        const double* next_sine = next_cosine + count;
        for (int64_t p = 0; p < count; ++p) {
            const turn old = first ? turn{1, 0} : turn{cosine[p], sine[p]};
            cosine[p] = old.cosine * next_cosine[p] - old.sine * next_sine[p];
            sine[p] = old.sine * next_cosine[p] + old.cosine * next_sine[p];
        }
        first = false;
    }
}

int32_t turn_maker::table_of(const position_map& key_map, int64_t base) {
    // Float angles do not add up, so the lanes then carry the whole position. Real offsets are equal between blocks
    // only up to rounding: 2^-30 of a position is far below what a float cosine resolves.
    const double origin = rope_.float32_angles ? 0 : key_map(base);
    std::vector<double> offsets(lanes);
    for (int64_t lane = 0; lane < lanes; ++lane) {
        offsets[lane] = key_map(base + lane) - origin;
        if (!rope_.float32_angles) offsets[lane] = std::nearbyint(offsets[lane] * 0x1p30) * 0x1p-30;
    }
    const auto [entry, fresh] = known_.try_emplace(offsets, static_cast<int32_t>(tables_.size()));
    if (!fresh) return entry->second;
    const int64_t pairs = source_.pairs();
    lane_table& table = tables_.emplace_back();
    table.cosine.resize(static_cast<std::size_t>(pairs * lanes));
    table.sine.resize(table.cosine.size());
    std::vector<double> cosine(static_cast<std::size_t>(pairs)), sine(cosine.size());
    for (int64_t lane = 0; lane < lanes; ++lane) {
        source_.fill(offsets[lane], cosine.data(), sine.data());
        for (int64_t p = 0; p < pairs; ++p) {
            const double decay = rope_.log2_decay.empty() ? 1 : std::exp2(-rope_.log2_decay[p] * offsets[lane]);
            table.cosine[p * lanes + lane] = static_cast<float>(cosine[p] * rope_.magnitude * decay);
            table.sine[p * lanes + lane] = static_cast<float>(sine[p] * rope_.magnitude * decay);
        }
    }
    return entry->second;
}

branch_turns turn_maker::make(const position_map& query_map, const position_map& key_map,
                              const std::vector<int64_t>& queries, const std::vector<int64_t>& bases,
                              const volatile int32_t* cancel) {
    branch_turns turns;
    const int64_t pairs = source_.pairs();
    const auto add = [&](turn_rows& rows, double position, double factor) {
        const std::size_t at = rows.cosine.size();
        rows.cosine.resize(at + static_cast<std::size_t>(pairs));
        rows.sine.resize(rows.cosine.size());
        source_.fill(position, &rows.cosine[at], &rows.sine[at]);
        for (int64_t p = 0; p < pairs; ++p) {
            const double both = rope_.log2_decay.empty() ? factor : factor * std::exp2(rope_.log2_decay[p] * position);
            rows.cosine[at + p] *= both;
            rows.sine[at + p] *= both;
        }
    };
    const double origin = rope_.float32_angles ? 0 : query_map(queries.front());
    for (const int64_t query : queries) add(turns.rows, query_map(query) - origin, rope_.magnitude);
    std::map<double, int32_t> known;
    for (const int64_t base : bases) {
        stop_if_set(cancel);
        const double position = rope_.float32_angles ? 0 : origin - key_map(base);
        const auto [entry, fresh] = known.try_emplace(position, static_cast<int32_t>(known.size()));
        if (fresh) add(turns.pages, position, 1);
        turns.page_turn.push_back(entry->second);
        turns.lanes.push_back(table_of(key_map, base));
    }
    return turns;
}

}  // namespace farspan

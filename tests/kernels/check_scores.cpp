// The passes over a score tile: softcap, bias_slope, bias_rows, select_older, mask.
#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"

namespace check {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

float any_score(run& run) {
    switch (run.random.below(40)) {
        case 0:
            return -inf;
        case 1:
            return std::numeric_limits<float>::quiet_NaN();
        case 2:
            return inf;
        case 3:
            return 0.0f;
        case 4:
            return -0.0f;
        default:
            return run.random.normal(5.0);
    }
}

int64_t some_rows(run& run) { return 1 + run.random.below(64); }
int64_t some_cols(run& run) { return 16 * (1 + run.random.below(8)); }

void test_softcap(run& run) {
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = 1 + run.random.below(8), cols = some_cols(run);
        const float cap = static_cast<float>(std::exp(run.random.uniform(-3.0, 6.0)));
        const double spread = std::exp(run.random.uniform(-12.0, 4.0));
        scratch s(rows + 1, 144);
        s.fill([&] { return run.random.below(20) == 0 ? any_score(run) : run.random.finite_float(cap * spread); });
        s.remember();
        verdict result(run, "softcap rows %lld cols %lld cap %g", (long long)rows, (long long)cols,
                       static_cast<double>(cap));
        run.table.softcap(s.data(), s.ld(), rows, cols, cap);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                const double expected = cap * std::tanh(static_cast<double>(s.before(r, c)) / cap);
                result.close(s.at(r, c), expected, 5e-7 * std::fabs(expected) + 0x1p-140, r, c);
                result.require(!(std::fabs(s.at(r, c)) > cap), "beyond the cap");
                result.require(!(s.at(r, c) * s.before(r, c) < 0.0f), "the sign changed");
            }
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

constexpr float most = std::numeric_limits<float>::max();

// A score and its bias: the largest float in place of an infinity, but where the bias is -infinity.
double with_bias(double score, double bias) {
    const double sum = score + bias, largest = static_cast<double>(most);
    return std::isnan(sum) || bias == -static_cast<double>(inf) ? sum : std::min(std::max(sum, -largest), largest);
}

void test_bias_slope(run& run) {
    guarded_memory memory(1 << 12);
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = some_rows(run), cols = some_cols(run);
        const int32_t symmetric = static_cast<int32_t>(run.random.below(2));
        const float slope = static_cast<float>(std::exp(run.random.uniform(-6.0, 0.0)));
        scratch s(rows + 1, 144);
        s.fill([&] { return any_score(run); });
        s.remember();
        std::vector<float> row(static_cast<std::size_t>(rows));
        for (float& x : row) x = static_cast<float>(run.random.below(4096) - 2048);
        float* key = memory.take_array<float>(place::at_end, cols);
        for (int64_t c = 0; c < cols; ++c) key[c] = static_cast<float>(c - run.random.below(100));
        verdict result(run, "bias_slope rows %lld cols %lld symmetric %d", (long long)rows, (long long)cols, symmetric);
        run.table.bias_slope(s.data(), s.ld(), rows, cols, slope, symmetric, row.data(), key);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                double distance = static_cast<double>(row[static_cast<std::size_t>(r)]) - key[c];
                if (symmetric) distance = std::fabs(distance);
                const double before = s.before(r, c), change = slope * distance;
                result.close(s.at(r, c), with_bias(before, -change),
                             std::isfinite(before) ? 0x1p-23 * (std::fabs(before) + std::fabs(change)) : 0, r, c);
            }
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

void test_mark_overflow(run& run) {
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = some_rows(run), cols = some_cols(run);
        scratch s(rows + 1, 144);
        s.fill([&] {
            const uint64_t kind = run.random.below(6);
            return kind == 0   ? -inf
                   : kind == 1 ? inf
                   : kind == 2 ? std::numeric_limits<float>::quiet_NaN()
                   : kind == 3 ? 3e38f
                               : any_score(run);
        });
        s.remember();
        verdict result(run, "mark_overflow rows %lld cols %lld", (long long)rows, (long long)cols);
        run.table.mark_overflow(s.data(), s.ld(), rows, cols);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                const float before = s.before(r, c);
                result.require(std::isfinite(before) ? s.at(r, c) == before : std::isnan(s.at(r, c)), "wrong element");
            }
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

// A bias never makes an infinity; -infinity is one already.
void test_saturation(run& run) {
    const float scores[] = {0, 1, -1, 1e30f, -1e30f}, biases[] = {most, -most, 3e38f, -3e38f, inf, -inf, 0, 2e38f};
    scratch s(1, 144);
    for (const float score : scores)
        for (const float bias : biases) {
            std::vector<float> row(128, bias);
            const float* rows[1] = {row.data()};
            s.fill([&] { return score; });
            run.table.bias_rows(s.data(), s.ld(), 1, 128, rows, 1.4426950408889634f);
            verdict result(run, "bias_rows of %g to %g", static_cast<double>(bias), static_cast<double>(score));
            const double expected = with_bias(score, 1.4426950408889634 * static_cast<double>(bias));
            for (int64_t c = 0; c < 128; ++c)
                result.close(s.at(0, c), expected, std::isfinite(expected) ? 0x1p-22 * std::fabs(expected) : 0, 0, c);
            s.fill([&] { return std::numeric_limits<float>::quiet_NaN(); });
            run.table.bias_rows(s.data(), s.ld(), 1, 128, rows, 1.4426950408889634f);
            for (int64_t c = 0; c < 128; ++c) result.require(std::isnan(s.at(0, c)), "NaN is gone");
        }
}

void test_bias_rows(run& run) {
    guarded_memory memory(1 << 16);
    for (int64_t count = 0; count <= 128; ++count)
        for (int repeat = 0; repeat < 3; ++repeat) {
            const int64_t rows = 1 + run.random.below(6), shift = run.random.below(2);
            const float factor = repeat == 0 ? 1.0f : static_cast<float>(run.random.uniform(0.1, 3.0));
            scratch s(rows + 1, 144);
            s.fill([&] { return any_score(run); });
            s.remember();
            // Rows of the caller's tensor, some at odd addresses, the last one against a guard page.
            char* bytes = static_cast<char*>(memory.take(repeat == 1 ? place::at_start : place::at_end,
                                                         static_cast<std::size_t>(rows * count * 4 + shift)));
            if (repeat == 1) bytes += shift;
            std::vector<float> values(static_cast<std::size_t>(rows * count));
            for (float& x : values) x = run.random.below(10) == 0 ? -inf : run.random.normal();
            if (!values.empty()) __builtin_memcpy(bytes, values.data(), values.size() * sizeof(float));
            std::vector<const float*> bias;
            for (int64_t r = 0; r < rows; ++r) bias.push_back(reinterpret_cast<const float*>(bytes + r * count * 4));
            verdict result(run, "bias_rows rows %lld count %lld shift %lld", (long long)rows, (long long)count,
                           (long long)shift);
            run.table.bias_rows(s.data(), s.ld(), rows, count, bias.data(), factor);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < count; ++c) {
                    const double before = s.before(r, c),
                                 change = static_cast<double>(factor) * values[static_cast<std::size_t>(r * count + c)];
                    const double expected = with_bias(before, change);
                    result.close(s.at(r, c), expected,
                                 std::isfinite(before) && std::isfinite(change)
                                     ? 0x1p-23 * (std::fabs(before) + std::fabs(change))
                                     : 0,
                                 r, c);
                }
            s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < count; });
        }
}

int32_t any_bound(run& run, int64_t cols) {
    switch (run.random.below(8)) {
        case 0:
            return std::numeric_limits<int32_t>::min();
        case 1:
            return std::numeric_limits<int32_t>::max();
        case 2:
            return static_cast<int32_t>(cols);
        case 3:
            return 0;
        default:
            return static_cast<int32_t>(run.random.below(cols + 8) - 4);
    }
}

void test_select_older(run& run) {
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = some_rows(run), cols = some_cols(run);
        scratch s(rows + 1, 144), older(rows, 144);
        s.fill([&] { return any_score(run); });
        older.fill([&] { return any_score(run); });
        s.remember();
        std::vector<int32_t> threshold(static_cast<std::size_t>(rows));
        for (int32_t& t : threshold) t = any_bound(run, cols);
        verdict result(run, "select_older rows %lld cols %lld", (long long)rows, (long long)cols);
        run.table.select_older(s.data(), older.data(), s.ld(), rows, cols, threshold.data());
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c)
                result.same_bits(s.at(r, c),
                                 c < threshold[static_cast<std::size_t>(r)] ? older.at(r, c) : s.before(r, c), r, c);
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

void test_mask(run& run) {
    for (int repeat = 0; repeat < 400; ++repeat) {
        const int64_t rows = some_rows(run), cols = some_cols(run);
        scratch s(rows + 1, 144);
        s.fill([&] { return any_score(run); });
        s.remember();
        std::vector<int32_t> bound[4];
        for (auto& list : bound) {
            list.resize(static_cast<std::size_t>(rows));
            for (int32_t& b : list) b = any_bound(run, cols);
        }
        const bool two = repeat % 2 == 1;
        verdict result(run, "mask rows %lld cols %lld intervals %d", (long long)rows, (long long)cols, two ? 2 : 1);
        run.table.mask(s.data(), s.ld(), rows, cols, bound[0].data(), bound[1].data(), two ? bound[2].data() : nullptr,
                       two ? bound[3].data() : nullptr);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                const auto i = static_cast<std::size_t>(r);
                const bool visible =
                    (c >= bound[0][i] && c < bound[1][i]) || (two && c >= bound[2][i] && c < bound[3][i]);
                result.same_bits(s.at(r, c), visible ? s.before(r, c) : -inf, r, c);
            }
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

}  // namespace

const std::vector<entry>& score_entries() {
    static const std::vector<entry> entries = {{"mark_overflow", test_mark_overflow},
                                               {"saturation", test_saturation},
                                               {"softcap", test_softcap},
                                               {"bias_slope", test_bias_slope},
                                               {"bias_rows", test_bias_rows},
                                               {"select_older", test_select_older},
                                               {"mask", test_mask}};
    return entries;
}

}  // namespace check

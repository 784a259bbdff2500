// rotate_half, rotate_interleaved, turn_rows of each type, split_turns.
#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"
#include "farspan/farspan.h"

namespace check {
namespace {

// Rows of features without padding, in guarded memory: a rotary range inside a head has neighbours that must not
// change.
struct rows_in_head {
    int64_t rows, pairs, ld, offset;
    std::vector<float> before;
    float* x;

    rows_in_head(run& run, guarded_memory& memory, int64_t row_count, int64_t pair_count)
        : rows(row_count), pairs(pair_count), ld(0), offset(run.random.below(4)) {
        ld = offset + 2 * pairs + run.random.below(3);
        x = memory.take_array<float>(place::at_end, rows * ld);
    }
    void remember() { before.assign(x, x + rows * ld); }
    int64_t u_at(bool half, int64_t r, int64_t p) const { return r * ld + offset + (half ? p : 2 * p); }
    int64_t v_at(bool half, int64_t r, int64_t p) const { return r * ld + offset + (half ? p + pairs : 2 * p + 1); }
    float old(int64_t i) const { return before[static_cast<std::size_t>(i)]; }
    void unchanged_outside(verdict& result) const {
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < ld; ++c)
                if (c < offset || c >= offset + 2 * pairs) result.same_bits(x[r * ld + c], old(r * ld + c), r, c);
    }
};

// back: the transpose, the sine with the other sign.
template <bool half, bool back>
void test_rotate(run& run) {
    guarded_memory memory(1 << 16), cosine_memory(1 << 14), sine_memory(1 << 14);
    for (int64_t pairs = 0; pairs <= 130; ++pairs)
        for (int64_t rows : {1, 2, 5}) {
            rows_in_head head(run, memory, rows, pairs);
            for (int64_t i = 0; i < rows * head.ld; ++i) head.x[i] = run.random.finite_float(1.0);
            const bool with_specials = pairs > 0 && run.random.below(3) == 0;
            if (with_specials)
                for (float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
                    head.x[run.random.below(rows * head.ld)] = bad;
            head.remember();
            // Table rows may be apart, or one row may serve all.
            const int64_t table_ld = run.random.below(3) == 0 ? 0 : pairs + run.random.below(3);
            const int64_t entries = (rows - 1) * table_ld + pairs;
            float* cosine = cosine_memory.take_array<float>(place::at_end, entries);
            float* sine = sine_memory.take_array<float>(place::at_end, entries);
            for (int64_t i = 0; i < entries; ++i) {
                const double angle = run.random.uniform(-4.0, 4.0), magnitude = run.random.uniform(0.5, 2.0);
                cosine[i] = static_cast<float>(magnitude * std::cos(angle));
                sine[i] = static_cast<float>(magnitude * std::sin(angle));
            }
            verdict result(run, "rotate rows %lld pairs %lld offset %lld table_ld %lld", (long long)rows,
                           (long long)pairs, (long long)head.offset, (long long)table_ld);
            const kernel_table& t = run.table;
            (back   ? half ? t.rotate_back_half : t.rotate_back_interleaved
             : half ? t.rotate_half
                    : t.rotate_interleaved)(head.x + head.offset, head.ld, rows, pairs, cosine, sine, table_ld);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t p = 0; p < pairs; ++p) {
                    const int64_t iu = head.u_at(half, r, p), iv = head.v_at(half, r, p);
                    const double u = head.old(iu), v = head.old(iv), c = cosine[r * table_ld + p],
                                 s = (back ? -1 : 1) * sine[r * table_ld + p];
                    const double slack = 0x1p-149;
                    result.close(head.x[iu], u * c - v * s, 0x1p-23 * (std::fabs(u * c) + std::fabs(v * s)) + slack, r,
                                 iu);
                    result.close(head.x[iv], v * c + u * s, 0x1p-23 * (std::fabs(v * c) + std::fabs(u * s)) + slack, r,
                                 iv);
                }
            head.unchanged_outside(result);
        }
}

// u c + v s from the four exact products; long double holds each of them and loses nothing that matters here. Beside an
// infinity the low parts count for nothing.
long double wide_sum(float u, float ch, float cl, float v, float sh, float sl) {
    const long double high = static_cast<long double>(u) * ch + static_cast<long double>(v) * sh;
    if (!std::isfinite(u) || !std::isfinite(v)) return high;
    return high + (static_cast<long double>(u) * cl + static_cast<long double>(v) * sl);
}

// The result is rounded twice, once next to it and once itself, and 2^-47 of what was added: 2 ulp for cancellation down
// to 2^-24. "Next to it" is in the binade above where a power of two is that near.
void check_exact(verdict& result, float actual, float u, float ch, float cl, float v, float sh, float sl, int64_t r,
                 int64_t i) {
    const long double expected = wide_sum(u, ch, cl, v, sh, sl);
    const double sum = std::fabs(static_cast<double>(u) * ch) + std::fabs(static_cast<double>(v) * sh);
    const double narrow = static_cast<double>(expected);
    if (!std::isfinite(narrow)) {
        result.close(actual, narrow, 0.0, r, i);
        return;
    }
    const double error = static_cast<double>(std::fabs(static_cast<long double>(actual) - expected));
    const double beside = std::fabs(narrow) + 0x1p-23 * sum;
    if (!(error <= (ulp_of(beside) + ulp_of(narrow)) / 2 + 0x1p-47 * sum + 0x1p-149))
        result.wrong("row %lld element %lld is %.9g, expected %.15g, off by %.2f ulp", (long long)r, (long long)i,
                     static_cast<double>(actual), narrow, error / ulp_of(narrow));
}

// cos and sin of random angles as hi + lo floats, `ld` apart, which may be 0; each array ends at a page.
struct exact_tables {
    guarded_memory memory[4] = {guarded_memory(1 << 14), guarded_memory(1 << 14), guarded_memory(1 << 14),
                                guarded_memory(1 << 14)};
    float* t[4];
    int64_t ld;

    void fill(run& run, int64_t rows, int64_t pairs) {
        ld = run.random.below(4) == 0 ? 0 : pairs + run.random.below(3);
        const int64_t entries = (rows - 1) * ld + pairs;
        for (int k = 0; k < 4; ++k) t[k] = memory[k].take_array<float>(place::at_end, entries);
        std::vector<double> turns[2];
        for (int64_t i = 0; i < entries; ++i) {
            const double angle = run.random.uniform(-4.0, 4.0);
            turns[0].push_back(std::cos(angle)), turns[1].push_back(std::sin(angle));
        }
        for (int k = 0; k < 2; ++k) run.table.split_turns(turns[k].data(), entries, 1, t[2 * k], t[2 * k + 1]);
    }
    farspan::kernels::exact_turns view() const { return {t[0], t[1], t[2], t[3], ld}; }
};

template <bool half>
void turn_rows(run& run, int type, const farspan::kernels::row_views& views, int64_t pairs,
               const exact_tables& tables) {
    const farspan::kernels::exact_turns view = tables.view();
    (half ? run.table.turn_rows_half : run.table.turn_rows_interleaved)[type](&views, pairs, &view);
}

template <bool half>
void test_turn_rows(run& run) {
    guarded_memory memory(1 << 16), out_memory(1 << 16);
    exact_tables tables;
    for (int64_t pairs = 0; pairs <= 130; ++pairs)
        for (int64_t rows : {1, 2, 5}) {
            rows_in_head head(run, memory, rows, pairs);
            tables.fill(run, rows, pairs);
            float* const* t = tables.t;
            for (int64_t i = 0; i < rows * head.ld; ++i) head.x[i] = run.random.finite_float(1.0);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t p = 0; p < pairs; ++p) {
                    float &u = head.x[head.u_at(half, r, p)], &v = head.x[head.v_at(half, r, p)];
                    const int64_t i = r * tables.ld + p;
                    switch (run.random.below(6)) {
                        case 0:
                            v = static_cast<float>(u * static_cast<double>(t[0][i]) / t[2][i]);
                            break;  // first output cancels
                        case 1:
                            u = static_cast<float>(-v * static_cast<double>(t[0][i]) / t[2][i]);
                            break;  // second does
                        case 2:
                            u = run.random.below(20) == 0 ? std::numeric_limits<float>::infinity() : u;
                            break;
                        case 3:
                            v = run.random.below(20) == 0 ? std::numeric_limits<float>::quiet_NaN() : v;
                            break;
                        case 4:
                            u = run.random.below(20) == 0 ? -std::numeric_limits<float>::max() : u;
                            break;
                        default:
                            break;
                    }
                }
            head.remember();
            // In place, or to rows with other gaps between them.
            const bool in_place = run.random.below(2) == 0;
            float* out = head.x;
            int64_t out_ld = head.ld;
            std::vector<float> gaps;
            if (!in_place) {
                out_ld = head.offset + 2 * pairs + run.random.below(20);
                out = out_memory.take_array<float>(place::at_end, rows * out_ld);
                gaps.assign(out, out + rows * out_ld);
            }
            verdict result(run, "turn_rows rows %lld pairs %lld offset %lld in place %d", (long long)rows,
                           (long long)pairs, (long long)head.offset, in_place);
            turn_rows<half>(run, 0,
                            {head.x + head.offset, head.ld, out + head.offset, out_ld, rows,
                             static_cast<int32_t>(run.random.below(2))},
                            pairs, tables);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t p = 0; p < pairs; ++p) {
                    const int64_t iu = head.u_at(half, r, p), iv = head.v_at(half, r, p), i = r * tables.ld + p,
                                  moved = r * (out_ld - head.ld);
                    const float u = head.old(iu), v = head.old(iv);
                    check_exact(result, out[iu + moved], u, t[0][i], t[1][i], -v, t[2][i], t[3][i], r, iu);
                    check_exact(result, out[iv + moved], v, t[0][i], t[1][i], u, t[2][i], t[3][i], r, iv);
                }
            if (in_place)
                head.unchanged_outside(result);
            else
                for (int64_t i = 0; i < rows * out_ld; ++i)
                    if (i % out_ld < head.offset || i % out_ld >= head.offset + 2 * pairs)
                        result.same_bits(out[i], gaps[static_cast<std::size_t>(i)], i / out_ld, i % out_ld);
        }
}

// 16-bit rows are those of f32, rounded once; streams of aligned rows write what plain stores do.
template <bool half>
void test_turn_rows_types(run& run) {
    guarded_memory memory(1 << 16), out_memory(1 << 16);
    exact_tables tables;
    const kernel_table& k = run.table;
    const farspan::kernels::load_rows_fn load[] = {k.load_rows_f32, k.load_rows_f16, k.load_rows_bf16};
    const farspan::kernels::store_rows_fn store[] = {k.store_rows_f32, k.store_rows_f16, k.store_rows_bf16};
    for (int64_t pairs = 1; pairs <= 128; ++pairs)
        for (int type = 0; type < 3; ++type) {
            const int64_t rows = 3, size = type == 0 ? 4 : 2;
            // Rows of 64 bytes and multiples of it begin where a page does: those may be streamed.
            const place where = run.random.below(2) == 0 ? place::at_start : place::at_end;
            const int64_t count = rows * 2 * pairs;
            char* in = memory.take_array<char>(where, count * size);
            char* out = out_memory.take_array<char>(where, count * size);
            tables.fill(run, rows, pairs);
            std::vector<float> wide(static_cast<std::size_t>(count)), expected;
            for (float& x : wide)
                x = run.random.below(100) == 0 ? std::numeric_limits<float>::quiet_NaN() : run.random.normal();
            store[type](wide.data(), count, 1, count, nullptr, in, count, 1);
            load[type](in, count, 1, 1, count, wide.data(), count, count);
            turn_rows<half>(run, 0, {wide.data(), 2 * pairs, wide.data(), 2 * pairs, rows, 0}, pairs, tables);
            std::vector<char> rounded(static_cast<std::size_t>(count * size));
            store[type](wide.data(), count, 1, count, nullptr, rounded.data(), count, 1);
            for (int32_t streamed : {0, 1}) {
                verdict result(run, "turn_rows type %d pairs %lld streamed %d", type, (long long)pairs, streamed);
                std::fill_n(out, count * size, '\x55');
                turn_rows<half>(run, type, {in, 2 * pairs, out, 2 * pairs, rows, streamed}, pairs, tables);
                result.require(std::equal(rounded.begin(), rounded.end(), out), "not the rounded row of f32");
            }
        }
}

void test_split_turns(run& run) {
    guarded_memory memory(1 << 14), high_memory(1 << 14), low_memory(1 << 14);
    for (int64_t count = 0; count <= 70; ++count) {
        double* x = memory.take_array<double>(place::at_end, count);
        float* high = high_memory.take_array<float>(place::at_end, count);
        float* low = low_memory.take_array<float>(place::at_end, count);
        const double factor = run.random.below(2) == 0 ? 1.0 : run.random.uniform(-2.0, 2.0);
        for (int64_t i = 0; i < count; ++i) x[i] = run.random.uniform(-1.0, 1.0);
        verdict result(run, "split_turns of %lld", (long long)count);
        run.table.split_turns(x, count, factor, high, low);
        for (int64_t i = 0; i < count; ++i) {
            const double product = x[i] * factor;
            result.require(high[i] == static_cast<float>(product), "not the nearest float");
            result.close(low[i], product - static_cast<double>(high[i]), 0x1p-48 * std::fabs(product), 0, i);
        }
    }
}

void test_compose_exactly(run& run) {
    guarded_memory memory[4] = {guarded_memory(1 << 14), guarded_memory(1 << 14), guarded_memory(1 << 14),
                                guarded_memory(1 << 14)};
    for (int64_t pairs = 0; pairs <= 70; ++pairs) {
        double* turn[2];
        std::vector<double> angle[2];
        for (int k = 0; k < 2; ++k) {
            turn[k] = memory[k].take_array<double>(place::at_end, 2 * pairs);
            for (int64_t p = 0; p < pairs; ++p) {
                const double x = run.random.uniform(-4.0, 4.0);
                turn[k][p] = std::cos(x), turn[k][pairs + p] = std::sin(x);
                angle[k].push_back(x);
            }
        }
        double* cosine = memory[2].take_array<double>(place::at_end, pairs);
        double* sine = memory[3].take_array<double>(place::at_end, pairs);
        verdict result(run, "compose_exactly of %lld", (long long)pairs);
        run.table.compose_exactly(turn[0], turn[1], pairs, cosine, sine);
        for (int64_t p = 0; p < pairs; ++p) {
            const auto at = static_cast<std::size_t>(p);
            const long double sum = static_cast<long double>(angle[0][at]) + angle[1][at];
            result.require(std::fabs(static_cast<double>(cosine[p] - std::cos(sum))) <= 0x1p-50, "another cosine");
            result.require(std::fabs(static_cast<double>(sine[p] - std::sin(sum))) <= 0x1p-50, "another sine");
        }
    }
}

}  // namespace

const std::vector<entry>& rotate_entries() {
    static const std::vector<entry> entries = {
        {"rotate_half", test_rotate<true, false>},
        {"rotate_interleaved", test_rotate<false, false>},
        {"rotate_back_half", test_rotate<true, true>},
        {"rotate_back_interleaved", test_rotate<false, true>},
        {"turn_rows_half", test_turn_rows<true>},
        {"turn_rows_interleaved", test_turn_rows<false>},
        {"turn_rows_half.types", test_turn_rows_types<true>},
        {"turn_rows_interleaved.types", test_turn_rows_types<false>},
        {"split_turns", test_split_turns},
        {"compose_exactly", test_compose_exactly},
    };
    return entries;
}

}  // namespace check

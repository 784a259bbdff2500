// rotate_half, rotate_interleaved and their exact forms.
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

// Within 1 ulp of the result and 2^-47 of what was added: 2 ulp for cancellation down to 2^-24.
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
    if (!(error <= ulp_of(narrow) + 0x1p-47 * sum + 0x1p-149))
        result.wrong("row %lld element %lld is %.9g, expected %.15g, off by %.2f ulp", (long long)r, (long long)i,
                     static_cast<double>(actual), narrow, error / ulp_of(narrow));
}

template <bool half>
void test_rotate_exact(run& run) {
    guarded_memory memory(1 << 16), tables[4] = {guarded_memory(1 << 14), guarded_memory(1 << 14),
                                                 guarded_memory(1 << 14), guarded_memory(1 << 14)};
    for (int64_t pairs = 0; pairs <= 130; ++pairs)
        for (int64_t rows : {1, 2, 5}) {
            rows_in_head head(run, memory, rows, pairs);
            const int64_t table_ld = pairs + run.random.below(3), entries = (rows - 1) * table_ld + pairs;
            float* t[4];
            for (int k = 0; k < 4; ++k) t[k] = tables[k].take_array<float>(place::at_end, entries);
            for (int64_t i = 0; i < entries; ++i) {
                const double angle = run.random.uniform(-4.0, 4.0), c = std::cos(angle), s = std::sin(angle);
                t[0][i] = static_cast<float>(c), t[1][i] = static_cast<float>(c - t[0][i]);
                t[2][i] = static_cast<float>(s), t[3][i] = static_cast<float>(s - t[2][i]);
            }
            for (int64_t i = 0; i < rows * head.ld; ++i) head.x[i] = run.random.finite_float(1.0);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t p = 0; p < pairs; ++p) {
                    float &u = head.x[head.u_at(half, r, p)], &v = head.x[head.v_at(half, r, p)];
                    const int64_t i = r * table_ld + p;
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
                        default:
                            break;
                    }
                }
            head.remember();
            verdict result(run, "rotate_exact rows %lld pairs %lld offset %lld", (long long)rows, (long long)pairs,
                           (long long)head.offset);
            (half ? run.table.rotate_exact_half : run.table.rotate_exact_interleaved)(
                head.x + head.offset, head.ld, rows, pairs, t[0], t[1], t[2], t[3], table_ld);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t p = 0; p < pairs; ++p) {
                    const int64_t iu = head.u_at(half, r, p), iv = head.v_at(half, r, p), i = r * table_ld + p;
                    const float u = head.old(iu), v = head.old(iv);
                    check_exact(result, head.x[iu], u, t[0][i], t[1][i], -v, t[2][i], t[3][i], r, iu);
                    check_exact(result, head.x[iv], v, t[0][i], t[1][i], u, t[2][i], t[3][i], r, iv);
                }
            head.unchanged_outside(result);
        }
}

}  // namespace

const std::vector<entry>& rotate_entries() {
    static const std::vector<entry> entries = {
        {"rotate_half", test_rotate<true, false>},      {"rotate_interleaved", test_rotate<false, false>},
        {"rotate_back_half", test_rotate<true, true>},  {"rotate_back_interleaved", test_rotate<false, true>},
        {"rotate_exact_half", test_rotate_exact<true>}, {"rotate_exact_interleaved", test_rotate_exact<false>},
    };
    return entries;
}

}  // namespace check

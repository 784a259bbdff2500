// qk, pv and pv_upright; qk and pv of packed operands.
#include <cmath>
#include <limits>

#include "check.hpp"
#include "farspan/farspan.h"

namespace check {
namespace {

using farspan::kernels::panel_keys;

constexpr int64_t row_counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 23, 31, 37, 47, 59, 63, 64};

struct sum {
    double value = 0.0, magnitude = 0.0;
    void add(double product) {
        value += product;
        magnitude += std::fabs(product);
    }
    // One rounding per term of what has been added so far.
    double tolerance(int64_t terms) const { return magnitude * static_cast<double>(terms + 1) * 0x1p-24 + 0x1p-140; }
};

void test_qk(run& run) {
    for (int64_t rows : row_counts)
        for (int64_t repeat = 0; repeat < 4; ++repeat) {
            const int64_t dim = run.random.below(131), cols = 16 * (1 + run.random.below(4));
            scratch q(rows, round_up(dim + 1, 16)), panel(dim, panel_keys), s(rows + 1, 128);
            q.fill([&] { return run.random.finite_float(1.0); });
            panel.fill([&] { return run.random.finite_float(1.0); });
            const bool poisoned = rows > 0 && dim > 0 && repeat == 3;
            if (poisoned) {  // one query row, one lane
                q.row(run.random.below(rows))[run.random.below(dim)] = std::numeric_limits<float>::quiet_NaN();
                panel.row(run.random.below(dim))[run.random.below(panel_keys)] = std::numeric_limits<float>::infinity();
            }
            s.fill([&] { return run.random.normal(); });
            s.remember();
            verdict result(run, "qk rows %lld dim %lld cols %lld", (long long)rows, (long long)dim, (long long)cols);
            run.table.qk(q.data(), q.ld(), rows, panel.data(), dim, s.data(), s.ld(), cols);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < cols; ++c) {
                    sum expected;
                    for (int64_t d = 0; d < dim; ++d) expected.add(static_cast<double>(q.at(r, d)) * panel.at(d, c));
                    result.close(s.at(r, c), expected.value, expected.tolerance(dim), r, c);
                }
            s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < panel_keys; });
        }
}

void test_pv(run& run) {
    for (int64_t rows : row_counts)
        for (int64_t repeat = 0; repeat < 4; ++repeat) {
            const int64_t dim = 16 * run.random.below(10), keys = run.random.below(131),
                          ld = dim + 16 * run.random.below(3);
            scratch p(rows, 144), v(keys, ld), o(rows + 1, ld + 16);
            p.fill([&] { return std::fabs(run.random.finite_float(1.0)); });
            v.fill([&] { return run.random.finite_float(1.0); });
            o.fill([&] { return run.random.finite_float(1.0); });
            if (rows > 0 && repeat == 3) p.row(run.random.below(rows))[0] = std::numeric_limits<float>::quiet_NaN();
            o.remember();
            verdict result(run, "pv rows %lld dim %lld keys %lld", (long long)rows, (long long)dim, (long long)keys);
            run.table.pv(p.data(), p.ld(), rows, v.data(), v.ld(), keys, o.data(), o.ld(), dim);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < dim; ++c) {
                    sum expected;
                    expected.add(o.before(r, c));
                    for (int64_t j = 0; j < keys; ++j) expected.add(static_cast<double>(p.at(r, j)) * v.at(j, c));
                    result.close(o.at(r, c), expected.value, expected.tolerance(keys + 1), r, c);
                }
            o.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < dim; });
        }
}

void test_pv_upright(run& run) {
    for (int64_t keys : {0, 1, 2, 3, 5, 6, 7, 11, 13, 31, 64, 65, 100, 127, 128})
        for (int64_t repeat = 0; repeat < 4; ++repeat) {
            const int64_t dim = 16 * run.random.below(10), rows = run.random.below(65),
                          ld = dim + 16 * run.random.below(3);
            scratch p(rows, 144), x(rows, ld), o(keys + 1, ld + 16);
            p.fill([&] { return run.random.finite_float(1.0); });
            x.fill([&] { return run.random.finite_float(1.0); });
            o.fill([&] { return run.random.finite_float(1.0); });
            if (rows > 0 && repeat == 3) p.row(run.random.below(rows))[0] = std::numeric_limits<float>::quiet_NaN();
            o.remember();
            verdict result(run, "pv_upright rows %lld dim %lld keys %lld", (long long)rows, (long long)dim,
                           (long long)keys);
            run.table.pv_upright(p.data(), p.ld(), rows, x.data(), x.ld(), keys, o.data(), o.ld(), dim);
            for (int64_t j = 0; j < keys; ++j)
                for (int64_t c = 0; c < dim; ++c) {
                    sum expected;
                    expected.add(o.before(j, c));
                    for (int64_t r = 0; r < rows; ++r) expected.add(static_cast<double>(p.at(r, j)) * x.at(r, c));
                    result.close(o.at(j, c), expected.value, expected.tolerance(rows + 1), j, c);
                }
            o.unchanged_outside(result, [&](int64_t j, int64_t c) { return j < keys && c < dim; });
        }
}

// Packed operands give the bits of the others, whatever part of a run is read.
void test_qk_packed(run& run) {
    for (int64_t rows : {0, 1, 5, 6, 7, 64})
        for (int64_t dim : {0, 1, 16, 64, 80, 128, 130, 256}) {
            const int64_t cols = 16 * (1 + run.random.below(4));
            scratch q(rows, round_up(dim + 1, 16)), keys(panel_keys, round_up(dim + 1, 16)), panel(dim, panel_keys),
                packed(dim, panel_keys), expected(rows, 128), s(rows + 1, 128);
            q.fill([&] { return run.random.normal(); });
            keys.fill([&] { return run.random.normal(); });
            run.table.transpose_panel(keys.data(), keys.ld(), panel_keys, dim, panel.data());
            run.table.pack_keys(keys.data(), keys.ld(), panel_keys, dim, packed.data());
            s.fill([&] { return run.random.normal(); });
            s.remember();
            verdict result(run, "qk_packed rows %lld dim %lld cols %lld", (long long)rows, (long long)dim,
                           (long long)cols);
            run.table.qk(q.data(), q.ld(), rows, panel.data(), dim, expected.data(), expected.ld(), cols);
            run.table.qk_packed(q.data(), q.ld(), rows, packed.data(), dim, s.data(), s.ld(), cols);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < cols; ++c) result.same_bits(s.at(r, c), expected.at(r, c), r, c);
            s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < panel_keys; });
        }
}

void test_pv_packed(run& run) {
    using farspan::kernels::tile_keys;
    const int64_t strip = run.table.strip;
    for (int64_t rows : {0, 1, 5, 6, 7, 64})
        for (int64_t dim : {0, 16, 48, 64, 80, 128, 144}) {
            const int64_t first = run.random.below(tile_keys), keys = run.random.below(tile_keys - first + 1);
            scratch p(rows, tile_keys), v(tile_keys, dim), expected(rows, dim), o(rows + 1, dim + 16),
                packed(tile_keys, round_up(dim, strip));
            p.fill([&] { return run.random.normal(); });
            v.fill([&] { return run.random.normal(); });
            expected.fill([] { return 0.5f; });
            o.fill([] { return 0.5f; });
            o.remember();
            // As a run is packed: in two pieces, and what lies behind them is nobody's.
            packed.fill([&] { return std::numeric_limits<float>::quiet_NaN(); });
            for (int64_t key : {int64_t{0}, panel_keys})
                run.table.pack_values(v.row(key), v.ld(), panel_keys, dim, packed.data() + key * strip);
            verdict result(run, "pv_packed rows %lld dim %lld keys %lld from %lld", (long long)rows, (long long)dim,
                           (long long)keys, (long long)first);
            run.table.pv(p.data(), p.ld(), rows, v.data() + first * v.ld(), v.ld(), keys, expected.data(),
                         expected.ld(), dim);
            run.table.pv_packed(p.data(), p.ld(), rows, packed.data() + first * strip, keys, o.data(), o.ld(), dim);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < dim; ++c) result.same_bits(o.at(r, c), expected.at(r, c), r, c);
            o.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < dim; });
        }
}

// A row's bits must not depend on the rows that happen to be computed with it, else they would depend on how work is
// split.
void test_row_independence(run& run) {
    const int64_t dim = 80, keys = 100;
    scratch q(64, dim), panel(dim, panel_keys), s(64, 128), one(1, 128);
    scratch v(keys, dim), o(64, dim), single(1, dim);
    q.fill([&] { return run.random.normal(); });
    panel.fill([&] { return run.random.normal(); });
    v.fill([&] { return run.random.normal(); });
    run.table.qk(q.data(), dim, 64, panel.data(), dim, s.data(), 128, 64);
    run.table.qk(q.data(), dim, 64, panel.data(), dim, s.data() + 64, 128, 64);
    o.fill([] { return 0.0f; });
    run.table.pv(s.data(), 128, 64, v.data(), dim, keys, o.data(), dim, dim);
    for (int64_t r = 0; r < 64; ++r) {
        verdict result(run, "row %lld alone", (long long)r);
        run.table.qk(q.row(r), dim, 1, panel.data(), dim, one.data(), 128, 64);
        for (int64_t c = 0; c < 64; ++c) result.same_bits(one.at(0, c), s.at(r, c), r, c);
        single.fill([] { return 0.0f; });
        run.table.pv(s.row(r), 128, 1, v.data(), dim, keys, single.data(), dim, dim);
        for (int64_t c = 0; c < dim; ++c) result.same_bits(single.at(0, c), o.at(r, c), r, c);
    }
}

// (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24 with a fused product and 0 without. A silently unfused product costs half the
// speed.
void test_fused(run& run) {
    if (run.table.isa == FARSPAN_ISA_SCALAR) return;  // deliberately unfused
    scratch q(8, 16), panel(2, panel_keys), s(8, 128), p(8, 16), v(2, 64), o(8, 64);
    for (int64_t r = 0; r < 8; ++r) q.row(r)[0] = p.row(r)[0] = -1.0f, q.row(r)[1] = p.row(r)[1] = 1.0f + 0x1p-12f;
    for (int64_t c = 0; c < 64; ++c)
        panel.row(0)[c] = v.row(0)[c] = 1.0f + 0x1p-11f, panel.row(1)[c] = v.row(1)[c] = 1.0f + 0x1p-12f;
    o.fill([] { return 0.0f; });
    run.table.qk(q.data(), 16, 8, panel.data(), 2, s.data(), 128, 64);
    run.table.pv(p.data(), 16, 8, v.data(), 64, 2, o.data(), 64, 64);
    verdict in_qk(run, "qk fuses its products");
    verdict in_pv(run, "pv fuses its products");
    for (int64_t r = 0; r < 8; ++r)
        for (int64_t c = 0; c < 64; ++c) {
            in_qk.same_bits(s.at(r, c), 0x1p-24f, r, c);
            in_pv.same_bits(o.at(r, c), 0x1p-24f, r, c);
        }
}

}  // namespace

const std::vector<entry>& product_entries() {
    static const std::vector<entry> entries = {{"qk", test_qk},
                                               {"qk_packed", test_qk_packed},
                                               {"pv_packed", test_pv_packed},
                                               {"pv", test_pv},
                                               {"pv_upright", test_pv_upright},
                                               {"qk.pv.rows", test_row_independence},
                                               {"qk.pv.fused", test_fused}};
    return entries;
}

}  // namespace check

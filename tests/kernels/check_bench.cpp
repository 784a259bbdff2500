// check_kernels --bench: the speed of every entry on tiles as the drivers use them, best of many short runs.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "check.hpp"

namespace check {
namespace {

using clock = std::chrono::steady_clock;

double best_seconds(const std::function<void()>& work) {
    double best = 1e9;
    const auto end = clock::now() + std::chrono::milliseconds(60);
    do {
        const auto start = clock::now();
        work();
        best = std::min(best, std::chrono::duration<double>(clock::now() - start).count());
    } while (clock::now() < end);
    return best;
}

struct printer {
    const kernel_table& table;
    const std::string& filter;
    void line(const char* name, double amount, const char* unit, const std::function<void()>& work) const {
        if (std::string(name).find(filter) == std::string::npos) return;
        std::printf("%-7s %-26s %8.1f %s\n", table.name, name, amount / best_seconds(work) * 1e-9, unit);
    }
};

}  // namespace

void bench(const kernel_table& t, const std::string& filter) {
    const printer print{t, filter};
    random_source random(1);
    constexpr int64_t rows = 64, cols = 128, dim = 128;
    scratch q(rows, dim), k(rows, dim), panel(2 * dim, 64), s(rows, cols), kept(rows, cols), v(cols, dim), o(rows, dim);
    scratch table(rows, dim), low(rows, dim);
    const auto next = [&] { return random.normal(); };
    for (scratch* x : {&q, &k, &panel, &s, &kept, &v, &o, &table}) x->fill(next);
    low.fill([] { return 0x1p-28f; });
    std::vector<uint16_t> half(rows * dim, 0x3c00);
    std::vector<float> factor(dim, 1.0f), position(dim, 1.0f), m(rows, 1e30f), l(rows, 1.0f);
    std::vector<int32_t> first(rows, 0), last(rows), threshold(rows, 64);
    std::vector<const float*> bias;
    for (int64_t r = 0; r < rows; ++r)
        bias.push_back(kept.row(r)), last[static_cast<std::size_t>(r)] = static_cast<int32_t>(64 + r);

    const double tile = 2.0 * rows * cols * dim, row_bytes = rows * dim, score_bytes = 8.0 * rows * cols;
    print.line("qk", tile, "GFLOP/s", [&] {
        t.qk(q.data(), dim, rows, panel.data(), dim, s.data(), cols, 64);
        t.qk(q.data(), dim, rows, panel.row(dim), dim, s.data() + 64, cols, 64);
    });
    print.line("pv", tile, "GFLOP/s", [&] { t.pv(kept.data(), cols, rows, v.data(), dim, cols, o.data(), dim, dim); });
    print.line("pv_upright", tile, "GFLOP/s",
               [&] { t.pv_upright(kept.data(), cols, rows, q.data(), dim, cols, v.data(), dim, dim); });
    print.line("softmax_gradient", rows * cols, "Gelement/s", [&] {
        __builtin_memcpy(s.data(), kept.data(), sizeof(float) * rows * cols);
        t.softmax_gradient(s.data(), v.data(), cols, rows, cols, l.data(), m.data());
    });
    print.line("row_maxima", rows * cols, "Gelement/s",
               [&] { t.row_maxima(s.data(), cols, rows, cols, m.data(), l.data()); });
    print.line("softmax", rows * cols, "Gelement/s", [&] {
        __builtin_memcpy(s.data(), kept.data(), sizeof(float) * rows * cols);
        for (float& x : m) x = 10.0f;
        t.softmax(s.data(), cols, rows, cols, m.data(), l.data(), o.data(), dim, dim);
    });
    print.line("transpose_panel", 8 * row_bytes, "GB/s",
               [&] { t.transpose_panel(k.data(), dim, 64, dim, panel.data()); });
    print.line("load_rows_f32", 8 * row_bytes, "GB/s",
               [&] { t.load_rows_f32(k.data(), dim, 1, rows, dim, q.data(), dim, dim); });
    print.line("load_rows_f16", 6 * row_bytes, "GB/s",
               [&] { t.load_rows_f16(half.data(), dim, 1, rows, dim, q.data(), dim, dim); });
    print.line("load_rows_bf16", 6 * row_bytes, "GB/s",
               [&] { t.load_rows_bf16(half.data(), dim, 1, rows, dim, q.data(), dim, dim); });
    print.line("load_rows_f32.strided", 8 * row_bytes, "GB/s",
               [&] { t.load_rows_f32(k.data(), 1, dim, rows, dim / 2, q.data(), dim, dim); });
    print.line("store_rows_f32", 8 * row_bytes, "GB/s",
               [&] { t.store_rows_f32(o.data(), dim, rows, dim, factor.data(), q.data(), dim, 1); });
    print.line("store_rows_f16", 6 * row_bytes, "GB/s",
               [&] { t.store_rows_f16(o.data(), dim, rows, dim, factor.data(), half.data(), dim, 1); });
    print.line("store_rows_bf16", 6 * row_bytes, "GB/s",
               [&] { t.store_rows_bf16(o.data(), dim, rows, dim, factor.data(), half.data(), dim, 1); });
    q.fill(next);
    table.fill([] { return 0.7071f; });
    print.line("rotate_half", 8 * row_bytes, "GB/s",
               [&] { t.rotate_half(q.data(), dim, rows, dim / 2, table.data(), table.data(), dim); });
    print.line("rotate_interleaved", 8 * row_bytes, "GB/s",
               [&] { t.rotate_interleaved(q.data(), dim, rows, dim / 2, table.data(), table.data(), dim); });
    // 16 heads that share the angles of a token: in and out stay in the first cache.
    const farspan::kernels::exact_turns turns{table.data(), low.data(), table.data(), low.data(), 0};
    const farspan::kernels::row_views heads{q.data(), dim, v.data(), dim, 16, 0};
    const char* const types[] = {"f32", "f16", "bf16"};
    for (int type = 0; type < 3; ++type) {
        const double bytes = (type == 0 ? 8.0 : 4.0) * 16 * 16 * dim;
        print.line((std::string("turn_rows_half.") + types[type]).c_str(), bytes, "GB/s", [&] {
            for (int n = 0; n < 16; ++n) t.turn_rows_half[type](&heads, dim / 2, &turns);
        });
        print.line((std::string("turn_rows_interleaved.") + types[type]).c_str(), bytes, "GB/s", [&] {
            for (int n = 0; n < 16; ++n) t.turn_rows_interleaved[type](&heads, dim / 2, &turns);
        });
    }
    print.line("scale_rows", 8 * row_bytes, "GB/s", [&] { t.scale_rows(o.data(), dim, rows, dim, factor.data()); });
    print.line("scale_columns", 8 * row_bytes, "GB/s",
               [&] { t.scale_columns(o.data(), dim, rows, dim, factor.data(), q.data()); });
    print.line("all_finite", 4 * row_bytes, "GB/s", [&] { t.all_finite(v.data(), dim, rows, dim); });
    print.line("sum_exp_row", 4 * row_bytes, "GB/s", [&] {
        float maximum = 10.0f;
        double sum = 0;
        t.sum_exp_row[0](v.data(), rows * dim, &maximum, &sum);
    });
    print.line("exp_row", 8 * row_bytes, "GB/s", [&] {
        __builtin_memcpy(q.data(), v.data(), sizeof(float) * rows * dim);
        t.exp_row(q.data(), rows * dim, 10.0f, 1.0f);
    });
    s.fill(next);
    print.line("softcap", rows * cols, "Gelement/s", [&] { t.softcap(s.data(), cols, rows, cols, 30.0f); });
    print.line("bias_slope", score_bytes, "GB/s",
               [&] { t.bias_slope(s.data(), cols, rows, cols, 1e-3f, 0, position.data(), position.data()); });
    print.line("bias_rows", 1.5 * score_bytes, "GB/s",
               [&] { t.bias_rows(s.data(), cols, rows, cols, bias.data(), 1e-9f); });
    print.line("select_older", 1.5 * score_bytes, "GB/s",
               [&] { t.select_older(s.data(), kept.data(), cols, rows, cols, threshold.data()); });
    print.line("mask", score_bytes, "GB/s",
               [&] { t.mask(s.data(), cols, rows, cols, first.data(), last.data(), nullptr, nullptr); });
}

}  // namespace check

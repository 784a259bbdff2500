// Kernel entries on tiles as the drivers use them: 64 query rows, 128 keys, everything in L1 or L2.
#include <algorithm>
#include <memory>
#include <random>

#include "farspan/farspan.h"
#include "kernels/kernel_table.hpp"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

using farspan::kernels::kernel_table;

constexpr int64_t rows = 64, keys = 128;

struct aligned_floats {
    explicit aligned_floats(int64_t count) : data(new (std::align_val_t{64}) float[static_cast<std::size_t>(count)]) {
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (int64_t i = 0; i < count; ++i) data.get()[i] = normal(random);
    }
    struct release {
        void operator()(float* p) const { ::operator delete[](p, std::align_val_t{64}); }
    };
    std::unique_ptr<float, release> data;
    operator float*() const { return data.get(); }
};

struct tile {
    int64_t dim;
    aligned_floats q{rows * dim}, k{keys * dim}, panel{keys * dim}, v{keys * dim}, o{rows * dim}, s{rows * keys},
        logits{rows * keys};
    aligned_floats m{rows}, l{rows}, cosine{rows * dim}, low{rows * dim}, small{rows * dim};
    explicit tile(int64_t head_dim) : dim(head_dim) {
        // Small numbers in every type, and angles that leave little of a float.
        std::fill_n(reinterpret_cast<uint16_t*>(static_cast<float*>(small)), 2 * rows * dim, uint16_t{0x3c3c});
        std::fill_n(static_cast<float*>(low), rows * dim, 0x1p-28f);
    }
};

void add(const kernel_table& table, int64_t dim, const char* name, const char* unit, double amount,
         const std::function<double()>& limit, const std::function<void(const kernel_table&, tile&)>& work) {
    add_row({std::string("kernel/") + name + "/" + table.name + "/d" + std::to_string(dim), unit, amount, limit,
             [&table, dim, work] {
                 auto data = std::make_shared<tile>(dim);
                 return [&table, data, work] { work(table, *data); };
             }});
}

void add_table(const kernel_table& table, int64_t dim) {
    const auto peak = [&table] { return multiply_add_peak(table.isa, 1); };
    const auto copy = [] { return copy_bandwidth(32u << 10, 1); };
    const double products = 2.0 * rows * keys * static_cast<double>(dim),
                 row_bytes = 8.0 * rows * static_cast<double>(dim);
    add(table, dim, "qk", "GFLOP/s", products, peak, [](const kernel_table& t, tile& x) {
        t.qk_packed(x.q, x.dim, rows, x.panel, x.dim, x.s, keys, 64);
        t.qk_packed(x.q, x.dim, rows, x.panel + 64 * x.dim, x.dim, x.s + 64, keys, 64);
    });
    add(table, dim, "pv", "GFLOP/s", products, peak, [](const kernel_table& t, tile& x) {
        for (int64_t i = 0; i < rows * x.dim; ++i) x.o[i] = 0.0f;
        t.pv_packed(x.logits, keys, rows, x.v, keys, x.o, x.dim, x.dim);
    });
    const auto none = [] { return 0.0; };
    add(table, dim, "softmax_products", "Gelement/s", rows * keys, none, [](const kernel_table& t, tile& x) {
        __builtin_memcpy(x.s, x.logits, sizeof(float) * rows * keys);
        for (int64_t r = 0; r < rows; ++r) x.m[r] = 10.0f, x.l[r] = 1.0f;
        t.softmax_products(x.s, keys, rows, keys, x.m, x.l, x.o, x.dim, x.dim);
    });
    add(table, dim, "mark_overflow", "Gelement/s", rows * keys, none,
        [](const kernel_table& t, tile& x) { t.mark_overflow(x.logits, keys, rows, keys); });
    // What a tile on the diagonal has besides: mask, and logits of which half are hidden.
    add(table, dim, "mask_softmax", "Gelement/s", rows * keys, none, [](const kernel_table& t, tile& x) {
        __builtin_memcpy(x.s, x.logits, sizeof(float) * rows * keys);
        int32_t first[rows], last[rows];
        for (int64_t r = 0; r < rows; ++r) {
            first[r] = 0, last[r] = static_cast<int32_t>(2 * r + 1);
            x.m[r] = 10.0f, x.l[r] = 1.0f;
        }
        t.mask(x.s, keys, rows, keys, first, last, nullptr, nullptr);
        t.softmax(x.s, keys, rows, keys, x.m, x.l, x.o, x.dim, x.dim);
    });
    // The whole tile of a prefill, and what it would cost if only its products counted.
    add(table, dim, "tile", "GFLOP/s", 2.0 * products, peak, [](const kernel_table& t, tile& x) {
        for (int64_t r = 0; r < rows; ++r) x.m[r] = 10.0f, x.l[r] = 1.0f;
        for (int64_t i = 0; i < rows * x.dim; ++i) x.o[i] = 0.0f;
        t.qk_packed(x.q, x.dim, rows, x.panel, x.dim, x.s, keys, 64);
        t.qk_packed(x.q, x.dim, rows, x.panel + 64 * x.dim, x.dim, x.s + 64, keys, 64);
        t.softmax_products(x.s, keys, rows, keys, x.m, x.l, x.o, x.dim, x.dim);
        t.pv_packed(x.s, keys, rows, x.v, keys, x.o, x.dim, x.dim);
    });
    add(table, dim, "transpose_panel", "GB/s", row_bytes, copy,
        [](const kernel_table& t, tile& x) { t.transpose_panel(x.k, x.dim, 64, x.dim, x.panel); });
    add(table, dim, "rotate_half", "GB/s", row_bytes, copy, [](const kernel_table& t, tile& x) {
        __builtin_memset(x.cosine, 0, sizeof(float) * rows);
        t.rotate_half(x.q, x.dim, rows, x.dim / 2, x.cosine, x.cosine, 0);
    });
    // 16 heads that share the angles of a token, from the first cache to the first cache.
    const auto types = {std::pair{"f32", 0}, {"f16", 1}, {"bf16", 2}};
    for (const auto& [type_name, type] : types)
        add(table, dim, (std::string("turn_rows_half_") + type_name).c_str(), "GB/s",
            (type == 0 ? 8.0 : 4.0) * 16 * static_cast<double>(dim), copy,
            [type = type](const kernel_table& t, tile& x) {
                const farspan::kernels::exact_turns turns{x.cosine, x.low, x.cosine, x.low, 0};
                const farspan::kernels::row_views heads{x.small, x.dim, x.o, x.dim, 16, 0};
                t.turn_rows_half[type](&heads, x.dim / 2, &turns);
            });
    // A step of decoding: 64 keys and values of a cache in f16 for four query heads, without and with a rotation.
    const double few_products = 2.0 * 4 * 64 * static_cast<double>(dim);
    for (const bool turned : {false, true})
        add(table, dim, turned ? "cached_qk_f16_turned" : "cached_qk_f16", "GFLOP/s", few_products, peak,
            [turned](const kernel_table& t, tile& x) {
                const farspan::kernels::panel_rotation turn{0, turned ? x.dim / 2 : 0, 1, x.dim / 2, x.cosine, x.low};
                t.cached_qk[1](x.q, x.dim, 4, x.small, x.dim, &turn, x.s, 64, x.small, 128 * x.dim);
            });
    add(table, dim, "cached_pv_f16", "GFLOP/s", few_products, peak, [](const kernel_table& t, tile& x) {
        t.cached_pv[1](x.logits, 64, 4, x.small, x.dim, x.o, x.dim, x.small, 128 * x.dim);
    });
    add(table, dim, "load_rows_f16", "GB/s", 0.75 * row_bytes, copy, [](const kernel_table& t, tile& x) {
        t.load_rows_f16(static_cast<float*>(x.v), x.dim, 1, rows, x.dim, x.q, x.dim, x.dim);
    });
    add(table, dim, "store_rows_f16", "GB/s", 0.75 * row_bytes, copy, [](const kernel_table& t, tile& x) {
        t.store_rows_f16(x.q, x.dim, rows, x.dim, nullptr, static_cast<float*>(x.v), x.dim, 1);
    });
}

}  // namespace

void add_rows() {
    for (int32_t isa = FARSPAN_ISA_SCALAR; isa <= FARSPAN_ISA_NEON; ++isa)
        if (const kernel_table* table = farspan::kernels::usable_table(isa))
            for (int64_t dim : {64, 128}) add_table(*table, dim);
}

}  // namespace bench

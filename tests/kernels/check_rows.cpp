// load_rows, store_rows, scale_rows, scale_columns, all_finite, transpose_panel, pack_keys, pack_values.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "check.hpp"

namespace check {
namespace {

enum class dtype { f32, f16, bf16 };

// ---- conversions by definition

float half_to_float(uint16_t half) {
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
    if (exponent == 31)
        return float_of(sign | 0x7f800000u | static_cast<uint32_t>(fraction) << 13 | (fraction ? 0x400000u : 0u));
    const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return float_of(bits_of(static_cast<float>(magnitude)) | sign);
}

uint16_t float_to_half(float value) {
    const uint32_t bits = bits_of(value);
    const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
    if (std::isnan(value)) return static_cast<uint16_t>(sign | 0x7e00u | (bits >> 13 & 0x3ffu));
    const double magnitude = std::fabs(static_cast<double>(value));
    if (magnitude >= 65520.0) return static_cast<uint16_t>(sign | 0x7c00u);
    // nearbyint rounds to even; a mantissa of 2048 is the next exponent's 1024, which the sum below gets right.
    const int exponent = magnitude < 0x1p-14 ? -14 : std::ilogb(magnitude);
    const int mantissa = static_cast<int>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
    return static_cast<uint16_t>(sign | (mantissa < 1024 ? mantissa : ((exponent + 14) << 10) + mantissa));
}

float brain_to_float(uint16_t brain) { return float_of(static_cast<uint32_t>(brain) << 16); }

uint16_t float_to_brain(float value) {
    const uint32_t bits = bits_of(value);
    if (std::isnan(value)) return static_cast<uint16_t>((bits | 0x400000u) >> 16);
    const uint32_t low = bits & 0xffffu;
    uint32_t high = bits >> 16;
    if (low > 0x8000u || (low == 0x8000u && high % 2 == 1)) ++high;
    return static_cast<uint16_t>(high);
}

int64_t size_of(dtype type) { return type == dtype::f32 ? 4 : 2; }

float read_element(dtype type, const char* p) {
    float value;
    uint16_t half;
    switch (type) {
        case dtype::f32:
            std::memcpy(&value, p, 4);
            return value;
        case dtype::f16:
            std::memcpy(&half, p, 2);
            return half_to_float(half);
        default:
            std::memcpy(&half, p, 2);
            return brain_to_float(half);
    }
}

uint32_t rounded_element(dtype type, float value) {
    switch (type) {
        case dtype::f32:
            return std::isnan(value) ? bits_of(value) | 0x400000u : bits_of(value);
        case dtype::f16:
            return float_to_half(value);
        default:
            return float_to_brain(value);
    }
}

uint32_t element_bits(dtype type, const char* p) {
    uint32_t bits = 0;
    std::memcpy(&bits, p, static_cast<std::size_t>(size_of(type)));  // little-endian
    return bits;
}

// ---- a strided caller's tensor with nothing around it

struct strides {
    int64_t row, feature;
};

std::vector<strides> interesting_strides(int64_t rows, int64_t dim) {
    return {{dim, 1},  {dim + 3, 1}, {-dim - 1, 1}, {0, 1}, {2 * dim + 1, 2},
            {1, rows}, {-1, -rows},  {dim, -1},     {3, 0}, {3 * dim, -3}};
}

struct window {
    char* origin;  // element (0, 0)
    char* first;
    int64_t count;
    int64_t size;
    char* at(strides s, int64_t r, int64_t c) const { return origin + (r * s.row + c * s.feature) * size; }
};

// Exactly the addressed elements; `shift` odd bytes of slack behind them move the window off its natural alignment.
window make_window(guarded_memory& memory, dtype type, strides s, int64_t rows, int64_t dim, place where,
                   int64_t shift) {
    int64_t low = 0, high = -1;
    if (rows > 0 && dim > 0) {
        const int64_t a = (rows - 1) * s.row, b = (dim - 1) * s.feature;
        low = (a < 0 ? a : 0) + (b < 0 ? b : 0);
        high = (a > 0 ? a : 0) + (b > 0 ? b : 0);
    }
    window result{};
    result.size = size_of(type);
    result.count = high - low + 1;
    char* start = static_cast<char*>(memory.take(where, static_cast<std::size_t>(result.count * result.size + shift)));
    result.first = start + (where == place::at_start ? shift : 0);
    result.origin = result.first - low * result.size;
    return result;
}

bool elements_coincide(strides s, int64_t rows, int64_t dim) {
    std::vector<int64_t> offsets;
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < dim; ++c) offsets.push_back(r * s.row + c * s.feature);
    std::sort(offsets.begin(), offsets.end());
    return std::adjacent_find(offsets.begin(), offsets.end()) != offsets.end();
}

farspan::kernels::load_rows_fn loader(const kernel_table& table, dtype type) {
    return type == dtype::f32 ? table.load_rows_f32 : type == dtype::f16 ? table.load_rows_f16 : table.load_rows_bf16;
}
farspan::kernels::store_rows_fn storer(const kernel_table& table, dtype type) {
    return type == dtype::f32   ? table.store_rows_f32
           : type == dtype::f16 ? table.store_rows_f16
                                : table.store_rows_bf16;
}

void fill_raw(run& run, dtype type, const window& w) {
    for (int64_t i = 0; i < w.count; ++i) {
        const uint32_t bits = type == dtype::f32 ? bits_of(run.random.any_float()) : run.random.any_half();
        std::memcpy(w.first + i * w.size, &bits, static_cast<std::size_t>(w.size));
    }
}

template <dtype type>
void test_load(run& run) {
    guarded_memory memory(1 << 18);
    for (int64_t dim = 0; dim <= 130; ++dim) {
        const int64_t rows = 1 + run.random.below(4), padded = dim + run.random.below(20),
                      ld = round_up(padded + 1, 16);
        scratch out(rows, ld);
        for (const strides s : interesting_strides(rows, dim)) {
            const place where = run.random.below(2) == 0 ? place::at_start : place::at_end;
            const int64_t shift = run.random.below(3) == 0 ? 1 : 0;
            const window w = make_window(memory, type, s, rows, dim, where, shift);
            fill_raw(run, type, w);
            out.fill([&] { return run.random.normal(); });
            out.remember();
            verdict result(run, "load_rows rows %lld dim %lld strides %lld %lld padded %lld shift %lld",
                           (long long)rows, (long long)dim, (long long)s.row, (long long)s.feature, (long long)padded,
                           (long long)shift);
            loader(run.table, type)(w.origin, s.row, s.feature, rows, dim, out.data(), ld, padded);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < padded; ++c)
                    result.same_bits(out.at(r, c), c < dim ? read_element(type, w.at(s, r, c)) : 0.0f, r, c);
            out.unchanged_outside(result, [&](int64_t, int64_t c) { return c < padded; });
        }
    }
    if (type == dtype::f32) return;
    verdict result(run, "load_rows: all 65536 values");
    auto* all = memory.take_array<uint16_t>(place::at_end, 65536);
    for (int64_t i = 0; i < 65536; ++i) all[i] = static_cast<uint16_t>(i);
    scratch out(64, 1024);
    loader(run.table, type)(all, 1024, 1, 64, 1024, out.data(), 1024, 1024);
    for (int64_t i = 0; i < 65536; ++i)
        result.same_bits(out.data()[i], read_element(type, reinterpret_cast<const char*>(all + i)), i / 1024, i % 1024);
}

float factor_for(run& run, int64_t kind) { return kind == 0 ? 0.0f : kind == 1 ? 0x1p-20f : run.random.normal(4.0); }

template <dtype type>
void test_store(run& run) {
    guarded_memory memory(1 << 18);
    for (int64_t dim = 0; dim <= 130; ++dim) {
        const int64_t rows = 1 + run.random.below(4), ld = round_up(dim + 1, 16);
        scratch in(rows, ld);
        for (const strides s : interesting_strides(rows, dim)) {
            if (elements_coincide(s, rows, dim)) continue;  // not allowed for outputs
            const window w =
                make_window(memory, type, s, rows, dim, run.random.below(2) == 0 ? place::at_start : place::at_end,
                            run.random.below(3) == 0 ? 1 : 0);
            std::vector<char> before(w.first, w.first + w.count * w.size);
            std::vector<char> addressed(static_cast<std::size_t>(w.count), 0);
            in.fill([&] { return run.random.any_float(); });
            std::vector<float> factor(static_cast<std::size_t>(rows));
            for (float& f : factor) f = factor_for(run, run.random.below(4));
            const bool with_factor = run.random.below(3) != 0;
            verdict result(run, "store_rows rows %lld dim %lld strides %lld %lld factor %d", (long long)rows,
                           (long long)dim, (long long)s.row, (long long)s.feature, with_factor);
            storer(run.table, type)(in.data(), ld, rows, dim, with_factor ? factor.data() : nullptr, w.origin, s.row,
                                    s.feature);
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < dim; ++c) {
                    addressed[static_cast<std::size_t>((w.at(s, r, c) - w.first) / w.size)] = 1;
                    const float x = in.at(r, c), f = with_factor ? factor[static_cast<std::size_t>(r)] : 1.0f;
                    const float expected = f == 0.0f && !std::isnan(x) ? 0.0f : x * f;
                    const uint32_t actual = element_bits(type, w.at(s, r, c));
                    if (f == 0.0f && std::isnan(x))  // any NaN
                        result.require(std::isnan(read_element(type, w.at(s, r, c))), "NaN was lost");
                    else if (actual != rounded_element(type, expected))
                        result.wrong("row %lld column %lld: %.9g * %.9g stored as %x, expected %x", (long long)r,
                                     (long long)c, static_cast<double>(x), static_cast<double>(f), actual,
                                     rounded_element(type, expected));
                }
            for (int64_t i = 0; i < w.count; ++i)
                if (!addressed[static_cast<std::size_t>(i)])
                    result.require(std::memcmp(w.first + i * w.size, before.data() + i * w.size,
                                               static_cast<std::size_t>(w.size)) == 0,
                                   "wrote between the elements");
        }
    }
}

// Every 16-bit value, the midpoint to its successor, and the floats next to both.
template <dtype type>
void test_rounding(run& run) {
    guarded_memory memory(1 << 12);
    scratch in(1, 8 * 16);
    for (uint32_t base = 0; base < 65536; base += 16) {
        verdict result(run, "rounding of values %04x to %04x", base, base + 15);
        for (uint32_t k = 0; k < 16; ++k) {
            const auto bits = static_cast<uint16_t>(base + k);
            const float value = type == dtype::f16 ? half_to_float(bits) : brain_to_float(bits);
            const uint32_t b = bits_of(value), step = type == dtype::f16 ? 0x1000u : 0x8000u;
            const uint32_t near[8] = {b,           b + 1, b - 1, b + step, b + step - 1, b + step + 1, b + 3 * step,
                                      b + step / 2};
            for (int i = 0; i < 8; ++i) in.data()[8 * k + static_cast<uint32_t>(i)] = float_of(near[i]);
            if (type == dtype::f16 && (bits & 0x7c00) == 0) {  // midpoints of subnormals are further away
                in.data()[8 * k + 3] = value + 0x1p-25f;
                in.data()[8 * k + 4] = std::nextafter(value + 0x1p-25f, 1.0f);
                in.data()[8 * k + 5] = std::nextafter(value + 0x1p-25f, -1.0f);
            }
        }
        auto* out = memory.take_array<uint16_t>(place::at_end, 128);
        storer(run.table, type)(in.data(), 128, 1, 128, nullptr, out, 128, 1);
        for (int64_t i = 0; i < 128; ++i)
            if (out[i] != rounded_element(type, in.data()[i]))
                result.wrong("%.9g (%08x) stored as %04x, expected %04x", static_cast<double>(in.data()[i]),
                             bits_of(in.data()[i]), out[i], rounded_element(type, in.data()[i]));
    }
}

float quiet(float x) { return std::isnan(x) ? float_of(bits_of(x) | 0x400000u) : x; }

// a * b, where NaN may come from either operand
void same_product(verdict& result, float actual, float a, float b, int64_t r, int64_t c) {
    if (std::isnan(a * b))
        result.require(std::isnan(actual), "NaN was lost");
    else
        result.same_bits(actual, a * b, r, c);
}

void test_scale_rows(run& run) {
    for (int64_t dim = 0; dim <= 130; ++dim)
        for (int64_t rows : {0, 1, 5}) {
            scratch x(rows, round_up(dim + 1, 16));
            x.fill([&] { return quiet(run.random.any_float()); });
            x.remember();
            std::vector<float> factor(5);
            for (float& f : factor) f = run.random.normal();
            verdict result(run, "scale_rows rows %lld dim %lld", (long long)rows, (long long)dim);
            run.table.scale_rows(x.data(), x.ld(), rows, dim, factor.data());
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < dim; ++c)
                    same_product(result, x.at(r, c), x.before(r, c), factor[static_cast<std::size_t>(r)], r, c);
            x.unchanged_outside(result, [&](int64_t, int64_t c) { return c < dim; });
        }
}

void test_scale_columns(run& run) {
    guarded_memory memory(1 << 12);
    for (int64_t dim = 0; dim <= 130; ++dim)
        for (int64_t in_place : {0, 1}) {
            const int64_t rows = 3, ld = round_up(dim + 1, 16);
            scratch x(rows, ld), other(rows, ld);
            x.fill([&] { return quiet(run.random.any_float()); });
            other.fill([&] { return run.random.normal(); });
            x.remember();
            other.remember();
            float* factor = memory.take_array<float>(place::at_end, dim);
            for (int64_t c = 0; c < dim; ++c) factor[c] = run.random.normal();
            const scratch& out = in_place ? x : other;
            verdict result(run, "scale_columns dim %lld in place %lld", (long long)dim, (long long)in_place);
            run.table.scale_columns(x.data(), ld, rows, dim, factor, out.data());
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t c = 0; c < dim; ++c) same_product(result, out.at(r, c), x.before(r, c), factor[c], r, c);
            out.unchanged_outside(result, [&](int64_t, int64_t c) { return c < dim; });
        }
}

void test_all_finite(run& run) {
    for (int64_t dim = 1; dim <= 130; ++dim) {
        scratch x(3, round_up(dim + 1, 16));
        x.fill([&] { return std::numeric_limits<float>::quiet_NaN(); });
        for (int64_t r = 0; r < 3; ++r)
            for (int64_t c = 0; c < dim; ++c)
                x.row(r)[c] = run.random.below(3) == 0 ? 3e38f : run.random.finite_float(1e30);
        verdict result(run, "all_finite dim %lld", (long long)dim);
        result.require(run.table.all_finite(x.data(), x.ld(), 3, dim) == 1, "finite values were refused");
        for (float bad : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::quiet_NaN()}) {
            float& element = x.row(run.random.below(3))[run.random.below(dim)];
            const float old = element;
            element = bad;
            result.require(run.table.all_finite(x.data(), x.ld(), 3, dim) == 0,
                           "a value that is not finite was missed");
            element = old;
        }
        result.require(run.table.all_finite(x.data(), x.ld(), 0, dim) == 1, "nothing is finite");
    }
}

void test_transpose_panel(run& run) {
    using farspan::kernels::panel_keys;
    for (int64_t dim : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 80, 96, 127, 128, 129, 130})
        for (int64_t count : {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 47, 48, 63, 64}) {
            scratch rows(count, round_up(dim, 16)), panel(dim + 1, panel_keys);
            rows.fill([&] { return run.random.any_float(); });
            panel.fill([&] { return run.random.normal(); });
            panel.remember();
            verdict result(run, "transpose_panel count %lld dim %lld", (long long)count, (long long)dim);
            run.table.transpose_panel(rows.data(), rows.ld(), count, dim, panel.data());
            for (int64_t d = 0; d < dim; ++d)
                for (int64_t lane = 0; lane < panel_keys; ++lane)
                    result.same_bits(panel.at(d, lane), lane < count ? rows.at(lane, d) : 0.0f, d, lane);
            panel.unchanged_outside(result, [&](int64_t d, int64_t) { return d < dim; });
        }
}

void test_pack_keys(run& run) {
    using farspan::kernels::panel_keys;
    const int64_t strip = run.table.strip;
    for (int64_t dim : {0, 1, 3, 8, 9, 16, 17, 64, 80, 130})
        for (int64_t count : {0, 1, 15, 16, 17, 48, 63, 64}) {
            scratch rows(count, round_up(dim, 16)), panel(dim + 1, panel_keys);
            rows.fill([&] { return run.random.any_float(); });
            panel.fill([&] { return run.random.normal(); });
            panel.remember();
            verdict result(run, "pack_keys count %lld dim %lld", (long long)count, (long long)dim);
            run.table.pack_keys(rows.data(), rows.ld(), count, dim, panel.data());
            for (int64_t d = 0; d < dim; ++d)
                for (int64_t lane = 0; lane < panel_keys; ++lane)
                    result.same_bits(panel.data()[lane / strip * strip * dim + d * strip + lane % strip],
                                     lane < count ? rows.at(lane, d) : 0.0f, d, lane);
            panel.unchanged_outside(result, [&](int64_t d, int64_t) { return d < dim; });
        }
}

void test_pack_values(run& run) {
    using farspan::kernels::tile_keys;
    const int64_t strip = run.table.strip;
    for (int64_t dim : {0, 16, 48, 64, 80, 128})
        for (int64_t count : {0, 1, 63, 64}) {
            const int64_t first = run.random.below(tile_keys - count + 1);
            scratch rows(count, dim), values(tile_keys, round_up(dim, strip));
            rows.fill([&] { return run.random.any_float(); });
            values.fill([&] { return run.random.normal(); });
            values.remember();
            verdict result(run, "pack_values count %lld dim %lld", (long long)count, (long long)dim);
            run.table.pack_values(rows.data(), rows.ld(), count, dim, values.data() + first * strip);
            const auto at = [&](int64_t r, int64_t c) {
                return (c / strip * tile_keys + first + r) * strip + c % strip;
            };
            for (int64_t r = 0; r < count; ++r)
                for (int64_t c = 0; c < dim; ++c) result.same_bits(values.data()[at(r, c)], rows.at(r, c), r, c);
            const int64_t ld = values.ld();
            values.unchanged_outside(result, [&](int64_t row, int64_t column) {
                const int64_t offset = row * ld + column, key = offset / strip % tile_keys,
                              c = offset / strip / tile_keys * strip + offset % strip;
                return c < dim && key >= first && key < first + count;
            });
        }
}

}  // namespace

const std::vector<entry>& row_entries() {
    static const std::vector<entry> entries = {
        {"load_rows_f32", test_load<dtype::f32>},
        {"load_rows_f16", test_load<dtype::f16>},
        {"load_rows_bf16", test_load<dtype::bf16>},
        {"store_rows_f32", test_store<dtype::f32>},
        {"store_rows_f16", test_store<dtype::f16>},
        {"store_rows_bf16", test_store<dtype::bf16>},
        {"store_rows_f16.rounding", test_rounding<dtype::f16>},
        {"store_rows_bf16.rounding", test_rounding<dtype::bf16>},
        {"scale_rows", test_scale_rows},
        {"scale_columns", test_scale_columns},
        {"all_finite", test_all_finite},
        {"transpose_panel", test_transpose_panel},
        {"pack_keys", test_pack_keys},
        {"pack_values", test_pack_values},
    };
    return entries;
}

}  // namespace check

// What reads a key-value cache. The stored bytes lie between guard pages; values are whole numbers of sixteenths, exact
// in every type.
#include <cmath>
#include <cstring>

#include "check.hpp"

namespace check {
namespace {

using farspan::kernels::panel_keys;
using farspan::kernels::panel_rotation;

enum class stored { f32, f16, bf16, i8 };
constexpr stored all_types[] = {stored::f32, stored::f16, stored::bf16, stored::i8};

int64_t bytes_of(stored type) { return type == stored::f32 ? 4 : type == stored::i8 ? 1 : 2; }

// A number of 6 significant bits, or its bits in a type.
void write(stored type, char* to, float value) {
    const uint32_t bits = bits_of(value);
    if (type == stored::f32) {
        std::memcpy(to, &bits, 4);
    } else if (type == stored::i8) {
        *to = static_cast<char>(static_cast<int8_t>(value));
    } else {
        const uint32_t exponent = bits >> 23 & 255;
        const auto half =
            value == 0 ? uint16_t{0}
                       : static_cast<uint16_t>((bits >> 16 & 0x8000) | (exponent - 112) << 10 | (bits >> 13 & 1023));
        const auto brain = static_cast<uint16_t>(bits >> 16);
        std::memcpy(to, type == stored::f16 ? &half : &brain, 2);
    }
}

// [rows][columns] of a type, and the same as floats.
struct stored_matrix {
    stored_matrix(run& run, stored type, int64_t rows, int64_t columns)
        : memory(1 << 20), values(rows, round_up(columns, 16)) {
        const int64_t bytes = rows * columns * bytes_of(type);
        data = static_cast<char*>(
            memory.take(run.random.below(2) ? place::at_start : place::at_end, static_cast<std::size_t>(bytes)));
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < columns; ++c) {
                const auto whole = static_cast<float>(run.random.below(63) - 31);
                const float value = type == stored::i8 ? whole : whole / 16;
                values.row(r)[c] = value;
                write(type, data + (r * columns + c) * bytes_of(type), value);
            }
    }
    guarded_memory memory;
    scratch values;
    char* data;
};

// Tables of a rotation over some features of `dim`.
struct turn_tables {
    turn_tables(run& run, int64_t dim) : cosine(dim / 2 + 1, panel_keys), sine(dim / 2 + 1, panel_keys) {
        const int64_t pairs = run.random.below(dim / 2 + 1);
        turn = {run.random.below(dim - 2 * pairs + 1), pairs, 1, pairs, cosine.data(), sine.data()};
        if (run.random.below(2)) turn.pair_step = 2, turn.second = 1;
        cosine.fill([&] { return static_cast<float>(run.random.uniform(-1, 1)); });
        sine.fill([&] { return static_cast<float>(run.random.uniform(-1, 1)); });
    }
    // A feature of a lane after the rotation.
    double rotated(const scratch& panel, int64_t d, int64_t lane) const {
        for (int64_t p = 0; p < turn.pairs; ++p) {
            const int64_t u = turn.first + p * turn.pair_step, v = u + turn.second;
            if (d != u && d != v) continue;
            const double x = panel.at(u, lane), y = panel.at(v, lane), c = cosine.at(p, lane), s = sine.at(p, lane);
            return d == u ? x * c - y * s : y * c + x * s;
        }
        return panel.at(d, lane);
    }
    scratch cosine, sine;
    panel_rotation turn;
};

void test_cached_qk(run& run) {
    for (const stored type : all_types)
        for (int64_t lines = 0; lines <= 9; ++lines)
            for (int repeat = 0; repeat < 3; ++repeat) {
                const int64_t dim = 1 + run.random.below(140);
                const stored_matrix panel(run, type, dim, panel_keys);
                const turn_tables tables(run, dim);
                scratch q(lines, round_up(dim, 16)), s(lines + 1, 128);
                q.fill([&] { return run.random.normal(); });
                s.fill([&] { return run.random.normal(); });
                s.remember();
                verdict result(run, "cached_qk type %d lines %lld dim %lld pairs %lld", static_cast<int>(type),
                               (long long)lines, (long long)dim, (long long)tables.turn.pairs);
                run.table.cached_qk[static_cast<int>(type)](q.data(), q.ld(), lines, panel.data, dim, &tables.turn,
                                                            s.data(), s.ld(), panel.data,
                                                            dim * panel_keys * bytes_of(type));
                for (int64_t r = 0; r < lines; ++r)
                    for (int64_t lane = 0; lane < panel_keys; ++lane) {
                        double expected = 0, magnitude = 0;
                        for (int64_t d = 0; d < dim; ++d) {
                            const double product = q.at(r, d) * tables.rotated(panel.values, d, lane);
                            expected += product;
                            magnitude += std::fabs(product) + 4 * std::fabs(q.at(r, d));  // the rotation cancels
                        }
                        result.close(s.at(r, lane), expected, magnitude * static_cast<double>(dim + 4) * 0x1p-24, r,
                                     lane);
                    }
                s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < lines && c < panel_keys; });
            }
}

// What the high bytes of some features add.
void test_cached_qk_wide(run& run) {
    for (int64_t lines = 0; lines <= 9; ++lines)
        for (int repeat = 0; repeat < 6; ++repeat) {
            const int64_t dim = 1 + run.random.below(140);
            const turn_tables tables(run, dim);
            scratch q(lines, round_up(dim, 16)), s(lines + 1, 128);
            q.fill([&] { return run.random.normal(); });
            s.fill([&] { return run.random.normal(); });
            s.remember();
            std::vector<int16_t> features;
            std::vector<std::vector<int8_t>> rows;
            for (int64_t d = 0; d < dim; ++d) {
                if (run.random.below(4) != 0) continue;
                features.push_back(static_cast<int16_t>(d));
                rows.emplace_back(panel_keys);
                for (int64_t lane = 0; lane < panel_keys; ++lane)
                    rows.back()[static_cast<std::size_t>(lane)] =
                        static_cast<int8_t>(run.random.below(3) == 0 ? 0 : run.random.below(255) - 127);
            }
            std::vector<const int8_t*> high;
            for (const std::vector<int8_t>& row : rows) high.push_back(row.data());
            verdict result(run, "cached_qk_wide lines %lld dim %lld pairs %lld features %zu", (long long)lines,
                           (long long)dim, (long long)tables.turn.pairs, features.size());
            run.table.cached_qk_wide(q.data(), q.ld(), lines, features.data(), high.data(),
                                     static_cast<int64_t>(features.size()), &tables.turn, s.data(), s.ld());
            scratch panel(dim, panel_keys);
            panel.fill([] { return 0.0f; });
            for (std::size_t n = 0; n < features.size(); ++n)
                for (int64_t lane = 0; lane < panel_keys; ++lane)
                    panel.row(features[n])[lane] = static_cast<float>(256 * rows[n][static_cast<std::size_t>(lane)]);
            for (int64_t r = 0; r < lines; ++r)
                for (int64_t lane = 0; lane < panel_keys; ++lane) {
                    double expected = s.before(r, lane), size = std::fabs(expected);
                    for (int64_t d = 0; d < dim; ++d) {
                        expected += q.at(r, d) * tables.rotated(panel, d, lane);
                        size += 256 * 127 * 2 * std::fabs(q.at(r, d));
                    }
                    result.close(s.at(r, lane), expected, size * static_cast<double>(dim + 4) * 0x1p-24, r, lane);
                }
            s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < lines && c < panel_keys; });
        }
}

void test_group_weights(run& run) {
    for (int repeat = 0; repeat < 40; ++repeat) {
        const int64_t lines = run.random.below(9), groups = 1 + run.random.below(9), ldw = 64 * groups;
        scratch p(lines, 64), weights(lines + 1, ldw);
        p.fill([&] { return std::fabs(run.random.normal()); });
        weights.fill([&] { return run.random.normal(); });
        weights.remember();
        std::vector<uint16_t> scales;
        for (int64_t n = 0; n < 64 * groups; ++n)
            scales.push_back(static_cast<uint16_t>(bits_of(std::fabs(run.random.normal())) >> 16));
        verdict result(run, "group_weights lines %lld groups %lld", (long long)lines, (long long)groups);
        run.table.group_weights(p.data(), p.ld(), lines, scales.data(), groups, weights.data(), ldw);
        for (int64_t r = 0; r < lines; ++r)
            for (int64_t c = 0; c < ldw; ++c)
                result.same_bits(
                    weights.at(r, c),
                    p.row(r)[c % 64] * __builtin_bit_cast(float, uint32_t{scales[static_cast<std::size_t>(c)]} << 16),
                    r, c);
        weights.unchanged_outside(result, [&](int64_t r, int64_t) { return r < lines; });
    }
}

void test_cached_pv(run& run) {
    for (const stored type : all_types)
        for (int64_t lines = 0; lines <= 9; ++lines)
            for (const int64_t dim : {16, 48, 64, 80, 128, 272}) {
                const stored_matrix v(run, type, panel_keys, dim);
                const bool grouped = type == stored::i8;  // a weight for every 16 columns
                scratch p(lines, grouped ? dim / 16 * 64 : 64), o(lines + 1, dim + 16);
                p.fill([&] { return std::fabs(run.random.normal()); });
                o.fill([&] { return run.random.normal(); });
                o.remember();
                verdict result(run, "cached_pv type %d lines %lld dim %lld", static_cast<int>(type), (long long)lines,
                               (long long)dim);
                run.table.cached_pv[static_cast<int>(type)](p.data(), p.ld(), lines, v.data, dim, o.data(), o.ld(),
                                                            nullptr, 0);
                for (int64_t r = 0; r < lines; ++r)
                    for (int64_t c = 0; c < dim; ++c) {
                        double expected = o.before(r, c), magnitude = std::fabs(expected);
                        for (int64_t j = 0; j < panel_keys; ++j) {
                            const double product =
                                static_cast<double>(p.at(r, grouped ? c / 16 * 64 + j : j)) * v.values.at(j, c);
                            expected += product;
                            magnitude += std::fabs(product);
                        }
                        result.close(o.at(r, c), expected, magnitude * 66 * 0x1p-24, r, c);
                    }
                o.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < lines && c < dim; });
            }
}

// A line's bits do not depend on its company, else they would depend on the batch.
void test_line_independence(run& run) {
    const int64_t dim = 96;
    const stored_matrix panel(run, stored::f16, dim, panel_keys), v(run, stored::f16, panel_keys, dim);
    const turn_tables tables(run, dim);
    scratch q(8, dim), s(8, 64), one(1, 64), o(8, dim), single(1, dim);
    q.fill([&] { return run.random.normal(); });
    o.fill([] { return 0.0f; });
    run.table.cached_qk[1](q.data(), dim, 8, panel.data, dim, &tables.turn, s.data(), 64, nullptr, 0);
    run.table.cached_pv[1](s.data(), 64, 8, v.data, dim, o.data(), dim, nullptr, 0);
    for (int64_t r = 0; r < 8; ++r) {
        verdict result(run, "line %lld alone", (long long)r);
        run.table.cached_qk[1](q.row(r), dim, 1, panel.data, dim, &tables.turn, one.data(), 64, nullptr, 0);
        for (int64_t c = 0; c < 64; ++c) result.same_bits(one.at(0, c), s.at(r, c), r, c);
        single.fill([] { return 0.0f; });
        run.table.cached_pv[1](s.row(r), 64, 1, v.data, dim, single.data(), dim, nullptr, 0);
        for (int64_t c = 0; c < dim; ++c) result.same_bits(single.at(0, c), o.at(r, c), r, c);
    }
}

void test_rotate_panel(run& run) {
    for (int repeat = 0; repeat < 40; ++repeat) {
        const int64_t dim = 1 + run.random.below(130);
        const turn_tables tables(run, dim);
        scratch panel(dim + 1, panel_keys), before(dim + 1, panel_keys);
        before.fill([&] { return run.random.normal(); });
        std::memcpy(panel.data(), before.data(), static_cast<std::size_t>((dim + 1) * panel_keys) * sizeof(float));
        verdict result(run, "rotate_panel dim %lld pairs %lld", (long long)dim, (long long)tables.turn.pairs);
        run.table.rotate_panel(panel.data(), &tables.turn);
        for (int64_t d = 0; d <= dim; ++d)
            for (int64_t lane = 0; lane < panel_keys; ++lane) {
                const double expected = d < dim ? tables.rotated(before, d, lane) : before.at(d, lane);
                result.close(panel.at(d, lane), expected, expected == before.at(d, lane) ? 0 : 0x1p-20, d, lane);
            }
    }
}

void test_load_rows_i8(run& run) {
    for (int repeat = 0; repeat < 60; ++repeat) {
        const int64_t rows = run.random.below(70), dim = 1 + run.random.below(100),
                      ld = round_up(dim, 16) + 16 * run.random.below(2);
        const stored_matrix from(run, stored::i8, rows, dim);
        scratch to(rows + 1, ld);
        to.fill([&] { return run.random.normal(); });
        to.remember();
        verdict result(run, "load_rows_i8 rows %lld dim %lld", (long long)rows, (long long)dim);
        run.table.load_rows_i8(reinterpret_cast<const int8_t*>(from.data), dim, rows, dim, to.data(), ld);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < ld; ++c) result.same_bits(to.at(r, c), c < dim ? from.values.at(r, c) : 0, r, c);
        to.unchanged_outside(result, [&](int64_t r, int64_t) { return r < rows; });
    }
}

void test_compose_turns(run& run) {
    for (const int64_t pairs : {0, 1, 7, 16, 33, 64}) {
        std::vector<double> a, b, expected_cosine, expected_sine, cosine_a, sine_a, cosine_b, sine_b;
        for (int64_t p = 0; p < pairs; ++p) {
            const double x = run.random.uniform(-3, 3), y = run.random.uniform(-3, 3);
            cosine_a.push_back(std::cos(x)), sine_a.push_back(std::sin(x));
            cosine_b.push_back(std::cos(y)), sine_b.push_back(std::sin(y));
            expected_cosine.push_back(std::cos(x + y)), expected_sine.push_back(std::sin(x + y));
        }
        scratch cosine(1, 80), sine(1, 80);
        verdict result(run, "compose_turns pairs %lld", (long long)pairs);
        run.table.compose_turns(cosine_a.data(), sine_a.data(), cosine_b.data(), sine_b.data(), pairs, cosine.data(),
                                sine.data());
        for (int64_t p = 0; p < pairs; ++p) {
            const auto n = static_cast<std::size_t>(p);
            result.close(cosine.at(0, p), expected_cosine[n], 0x1p-24 + 1e-15, 0, p);
            result.close(sine.at(0, p), expected_sine[n], 0x1p-24 + 1e-15, 1, p);
        }
    }
}

}  // namespace

const std::vector<entry>& cached_entries() {
    static const std::vector<entry> entries = {{"cached_qk", test_cached_qk},
                                               {"cached_qk_wide", test_cached_qk_wide},
                                               {"group_weights", test_group_weights},
                                               {"cached_pv", test_cached_pv},
                                               {"cached.lines", test_line_independence},
                                               {"rotate_panel", test_rotate_panel},
                                               {"load_rows_i8", test_load_rows_i8},
                                               {"compose_turns", test_compose_turns}};
    return entries;
}

}  // namespace check

#include "attention/rotate.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "attention/rows.hpp"
#include "base/aligned.hpp"

namespace farspan {
namespace {

// As many have one base (angle_source). Fewer would keep their tables in the first cache, but memory is read faster in
// long pieces.
constexpr int64_t chunk_rows = 64;

// What no cache keeps until it is read again needs no place in one: more than a core has of the last cache on most
// processors. Systems do not agree on the number that they give for it, some count all of a socket.
constexpr int64_t large_bytes = int64_t{32} << 20;

// Whether the kernels can go from `in` to `out` without scratch.
bool in_one_step(const rotation& turn, const strided& in, const strided& out) {
    return !turn.rope.float32_angles && in.dtype == out.dtype && in.stride[3] == 1 && out.stride[3] == 1;
}

// cos and sin of a chunk of rows as hi + lo floats, [row][4][pair], and room for the rows.
struct chunk_tables {
    // For chunks of at most `most_rows` out of `rows`.
    chunk_tables(const kernels::kernel_table& kernels, const rope_part& rope, int64_t rows, int64_t most_rows,
                 int64_t scratch_floats)
        : angles(kernels, rope, rows),
          ld(round_up(angles.pairs(), kernels::pad)),
          turns(static_cast<std::size_t>(2 * angles.pairs())),
          memory(static_cast<std::size_t>(most_rows * 4 * ld + scratch_floats)),
          scratch(memory.data() + most_rows * 4 * ld) {}
    angle_source angles;
    int64_t ld;
    local_array<double, 256> turns;  // cosines and sines of a row
    local_array<float, 1024> memory;
    float* scratch;

    double* cosine() { return turns.data(); }
    double* sine() { return turns.data() + angles.pairs(); }
    float* row(int64_t row) { return memory.data() + row * 4 * ld; }
    kernels::exact_turns from(int64_t first, int64_t step) {
        return {row(first), row(first) + ld, row(first) + 2 * ld, row(first) + 3 * ld, step};
    }
};

// The factor on cos and sin of a pair: magnitude, and the growth or decay from the centre.
double factor(const rotation& turn, int64_t pair, double position) {
    const bool delta = turn.direction == FARSPAN_ROTATE_DELTA;
    double result = delta ? 1 : turn.rope.magnitude;
    if (!turn.rope.log2_decay.empty()) {
        const double distance = delta ? position : position - turn.decay_centre;
        const double sign = turn.side == FARSPAN_SIDE_QUERY ? 1 : -1;
        result *= std::exp2(sign * turn.rope.log2_decay[pair] * distance);
    }
    return turn.direction == FARSPAN_ROTATE_INVERSE ? 1 / result : result;
}

void fill_tables(const kernels::kernel_table& kernels, const rotation& turn, int64_t first_row, int64_t rows,
                 chunk_tables& tables) {
    const double sign = (turn.direction == FARSPAN_ROTATE_INVERSE) == turn.transposed ? 1 : -1;
    const bool plain = turn.rope.log2_decay.empty();
    const double shared = plain ? factor(turn, 0, 0) : 1;
    const int64_t pairs = tables.angles.pairs();
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t row = first_row + r;
        if (turn.rope.axes > 1)
            tables.angles.fill_axes(turn.positions + row, turn.axis_stride, tables.cosine(), tables.sine());
        else
            tables.angles.fill(turn.map(turn.position(row)), tables.cosine(), tables.sine());
        for (int64_t p = 0; !plain && p < pairs; ++p) {
            const double f = factor(turn, p, static_cast<double>(turn.position(row)));
            tables.cosine()[p] *= f;
            tables.sine()[p] *= f;
        }
        float* table = tables.row(r);
        kernels.split_turns(tables.cosine(), pairs, shared, table, table + tables.ld);
        kernels.split_turns(tables.sine(), pairs, sign * shared, table + 2 * tables.ld, table + 3 * tables.ld);
    }
}

// Columns that are not rotated, of `rows` rows: dtypes are the same, features side by side.
void copy_columns(const kernels::row_views& x, int64_t first, int64_t last, int64_t element_bytes) {
    for (int64_t r = 0; first < last && r < x.rows; ++r)
        std::memcpy(static_cast<char*>(x.out) + (r * x.out_stride + first) * element_bytes,
                    static_cast<const char*>(x.in) + (r * x.in_stride + first) * element_bytes,
                    static_cast<std::size_t>((last - first) * element_bytes));
}

void rotate_in_one_step(const kernels::kernel_table& kernels, const rotation& turn, const strided& in,
                        const strided& out, int64_t first_row, int64_t rows, bool streamed, chunk_tables& tables) {
    const int64_t pairs = tables.angles.pairs(), offset = turn.rope.rotary_offset, bytes = in.element_bytes;
    const int which = in.dtype == FARSPAN_F32 ? 0 : in.dtype == FARSPAN_F16 ? 1 : 2;
    const auto rotate =
        turn.rope.layout == pair_layout::half ? kernels.turn_rows_half[which] : kernels.turn_rows_interleaved[which];
    const auto turn_views = [&](kernels::row_views x, const kernels::exact_turns& table) {
        if (in.data != out.data) {
            copy_columns(x, 0, offset, bytes);
            copy_columns(x, offset + 2 * pairs, in.shape[3], bytes);
        }
        x.in = static_cast<const char*>(x.in) + offset * bytes;
        x.out = static_cast<char*>(x.out) + offset * bytes;
        rotate(&x, pairs, &table);
    };
    // Along the axis on which rows are closer together: the heads of a token share its angles.
    const bool by_token = rows == 1 || std::abs(in.stride[1]) < std::abs(in.stride[2]);
    const int along = by_token ? 1 : 2;
    const int64_t runs = by_token ? rows : in.shape[1], run = by_token ? in.shape[1] : rows;
    for (int64_t b = 0; b < in.shape[0]; ++b)
        for (int64_t n = 0; n < runs; ++n) {
            const auto first_of = [&](const strided& x, int64_t of) {
                return by_token ? x.at(b, 0, first_row + of, 0) : x.at(b, of, first_row, 0);
            };
            turn_views({first_of(in, n), in.stride[along], first_of(out, n), out.stride[along], run, streamed},
                       by_token ? tables.from(n, 0) : tables.from(0, 4 * tables.ld));
        }
}

void rotate_by_scratch(const kernels::kernel_table& kernels, const rotation& turn, const strided& in,
                       const strided& out, int64_t first_row, int64_t rows, chunk_tables& tables) {
    const int64_t dim = in.shape[3], ld = round_up(dim, kernels::pad), pairs = tables.angles.pairs();
    const bool half = turn.rope.layout == pair_layout::half;
    float* rotary = tables.scratch + turn.rope.rotary_offset;
    const kernels::row_views views{rotary, ld, rotary, ld, rows, false};
    const kernels::exact_turns table = tables.from(0, 4 * tables.ld);
    for (int64_t b = 0; b < in.shape[0]; ++b)
        for (int64_t h = 0; h < in.shape[1]; ++h) {
            loader(kernels, in.dtype)(in.at(b, h, first_row, 0), in.stride[2], in.stride[3], rows, dim, tables.scratch,
                                      ld, ld);
            if (turn.rope.float32_angles)
                (half ? kernels.rotate_half : kernels.rotate_interleaved)(rotary, ld, rows, pairs, table.cosine,
                                                                          table.sine, table.ld);
            else
                (half ? kernels.turn_rows_half : kernels.turn_rows_interleaved)[0](&views, pairs, &table);
            storer(kernels, out.dtype)(tables.scratch, ld, rows, dim, nullptr, out.at(b, h, first_row, 0),
                                       out.stride[2], out.stride[3]);
        }
}

}  // namespace

void rotate_tensor(const kernels::kernel_table& kernels, const workers& by, const rotation& turn, const strided& in,
                   const strided& out) {
    const int64_t rows = in.shape[2], most_rows = std::min(chunk_rows, rows);
    const bool direct = in_one_step(turn, in, out);
    const int64_t scratch_floats = direct ? 0 : most_rows * round_up(in.shape[3], kernels::pad);
    const int64_t elements = in.shape[0] * in.shape[1] * rows * in.shape[3];
    const bool streamed = in.data != out.data && elements >= large_bytes / out.element_bytes;
    const auto rotate = [&](int64_t first_row, chunk_tables& tables) {
        stop_if_set(by.cancel);
        const int64_t count = std::min(chunk_rows, rows - first_row);
        fill_tables(kernels, turn, first_row, count, tables);
        if (direct)
            rotate_in_one_step(kernels, turn, in, out, first_row, count, streamed, tables);
        else
            rotate_by_scratch(kernels, turn, in, out, first_row, count, tables);
        if (streamed) std::atomic_thread_fence(std::memory_order_seq_cst);
    };
    const double work = 8.0 * static_cast<double>(elements);
    if (by.threads == 1 || work < 2 * least_work_of_a_thread) {
        chunk_tables tables(kernels, turn.rope, rows, most_rows, scratch_floats);
        for (int64_t row = 0; row < rows; row += chunk_rows) rotate(row, tables);
        return;
    }
    std::vector<std::unique_ptr<chunk_tables>> tables(static_cast<std::size_t>(by.threads));
    parallel_for(by.threads, (rows + chunk_rows - 1) / chunk_rows, work, [&](int64_t chunk, int32_t worker) {
        auto& own = tables[static_cast<std::size_t>(worker)];
        if (!own) own = std::make_unique<chunk_tables>(kernels, turn.rope, rows, most_rows, scratch_floats);
        rotate(chunk * chunk_rows, *own);
    });
}

}  // namespace farspan

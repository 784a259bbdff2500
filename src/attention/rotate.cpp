#include "attention/rotate.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "attention/rows.hpp"
#include "base/aligned.hpp"

namespace farspan {
namespace {

constexpr int64_t chunk_rows = 32;

// cos and sin of a chunk of rows as hi + lo floats, [row][pair], and room for the rows.
struct chunk_tables {
    // For chunks of at most `most_rows` out of `rows`.
    chunk_tables(const kernels::kernel_table& kernels, const rope_part& rope, int64_t rows, int64_t most_rows,
                 int64_t row_ld)
        : angles(kernels, rope, rows),
          ld(round_up(angles.pairs(), kernels::pad)),
          turns(static_cast<std::size_t>(2 * angles.pairs())),
          memory(static_cast<std::size_t>(most_rows * (4 * ld + row_ld))) {
        cosine_hi = memory.data();
        cosine_lo = cosine_hi + most_rows * ld;
        sine_hi = cosine_lo + most_rows * ld;
        sine_lo = sine_hi + most_rows * ld;
        scratch = sine_lo + most_rows * ld;
    }
    angle_source angles;
    int64_t ld;
    local_array<double, 256> turns;  // cosines and sines of a row
    local_array<float, 1024> memory;
    float *cosine_hi, *cosine_lo, *sine_hi, *sine_lo, *scratch;

    double* cosine() { return turns.data(); }
    double* sine() { return turns.data() + angles.pairs(); }
    void set(int64_t row, int64_t pair, double c, double s) {
        const int64_t at = row * ld + pair;
        cosine_hi[at] = static_cast<float>(c);
        cosine_lo[at] = static_cast<float>(c - cosine_hi[at]);
        sine_hi[at] = static_cast<float>(s);
        sine_lo[at] = static_cast<float>(s - sine_hi[at]);
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

void fill_tables(const rotation& turn, int64_t first_row, int64_t rows, chunk_tables& tables) {
    const double sign = (turn.direction == FARSPAN_ROTATE_INVERSE) == turn.transposed ? 1 : -1;
    const bool plain = turn.rope.log2_decay.empty();
    const double shared = plain ? factor(turn, 0, 0) : 0;
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t row = first_row + r;
        if (turn.rope.axes > 1)
            tables.angles.fill_axes(turn.positions + row, turn.axis_stride, tables.cosine(), tables.sine());
        else
            tables.angles.fill(turn.map(turn.position(row)), tables.cosine(), tables.sine());
        for (int64_t p = 0; p < tables.angles.pairs(); ++p) {
            const double f = plain ? shared : factor(turn, p, static_cast<double>(turn.position(row)));
            tables.set(r, p, tables.cosine()[p] * f, sign * tables.sine()[p] * f);
        }
    }
}

void rotate_chunk(const kernels::kernel_table& kernels, const rotation& turn, const strided& in, const strided& out,
                  int64_t first_row, int64_t rows, chunk_tables& tables) {
    fill_tables(turn, first_row, rows, tables);
    const int64_t dim = in.shape[3], ld = round_up(dim, kernels::pad), pairs = tables.angles.pairs();
    const bool half = turn.rope.layout == pair_layout::half;
    float* rotary = tables.scratch + turn.rope.rotary_offset;
    for (int64_t b = 0; b < in.shape[0]; ++b)
        for (int64_t h = 0; h < in.shape[1]; ++h) {
            loader(kernels, in.dtype)(in.at(b, h, first_row, 0), in.stride[2], in.stride[3], rows, dim, tables.scratch,
                                      ld, ld);
            if (turn.rope.float32_angles)
                (half ? kernels.rotate_half : kernels.rotate_interleaved)(rotary, ld, rows, pairs, tables.cosine_hi,
                                                                          tables.sine_hi, tables.ld);
            else
                (half ? kernels.rotate_exact_half : kernels.rotate_exact_interleaved)(
                    rotary, ld, rows, pairs, tables.cosine_hi, tables.cosine_lo, tables.sine_hi, tables.sine_lo,
                    tables.ld);
            storer(kernels, out.dtype)(tables.scratch, ld, rows, dim, nullptr, out.at(b, h, first_row, 0),
                                       out.stride[2], out.stride[3]);
        }
}

}  // namespace

void rotate_tensor(const kernels::kernel_table& kernels, const workers& by, const rotation& turn, const strided& in,
                   const strided& out) {
    const int64_t rows = in.shape[2], most_rows = std::min(chunk_rows, rows),
                  row_ld = round_up(in.shape[3], kernels::pad);
    const auto rotate = [&](int64_t first_row, chunk_tables& tables) {
        stop_if_set(by.cancel);
        rotate_chunk(kernels, turn, in, out, first_row, std::min(chunk_rows, rows - first_row), tables);
    };
    const double work = 8.0 * static_cast<double>(in.shape[0] * in.shape[1] * rows * in.shape[3]);
    if (by.threads == 1 || work < 2 * least_work_of_a_thread) {
        chunk_tables tables(kernels, turn.rope, rows, most_rows, row_ld);
        for (int64_t row = 0; row < rows; row += chunk_rows) rotate(row, tables);
        return;
    }
    std::vector<std::unique_ptr<chunk_tables>> tables(static_cast<std::size_t>(by.threads));
    parallel_for(by.threads, (rows + chunk_rows - 1) / chunk_rows, work, [&](int64_t chunk, int32_t worker) {
        auto& own = tables[static_cast<std::size_t>(worker)];
        if (!own) own = std::make_unique<chunk_tables>(kernels, turn.rope, rows, most_rows, row_ld);
        rotate(chunk * chunk_rows, *own);
    });
}

}  // namespace farspan

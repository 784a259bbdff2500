#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <vector>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/rows.hpp"
#include "base/aligned.hpp"
#include "base/parallel.hpp"
#include "farspan/gradient.h"

namespace farspan {
namespace {

constexpr int64_t max_position = int64_t{1} << 40;
constexpr int64_t chunk_rows = 32;

farspan_rope_options default_options() {
    farspan_rope_options options{};
    options.struct_size = sizeof options;
    return options;
}

// Everything that one call rotates by, independent of the data.
struct rotation {
    const rope_part& rope;
    position_map map;
    farspan_rope_options options;
    const int64_t* positions;  // NULL: 0, 1, 2 ...
    int64_t axis_stride;
    bool transposed;  // the gradient: the same factor, the angle's other sign

    int64_t position(int64_t row) const { return positions ? positions[row] : row; }
};

// cos and sin of a chunk of rows as hi + lo floats, [row][pair], and room for the rows.
struct chunk_tables {
    // For chunks of at most `most_rows` out of `rows`.
    chunk_tables(const kernels::kernel_table& kernels, const rope_part& rope, int64_t rows, int64_t most_rows, int64_t row_ld)
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

// The factor on cos and sin of a pair: magnitude, and xPos's growth or decay from its centre.
double factor(const rotation& turn, int64_t pair, double position) {
    const bool delta = turn.options.direction == FARSPAN_ROTATE_DELTA;
    double result = delta ? 1 : turn.rope.magnitude;
    if (!turn.rope.log2_decay.empty()) {
        const double distance = delta ? position : position - turn.options.xpos_centre;
        const double sign = turn.options.side == FARSPAN_SIDE_QUERY ? 1 : -1;
        result *= std::exp2(sign * turn.rope.log2_decay[pair] * distance);
    }
    return turn.options.direction == FARSPAN_ROTATE_INVERSE ? 1 / result : result;
}

void fill_tables(const rotation& turn, int64_t first_row, int64_t rows, chunk_tables& tables) {
    const double sign = (turn.options.direction == FARSPAN_ROTATE_INVERSE) == turn.transposed ? 1 : -1;
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

void rotate_all(const farspan_context& use, const rotation& turn, const strided& in, const strided& out) {
    const int64_t rows = in.shape[2], most_rows = std::min(chunk_rows, rows),
                  row_ld = round_up(in.shape[3], kernels::pad);
    const auto rotate = [&](int64_t first_row, chunk_tables& tables) {
        stop_if_set(use.cancel);
        rotate_chunk(*use.kernels, turn, in, out, first_row, std::min(chunk_rows, rows - first_row), tables);
    };
    const double work = 8.0 * static_cast<double>(in.shape[0] * in.shape[1] * rows * in.shape[3]);
    if (use.threads == 1 || work < 2 * least_work_of_a_thread) {
        chunk_tables tables(*use.kernels, turn.rope, rows, most_rows, row_ld);
        for (int64_t row = 0; row < rows; row += chunk_rows) rotate(row, tables);
        return;
    }
    std::vector<std::unique_ptr<chunk_tables>> tables(static_cast<std::size_t>(use.threads));
    parallel_for(use.threads, (rows + chunk_rows - 1) / chunk_rows, work, [&](int64_t chunk, int32_t worker) {
        auto& own = tables[static_cast<std::size_t>(worker)];
        if (!own) own = std::make_unique<chunk_tables>(*use.kernels, turn.rope, rows, most_rows, row_ld);
        rotate(chunk * chunk_rows, *own);
    });
}

void check_option(const char* name, int32_t value, int32_t most) {
    if (value < 0 || value > most)
        throw failure(FARSPAN_ERROR_METHOD, field_path("options.%s", name), "is %d: must be between 0 and %d", value,
                      most);
}

farspan_rope_options check_options(const farspan_rope_options* given) {
    const farspan_rope_options options = given ? read_struct(*given, default_options(), "options") : default_options();
    check_option("side", options.side, FARSPAN_SIDE_KEY);
    check_option("direction", options.direction, FARSPAN_ROTATE_DELTA);
    if (options.length < 0 || options.length > max_position)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "options.length", "is %" PRId64 ": must be between 0 and 2^40",
                      options.length);
    if (options.axis_stride < 0)
        throw failure(FARSPAN_ERROR_STRIDE, "options.axis_stride", "is %" PRId64 ": must not be negative",
                      options.axis_stride);
    if (!std::isfinite(options.xpos_centre))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "options.xpos_centre", "is %g: must be finite",
                      options.xpos_centre);
    return options;
}

// The largest position, so that a length can be derived; checks the range of all.
int64_t check_positions(const int64_t* positions, int64_t axes, int64_t axis_stride, int64_t count,
                        bool signed_allowed) {
    int64_t largest = 0;
    for (int64_t axis = 0; axis < axes; ++axis)
        for (int64_t n = 0; n < count; ++n) {
            const int64_t position = positions ? positions[axis * axis_stride + n] : n;
            if (position > max_position || position < (signed_allowed ? -max_position : 0))
                throw failure(FARSPAN_ERROR_POSITIONS, field_path("positions[%" PRId64 "]", axis * axis_stride + n),
                              "is %" PRId64 ": must be between %s and 2^40", position, signed_allowed ? "-2^40" : "0");
            largest = std::max(largest, position);
        }
    return largest;
}

strided check_in_place(const farspan_tensor* out, const char* out_name, const strided& in, const char* in_name) {
    const strided view = check_tensor(out, out_name, in.shape, access::write);
    const bool same =
        view.data == in.data && view.dtype == in.dtype && std::equal(in.stride, in.stride + 4, view.stride);
    if (!same) check_disjoint(view, out_name, in, in_name);
    return view;
}

struct named_tensors {
    const farspan_tensor* in;
    const char* in_name;
    const farspan_tensor* out;
    const char* out_name;
};

// A position for each row on each axis, and behind the last axis as much as between the others; none for NULL.
void check_count(const int64_t* positions, int64_t count, int64_t axes, const farspan_rope_options& options,
                 int64_t rows) {
    const int64_t stride = options.axis_stride == 0 ? rows : options.axis_stride;
    int64_t most = 0;
    if (__builtin_mul_overflow(axes, std::max(stride, rows), &most))
        throw failure(FARSPAN_ERROR_STRIDE, "options.axis_stride", "is %" PRId64 ": the addresses overflow", stride);
    const int64_t needed = (axes - 1) * stride + rows;
    if (!positions) {
        if (count == 0) return;
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, "positions", "is NULL: positions_count is %" PRId64, count);
    }
    if (count < needed || count > std::max(needed, axes * stride))
        throw failure(FARSPAN_ERROR_SHAPE, "positions_count",
                      "is %" PRId64 ": must be %" PRId64 ", a position for each row%s", count, needed,
                      axes > 1 ? " on each axis" : "");
}

void rotate_tensor(const farspan_context* context, const farspan_scheme& given, const farspan_rope_options* options,
                   const int64_t* positions, const named_tensors& tensors, bool transposed) {
    const strided source =
        check_tensor(tensors.in, tensors.in_name, {any_extent, any_extent, any_extent, any_extent}, access::read);
    const strided target = check_in_place(tensors.out, tensors.out_name, source, tensors.in_name);
    if (!given.rope_at_rest.enabled) throw failure(FARSPAN_ERROR_COMBINATION, "scheme", "has no rope");
    const int32_t rotary_end = given.rope_at_rest.rotary_offset + given.rope_at_rest.rotary_dim;
    if (rotary_end > source.shape[3])
        throw failure(FARSPAN_ERROR_ROTARY_DIM, field_path("%s.shape[3]", tensors.in_name),
                      "is %" PRId64 ": must be at least rope.rotary_offset + rotary_dim, %d", source.shape[3],
                      rotary_end);

    const farspan_rope_options chosen = check_options(options);
    const bool delta = chosen.direction == FARSPAN_ROTATE_DELTA;
    const int64_t rows = source.shape[2], axes = given.rope_at_rest.axes;
    const int64_t axis_stride = chosen.axis_stride == 0 ? rows : chosen.axis_stride;
    if (axes > 1 && !positions)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, "positions",
                      "is NULL: the scheme's rope has %" PRId64 " position axes", axes);
    if (delta && chosen.branch != 0)
        throw failure(FARSPAN_ERROR_COMBINATION, "options.branch", "is %d: a delta rotation knows no branches",
                      chosen.branch);
    const int64_t largest = check_positions(positions, axes, axis_stride, rows, delta);
    const int64_t length = chosen.length > 0 ? chosen.length : largest + 1;

    const remap_part remap = lower_remap(*given.parts, length);
    check_option("branch", chosen.branch, static_cast<int32_t>(remap.branches.size()) - 1);
    const remap_branch& branch = remap.branches[static_cast<std::size_t>(chosen.branch)];
    const rope_part lowered = given.rope_fixed ? rope_part{} : lower_rope(*given.parts, length);
    const position_map map = delta                               ? position_map::identity()
                             : chosen.side == FARSPAN_SIDE_QUERY ? branch.query
                                                                 : branch.key;
    rotate_all(settings(context),
               {given.rope_fixed ? given.rope_at_rest : lowered, map, chosen, positions, axis_stride, transposed},
               source, target);
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_rope_options_init(farspan_rope_options* options, size_t size) {
    write_defaults(options, size, default_options());
}

farspan_status farspan_rope_frequencies(const farspan_scheme* scheme, int64_t length, double* inv_freq, int32_t count,
                                        double* magnitude, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        required(inv_freq, "inv_freq");
        if (length < 0 || length > max_position)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "length", "is %" PRId64 ": must be between 0 and 2^40",
                          length);
        const rope_part rope = lower_rope(*given.parts, std::max<int64_t>(length, 1));
        if (!rope.enabled) throw failure(FARSPAN_ERROR_COMBINATION, "scheme", "has no rope");
        if (count != static_cast<int32_t>(rope.inv_freq.size()))
            throw failure(FARSPAN_ERROR_SHAPE, "count", "is %d: must be rotary_dim / 2, %zu", count,
                          rope.inv_freq.size());
        std::copy(rope.inv_freq.begin(), rope.inv_freq.end(), inv_freq);
        if (magnitude) *magnitude = rope.magnitude;
    });
}

farspan_status farspan_rope_apply(const farspan_context* context, const farspan_scheme* scheme,
                                  const farspan_rope_options* options, const int64_t* positions,
                                  const farspan_tensor* in, const farspan_tensor* out, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        rotate_tensor(context, required(scheme, "scheme"), options, positions, {in, "in", out, "out"}, false);
    });
}

farspan_status farspan_rope_backward(const farspan_context* context, const farspan_scheme* scheme,
                                     const farspan_rope_options* options, const int64_t* positions,
                                     int64_t positions_count, const farspan_tensor* d_out, const farspan_tensor* d_in,
                                     farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        const named_tensors tensors{d_out, "d_out", d_in, "d_in"};
        check_tensor(d_out, "d_out", {any_extent, any_extent, any_extent, any_extent}, access::read);
        check_count(positions, positions_count, given.rope_at_rest.axes, check_options(options), d_out->shape[2]);
        rotate_tensor(context, given, options, positions, tensors, true);
    });
}

}  // extern "C"

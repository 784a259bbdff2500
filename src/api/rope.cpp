#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/rotate.hpp"
#include "base/counts.hpp"
#include "method/integer.hpp"

namespace farspan {
namespace {

constexpr int64_t max_position = int64_t{1} << 40;

farspan_rope_options default_options() {
    farspan_rope_options options{};
    options.struct_size = sizeof options;
    return options;
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

// Behind the last axis there may be as much as between the others.
void check_positions_count(const int64_t* positions, int64_t count, int64_t axes, int64_t axis_stride, int64_t rows) {
    int64_t before = 0, needed = rows;
    if (__builtin_mul_overflow(axes - 1, axis_stride, &before) || __builtin_add_overflow(before, rows, &needed))
        throw failure(FARSPAN_ERROR_STRIDE, "options.axis_stride", "is %" PRId64 ": the axes overflow", axis_stride);
    if (count > needed && count <= std::max(needed, saturating_add(before, axis_stride))) return;
    check_input(positions, count, needed, "positions",
                axes > 1 ? "a position for each axis and row" : "a position for each row");
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

void rotate_named(const farspan_context* context, const farspan_scheme& given, const farspan_rope_options* options,
                  const int64_t* positions, int64_t positions_count, const named_tensors& tensors, bool transposed) {
    const strided source = check_tensor(tensors.in, tensors.in_name, any_shape, access::read);
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
    check_positions_count(positions, positions_count, axes, axis_stride, rows);
    const int64_t largest = check_positions(positions, axes, axis_stride, rows, delta);
    const int64_t length = chosen.length > 0 ? chosen.length : largest + 1;

    const remap_part remap = lower_remap(*given.parts, length);
    check_option("branch", chosen.branch, static_cast<int32_t>(remap.branches.size()) - 1);
    const remap_branch& branch = remap.branches[static_cast<std::size_t>(chosen.branch)];
    const rope_part lowered = given.rope_fixed ? rope_part{} : lower_rope(*given.parts, length);
    const position_map map = delta                               ? position_map::identity()
                             : chosen.side == FARSPAN_SIDE_QUERY ? branch.query
                                                                 : branch.key;
    const farspan_context use = settings(context);
    rotate_tensor(*use.kernels, workers_of(context),
                  {given.rope_fixed ? given.rope_at_rest : lowered, map, chosen.side, chosen.direction,
                   chosen.xpos_centre, positions, axis_stride, transposed},
                  source, target);
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_rope_options_init(farspan_rope_options* options, size_t size) {
    write_defaults(options, size, default_options());
}

farspan_status farspan_rope_frequencies(const farspan_scheme* scheme, int64_t length, double* inv_freq,
                                        int64_t inv_freq_count, double* magnitude, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        required(inv_freq, "inv_freq");
        if (length < 0 || length > max_position)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "length", "is %" PRId64 ": must be between 0 and 2^40",
                          length);
        const rope_part rope = lower_rope(*given.parts, std::max<int64_t>(length, 1));
        if (!rope.enabled) throw failure(FARSPAN_ERROR_COMBINATION, "scheme", "has no rope");
        check_input(inv_freq, inv_freq_count, static_cast<int64_t>(rope.inv_freq.size()), "inv_freq", "rotary_dim / 2");
        std::copy(rope.inv_freq.begin(), rope.inv_freq.end(), inv_freq);
        if (magnitude) *magnitude = rope.magnitude;
    });
}

farspan_status farspan_rope_apply(const farspan_context* context, const farspan_scheme* scheme,
                                  const farspan_rope_options* options, const int64_t* positions,
                                  int64_t positions_count, const farspan_tensor* in, const farspan_tensor* out,
                                  farspan_error* error) {
    return guard(error, {__func__}, [&] {
        rotate_named(context, required(scheme, "scheme"), options, positions, positions_count, {in, "in", out, "out"},
                     false);
    });
}

farspan_status farspan_rope_backward(const farspan_context* context, const farspan_scheme* scheme,
                                     const farspan_rope_options* options, const int64_t* positions,
                                     int64_t positions_count, const farspan_tensor* d_out, const farspan_tensor* d_in,
                                     farspan_error* error) {
    return guard(error, {__func__}, [&] {
        rotate_named(context, required(scheme, "scheme"), options, positions, positions_count,
                     {d_out, "d_out", d_in, "d_in"}, true);
    });
}

}  // extern "C"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdlib>

#include "api/checks.hpp"

namespace farspan {
namespace {

constexpr const char* axis_names[4] = {"batch", "head", "sequence", "feature"};
constexpr int64_t max_bytes = int64_t{1} << 62;

// Bytes from the lowest to one past the highest address, relative to data; throws on overflow.
struct byte_range {
    int64_t lowest = 0, end = 0;
};

byte_range addressed(const strided& view, const char* name) {
    byte_range range{0, view.element_bytes};
    for (int axis = 0; axis < 4; ++axis) {
        int64_t reach = 0;
        if (__builtin_mul_overflow(view.shape[axis] - 1, view.stride[axis], &reach) ||
            __builtin_mul_overflow(reach, view.element_bytes, &reach) ||
            __builtin_add_overflow(reach > 0 ? range.end : range.lowest, reach,
                                   reach > 0 ? &range.end : &range.lowest) ||
            range.end > max_bytes || range.lowest < -max_bytes)
            throw failure(FARSPAN_ERROR_STRIDE, field_path("%s.stride[%d]", name, axis),
                          "is %" PRId64 " over %" PRId64 " elements (%s): the addresses overflow", view.stride[axis],
                          view.shape[axis], axis_names[axis]);
    }
    return range;
}

// Every axis must step over all that the shorter-stepping axes cover.
void check_no_self_overlap(const strided& view, const char* name) {
    std::array<int, 4> order{0, 1, 2, 3};
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return std::llabs(view.stride[a]) < std::llabs(view.stride[b]); });
    int64_t covered = 0;
    for (const int axis : order) {
        if (view.shape[axis] == 1) continue;
        const int64_t step = std::llabs(view.stride[axis]);
        if (step <= covered)
            throw failure(FARSPAN_ERROR_STRIDE, field_path("%s.stride[%d]", name, axis),
                          "is %" PRId64 " (%s): an output must not overlap itself", view.stride[axis],
                          axis_names[axis]);
        covered += step * (view.shape[axis] - 1);
    }
}

void check_extent(const farspan_tensor& tensor, int axis, const char* name) {
    if (tensor.shape[axis] < 1 || tensor.shape[axis] >= int64_t{1} << 40)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s.shape[%d]", name, axis),
                      "(%s) is %" PRId64 ": must be between 1 and 2^40 - 1", axis_names[axis], tensor.shape[axis]);
}

void check_within(const farspan_tensor& tensor, std::size_t bytes, int64_t offset) {
    if (dtype_bytes(tensor.dtype) == 0)
        throw failure(FARSPAN_ERROR_DTYPE, "tensor.dtype", "is %d: must be f32 (1), f64 (2), f16 (3) or bf16 (4)",
                      tensor.dtype);
    for (int axis = 0; axis < 4; ++axis) check_extent(tensor, axis, "tensor");
    const strided view(tensor);
    const byte_range range = addressed(view, "tensor");
    const int64_t elements = static_cast<int64_t>(std::min<std::size_t>(bytes, max_bytes)) / view.element_bytes;
    const int64_t lowest = range.lowest / view.element_bytes, end = range.end / view.element_bytes;
    if (offset < -lowest || offset > elements - end)
        throw failure(FARSPAN_ERROR_SHAPE, "tensor",
                      "addresses the elements %" PRId64 " to %" PRId64 " from its first, element %" PRId64
                      " of the memory: there are %" PRId64 " of type %s",
                      lowest, end - 1, offset, elements, dtype_name(tensor.dtype));
}

}  // namespace

strided check_tensor(const farspan_tensor* tensor, const char* name, const int64_t (&shape)[4], access mode) {
    const farspan_tensor& given = required(tensor, name);
    if (!given.data) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, field_path("%s.data", name), "is NULL");
    if (given.dtype != FARSPAN_F32 && given.dtype != FARSPAN_F16 && given.dtype != FARSPAN_BF16)
        throw failure(FARSPAN_ERROR_DTYPE, field_path("%s.dtype", name),
                      "is %d (%s): must be f32 (1), f16 (3) or bf16 (4)", given.dtype, dtype_name(given.dtype));
    for (int axis = 0; axis < 4; ++axis) {
        check_extent(given, axis, name);
        if (shape[axis] != any_extent && given.shape[axis] != shape[axis])
            throw failure(FARSPAN_ERROR_SHAPE, field_path("%s.shape[%d]", name, axis),
                          "(%s) is %" PRId64 ": must be %" PRId64, axis_names[axis], given.shape[axis], shape[axis]);
    }
    const strided view(given);
    addressed(view, name);
    if (mode == access::write) check_no_self_overlap(view, name);
    return view;
}

int64_t row_count(const strided& tensor, const char* name) {
    int64_t rows = tensor.shape[0];
    for (const int axis : {1, 2})
        if (__builtin_mul_overflow(rows, tensor.shape[axis], &rows))
            throw failure(FARSPAN_ERROR_SHAPE, name, "has more rows than int64 counts");
    return rows;
}

void check_disjoint(const strided& out, const char* out_name, const strided& in, const char* in_name) {
    const byte_range a = addressed(out, out_name), b = addressed(in, in_name);
    const auto out_at = reinterpret_cast<std::uintptr_t>(out.data), in_at = reinterpret_cast<std::uintptr_t>(in.data);
    if (out_at + a.end <= in_at + b.lowest || in_at + b.end <= out_at + a.lowest) return;
    throw failure(FARSPAN_ERROR_STRIDE, out_name, "overlaps %s in memory", in_name);
}

}  // namespace farspan

extern "C" farspan_status farspan_tensor_check(const farspan_tensor* tensor, size_t bytes, int64_t offset,
                                               farspan_error* error) {
    return farspan::guard(error, {__func__},
                          [&] { farspan::check_within(farspan::required(tensor, "tensor"), bytes, offset); });
}

extern "C" void farspan_tensor_contiguous(farspan_tensor* tensor, void* data, int32_t dtype, int64_t batch,
                                          int64_t heads, int64_t sequence, int64_t features) {
    if (!tensor) return;
    const auto product = [](int64_t a, int64_t b) {
        int64_t result = 0;
        return __builtin_mul_overflow(a, b, &result) ? INT64_MAX : result;  // refused where the tensor is used
    };
    *tensor = farspan_tensor{data, dtype, 0, {batch, heads, sequence, features}, {0, 0, 0, 1}};
    tensor->stride[2] = features;
    tensor->stride[1] = product(sequence, features);
    tensor->stride[0] = product(heads, tensor->stride[1]);
}

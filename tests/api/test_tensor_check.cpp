// farspan_tensor_check against a walk over all addresses, and at the ends of what integers hold.
#include <criterion/criterion.h>

#include <algorithm>
#include <cstring>

#include "expect_failure.hpp"
#include "generator.hpp"
#include "number_types.hpp"

using namespace farspan_test;

namespace {

farspan_tensor make(int32_t dtype, const int64_t (&shape)[4], const int64_t (&stride)[4]) {
    farspan_tensor tensor{nullptr, dtype, 0, {}, {}};  // data is not looked at
    std::copy(shape, shape + 4, tensor.shape);
    std::copy(stride, stride + 4, tensor.stride);
    return tensor;
}

// Every element at its place, one by one.
bool all_within(const farspan_tensor& t, size_t bytes, int64_t offset) {
    const int64_t size = number_bytes(t.dtype);
    for (int64_t b = 0; b < t.shape[0]; ++b)
        for (int64_t h = 0; h < t.shape[1]; ++h)
            for (int64_t s = 0; s < t.shape[2]; ++s)
                for (int64_t f = 0; f < t.shape[3]; ++f) {
                    const int64_t at = offset + b * t.stride[0] + h * t.stride[1] + s * t.stride[2] + f * t.stride[3];
                    if (at < 0 || (at + 1) * size > static_cast<int64_t>(bytes)) return false;
                }
    return true;
}

void expect_refused(const char* what, farspan_status status, const farspan_tensor& tensor, size_t bytes, int64_t offset,
                    std::initializer_list<const char*> words) {
    expect_failure(what, status, 1, words,
                   [&](farspan_error* error) { return farspan_tensor_check(&tensor, bytes, offset, error); });
}

}  // namespace

Test(api_tensor_check, equals_a_walk_over_all_addresses) {
    generator random(1);
    int accepted = 0, refused = 0;
    for (int n = 0; n < 20000; ++n) {
        int64_t shape[4], stride[4];
        for (int axis = 0; axis < 4; ++axis) {
            shape[axis] = random.whole(1, 4);
            stride[axis] = random.whole(-12, 12);
        }
        const int32_t dtype = random.pick<int32_t>({FARSPAN_F32, FARSPAN_F64, FARSPAN_F16, FARSPAN_BF16});
        const farspan_tensor tensor = make(dtype, shape, stride);
        const auto bytes = static_cast<size_t>(random.whole(0, 600));
        const int64_t offset = random.whole(-5, 80);
        const bool within = all_within(tensor, bytes, offset);
        const farspan_status status = farspan_tensor_check(&tensor, bytes, offset, nullptr);
        cr_assert(status == (within ? FARSPAN_OK : FARSPAN_ERROR_SHAPE),
                  "case %d: status %d, within %d: type %d, %zu bytes, offset %lld, stride %lld %lld %lld %lld", n,
                  status, within, dtype, bytes, static_cast<long long>(offset), static_cast<long long>(stride[0]),
                  static_cast<long long>(stride[1]), static_cast<long long>(stride[2]),
                  static_cast<long long>(stride[3]));
        ++(within ? accepted : refused);
    }
    cr_expect(accepted > 2000 && refused > 2000, "%d accepted, %d refused", accepted, refused);
}

Test(api_tensor_check, exact_fits_of_every_type) {
    for (const int32_t dtype : {FARSPAN_F32, FARSPAN_F64, FARSPAN_F16, FARSPAN_BF16}) {
        const auto size = static_cast<size_t>(number_bytes(dtype));
        const farspan_tensor forward = make(dtype, {2, 3, 4, 5}, {60, 20, 5, 1});
        cr_expect(farspan_tensor_check(&forward, 120 * size, 0, nullptr) == FARSPAN_OK);
        cr_expect(farspan_tensor_check(&forward, 127 * size, 7, nullptr) == FARSPAN_OK);
        expect_refused("one byte short", FARSPAN_ERROR_SHAPE, forward, 120 * size - 1, 0, {"119"});
        expect_refused("shifted by one", FARSPAN_ERROR_SHAPE, forward, 120 * size, 1, {"element 1"});
        expect_refused("before the memory", FARSPAN_ERROR_SHAPE, forward, 200 * size, -1, {"-1"});
        const farspan_tensor backward = make(dtype, {2, 3, 4, 5}, {-60, -20, -5, -1});
        cr_expect(farspan_tensor_check(&backward, 120 * size, 119, nullptr) == FARSPAN_OK);
        expect_refused("backwards over the start", FARSPAN_ERROR_SHAPE, backward, 120 * size, 118, {"-119"});
        expect_refused("backwards from beyond the end", FARSPAN_ERROR_SHAPE, backward, 120 * size, 120, {"120"});
        const farspan_tensor repeated = make(dtype, {1000, 1000, 1000, 1}, {0, 0, 0, 0});
        cr_expect(farspan_tensor_check(&repeated, size, 0, nullptr) == FARSPAN_OK);
        expect_refused("no memory", FARSPAN_ERROR_SHAPE, repeated, 0, 0, {"there are 0"});
    }
}

// Strides of an axis of one element are never followed.
Test(api_tensor_check, strides_of_single_elements_do_not_count) {
    const farspan_tensor tensor = make(FARSPAN_F32, {1, 1, 1, 4}, {INT64_MAX, INT64_MIN, INT64_MAX, 1});
    cr_expect(farspan_tensor_check(&tensor, 16, 0, nullptr) == FARSPAN_OK);
}

Test(api_tensor_check, overflow) {
    for (int axis = 0; axis < 4; ++axis)
        for (const int64_t stride : {INT64_MAX, INT64_MIN, INT64_MAX / 2, INT64_MIN / 2, int64_t{1} << 62}) {
            farspan_tensor tensor = make(FARSPAN_F64, {3, 3, 3, 3}, {27, 9, 3, 1});
            tensor.stride[axis] = stride;
            expect_refused("stride", FARSPAN_ERROR_STRIDE, tensor, SIZE_MAX, 0, {"tensor.stride[", "overflow"});
        }
    // Each axis within bounds, their sum not.
    constexpr int64_t large = int64_t{1} << 59;
    const farspan_tensor sum = make(FARSPAN_F16, {3, 3, 3, 3}, {large, large, large, large});
    expect_refused("sum", FARSPAN_ERROR_STRIDE, sum, SIZE_MAX, 0, {"overflow"});
    const farspan_tensor small = make(FARSPAN_F32, {1, 1, 1, 4}, {4, 4, 4, 1});
    for (const int64_t offset : {INT64_MAX, INT64_MIN, INT64_MAX - 1})
        expect_refused("offset", FARSPAN_ERROR_SHAPE, small, SIZE_MAX, offset, {"tensor addresses"});
    cr_expect(farspan_tensor_check(&small, SIZE_MAX, 0, nullptr) == FARSPAN_OK);
}

Test(api_tensor_check, what_is_no_tensor) {
    expect_failure("NULL", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"tensor"},
                   [](farspan_error* error) { return farspan_tensor_check(nullptr, 100, 0, error); });
    for (const int32_t dtype : {0, -1, 5, INT32_MAX})
        expect_refused("dtype", FARSPAN_ERROR_DTYPE, make(dtype, {1, 1, 1, 1}, {1, 1, 1, 1}), 100, 0, {"tensor.dtype"});
    for (int axis = 0; axis < 4; ++axis)
        for (const int64_t extent : {int64_t{0}, int64_t{-1}, INT64_MIN, INT64_MAX, int64_t{1} << 40}) {
            farspan_tensor tensor = make(FARSPAN_F32, {1, 1, 1, 1}, {0, 0, 0, 0});
            tensor.shape[axis] = extent;
            expect_refused("extent", FARSPAN_ERROR_SHAPE, tensor, SIZE_MAX, 0, {"tensor.shape[", "2^40"});
        }
}

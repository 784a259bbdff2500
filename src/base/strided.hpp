// A checked public tensor, ready for address arithmetic.
#pragma once

#include <cstdint>

#include "base/dtype.hpp"

namespace farspan {

struct strided {
    char* data = nullptr;
    int32_t dtype = 0;
    int64_t element_bytes = 0;
    int64_t shape[4] = {};
    int64_t stride[4] = {};  // in elements

    strided() = default;
    explicit strided(const farspan_tensor& tensor)
        : data(static_cast<char*>(tensor.data)), dtype(tensor.dtype), element_bytes(dtype_bytes(tensor.dtype)) {
        for (int axis = 0; axis < 4; ++axis) {
            shape[axis] = tensor.shape[axis];
            stride[axis] = tensor.stride[axis];
        }
    }

    void* at(int64_t b, int64_t h, int64_t row, int64_t feature) const {
        return data + (b * stride[0] + h * stride[1] + row * stride[2] + feature * stride[3]) * element_bytes;
    }
};

}  // namespace farspan

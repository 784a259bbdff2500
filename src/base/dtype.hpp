// Element types of tensors.
#pragma once

#include <cstdint>

#include "farspan/farspan.h"

namespace farspan {

inline int64_t dtype_bytes(int32_t dtype) {
    switch (dtype) {
        case FARSPAN_F64:
            return 8;
        case FARSPAN_F32:
            return 4;
        case FARSPAN_F16:
        case FARSPAN_BF16:
            return 2;
        default:
            return 0;
    }
}

inline const char* dtype_name(int32_t dtype) {
    switch (dtype) {
        case FARSPAN_F64:
            return "f64";
        case FARSPAN_F32:
            return "f32";
        case FARSPAN_F16:
            return "f16";
        case FARSPAN_BF16:
            return "bf16";
        default:
            return "unknown";
    }
}

}  // namespace farspan

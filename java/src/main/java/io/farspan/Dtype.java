package io.farspan;

import io.farspan.internal.NativeConstants;

/** The type of a tensor's elements. Attention and rope take {@link #F32}, {@link #F16} and {@link #BF16}. */
public enum Dtype {
    /** IEEE float, 4 bytes. */
    F32(NativeConstants.F32, 4),
    /** IEEE double, 8 bytes. */
    F64(NativeConstants.F64, 8),
    /** IEEE half, 2 bytes. */
    F16(NativeConstants.F16, 2),
    /** bfloat16: the upper half of a float, 2 bytes. */
    BF16(NativeConstants.BF16, 2),
    /** Whole numbers of 1 byte with scales, for the storage of a {@link Cache} only; never of a tensor. */
    I8(NativeConstants.I8, 1);

    final int code;
    private final int bytes;

    Dtype(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * The size of an element.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }
}

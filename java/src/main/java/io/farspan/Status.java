package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** What a call of the library answers; every one but {@link #OK} arrives as a {@link FarspanException}. */
public enum Status {
    /** Success. */
    OK(NativeConstants.OK),
    /** A required argument is missing. */
    NULL_ARGUMENT(NativeConstants.ERROR_NULL_ARGUMENT),
    /** The library is older than these classes, and a field that it does not know was set. */
    STRUCT_SIZE(NativeConstants.ERROR_STRUCT_SIZE),
    /** Unknown or unsuitable element type. */
    DTYPE(NativeConstants.ERROR_DTYPE),
    /** A size is zero, negative, too large, or does not match its partner. */
    SHAPE(NativeConstants.ERROR_SHAPE),
    /** Strides overflow, or an output overlaps itself or an input. */
    STRIDE(NativeConstants.ERROR_STRIDE),
    /** The query heads are not a multiple of the key heads, or a bias has other heads. */
    HEAD_GROUPS(NativeConstants.ERROR_HEAD_GROUPS),
    /** The rotary width is odd, not positive, or outside the head. */
    ROTARY_DIM(NativeConstants.ERROR_ROTARY_DIM),
    /** A number is outside its range, or NaN. */
    PARAMETER_RANGE(NativeConstants.ERROR_PARAMETER_RANGE),
    /** Unknown method or option. */
    METHOD(NativeConstants.ERROR_METHOD),
    /** Parts that cannot be used together, or a parameter that would be ignored. */
    COMBINATION(NativeConstants.ERROR_COMBINATION),
    /** Positions that are negative, too large, or key positions that decrease. */
    POSITIONS(NativeConstants.ERROR_POSITIONS),
    /** The workspace is smaller than the plan needs. */
    WORKSPACE_SIZE(NativeConstants.ERROR_WORKSPACE_SIZE),
    /** The instruction set is not on this machine or not built in. */
    ISA_UNSUPPORTED(NativeConstants.ERROR_ISA_UNSUPPORTED),
    /** No native memory. */
    OUT_OF_MEMORY(NativeConstants.ERROR_OUT_OF_MEMORY),
    /** The context was cancelled; outputs are then unspecified. */
    CANCELLED(NativeConstants.ERROR_CANCELLED),
    /** A defect of the library. */
    INTERNAL(NativeConstants.ERROR_INTERNAL),
    /** A model's configuration or GGUF metadata is malformed; the message has the JSON path or the key. */
    FORMAT(NativeConstants.ERROR_FORMAT),
    /** A status of a newer library, which these classes do not know. */
    UNKNOWN(-1);

    private final int code;

    Status(int code) {
        this.code = code;
    }

    static Status of(int code) {
        for (Status status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        return UNKNOWN;
    }

    /**
     * A short text, such as "shape mismatch".
     *
     * @return the library's text
     */
    public String text() {
        return Native.status_text(code);
    }
}

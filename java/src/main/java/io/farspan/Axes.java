package io.farspan;

import io.farspan.internal.NativeConstants;

/** How several positions per token share the pairs (M-RoPE). */
public enum Axes {
    /** One position per token. */
    NONE(NativeConstants.AXES_NONE),
    /** Consecutive sections (Qwen2-VL). */
    SECTIONS(NativeConstants.AXES_SECTIONS),
    /** t h w t h w ..., leftover pairs on axis 0 (Qwen3-VL). */
    INTERLEAVED(NativeConstants.AXES_INTERLEAVED),
    /** The same, leftover pairs on axis 3. */
    INTERLEAVED_GGML(NativeConstants.AXES_INTERLEAVED_GGML);

    final int code;

    Axes(int code) {
        this.code = code;
    }
}

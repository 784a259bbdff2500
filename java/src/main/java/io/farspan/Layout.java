package io.farspan;

import io.farspan.internal.NativeConstants;

/** The pairing of the rotary features. There is no default, because a wrong guess gives fluent nonsense. */
public enum Layout {
    /** Feature p with p + R/2 (NeoX, rotate_half; Llama and Qwen as Hugging Face stores them). */
    HALF(NativeConstants.LAYOUT_HALF),
    /** Feature 2p with 2p + 1 (GPT-J; Llama as Meta stores it, GLM). */
    INTERLEAVED(NativeConstants.LAYOUT_INTERLEAVED);

    final int code;

    Layout(int code) {
        this.code = code;
    }
}

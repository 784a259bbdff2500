package io.farspan;

import io.farspan.internal.NativeConstants;

/** The order of sines and cosines. */
public enum SinusoidalLayout {
    /** sin, cos, sin, cos ... (Vaswani et al. 2017). */
    INTERLEAVED(NativeConstants.SINUSOIDAL_INTERLEAVED),
    /** All sines, then all cosines; the same frequencies (RoFormer, Marian). */
    BLOCKS(NativeConstants.SINUSOIDAL_BLOCKS),
    /** Blocks with the exponent over dim/2 - 1 (tensor2tensor, fairseq); odd dim: the last is 0. */
    TENSOR2TENSOR(NativeConstants.SINUSOIDAL_TENSOR2TENSOR);

    final int code;

    SinusoidalLayout(int code) {
        this.code = code;
    }
}

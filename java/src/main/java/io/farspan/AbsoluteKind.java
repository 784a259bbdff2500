package io.farspan;

import io.farspan.internal.NativeConstants;

/** Positions that are added to the embeddings. */
public enum AbsoluteKind {
    /** None. */
    NONE(NativeConstants.ABSOLUTE_NONE),
    /** A table of weights, see {@link AbsolutePositions#lookup}. */
    LEARNED(NativeConstants.ABSOLUTE_LEARNED),
    /** See {@link AbsolutePositions#sinusoidal}. */
    SINUSOIDAL(NativeConstants.ABSOLUTE_SINUSOIDAL),
    /** A kind of a newer library. */
    UNKNOWN(-1);

    final int code;

    AbsoluteKind(int code) {
        this.code = code;
    }
}

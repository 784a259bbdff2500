package io.farspan.eval;

import io.farspan.internal.NativeConstants;

/** What an order of n-grams without a match counts (Chen and Cherry 2014). */
public enum Smoothing {
    /** 0, and so does the score. */
    NONE(NativeConstants.SMOOTHING_NONE),
    /** As many matches as the smoothing value says. */
    FLOOR(NativeConstants.SMOOTHING_FLOOR),
    /** As many more matches and n-grams in every order above 1. */
    ADD_K(NativeConstants.SMOOTHING_ADD_K),
    /** 1/2 match in the first such order, 1/4 in the next ... (NIST). */
    EXP(NativeConstants.SMOOTHING_EXP);

    final int code;

    Smoothing(int code) {
        this.code = code;
    }
}

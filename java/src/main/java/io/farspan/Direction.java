package io.farspan;

import io.farspan.internal.NativeConstants;

/** What a rotation does. */
public enum Direction {
    /** Rotates by the position, times the magnitude. */
    FORWARD(NativeConstants.ROTATE_FORWARD),
    /** Undoes FORWARD (also the gradient, up to the magnitude squared). */
    INVERSE(NativeConstants.ROTATE_INVERSE),
    /** Rotates by a difference of positions, without magnitude: moves cached keys. */
    DELTA(NativeConstants.ROTATE_DELTA);

    final int code;

    Direction(int code) {
        this.code = code;
    }
}

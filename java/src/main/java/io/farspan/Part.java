package io.farspan;

import io.farspan.internal.NativeConstants;

/** The parts of a scheme that have methods. */
public enum Part {
    /** {@link RopeMethod}. */
    ROPE(NativeConstants.PART_ROPE),
    /** {@link RemapMethod}. */
    REMAP(NativeConstants.PART_REMAP),
    /** {@link BiasMethod}. */
    BIAS(NativeConstants.PART_BIAS),
    /** {@link Temperature}. */
    TEMPERATURE(NativeConstants.PART_TEMPERATURE);

    final int code;

    Part(int code) {
        this.code = code;
    }
}

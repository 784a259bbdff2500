package io.farspan;

import io.farspan.internal.NativeConstants;

/** The side of the attention that a tensor stands on. */
public enum Side {
    /** Queries. */
    QUERY(NativeConstants.SIDE_QUERY),
    /** Keys. */
    KEY(NativeConstants.SIDE_KEY);

    final int code;

    Side(int code) {
        this.code = code;
    }
}

package io.farspan;

import io.farspan.internal.NativeConstants;

/** What the queries of a layer see. */
public enum LayerKind {
    /** All keys before them. */
    FULL(NativeConstants.LAYER_FULL),
    /** A window. */
    SLIDING(NativeConstants.LAYER_SLIDING),
    /** Their own chunk. */
    CHUNKED(NativeConstants.LAYER_CHUNKED),
    /** No softmax attention (linear attention, convolution, state space): there is no scheme. */
    OTHER(NativeConstants.LAYER_OTHER),
    /** A kind of a newer library. */
    UNKNOWN(-1);

    final int code;

    LayerKind(int code) {
        this.code = code;
    }
}

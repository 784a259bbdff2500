package io.farspan.eval;

import io.farspan.internal.NativeConstants;

/** What stands before the first token that is scored. There is no default, because it moves perplexity. */
public enum Bos {
    /** The token before is read as context; the text's first token is not scored. */
    NONE(NativeConstants.BOS_NONE),
    /** A BOS stands before the text: only windows that begin with the text read it. */
    FIRST(NativeConstants.BOS_FIRST),
    /** Every window reads a BOS in place of the token before it, as models do that are trained so. */
    EVERY(NativeConstants.BOS_EVERY);

    final int code;

    Bos(int code) {
        this.code = code;
    }
}

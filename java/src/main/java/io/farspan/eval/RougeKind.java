package io.farspan.eval;

import io.farspan.internal.NativeConstants;

/** What ROUGE compares. */
public enum RougeKind {
    /** N-grams in common. */
    N(NativeConstants.ROUGE_N),
    /** The longest common subsequence of the whole texts. */
    L(NativeConstants.ROUGE_L),
    /** That of every reference sentence with all sentences of the hypothesis; a line is a sentence. */
    LSUM(NativeConstants.ROUGE_LSUM);

    final int code;

    RougeKind(int code) {
        this.code = code;
    }
}

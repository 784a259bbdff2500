package io.farspan.eval;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** Does a model extrapolate: {@link #rule} has the numbers. */
public enum Verdict {
    /** No length up to the trained one, or none beyond it. */
    UNTESTED(NativeConstants.VERDICT_UNTESTED),
    /** Less perplexity beyond the trained length. */
    IMPROVES(NativeConstants.VERDICT_IMPROVES),
    /** Nearly the same. */
    HOLDS(NativeConstants.VERDICT_HOLDS),
    /** More. */
    DEGRADES(NativeConstants.VERDICT_DEGRADES),
    /** Much more, or not a finite number. */
    EXPLODES(NativeConstants.VERDICT_EXPLODES);

    final int code;

    Verdict(int code) {
        this.code = code;
    }

    static Verdict of(long code) {
        for (Verdict verdict : values()) {
            if (verdict.code == code) {
                return verdict;
            }
        }
        throw new IllegalStateException("the library answers with verdict " + code + ", which these classes do not know");
    }

    /**
     * The library's word for it.
     *
     * @return such as "holds"
     */
    public String spelling() {
        return Native.verdict_name(code);
    }

    /**
     * The rule of {@link Judgement#judge} in words, for reports.
     *
     * @return the library's text
     */
    public static String rule() {
        return Native.verdict_rule();
    }
}

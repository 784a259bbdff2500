package io.farspan.eval;

import io.farspan.internal.NativeConstants;

/**
 * How chrF is computed. Scores equal those of sacrebleu with the same options. Not to be changed while a call reads it.
 */
public final class ChrfConfig {
    /** The most that both orders can be together. */
    public static final int MAX_ORDERS = NativeConstants.CHRF_MAX_ORDERS;

    final io.farspan.internal.ChrfConfig fields;

    /** The defaults. */
    public ChrfConfig() {
        fields = new io.farspan.internal.ChrfConfig();
    }

    /**
     * The longest n-grams of characters.
     *
     * @param charOrder with the other order at most {@link #MAX_ORDERS}
     * @return this
     */
    public ChrfConfig charOrder(int charOrder) {
        fields.setCharOrder(charOrder);
        return this;
    }

    /**
     * The longest n-grams of words.
     *
     * @param wordOrder 0 for none, 2 for chrF++
     * @return this
     */
    public ChrfConfig wordOrder(int wordOrder) {
        fields.setWordOrder(wordOrder);
        return this;
    }

    /**
     * Compares lower case.
     *
     * @param lowercase whether to
     * @return this
     */
    public ChrfConfig lowercase(boolean lowercase) {
        fields.setLowercase(lowercase ? 1 : 0);
        return this;
    }

    /**
     * Counts white space as characters.
     *
     * @param whitespace whether to
     * @return this
     */
    public ChrfConfig whitespace(boolean whitespace) {
        fields.setWhitespace(whitespace ? 1 : 0);
        return this;
    }

    /**
     * Counts orders that either text is too short for as 0, instead of leaving them out.
     *
     * @param everyOrder whether to
     * @return this
     */
    public ChrfConfig everyOrder(boolean everyOrder) {
        fields.setEveryOrder(everyOrder ? 1 : 0);
        return this;
    }

    /**
     * How much more recall weighs than precision.
     *
     * @param beta above 0
     * @return this
     */
    public ChrfConfig beta(double beta) {
        fields.setBeta(beta);
        return this;
    }
}

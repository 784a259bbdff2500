package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/**
 * How BLEU is computed. Scores equal those of sacrebleu with the same options. Not to be changed while a call reads it.
 */
public final class BleuConfig {
    /** The largest order. */
    public static final int MAX_ORDER = NativeConstants.BLEU_MAX_ORDER;

    final io.farspan.internal.BleuConfig fields;

    /** The defaults. */
    public BleuConfig() {
        fields = new io.farspan.internal.BleuConfig();
    }

    /**
     * How texts become tokens; not read for token ids.
     *
     * @param tokenizer the tokenizer
     * @return this
     */
    public BleuConfig tokenizer(Tokenizer tokenizer) {
        fields.setTokenizer(tokenizer.code);
        return this;
    }

    /**
     * What an order without a match counts.
     *
     * @param smoothing the smoothing
     * @return this
     */
    public BleuConfig smoothing(Smoothing smoothing) {
        fields.setSmoothing(smoothing.code);
        return this;
    }

    /**
     * The longest n-grams that count.
     *
     * @param maxOrder 1 to {@link #MAX_ORDER}
     * @return this
     */
    public BleuConfig maxOrder(int maxOrder) {
        fields.setMaxOrder(maxOrder);
        return this;
    }

    /**
     * Compares lower case; not read for token ids.
     *
     * @param lowercase whether to
     * @return this
     */
    public BleuConfig lowercase(boolean lowercase) {
        fields.setLowercase(lowercase ? 1 : 0);
        return this;
    }

    /**
     * Leaves out orders for which the hypothesis is too short: for single sentences.
     *
     * @param effectiveOrder whether to
     * @return this
     */
    public BleuConfig effectiveOrder(boolean effectiveOrder) {
        fields.setEffectiveOrder(effectiveOrder ? 1 : 0);
        return this;
    }

    /**
     * The number of {@link Smoothing#FLOOR} and {@link Smoothing#ADD_K}.
     *
     * @param smoothingValue NaN for that of the smoothing
     * @return this
     */
    public BleuConfig smoothingValue(double smoothingValue) {
        fields.setSmoothingValue(smoothingValue);
        return this;
    }

    /**
     * What must be stated with a score so that others can repeat it.
     *
     * @param references how many a segment has, or 0 if that varies
     * @return the text in sacrebleu's form
     * @throws FarspanException if the configuration is wrong or the number negative
     */
    public String signature(int references) {
        return Texts.written(128, (buffer, needed) -> Native.bleu_signature(fields, references, buffer, needed));
    }
}

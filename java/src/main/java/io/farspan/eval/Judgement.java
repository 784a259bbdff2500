package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.util.Objects;

/**
 * A verdict with its reasons.
 *
 * @param verdict does the model extrapolate
 * @param referenceLength the longest length up to the trained one; 0 if untested, as the following
 * @param worstLength the length beyond it with the highest perplexity
 * @param worstRatio perplexity there over perplexity at the reference length
 */
public record Judgement(Verdict verdict, long referenceLength, long worstLength, double worstRatio) {
    /**
     * Judges mean losses by {@link Verdict#rule}. A ratio that is not a number is worse than any number.
     *
     * @param lengths ascending
     * @param nll nats per token, of the same tokens at every length
     * @param trainedLength what the model was trained with
     * @return the verdict
     * @throws FarspanException if there are not as many losses as lengths, the lengths do not ascend, or the trained
     * one is below 1
     */
    public static Judgement judge(long[] lengths, double[] nll, long trainedLength) {
        Objects.requireNonNull(lengths, "lengths");
        Objects.requireNonNull(nll, "nll");
        long[] whole = new long[NativeConstants.FLAT_VERDICT_WHOLE];
        double[] ratio = new double[1];
        Native.judge(lengths, nll, trainedLength, whole, ratio);
        return new Judgement(Verdict.of(whole[0]), whole[1], whole[2], ratio[0]);
    }
}

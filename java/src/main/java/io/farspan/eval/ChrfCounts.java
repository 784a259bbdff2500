package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.util.List;

/**
 * What chrF knows of a corpus: numbers of fixed size, to be kept, sent, added up. Of several references the one that
 * gives a segment the best score is counted. One thread at a time.
 */
public final class ChrfCounts {
    final long[] numbers;

    /** Nothing counted yet. */
    public ChrfCounts() {
        numbers = new long[NativeConstants.FLAT_CHRF_COUNTS];
    }

    private ChrfCounts(long[] numbers) {
        this.numbers = numbers;
    }

    /**
     * What {@link #toArray} answered elsewhere.
     *
     * @param numbers copied
     * @return counts
     * @throws IllegalArgumentException if that is another number of numbers
     */
    public static ChrfCounts of(long[] numbers) {
        if (numbers.length != NativeConstants.FLAT_CHRF_COUNTS) {
            throw new IllegalArgumentException(
                    "counts have " + NativeConstants.FLAT_CHRF_COUNTS + " numbers, not " + numbers.length);
        }
        return new ChrfCounts(numbers.clone());
    }

    /**
     * All numbers, to be kept or sent.
     *
     * @return a copy
     */
    public long[] toArray() {
        return numbers.clone();
    }

    /**
     * Counts one segment, usually a sentence or a line, against its references.
     *
     * @param config how
     * @param hypothesis any text; an unpaired surrogate counts as U+FFFD
     * @param references at least one; an element that is null is a reference that this segment does not have
     * @throws FarspanException if the configuration is wrong, there is no reference, or the counts are of another
     * configuration;
     *     nothing is changed then
     */
    public void add(ChrfConfig config, String hypothesis, List<String> references) {
        Texts.Segment segment = Texts.segment(hypothesis, references);
        Native.chrf_add(config.fields, segment.texts, segment.lengths, numbers);
    }

    /**
     * Adds what was counted elsewhere in the same way.
     *
     * @param from not changed
     * @throws FarspanException if it was counted with other orders
     */
    public void merge(ChrfCounts from) {
        Native.chrf_merge(numbers, from.numbers);
    }

    /**
     * The score of the corpus, or of one sentence if only that was counted.
     *
     * @param config as for counting
     * @return 0 to 100
     * @throws FarspanException if the configuration is wrong or another one
     */
    public double score(ChrfConfig config) {
        double[] score = new double[1];
        Native.chrf_score(config.fields, numbers, score);
        return score[0];
    }

    /**
     * The segments counted so far.
     *
     * @return a number
     */
    public long segments() {
        return numbers[1];
    }
}

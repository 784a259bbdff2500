package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.util.ArrayList;
import java.util.List;

/**
 * What BLEU knows of a corpus: numbers of fixed size, to be kept, sent, added up. Segments are independent: count them
 * in any order, in any thread, into any counts; one thread at a time.
 */
public final class BleuCounts {
    final long[] numbers;

    /** Nothing counted yet. */
    public BleuCounts() {
        numbers = new long[NativeConstants.FLAT_BLEU_COUNTS];
    }

    private BleuCounts(long[] numbers) {
        this.numbers = numbers;
    }

    /**
     * What {@link #toArray} answered elsewhere.
     *
     * @param numbers copied
     * @return counts
     * @throws IllegalArgumentException if that is another number of numbers
     */
    public static BleuCounts of(long[] numbers) {
        if (numbers.length != NativeConstants.FLAT_BLEU_COUNTS) {
            throw new IllegalArgumentException(
                    "counts have " + NativeConstants.FLAT_BLEU_COUNTS + " numbers, not " + numbers.length);
        }
        return new BleuCounts(numbers.clone());
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
    public void add(BleuConfig config, String hypothesis, List<String> references) {
        Texts.Segment segment = Texts.segment(hypothesis, references);
        Native.bleu_add(config.fields, segment.texts, segment.lengths, numbers);
    }

    /**
     * The same on token ids of any meaning; tokenizer and lower case are not read.
     *
     * @param config how
     * @param hypothesis ids
     * @param references at least one; an element that is null is a reference that this segment does not have
     * @throws FarspanException as {@link #add}
     */
    public void addTokens(BleuConfig config, long[] hypothesis, List<long[]> references) {
        Texts.Segment segment = Texts.segment(hypothesis, references);
        Native.bleu_add_tokens(config.fields, segment.ids, segment.lengths, numbers);
    }

    /**
     * Adds what was counted elsewhere in the same way.
     *
     * @param from not changed
     * @throws FarspanException if it was counted with other orders
     */
    public void merge(BleuCounts from) {
        Native.bleu_merge(numbers, from.numbers);
    }

    /**
     * The score of the corpus, or of one sentence if only that was counted.
     *
     * @param config as for counting
     * @return the score
     * @throws FarspanException if the configuration is wrong or another one
     */
    public BleuResult score(BleuConfig config) {
        long[] lengths = new long[2];
        double[] real = new double[NativeConstants.FLAT_BLEU_REAL];
        Native.bleu_score(config.fields, numbers, lengths, real);
        List<Double> precisions = new ArrayList<>();
        for (int n = 0; n < config.fields.getMaxOrder(); ++n) {
            precisions.add(real[2 + n]);
        }
        return new BleuResult(real[0], real[1], List.copyOf(precisions), lengths[0], lengths[1]);
    }

    /**
     * The segments counted so far.
     *
     * @return a number
     */
    public long segments() {
        return numbers[1];
    }

    /**
     * The length of the hypotheses.
     *
     * @return tokens
     */
    public long hypothesisLength() {
        return numbers[2];
    }

    /**
     * The length of each segment's reference that is closest in length.
     *
     * @return tokens
     */
    public long referenceLength() {
        return numbers[3];
    }
}

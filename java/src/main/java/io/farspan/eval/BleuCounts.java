package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.runtime.Structs;
import java.nio.ByteBuffer;

/**
 * What BLEU knows of a corpus: numbers of fixed size, to be kept, sent, added up. Segments are independent: count them
 * in any order, in any thread, into any counts; one thread at a time.
 */
public final class BleuCounts extends BleuCountsCalls {
    /** Nothing counted yet. */
    public BleuCounts() {}

    /**
     * What {@link #toArray} answered elsewhere.
     *
     * @param numbers copied
     * @return counts
     * @throws IllegalArgumentException if that is another number of numbers
     */
    public static BleuCounts of(long[] numbers) {
        BleuCounts counts = new BleuCounts();
        Structs.set(counts.fields, numbers);
        return counts;
    }

    /**
     * All numbers, to be kept or sent.
     *
     * @return a copy
     */
    public long[] toArray() {
        return Structs.longs(fields);
    }

    /**
     * The score of the corpus, or of one sentence if only that was counted. Equal to sacrebleu's within rounding.
     *
     * @param config as for counting
     * @return the score
     * @throws FarspanException if the configuration is wrong or another one
     */
    public BleuResult score(BleuConfig config) {
        ByteBuffer result = Structs.of(BleuResult.BYTES);
        Native.bleu_score(config.fields.array(), fields.array(), result.array());
        BleuResult score = new BleuResult(result);
        return new BleuResult(score.score(), score.brevityPenalty(), score.precisions().subList(0, maxOrder()),
                score.hypothesisLength(), score.referenceLength());
    }
}

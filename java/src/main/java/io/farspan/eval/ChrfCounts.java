package io.farspan.eval;

import io.farspan.runtime.Structs;

/**
 * What chrF knows of a corpus: numbers of fixed size, to be kept, sent, added up. Of several references the one that
 * gives a segment the best score is counted. One thread at a time.
 */
public final class ChrfCounts extends ChrfCountsCalls {
    /** Nothing counted yet. */
    public ChrfCounts() {}

    /**
     * What {@link #toArray} answered elsewhere.
     *
     * @param numbers copied
     * @return counts
     * @throws IllegalArgumentException if that is another number of numbers
     */
    public static ChrfCounts of(long[] numbers) {
        ChrfCounts counts = new ChrfCounts();
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
}

package io.farspan;

import java.util.Objects;

/**
 * New rows of some sequences of a {@link Cache}: which rows of a tensor are the newest tokens of which sequence, in
 * order. Immutable.
 */
public final class CacheBatch {
    /** Never changed. */
    final long[] sequences;
    /** Each once, in the order of {@link CacheTurns}. Never changed. */
    final Long[] inOrder;
    /** null for one row each. Never changed. */
    final long[] offsets;

    private CacheBatch(long[] sequences, long[] offsets) {
        this.sequences = sequences;
        inOrder = CacheTurns.inOrder(sequences);
        this.offsets = offsets;
    }

    /**
     * The rows of one sequence.
     *
     * @param sequence a sequence
     * @param rows of the tensors, all of them its newest tokens
     * @return the batch
     */
    public static CacheBatch ofRows(long sequence, long rows) {
        return new CacheBatch(new long[] {sequence}, new long[] {0, rows});
    }

    /**
     * One row for each sequence: a step of decoding.
     *
     * @param sequences each at most once; copied
     * @return the batch
     */
    public static CacheBatch of(long... sequences) {
        return new CacheBatch(sequences.clone(), null);
    }

    /**
     * The rows offsets[s] to offsets[s + 1] - 1 for sequences[s].
     *
     * @param sequences each at most once; copied
     * @param offsets one more than there are sequences, from 0, not decreasing; copied
     * @return the batch
     */
    public static CacheBatch of(long[] sequences, long[] offsets) {
        return new CacheBatch(sequences.clone(), Objects.requireNonNull(offsets, "offsets").clone());
    }
}

package io.farspan;

import io.farspan.internal.NativeConstants;

/**
 * The shape of an attention and its positions, what a {@link Plan} is made for. Begins with the library's defaults: batch 1, keys
 * at 0 to keys - 1, the queries the last of them. Not for use by several threads at once; a plan copies it.
 */
public final class Problem {
    /** Whether queries and keys carry their positions already. */
    public enum State {
        /** They do not: the library rotates them. */
        RAW(NativeConstants.STATE_RAW),
        /** They are rotated (and carry the magnitude): the rope part is skipped. Needs a scheme without remap and not xpos. */
        ROTATED(NativeConstants.STATE_ROTATED);

        final int code;

        State(int code) {
            this.code = code;
        }
    }

    final io.farspan.internal.Problem fields;
    long[] queryPositions;
    long[] keyPositions;
    long[] queryAxisPositions;
    long[] keyAxisPositions;
    long[] queryOffsets;
    long[] keyOffsets;
    long[] keyRanges;

    /** A configuration with every default. */
    public Problem() {
        fields = new io.farspan.internal.Problem();
    }

    /**
     * Whether queries and keys are rotated already.
     *
     * @param state raw or rotated
     * @return this
     */
    public Problem state(State state) {
        fields.setState(state.code);
        return this;
    }

    /**
     * Sequences.
     *
     * @param batch a number of sequences
     * @return this
     */
    public Problem batch(long batch) {
        fields.setBatch(batch);
        return this;
    }

    /**
     * Heads of the queries, a multiple of the key heads.
     *
     * @param heads a number of heads
     * @return this
     */
    public Problem queryHeads(long heads) {
        fields.setQueryHeads(heads);
        return this;
    }

    /**
     * Heads of keys and values; query head h reads key head h / (query heads / key heads).
     *
     * @param heads a number of heads
     * @return this
     */
    public Problem keyHeads(long heads) {
        fields.setKeyHeads(heads);
        return this;
    }

    /**
     * Queries per sequence.
     *
     * @param queries a number of queries
     * @return this
     */
    public Problem queries(long queries) {
        fields.setQueries(queries);
        return this;
    }

    /**
     * Keys per sequence.
     *
     * @param keys a number of keys
     * @return this
     */
    public Problem keys(long keys) {
        fields.setKeys(keys);
        return this;
    }

    /**
     * Features of a query and key head, 1 to 512.
     *
     * @param features a number of features
     * @return this
     */
    public Problem headDim(long features) {
        fields.setHeadDim(features);
        return this;
    }

    /**
     * Features of a value head, 1 to 512; 0 for the same.
     *
     * @param features a number of features
     * @return this
     */
    public Problem valueDim(long features) {
        fields.setValueDim(features);
        return this;
    }

    /**
     * The current length of dynamic methods, 0 for the largest position + 1.
     *
     * @param length a number of positions
     * @return this
     */
    public Problem length(long length) {
        fields.setLength(length);
        return this;
    }

    /**
     * Elements between the rows of queryPositions; 0 shares one row between all sequences.
     *
     * @param elements a stride in elements
     * @return this
     */
    public Problem queryPositionStride(long elements) {
        fields.setQueryPositionStride(elements);
        return this;
    }

    /**
     * Elements between the rows of keyPositions; 0 shares one row between all sequences.
     *
     * @param elements a stride in elements
     * @return this
     */
    public Problem keyPositionStride(long elements) {
        fields.setKeyPositionStride(elements);
        return this;
    }

    /**
     * Positions of the queries, 0 to 2^40.
     *
     * @param queryPositions copied
     * @return this
     */
    public Problem queryPositions(long... queryPositions) {
        this.queryPositions = queryPositions.clone();
        return this;
    }

    /**
     * Positions of the keys, which must not decrease (within a segment).
     *
     * @param keyPositions copied
     * @return this
     */
    public Problem keyPositions(long... keyPositions) {
        this.keyPositions = keyPositions.clone();
        return this;
    }

    /**
     * [axes][queries] rotary positions (M-RoPE), shared by all sequences; queryPositions then serve mask and bias only.
     *
     * @param queryAxisPositions copied
     * @return this
     */
    public Problem queryAxisPositions(long... queryAxisPositions) {
        this.queryAxisPositions = queryAxisPositions.clone();
        return this;
    }

    /**
     * [axes][keys] rotary positions (M-RoPE).
     *
     * @param keyAxisPositions copied
     * @return this
     */
    public Problem keyAxisPositions(long... keyAxisPositions) {
        this.keyAxisPositions = keyAxisPositions.clone();
        return this;
    }

    /**
     * Packed sequences: segment s owns the queries from queryOffsets[s] to queryOffsets[s + 1] - 1; the number of segments is one
     * less than the entries.
     *
     * @param queryOffsets copied
     * @return this
     */
    public Problem queryOffsets(long... queryOffsets) {
        this.queryOffsets = queryOffsets.clone();
        fields.setSegments(Math.max(0, queryOffsets.length - 1));
        return this;
    }

    /**
     * Packed sequences: the same for the keys, which only queries of the segment see.
     *
     * @param keyOffsets copied
     * @return this
     */
    public Problem keyOffsets(long... keyOffsets) {
        this.keyOffsets = keyOffsets.clone();
        return this;
    }

    /**
     * Padding: [batch][2] half-open ranges of valid keys.
     *
     * @param keyRanges copied
     * @return this
     */
    public Problem keyRanges(long... keyRanges) {
        this.keyRanges = keyRanges.clone();
        return this;
    }
}

package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The curve over the context: losses gathered by the number of tokens that the model had read when it made the
 * prediction. For one thread at a time.
 */
public final class LossCurve {
    private final long[] edges;
    private final long[] whole;
    private final double[] real;

    /**
     * A curve whose bucket k takes the losses with {@code edges[k] <= context < edges[k + 1]}.
     *
     * @param edges ascending, at least two
     * @param blockTokens the standard error comes from the means of blocks of so many tokens
     * @throws FarspanException if the edges do not ascend or are less than two, or the blocks are below 1
     */
    public LossCurve(long[] edges, long blockTokens) {
        this.edges = edges.clone();
        Loss empty = new Loss(blockTokens);
        int buckets = Math.max(edges.length - 1, 0);
        whole = new long[buckets * empty.whole.length];
        real = new double[buckets * empty.real.length];
        for (int k = 0; k < buckets; ++k) {
            System.arraycopy(empty.whole, 0, whole, k * empty.whole.length, empty.whole.length);
            System.arraycopy(empty.real, 0, real, k * empty.real.length, empty.real.length);
        }
        add(0, new double[0]);
    }

    /**
     * Adds losses; those outside the edges are left out.
     *
     * @param firstContext the context of the first loss, one more for each that follows; of a window: firstRow + 1
     * @param nll nats
     * @throws FarspanException if the context is negative; nothing is changed then
     */
    public void add(long firstContext, double[] nll) {
        add(firstContext, nll, null, 0);
    }

    /**
     * The same without the losses whose target is to be ignored.
     *
     * @param firstContext the context of the first loss
     * @param nll nats
     * @param targets one for each loss, or null to leave out none
     * @param ignoreIndex the target of losses that do not count
     * @throws FarspanException if there are fewer targets than losses, or the context is negative; nothing is changed
     * then
     */
    public void add(long firstContext, double[] nll, long[] targets, long ignoreIndex) {
        Native.loss_add_by_context(
                whole, real, edges, firstContext, Objects.requireNonNull(nll, "nll"), targets, ignoreIndex);
    }

    /**
     * Adds a curve with the same edges that was gathered elsewhere.
     *
     * @param from not changed
     * @throws IllegalArgumentException if it has other edges
     * @throws FarspanException if its blocks have another size; nothing is changed then
     */
    public void merge(LossCurve from) {
        if (!Arrays.equals(edges, from.edges)) {
            throw new IllegalArgumentException(
                    "the curve has the edges " + Arrays.toString(from.edges) + ", not " + Arrays.toString(edges));
        }
        List<Loss> merged = buckets();
        List<Loss> others = from.buckets();
        for (int k = 0; k < merged.size(); ++k) {
            merged.get(k).merge(others.get(k));
        }
        for (int k = 0; k < merged.size(); ++k) {
            Loss bucket = merged.get(k);
            System.arraycopy(bucket.whole, 0, whole, k * bucket.whole.length, bucket.whole.length);
            System.arraycopy(bucket.real, 0, real, k * bucket.real.length, bucket.real.length);
        }
    }

    /**
     * The losses of each bucket so far.
     *
     * @return copies
     */
    public List<Loss> buckets() {
        List<Loss> buckets = new ArrayList<>();
        for (int k = 0; k + 1 < edges.length; ++k) {
            buckets.add(new Loss(whole, real, k));
        }
        return buckets;
    }

    /**
     * The bounds of the buckets.
     *
     * @return a copy
     */
    public long[] edges() {
        return Arrays.copyOf(edges, edges.length);
    }
}

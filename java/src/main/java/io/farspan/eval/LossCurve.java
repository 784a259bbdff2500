package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.runtime.Structs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The curve over the context: losses gathered by the number of tokens that the model had read when it made the
 * prediction. For one thread at a time.
 */
public final class LossCurve {
    private final long[] edges;
    private byte[] buckets; // accumulators, one behind the other

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
        gather(Collections.nCopies(Math.max(edges.length - 1, 0), empty));
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
                null, buckets, edges, firstContext, Objects.requireNonNull(nll, "nll"), targets, ignoreIndex);
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
        gather(merged);
    }

    /**
     * The losses of each bucket so far.
     *
     * @return copies
     */
    public List<Loss> buckets() {
        List<Loss> losses = new ArrayList<>();
        for (int k = 0; k + 1 < edges.length; ++k) {
            losses.add(new Loss(buckets, k));
        }
        return losses;
    }

    private void gather(List<Loss> losses) {
        buckets = Structs.joined(losses, loss -> loss.fields, new Loss().fields.capacity());
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

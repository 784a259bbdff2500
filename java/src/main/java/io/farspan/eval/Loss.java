package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.util.Objects;

/**
 * Running sums over the losses of scored tokens, of fixed size whatever the length of the text. Losses are in nats. For
 * one thread at a time: let each thread have its own and {@link #merge} them.
 */
public final class Loss {
    final long[] whole = new long[NativeConstants.FLAT_LOSS_WHOLE];
    final double[] real = new double[NativeConstants.FLAT_LOSS_REAL];

    /** Sums of nothing, with the library's size of blocks. */
    public Loss() {
        Native.loss_init(whole, real);
    }

    /**
     * Sums of nothing.
     *
     * @param blockTokens the standard error comes from the means of blocks of so many tokens
     * @throws FarspanException if it is not at least 1
     */
    public Loss(long blockTokens) {
        this();
        whole[0] = blockTokens;
        Native.loss_add(whole, real, new double[0], null, 0, 0); // nothing, which checks it
    }

    /**
     * The sums as they are, to be kept or sent.
     *
     * @param blockTokens tokens of a block
     * @param tokens scored
     * @param bytes of text behind them, 0 if never given
     * @param sum nats, without the open block
     * @param blocks full ones
     * @param blockMean mean of their means
     * @param blockSquares sum of the squared deviations from it
     * @param openTokens of the block that is not full yet
     * @param openSum of those
     */
    public record State(long blockTokens, long tokens, long bytes, double sum, long blocks, double blockMean,
            double blockSquares, long openTokens, double openSum) {}

    /**
     * What {@link #state} answered elsewhere.
     *
     * @param state the sums
     * @throws FarspanException if no losses have such sums
     */
    public Loss(State state) {
        long[] numbers = {state.blockTokens, state.tokens, state.bytes, state.blocks, state.openTokens};
        double[] sums = {state.sum, state.blockMean, state.blockSquares, state.openSum};
        System.arraycopy(numbers, 0, whole, 0, whole.length);
        System.arraycopy(sums, 0, real, 0, real.length);
        summary();
    }

    /**
     * The sums as they are.
     *
     * @return plain data
     */
    public State state() {
        return new State(whole[0], whole[1], whole[2], real[0], whole[3], real[1], real[2], whole[4], real[3]);
    }

    Loss(long[] whole, double[] real, int at) {
        System.arraycopy(whole, at * this.whole.length, this.whole, 0, this.whole.length);
        System.arraycopy(real, at * this.real.length, this.real, 0, this.real.length);
    }

    /**
     * Adds losses in text order. Infinities and NaN are not skipped: they reach the result.
     *
     * @param nll nats
     * @param bytes what the scored tokens are in bytes of text, 0 if that is unknown
     * @throws FarspanException if the bytes are negative; nothing is changed then
     */
    public void add(double[] nll, long bytes) {
        add(nll, null, 0, bytes);
    }

    /**
     * The same without the losses whose target is to be ignored.
     *
     * @param nll nats
     * @param targets one for each loss, or null to leave out none
     * @param ignoreIndex the target of losses that do not count
     * @param bytes what the scored tokens are in bytes of text, 0 if that is unknown
     * @throws FarspanException if there are fewer targets than losses, or the bytes are negative; nothing is changed
     * then
     */
    public void add(double[] nll, long[] targets, long ignoreIndex, long bytes) {
        Native.loss_add(whole, real, Objects.requireNonNull(nll, "nll"), targets, ignoreIndex, bytes);
    }

    /**
     * Adds what was gathered elsewhere with the same size of blocks. The open blocks of both become blocks of their
     * own.
     *
     * @param from not changed
     * @throws FarspanException if its blocks have another size
     */
    public void merge(Loss from) {
        Native.loss_merge(whole, real, from.whole, from.real);
    }

    /**
     * What the sums say.
     *
     * @return the means
     */
    public LossSummary summary() {
        double[] means = new double[NativeConstants.FLAT_SUMMARY];
        Native.loss_summarize(whole, real, means);
        return new LossSummary(whole[1], means[0], means[1], means[2], means[3], means[4]);
    }
}

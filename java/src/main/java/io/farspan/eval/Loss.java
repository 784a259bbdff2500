package io.farspan.eval;

import io.farspan.FarspanException;
import java.nio.ByteBuffer;

/**
 * Running sums over the losses of scored tokens, of fixed size whatever the length of the text. Losses are in nats. For
 * one thread at a time: let each thread have its own and {@link #merge} them.
 */
public final class Loss extends LossCalls {
    /** Sums of nothing, with the library's size of blocks. */
    public Loss() {}

    /**
     * Sums of nothing.
     *
     * @param blockTokens the standard error comes from the means of blocks of so many tokens
     * @throws FarspanException if it is not at least 1
     */
    public Loss(long blockTokens) {
        State empty = state();
        set(new State(blockTokens, empty.tokens, empty.bytes, empty.sum, empty.blocks, empty.blockMean,
                empty.blockSquares, empty.openTokens, empty.openSum));
        add(new double[0], 0); // nothing, which checks it
    }

    /**
     * What {@link #state} answered elsewhere.
     *
     * @param state the sums
     * @throws FarspanException if no losses have such sums
     */
    public Loss(State state) {
        set(state);
        summary(); // checks it
    }

    /** A copy of sums that stand among others. */
    Loss(byte[] all, int index) {
        ByteBuffer one = ByteBuffer.wrap(fields.array());
        one.put(all, index * one.capacity(), one.capacity());
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
     * The sums as they are.
     *
     * @return plain data
     */
    public State state() {
        return new State(blockTokens(), tokens(), bytes(), sum(), blocks(), blockMean(), blockSquares(), openTokens(),
                openSum());
    }

    private void set(State state) {
        fields.position(Long.BYTES); // behind the size
        fields.putLong(state.blockTokens).putLong(state.tokens).putLong(state.bytes).putDouble(state.sum);
        fields.putLong(state.blocks).putDouble(state.blockMean).putDouble(state.blockSquares);
        fields.putLong(state.openTokens).putDouble(state.openSum).rewind();
    }
}

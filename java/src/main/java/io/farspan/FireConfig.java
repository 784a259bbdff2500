package io.farspan;

import io.farspan.internal.Native;
import java.util.Objects;

/**
 * FIRE (Li et al. 2024), a learned bias: out[0, h, i, j] = MLP(x)[h] with x = ln(|c d| + 1) / (ln(|c max(p_i, threshold)| + 1) +
 * epsilon), d = p_i - p_j at least 0 and MLP = w2 relu(w1 x + b1) + b2. Begins with the library's defaults. Not for use by several
 * threads at once.
 */
public final class FireConfig {
    private final io.farspan.internal.FireConfig fields = new io.farspan.internal.FireConfig();
    private final float[] w1;
    private final float[] b1;
    private final float[] w2;
    private final float[] b2;

    /**
     * A configuration with the weights of the MLP.
     *
     * @param hidden width of its hidden layer
     * @param heads of the layer
     * @param w1 [hidden]; copied, as all
     * @param b1 [hidden]
     * @param w2 [heads][hidden]
     * @param b2 [heads]
     */
    public FireConfig(int hidden, int heads, float[] w1, float[] b1, float[] w2, float[] b2) {
        fields.setHidden(hidden);
        fields.setHeads(heads);
        this.w1 = w1.clone();
        this.b1 = b1.clone();
        this.w2 = w2.clone();
        this.b2 = b2.clone();
    }

    /**
     * The factor on distances.
     *
     * @param c the factor
     * @return this
     */
    public FireConfig c(double c) {
        fields.setC(c);
        return this;
    }

    /**
     * The position from which on distances are relative to it.
     *
     * @param threshold |l * L0|
     * @return this
     */
    public FireConfig threshold(double threshold) {
        fields.setThreshold(threshold);
        return this;
    }

    /**
     * What keeps the denominator from 0.
     *
     * @param epsilon a small number
     * @return this
     */
    public FireConfig epsilon(double epsilon) {
        fields.setEpsilon(epsilon);
        return this;
    }

    /**
     * Writes the bias of all pairs, for use as the dense bias of a run.
     *
     * @param queryPositions one per query, or null for the last of the keys
     * @param keyPositions one per key, or null for 0, 1, 2 ...
     * @param out [1, heads, queries, keys]
     * @throws FarspanException if an array is too short or a number is out of range; nothing is written then
     */
    public void fill(long[] queryPositions, long[] keyPositions, Tensor out) {
        Objects.requireNonNull(out, "out").asOutput("out");
        Native.fire_fill(fields, w1, b1, w2, b2, queryPositions, keyPositions, out.memory, out.code, out.dims);
    }
}

package io.farspan;

/**
 * A bias on the logits by distance and head. Real numbers are finite; a parameter that the method would ignore is refused when the
 * scheme is made. Not for use by several threads at once; a scheme copies it.
 */
public final class BiasConfig {
    final io.farspan.internal.BiasConfig fields;
    float[] values;
    double[] a;
    double[] p;

    /**
     * A configuration with every default of a method.
     *
     * @param method the method
     */
    public BiasConfig(BiasMethod method) {
        fields = new io.farspan.internal.BiasConfig(method.code);
    }

    /**
     * All heads of the layer, also those of other ranks; required unless none or dense.
     *
     * @param heads a number of heads
     * @return this
     */
    public BiasConfig heads(int heads) {
        fields.setHeads(heads);
        return this;
    }

    /**
     * The problem's head 0 is this head.
     *
     * @param head counts from 0
     * @return this
     */
    public BiasConfig headOffset(int head) {
        fields.setHeadOffset(head);
        return this;
    }

    /**
     * [alibi] the slope acts in both directions; [t5] half of the buckets serve each direction.
     *
     * @param bidirectional true for both directions
     * @return this
     */
    public BiasConfig bidirectional(boolean bidirectional) {
        fields.setBidirectional(bidirectional ? 1 : 0);
        return this;
    }

    /**
     * Buckets of distances [t5].
     *
     * @param buckets a number of buckets
     * @return this
     */
    public BiasConfig buckets(int buckets) {
        fields.setBuckets(buckets);
        return this;
    }

    /**
     * The last bucket begins below it [t5].
     *
     * @param distance a distance in positions
     * @return this
     */
    public BiasConfig maxDistance(long distance) {
        fields.setMaxDistance(distance);
        return this;
    }

    /**
     * Distances count as at most this, 0 for no limit [alibi].
     *
     * @param distance a distance in positions
     * @return this
     */
    public BiasConfig distanceLimit(long distance) {
        fields.setDistanceLimit(distance);
        return this;
    }

    /**
     * Slopes are 2^(-bias (h+1) / heads) [alibi].
     *
     * @param bias the exponent at the last head
     * @return this
     */
    public BiasConfig maxBias(double bias) {
        fields.setMaxBias(bias);
        return this;
    }

    /**
     * Factor on the bias; Falcon: 1 / sqrt(head_dim) [alibi].
     *
     * @param scale the scale
     * @return this
     */
    public BiasConfig scale(double scale) {
        fields.setScale(scale);
        return this;
    }

    /**
     * Slopes shrink beyond this length, 0 for never [alibi].
     *
     * @param length a number of positions
     * @return this
     */
    public BiasConfig trainedLength(long length) {
        fields.setTrainedLength(length);
        return this;
    }

    /**
     * The paper's d-bar, even [sandwich].
     *
     * @param dim a number of features
     * @return this
     */
    public BiasConfig dim(int dim) {
        fields.setDim(dim);
        return this;
    }

    /**
     * [buckets][heads], row-major [t5].
     *
     * @param values copied
     * @return this
     */
    public BiasConfig values(float... values) {
        this.values = values.clone();
        return this;
    }

    /**
     * One number above 0 per head [kerple].
     *
     * @param a copied
     * @return this
     */
    public BiasConfig a(double... a) {
        this.a = a.clone();
        return this;
    }

    /**
     * One number above 0 per head; at most 2 for the power [kerple].
     *
     * @param p copied
     * @return this
     */
    public BiasConfig p(double... p) {
        this.p = p.clone();
        return this;
    }

    /**
     * What has been set, and the defaults of the rest.
     *
     * @return a copy
     */
    public BiasSettings settings() {
        return new BiasSettings(this, fields);
    }
}

package io.farspan;

/**
 * The form of a {@link Cache}. Sizes are checked when the cache is made. Not for use by several threads at once; a cache copies it.
 */
public final class CacheConfig {
    final io.farspan.internal.CacheConfig fields;

    /**
     * A configuration with every default: one layer, bfloat16, values as wide as keys, no memory limit.
     *
     * @param keyHeads heads of keys and values
     * @param headDim features of a key, 1 .. 512
     */
    public CacheConfig(long keyHeads, long headDim) {
        fields = new io.farspan.internal.CacheConfig();
        keyHeads(keyHeads);
        headDim(headDim);
    }

    /**
     * The type in which keys and values are stored.
     *
     * @param dtype {@link Dtype#F32}, {@link Dtype#F16}, {@link Dtype#BF16} or {@link Dtype#I8}
     * @return this
     */
    public CacheConfig dtype(Dtype dtype) {
        fields.setDtype(dtype.code);
        return this;
    }

    /**
     * Layers of the model. All have the same heads and sizes.
     *
     * @param layers a number of layers
     * @return this
     */
    public CacheConfig layers(long layers) {
        fields.setLayers(layers);
        return this;
    }

    /**
     * Heads of keys and values.
     *
     * @param heads a number of heads
     * @return this
     */
    public CacheConfig keyHeads(long heads) {
        fields.setKeyHeads(heads);
        return this;
    }

    /**
     * Features of a key.
     *
     * @param features 1 .. 512
     * @return this
     */
    public CacheConfig headDim(long features) {
        fields.setHeadDim(features);
        return this;
    }

    /**
     * Features of a value.
     *
     * @param features 1 .. 512; 0 for as many as a key has
     * @return this
     */
    public CacheConfig valueDim(long features) {
        fields.setValueDim(features);
        return this;
    }

    /**
     * The most memory that blocks may take, free ones included. An append that would exceed it fails with
     * {@link Status#OUT_OF_MEMORY} and changes nothing.
     *
     * @param bytes of all blocks; 0 for no limit
     * @return this
     */
    public CacheConfig memoryLimit(long bytes) {
        fields.setMemoryLimit(bytes);
        return this;
    }
}

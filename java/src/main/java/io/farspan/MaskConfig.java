package io.farspan;

/**
 * Which keys a query sees. Windows exclude the query itself: a sliding_window W of Hugging Face (keys including self) is windowLeft
 * W - 1. Real numbers are finite; a parameter that the method would ignore is refused when the scheme is made. Not for use by
 * several threads at once; a scheme copies it.
 */
public final class MaskConfig {
    final io.farspan.internal.MaskConfig fields;

    /** A configuration with every default. */
    public MaskConfig() {
        fields = new io.farspan.internal.MaskConfig();
    }

    /**
     * Whether keys after the query are hidden.
     *
     * @param causal true to hide them
     * @return this
     */
    public MaskConfig causal(boolean causal) {
        fields.setCausal(causal ? 1 : 0);
        return this;
    }

    /**
     * Keys seen before the query, -1 for all.
     *
     * @param keys a number of keys
     * @return this
     */
    public MaskConfig windowLeft(long keys) {
        fields.setWindowLeft(keys);
        return this;
    }

    /**
     * Keys seen after the query, -1 for all; only without causal.
     *
     * @param keys a number of keys
     * @return this
     */
    public MaskConfig windowRight(long keys) {
        fields.setWindowRight(keys);
        return this;
    }

    /**
     * First keys that every query sees.
     *
     * @param keys a number of keys
     * @return this
     */
    public MaskConfig sinks(long keys) {
        fields.setSinks(keys);
        return this;
    }

    /**
     * Queries see keys of their own chunk only, 0 for off (Llama 4).
     *
     * @param positions a number of positions
     * @return this
     */
    public MaskConfig chunk(long positions) {
        fields.setChunk(positions);
        return this;
    }

    /**
     * First positions that all queries see (prefix-LM).
     *
     * @param positions a number of positions
     * @return this
     */
    public MaskConfig prefix(long positions) {
        fields.setPrefix(positions);
        return this;
    }

    /**
     * What has been set, and the defaults of the rest.
     *
     * @return a copy
     */
    public MaskSettings settings() {
        return new MaskSettings(fields);
    }
}

package io.farspan;

/**
 * A map of positions for the rope part: near keys keep their distance, far ones get another. It does not choose the mask: give
 * lm_infinite and streaming the mask named with them. Real numbers are finite; a parameter that the method would ignore is refused
 * when the scheme is made. Not for use by several threads at once; a scheme copies it.
 */
public final class RemapConfig {
    final io.farspan.internal.RemapConfig fields;

    /**
     * A configuration with every default of a method.
     *
     * @param method the method
     */
    public RemapConfig(RemapMethod method) {
        fields = new io.farspan.internal.RemapConfig(method.code);
    }

    /**
     * Distance at which far keys begin; required by all but dual_chunk.
     *
     * @param positions a number of positions
     * @return this
     */
    public RemapConfig window(long positions) {
        fields.setWindow(positions);
        return this;
    }

    /**
     * Positions that share one slot [self_extend].
     *
     * @param positions a number of positions
     * @return this
     */
    public RemapConfig group(long positions) {
        fields.setGroup(positions);
        return this;
    }

    /**
     * Far distances grow by 1 / leak, at least 1 [leaky_rerope].
     *
     * @param leak at least 1
     * @return this
     */
    public RemapConfig leak(double leak) {
        fields.setLeak(leak);
        return this;
    }

    /**
     * Length C of a chunk [dual_chunk].
     *
     * @param positions a number of positions
     * @return this
     */
    public RemapConfig chunk(long positions) {
        fields.setChunk(positions);
        return this;
    }

    /**
     * w, above 0 and below C [dual_chunk].
     *
     * @param positions a number of positions
     * @return this
     */
    public RemapConfig localWindow(long positions) {
        fields.setLocalWindow(positions);
        return this;
    }

    /**
     * What far distances count as, 0 for the window [lm_infinite].
     *
     * @param distance a distance in positions
     * @return this
     */
    public RemapConfig limit(long distance) {
        fields.setLimit(distance);
        return this;
    }

    /**
     * First positions that stay in the cache [streaming].
     *
     * @param positions a number of positions
     * @return this
     */
    public RemapConfig sinks(long positions) {
        fields.setSinks(positions);
        return this;
    }

    /**
     * Whether the query's shift is window / group as a real number, as some releases do [self_extend].
     *
     * @param real true for a real number
     * @return this
     */
    public RemapConfig realShift(boolean real) {
        fields.setRealShift(real ? 1 : 0);
        return this;
    }

    /**
     * Divisor of positions after the map [dual_chunk].
     *
     * @param scale the scale
     * @return this
     */
    public RemapConfig positionScale(double scale) {
        fields.setPositionScale(scale);
        return this;
    }

    /**
     * What has been set, and the defaults of the rest.
     *
     * @return a copy
     */
    public RemapSettings settings() {
        return new RemapSettings(fields);
    }
}

package io.farspan.eval;

/**
 * How a text is cut into windows. Counts are tokens. Not to be changed while a call reads it.
 */
public final class WindowsConfig {
    final io.farspan.internal.WindowsConfig fields;

    /**
     * The defaults.
     *
     * @param kind the schedule
     */
    public WindowsConfig(WindowsKind kind) {
        fields = new io.farspan.internal.WindowsConfig(kind.code);
    }

    /**
     * What stands before the first scored token; required.
     *
     * @param bos the policy
     * @return this
     */
    public WindowsConfig bos(Bos bos) {
        fields.setBos(bos.code);
        return this;
    }

    /**
     * Tokens of the text, without BOS.
     *
     * @param tokens below 2^40; with {@link Bos#NONE} at least 2
     * @return this
     */
    public WindowsConfig tokens(long tokens) {
        fields.setTokens(tokens);
        return this;
    }

    /**
     * What a model reads at most, BOS included.
     *
     * @param length inputs
     * @return this
     */
    public WindowsConfig length(long length) {
        fields.setLength(length);
        return this;
    }

    /**
     * New tokens of a window, for {@link WindowsKind#SLIDING} and {@link WindowsKind#GROWING}.
     *
     * @param stride 1 to the length
     * @return this
     */
    public WindowsConfig stride(long stride) {
        fields.setStride(stride);
        return this;
    }

    /**
     * Tokens that are scored, for {@link WindowsKind#LAST}.
     *
     * @param segment 1 to all that can be
     * @return this
     */
    public WindowsConfig segment(long segment) {
        fields.setSegment(segment);
        return this;
    }
}

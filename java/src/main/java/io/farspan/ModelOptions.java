package io.farspan;

/**
 * How a {@link Model} is read. Begins with the library's defaults. Not for use by several threads at once; reading a model copies it.
 */
public final class ModelOptions {
    final io.farspan.internal.ModelOptions fields = new io.farspan.internal.ModelOptions();
    float[] t5Encoder;
    float[] t5Decoder;
    double[] ropeFreqs;
    double[] ropeShort;
    double[] ropeLong;

    /** The defaults: the reference, exact angles, no extension. */
    public ModelOptions() {}

    /**
     * Whose numbers are wanted where releases disagree.
     *
     * @param release a release
     * @return this
     */
    public ModelOptions release(Release release) {
        fields.setRelease(release.code);
        return this;
    }

    /**
     * How the schemes form angles.
     *
     * @param angle exact or float32
     * @return this
     */
    public ModelOptions angle(RopeConfig.Angle angle) {
        fields.setAngle(angle.code);
        return this;
    }

    /**
     * How to run the model beyond its trained length; needs {@link #targetLength}. Layers without rotation or with a window stay as
     * they are.
     *
     * @param extension a method
     * @return this
     */
    public ModelOptions extension(Extension extension) {
        fields.setExtension(extension.code);
        return this;
    }

    /**
     * The length to extend to; at most the trained length changes nothing.
     *
     * @param positions a number of positions; 0 without an extension
     * @return this
     */
    public ModelOptions targetLength(long positions) {
        fields.setTargetLength(positions);
        return this;
    }

    /**
     * The window of the extension [self_extend, rerope, leaky_rerope].
     *
     * @param positions a number of positions; 0: derived
     * @return this
     */
    public ModelOptions window(long positions) {
        fields.setWindow(positions);
        return this;
    }

    /**
     * The group of the extension [self_extend].
     *
     * @param positions that share a slot; 0: derived
     * @return this
     */
    public ModelOptions group(long positions) {
        fields.setGroup(positions);
        return this;
    }

    /**
     * The encoder's relative_attention_bias.weight of T5.
     *
     * @param table [buckets][heads], copied; empty for none
     * @return this
     */
    public ModelOptions t5Encoder(float... table) {
        t5Encoder = table.clone();
        return this;
    }

    /**
     * The decoder's relative_attention_bias.weight of T5.
     *
     * @param table [buckets][heads], copied; empty for none
     * @return this
     */
    public ModelOptions t5Decoder(float... table) {
        t5Decoder = table.clone();
        return this;
    }

    /**
     * GGUF's tensor rope_freqs.weight.
     *
     * @param divisors of the frequencies, one per pair, copied; empty for none
     * @return this
     */
    public ModelOptions ropeFreqs(double... divisors) {
        ropeFreqs = divisors.clone();
        return this;
    }

    /**
     * GGUF's tensor rope_factors_short.weight.
     *
     * @param divisors of the frequencies, one per pair, copied; empty for none
     * @return this
     */
    public ModelOptions ropeShort(double... divisors) {
        ropeShort = divisors.clone();
        return this;
    }

    /**
     * GGUF's tensor rope_factors_long.weight.
     *
     * @param divisors of the frequencies, one per pair, copied; empty for none
     * @return this
     */
    public ModelOptions ropeLong(double... divisors) {
        ropeLong = divisors.clone();
        return this;
    }
}

package io.farspan;

/**
 * The scale of the logits. Real numbers are finite; a parameter that the method would ignore is refused when the scheme is made.
 * Not for use by several threads at once; a scheme copies it.
 */
public final class ScoreConfig {
    final io.farspan.internal.ScoreConfig fields;
    float[] sinks;

    /** A configuration with every default. */
    public ScoreConfig() {
        fields = new io.farspan.internal.ScoreConfig();
    }

    /**
     * A factor that depends on position or length.
     *
     * @param temperature the kind
     * @return this
     */
    public ScoreConfig temperature(Temperature temperature) {
        fields.setTemperature(temperature.code);
        return this;
    }

    /**
     * Factor on the product of query and key, 0 for 1 / sqrt(head_dim); T5: 1.
     *
     * @param scale the scale
     * @return this
     */
    public ScoreConfig scale(double scale) {
        fields.setScale(scale);
        return this;
    }

    /**
     * A further factor; DeepSeek: mscale^2.
     *
     * @param multiplier the factor
     * @return this
     */
    public ScoreConfig multiplier(double multiplier) {
        fields.setMultiplier(multiplier);
        return this;
    }

    /**
     * L of the temperature, above 1.
     *
     * @param length a number of positions
     * @return this
     */
    public ScoreConfig trainedLength(double length) {
        fields.setTrainedLength(length);
        return this;
    }

    /**
     * [llama4, length, ministral3].
     *
     * @param alpha the coefficient
     * @return this
     */
    public ScoreConfig alpha(double alpha) {
        fields.setAlpha(alpha);
        return this;
    }

    /**
     * [length].
     *
     * @param power the exponent
     * @return this
     */
    public ScoreConfig power(double power) {
        fields.setPower(power);
        return this;
    }

    /**
     * cap * tanh(logit / cap), 0 for off.
     *
     * @param cap the largest logit, 0 for no cap
     * @return this
     */
    public ScoreConfig softcap(double cap) {
        fields.setSoftcap(cap);
        return this;
    }

    /**
     * The problem's head 0 is this entry of the sinks.
     *
     * @param head counts from 0
     * @return this
     */
    public ScoreConfig sinkHeadOffset(int head) {
        fields.setSinkHeadOffset(head);
        return this;
    }

    /**
     * One logit per head that joins the softmax's sum (gpt-oss; softmax1: zeros).
     *
     * @param sinks copied
     * @return this
     */
    public ScoreConfig sinks(float... sinks) {
        this.sinks = sinks.clone();
        fields.setSinkHeads(sinks.length);
        return this;
    }

    /**
     * What has been set, and the defaults of the rest.
     *
     * @return a copy
     */
    public ScoreSettings settings() {
        return new ScoreSettings(this, fields);
    }
}

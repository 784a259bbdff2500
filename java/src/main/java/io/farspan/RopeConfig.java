package io.farspan;

import io.farspan.internal.NativeConstants;

/**
 * The rotation of queries and keys: pair p of R/2 turns by position * base^(-2p/R), before the method scales that. [yarn] marks
 * what only some methods read. Real numbers are finite; a parameter that the method would ignore is refused when the scheme is
 * made. Not for use by several threads at once; a scheme copies it.
 */
public final class RopeConfig {
    /** How angles are formed. */
    public enum Angle {
        /** In double: as exact at position 10,000,000 as at 10. */
        EXACT(NativeConstants.ANGLE_EXACT),
        /** Rounded to float32 as Hugging Face does, to match its bits. */
        FLOAT32(NativeConstants.ANGLE_FLOAT32);

        final int code;

        Angle(int code) {
            this.code = code;
        }
    }

    /** What the ramp of YaRN is linear in. */
    public enum Ramp {
        /** The pair index, as every implementation computes. */
        PAIR_INDEX(NativeConstants.RAMP_PAIR_INDEX),
        /** The number of rotations, the paper's equations 17 to 20. */
        ROTATIONS(NativeConstants.RAMP_ROTATIONS);

        final int code;

        Ramp(int code) {
            this.code = code;
        }
    }

    /** The factor m on cosine and sine. */
    public enum Magnitude {
        /** The method's own. */
        DEFAULT(NativeConstants.MAGNITUDE_DEFAULT),
        /** 0.1 ln s + 1 [longrope]. */
        YARN(NativeConstants.MAGNITUDE_YARN),
        /** attentionFactor as given. */
        EXPLICIT(NativeConstants.MAGNITUDE_EXPLICIT),
        /** 0.1 ln s + 1 also for s below 1, as ggml [yarn]. */
        UNCLAMPED(NativeConstants.MAGNITUDE_UNCLAMPED);

        final int code;

        Magnitude(int code) {
            this.code = code;
        }
    }

    /** When the long factors apply. */
    public enum LengthSwitch {
        /** When the length exceeds the original context. */
        AFTER(NativeConstants.SWITCH_AFTER),
        /** From the original context on, and m is 1 below it (HF 4.46 and 4.47). */
        AT(NativeConstants.SWITCH_AT),
        /** Always. */
        ALWAYS_LONG(NativeConstants.SWITCH_ALWAYS_LONG);

        final int code;

        LengthSwitch(int code) {
            this.code = code;
        }
    }

    final io.farspan.internal.RopeConfig fields;
    double[] shortFactors;
    double[] longFactors;

    /**
     * A configuration with every default of a method.
     *
     * @param method the method
     */
    public RopeConfig(RopeMethod method) {
        fields = new io.farspan.internal.RopeConfig(method.code);
    }

    /**
     * Which features form a pair; required.
     *
     * @param layout half or interleaved
     * @return this
     */
    public RopeConfig layout(Layout layout) {
        fields.setLayout(layout.code);
        return this;
    }

    /**
     * Rotated features R, even, 2 to head_dim; required.
     *
     * @param features a number of features
     * @return this
     */
    public RopeConfig rotaryDim(int features) {
        fields.setRotaryDim(features);
        return this;
    }

    /**
     * The first rotated feature of the head.
     *
     * @param feature counts from 0
     * @return this
     */
    public RopeConfig rotaryOffset(int feature) {
        fields.setRotaryOffset(feature);
        return this;
    }

    /**
     * How angles are formed.
     *
     * @param angle exact or float32
     * @return this
     */
    public RopeConfig angle(Angle angle) {
        fields.setAngle(angle.code);
        return this;
    }

    /**
     * Theta, above 1.
     *
     * @param base above 1
     * @return this
     */
    public RopeConfig base(double base) {
        fields.setBase(base);
        return this;
    }

    /**
     * Factor s of the extension, above 0 [linear, ntk*, dynamic_ntk, ntk_by_parts, yarn, longrope, llama3, proportional].
     *
     * @param factor the factor, above 0
     * @return this
     */
    public RopeConfig factor(double factor) {
        fields.setFactor(factor);
        return this;
    }

    /**
     * The trained length L [dynamic_*, ntk_by_parts, yarn, longrope, llama3].
     *
     * @param positions a number of positions
     * @return this
     */
    public RopeConfig originalContext(long positions) {
        fields.setOriginalContext(positions);
        return this;
    }

    /**
     * Pairs that turn more often in L stay as they are [ntk_by_parts, yarn, dynamic_yarn].
     *
     * @param rotations a number of turns
     * @return this
     */
    public RopeConfig betaFast(double rotations) {
        fields.setBetaFast(rotations);
        return this;
    }

    /**
     * Pairs that turn less often in L are interpolated [ntk_by_parts, yarn, dynamic_yarn].
     *
     * @param rotations a number of turns
     * @return this
     */
    public RopeConfig betaSlow(double rotations) {
        fields.setBetaSlow(rotations);
        return this;
    }

    /**
     * Weight of the frequencies that stay, 0 to 1 [ntk_by_parts, yarn, dynamic_yarn].
     *
     * @param weight 0 to 1
     * @return this
     */
    public RopeConfig extrapolationFactor(double weight) {
        fields.setExtrapolationFactor(weight);
        return this;
    }

    /**
     * What the ramp between the two is linear in [ntk_by_parts, yarn, dynamic_yarn].
     *
     * @param ramp the kind
     * @return this
     */
    public RopeConfig ramp(Ramp ramp) {
        fields.setRamp(ramp.code);
        return this;
    }

    /**
     * Whether the ends of the ramp are rounded to whole pairs; gpt-oss does not [ntk_by_parts, yarn, dynamic_yarn].
     *
     * @param truncate true to round
     * @return this
     */
    public RopeConfig truncate(boolean truncate) {
        fields.setTruncate(truncate ? 1 : 0);
        return this;
    }

    /**
     * DeepSeek's magnitude; with mscaleAllDim also set m = g(s, mscale) / g(s, mscaleAllDim), g = 0.1 c ln s + 1 [yarn].
     *
     * @param mscale the coefficient c, 0 for unset
     * @return this
     */
    public RopeConfig mscale(double mscale) {
        fields.setMscale(mscale);
        return this;
    }

    /**
     * DeepSeek's second magnitude [yarn].
     *
     * @param mscale the coefficient c, 0 for unset
     * @return this
     */
    public RopeConfig mscaleAllDim(double mscale) {
        fields.setMscaleAllDim(mscale);
        return this;
    }

    /**
     * Where the factor m on cosine and sine comes from.
     *
     * @param magnitude the rule
     * @return this
     */
    public RopeConfig magnitude(Magnitude magnitude) {
        fields.setMagnitude(magnitude.code);
        return this;
    }

    /**
     * When the long factors apply [longrope].
     *
     * @param when the rule
     * @return this
     */
    public RopeConfig lengthSwitch(LengthSwitch when) {
        fields.setLengthSwitch(when.code);
        return this;
    }

    /**
     * m itself with {@link Magnitude#EXPLICIT}, else a factor on m.
     *
     * @param factor the factor, above 0
     * @return this
     */
    public RopeConfig attentionFactor(double factor) {
        fields.setAttentionFactor(factor);
        return this;
    }

    /**
     * 0 to 1 [ntk_mixed].
     *
     * @param exponent 0 to 1
     * @return this
     */
    public RopeConfig mixedExponent(double exponent) {
        fields.setMixedExponent(exponent);
        return this;
    }

    /**
     * Wavelengths above L / factor are interpolated [llama3].
     *
     * @param factor the factor, above 0
     * @return this
     */
    public RopeConfig lowFreqFactor(double factor) {
        fields.setLowFreqFactor(factor);
        return this;
    }

    /**
     * Wavelengths below L / factor stay as they are [llama3].
     *
     * @param factor the factor, above 0
     * @return this
     */
    public RopeConfig highFreqFactor(double factor) {
        fields.setHighFreqFactor(factor);
        return this;
    }

    /**
     * Share of the pairs that rotate, 0 to 1 [proportional].
     *
     * @param fraction 0 to 1
     * @return this
     */
    public RopeConfig rotatedFraction(double fraction) {
        fields.setRotatedFraction(fraction);
        return this;
    }

    /**
     * Positions in which the decay acts once [xpos].
     *
     * @param positions a number of positions
     * @return this
     */
    public RopeConfig xposScaleBase(double positions) {
        fields.setXposScaleBase(positions);
        return this;
    }

    /**
     * Decay of the first pair [xpos].
     *
     * @param gamma above 0
     * @return this
     */
    public RopeConfig xposGamma(double gamma) {
        fields.setXposGamma(gamma);
        return this;
    }

    /**
     * How several positions per token share the pairs (M-RoPE).
     *
     * @param axes the order
     * @return this
     */
    public RopeConfig axes(Axes axes) {
        fields.setAxes(axes.code);
        return this;
    }

    /**
     * R/2 divisors of the frequencies, above 0 [longrope, pair_factors].
     *
     * @param shortFactors copied
     * @return this
     */
    public RopeConfig shortFactors(double... shortFactors) {
        this.shortFactors = shortFactors.clone();
        fields.setPairFactorCount(shortFactors.length);
        return this;
    }

    /**
     * R/2 divisors for long inputs [longrope].
     *
     * @param longFactors copied
     * @return this
     */
    public RopeConfig longFactors(double... longFactors) {
        this.longFactors = longFactors.clone();
        fields.setPairFactorCount(longFactors.length);
        return this;
    }

    /**
     * The pairs of each axis (M-RoPE); their sum is R/2, or at most that if interleaved.
     *
     * @param pairs up to four numbers
     * @return this
     * @throws IllegalArgumentException if there are more
     */
    public RopeConfig axisSections(int... pairs) {
        if (pairs.length > 4) {
            throw new IllegalArgumentException(pairs.length + " axis sections: at most 4");
        }
        for (int axis = 0; axis < pairs.length; ++axis) {
            fields.set_axis_section(axis, pairs[axis]);
        }
        return this;
    }

    /**
     * What has been set, and the defaults of the rest.
     *
     * @return a copy
     */
    public RopeSettings settings() {
        return new RopeSettings(this, fields);
    }
}

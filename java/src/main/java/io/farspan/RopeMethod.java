package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/**
 * How the angle of each rotary pair grows with position. R is the rotary width, s the factor, n the length, L the original context.
 */
public enum RopeMethod {
    /** No rotation. */
    NONE(NativeConstants.ROPE_NONE),
    /** RoPE (Su et al. 2021). */
    BASE(NativeConstants.ROPE_BASE),
    /** Position interpolation, PI (Chen et al. 2023): frequencies / s. */
    LINEAR(NativeConstants.ROPE_LINEAR),
    /** PI with factor n / L once n exceeds L. */
    DYNAMIC_LINEAR(NativeConstants.ROPE_DYNAMIC_LINEAR),
    /** NTK-aware: base * s^(R/(R-2)). */
    NTK(NativeConstants.ROPE_NTK),
    /** kexue 9675: base * s^(2/R) per step of the pair index. */
    NTK_OLD(NativeConstants.ROPE_NTK_OLD),
    /** kexue 9706: frequency * s^(-2(p+1)/R). */
    NTK_FIXED(NativeConstants.ROPE_NTK_FIXED),
    /** kexue 9706: frequency * exp(-a (p+1)^mixedExponent). */
    NTK_MIXED(NativeConstants.ROPE_NTK_MIXED),
    /** The base grows with the length: (s n/L - (s-1))^(R/(R-2)). */
    DYNAMIC_NTK(NativeConstants.ROPE_DYNAMIC_NTK),
    /** Qwen-1: alpha = max(1, 2^ceil(log2(n/L)+1) - 1). */
    DYNAMIC_NTK_QWEN(NativeConstants.ROPE_DYNAMIC_NTK_QWEN),
    /** The frequencies of YaRN without its magnitude (Peng et al. 2023). */
    NTK_BY_PARTS(NativeConstants.ROPE_NTK_BY_PARTS),
    /** NTK-by-parts and magnitude 0.1 ln(s) + 1. */
    YARN(NativeConstants.ROPE_YARN),
    /** YaRN with factor n / L, plain up to L. */
    DYNAMIC_YARN(NativeConstants.ROPE_DYNAMIC_YARN),
    /** Divisors per pair, short or long by length (Ding et al. 2024). */
    LONGROPE(NativeConstants.ROPE_LONGROPE),
    /** Llama 3.1: three bands by wavelength. */
    LLAMA3(NativeConstants.ROPE_LLAMA3),
    /** The first rotatedFraction of the pairs, exponent over the full width. */
    PROPORTIONAL(NativeConstants.ROPE_PROPORTIONAL),
    /** xPos / LeX (Sun et al. 2022): decay with distance; causal. */
    XPOS(NativeConstants.ROPE_XPOS),
    /** Frequencies divided by shortFactors, as GGUF's freq_factors. */
    PAIR_FACTORS(NativeConstants.ROPE_PAIR_FACTORS);

    final int code;

    RopeMethod(int code) {
        this.code = code;
    }

    /**
     * The spelling of the method, as in configuration files: "base".
     *
     * @return the library's name
     */
    public String spelling() {
        return Native.method_name(NativeConstants.PART_ROPE, code);
    }

    /**
     * The method of a spelling.
     *
     * @param spelling as {@link #spelling} answers it
     * @return the method
     * @throws IllegalArgumentException if there is none
     */
    public static RopeMethod find(String spelling) {
        int code = Native.method_find(NativeConstants.PART_ROPE, spelling);
        for (RopeMethod method : values()) {
            if (method.code == code) {
                return method;
            }
        }
        throw new IllegalArgumentException("there is no method \"" + spelling + "\"");
    }
}

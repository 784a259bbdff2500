package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** What is added to the logit, a function of distance d and head. */
public enum BiasMethod {
    /** Nothing. */
    NONE(NativeConstants.BIAS_NONE),
    /** -slope * d (Press et al. 2022). */
    ALIBI(NativeConstants.BIAS_ALIBI),
    /** A learned value per bucket of distances and head (Raffel et al. 2020). */
    T5(NativeConstants.BIAS_T5),
    /** -p ln(1 + a d) (Chi et al. 2022). */
    KERPLE_LOG(NativeConstants.BIAS_KERPLE_LOG),
    /** -a d^p (Chi et al. 2022). */
    KERPLE_POWER(NativeConstants.BIAS_KERPLE_POWER),
    /** Sandwich (Chi et al. 2023). */
    SANDWICH(NativeConstants.BIAS_SANDWICH),
    /** A tensor that is given to each run: FIRE, or anything additive. */
    DENSE(NativeConstants.BIAS_DENSE);

    final int code;

    BiasMethod(int code) {
        this.code = code;
    }

    /**
     * The spelling of the method, as in configuration files: "alibi".
     *
     * @return the library's name
     */
    public String spelling() {
        return Native.method_name(NativeConstants.PART_BIAS, code);
    }

    /**
     * The method of a spelling.
     *
     * @param spelling as {@link #spelling} answers it
     * @return the method
     * @throws IllegalArgumentException if there is none
     */
    public static BiasMethod find(String spelling) {
        int code = Native.method_find(NativeConstants.PART_BIAS, spelling);
        for (BiasMethod method : values()) {
            if (method.code == code) {
                return method;
            }
        }
        throw new IllegalArgumentException("there is no method \"" + spelling + "\"");
    }
}

package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** A factor on the logits of a query that depends on its position p or on the length. */
public enum Temperature {
    /** 1. */
    NONE(NativeConstants.TEMPERATURE_NONE),
    /** max(1, ln(p + 1) / ln L) (Su). */
    LOG_N(NativeConstants.TEMPERATURE_LOG_N),
    /** ln(p + 1) / ln L, below 1 too: for models trained so. */
    LOG_N_TRAINED(NativeConstants.TEMPERATURE_LOG_N_TRAINED),
    /** As LOG_N, only when the length exceeds L (later Qwen-1 revisions). */
    LOG_N_LONG(NativeConstants.TEMPERATURE_LOG_N_LONG),
    /** 1 + alpha ln(floor((p + 1) / L) + 1). */
    LLAMA4(NativeConstants.TEMPERATURE_LLAMA4),
    /** max(1, alpha ln(length / L) + 1)^power. */
    LENGTH(NativeConstants.TEMPERATURE_LENGTH),
    /** As LLAMA4, a position later: 1 + alpha ln(floor(p / L) + 1). */
    MINISTRAL3(NativeConstants.TEMPERATURE_MINISTRAL3);

    final int code;

    Temperature(int code) {
        this.code = code;
    }

    /**
     * The spelling of the method, as in configuration files: "log_n".
     *
     * @return the library's name
     */
    public String spelling() {
        return Native.method_name(NativeConstants.PART_TEMPERATURE, code);
    }

    /**
     * The method of a spelling.
     *
     * @param spelling as {@link #spelling} answers it
     * @return the method
     * @throws IllegalArgumentException if there is none
     */
    public static Temperature find(String spelling) {
        int code = Native.method_find(NativeConstants.PART_TEMPERATURE, spelling);
        for (Temperature method : values()) {
            if (method.code == code) {
                return method;
            }
        }
        throw new IllegalArgumentException("there is no method \"" + spelling + "\"");
    }
}

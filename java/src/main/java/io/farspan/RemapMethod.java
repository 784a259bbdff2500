package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** Which position the rope part sees. Needs a causal mask without prefix, a single position axis, and not xpos. */
public enum RemapMethod {
    /** The true positions. */
    NONE(NativeConstants.REMAP_NONE),
    /** From distance window on: counts as window (Su 2023). */
    REROPE(NativeConstants.REMAP_REROPE),
    /** From distance window on: window + (distance - window) / leak. */
    LEAKY_REROPE(NativeConstants.REMAP_LEAKY_REROPE),
    /** From distance window on: positions in groups (Jin et al. 2024). */
    SELF_EXTEND(NativeConstants.REMAP_SELF_EXTEND),
    /** Dual Chunk Attention (An et al. 2024). */
    DUAL_CHUNK(NativeConstants.REMAP_DUAL_CHUNK),
    /** From distance window on: counts as min(limit, length - 1) (Han et al. 2023); with sinks in the mask. */
    LM_INFINITE(NativeConstants.REMAP_LM_INFINITE),
    /** StreamingLLM (Xiao et al. 2023): positions are cache slots; with sinks and windowLeft = window in the mask. */
    STREAMING(NativeConstants.REMAP_STREAMING);

    final int code;

    RemapMethod(int code) {
        this.code = code;
    }

    /**
     * The spelling of the method, as in configuration files: "rerope".
     *
     * @return the library's name
     */
    public String spelling() {
        return Native.method_name(NativeConstants.PART_REMAP, code);
    }

    /**
     * The method of a spelling.
     *
     * @param spelling as {@link #spelling} answers it
     * @return the method
     * @throws IllegalArgumentException if there is none
     */
    public static RemapMethod find(String spelling) {
        int code = Native.method_find(NativeConstants.PART_REMAP, spelling);
        for (RemapMethod method : values()) {
            if (method.code == code) {
                return method;
            }
        }
        throw new IllegalArgumentException("there is no method \"" + spelling + "\"");
    }
}

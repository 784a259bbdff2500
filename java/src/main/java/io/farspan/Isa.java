package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** Instruction sets that the library has kernels for. */
public enum Isa {
    /** The best of this machine, or what the environment variable {@code FARSPAN_ISA} names. */
    BEST(NativeConstants.ISA_BEST),
    /** Any processor. */
    SCALAR(NativeConstants.ISA_SCALAR),
    /** AVX2, FMA and F16C. */
    AVX2(NativeConstants.ISA_AVX2),
    /** AVX-512 F, CD, DQ, BW and VL. */
    AVX512(NativeConstants.ISA_AVX512),
    /** NEON of aarch64. */
    NEON(NativeConstants.ISA_NEON);

    final int code;

    Isa(int code) {
        this.code = code;
    }

    static Isa of(int code) {
        for (Isa isa : values()) {
            if (isa.code == code) {
                return isa;
            }
        }
        throw new IllegalStateException("the library uses instruction set " + code + ", which these classes do not know");
    }

    /**
     * Whether kernels for it are built in and run on this machine.
     *
     * @return true if a {@link Context} can use it
     */
    public boolean isSupported() {
        return Native.isa_supported(code) != 0;
    }

    /**
     * The spelling, such as "avx2".
     *
     * @return the library's name
     */
    public String spelling() {
        return Native.isa_name(code);
    }
}

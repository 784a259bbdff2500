package io.farspan;

import io.farspan.internal.Native;
import java.util.Objects;

/** The rotation of a scheme, without attention. All methods may be called by many threads at once. */
public final class Rope {
    private static final RopeOptions DEFAULTS = new RopeOptions();

    private Rope() {}

    /**
     * Rotates queries by their positions, with the default context and options.
     *
     * @param scheme whose rope part to use
     * @param positions one per token of the sequence, or null for 0, 1, 2 ...
     * @param in [batch, head, sequence, feature]
     * @param out the same shape; may be the same memory, if it is a direct buffer
     */
    public static void apply(Scheme scheme, long[] positions, Tensor in, Tensor out) {
        apply(null, scheme, DEFAULTS, positions, in, out);
    }

    /**
     * Rotates in[b, h, t, :] by position positions[t] into out; features outside the rotary range are copied. With
     * exact angles the result is within 2 ulp (f32) of the real-number result.
     *
     * @param context null for the defaults
     * @param scheme whose rope part to use
     * @param options side, branch, direction and length
     * @param positions one per token of the sequence (times the axes for M-RoPE), below 2^40; or null for 0, 1, 2 ...
     * @param in [batch, head, sequence, feature]
     * @param out the same shape; may be the same memory with the same strides, if it is a direct buffer; the type may
     * differ
     * @throws FarspanException if shapes, types, positions or options are wrong; nothing is written then
     * @throws IllegalArgumentException if the output is read-only
     * @throws IllegalStateException if the context or scheme is closed
     */
    public static void apply(
            Context context, Scheme scheme, RopeOptions options, long[] positions, Tensor in, Tensor out) {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(out, "out").asOutput("out");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Scheme object = scheme.handle.acquire();
            try {
                Native.rope_apply(entered, object, options.side, options.branch, options.direction, options.length,
                        options.axisStride, options.xposCentre, positions, in.memory, in.code, in.dims, out.memory,
                        out.code, out.dims);
            } finally {
                scheme.handle.release();
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * The frequencies of the rotary pairs.
     *
     * @param scheme whose rope part to use
     * @param length the current length, 0 for the trained one, at which dynamic methods are at rest
     * @param frequencies filled with R/2 numbers, in radians per position; the array has that length
     * @return the magnitude, a factor on cosine and sine; 1 for xpos
     * @throws FarspanException if the array has another length, or the scheme has no rotation
     * @throws IllegalStateException if the scheme is closed
     */
    public static double frequencies(Scheme scheme, long length, double[] frequencies) {
        double[] magnitude = new double[1];
        io.farspan.internal.Scheme object = scheme.handle.acquire();
        try {
            Native.rope_frequencies(object, length, frequencies, magnitude);
        } finally {
            scheme.handle.release();
        }
        return magnitude[0];
    }
}

package io.farspan;

import io.farspan.internal.Native;
import java.util.Objects;

/**
 * Encodings of absolute positions, which are added to embeddings. All methods may be called by many threads at once.
 */
public final class AbsolutePositions {
    private AbsolutePositions() {}

    /**
     * Writes sinusoidal encodings.
     *
     * @param layout the order of sines and cosines
     * @param first position of the first row
     * @param base usually 10000
     * @param out [1, 1, sequence, width]
     * @throws FarspanException if a number or the shape is wrong; nothing is written then
     * @throws IllegalArgumentException if the output is read-only
     */
    public static void sinusoidal(SinusoidalLayout layout, long first, double base, Tensor out) {
        Objects.requireNonNull(out, "out").asOutput("out");
        Native.sinusoidal_fill(null, layout.code, first, base, out.memory, out.code, out.dims);
    }

    /**
     * Looks up learned encodings: out[b, 0, t, :] = table[0, 0, positions[t], :].
     *
     * @param table [1, 1, rows, width]
     * @param positions one per token of the sequence, or null for 0, 1, 2 ...; one outside the table is an error, not a
     * clamp
     * @param out [batch, 1, sequence, width]
     * @throws FarspanException if a position or a shape is wrong; nothing is written then
     * @throws IllegalArgumentException if the output is read-only
     */
    public static void lookup(Tensor table, long[] positions, Tensor out) {
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(out, "out").asOutput("out");
        Native.position_lookup(null, table.memory, table.code, table.dims, positions, out.memory, out.code, out.dims);
    }
}

// Members of the generated class that a person writes.
import io.farspan.internal.Native;
import java.util.Objects;

/**
     * Writes the bias of all pairs, for use as the dense bias of a run.
     *
     * @param queryPositions one per query, or null for the last of the keys
     * @param keyPositions one per key, or null for 0, 1, 2 ...
     * @param out [1, heads, queries, keys]
     * @throws FarspanException if an array is too short or a number is out of range; nothing is written then
     */
public void fill(long[] queryPositions, long[] keyPositions, Tensor out) {
    Objects.requireNonNull(out, "out").asOutput("out");
    Native.fire_fill(null, fields, w1, b1, w2, b2, queryPositions, keyPositions, out.memory, out.code, out.dims);
}

package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;

/** A needle in a haystack of the caller's own, as token ids. */
public final class Needle {
    private Needle() {}

    /**
     * Fills an array with the haystack, cut or repeated to fit, the needle, and the question behind all.
     *
     * @param haystack ids
     * @param needle ids
     * @param question ids
     * @param depth 0 for the start of the haystack, 1 for its end
     * @param boundary null, or the id (of ".", say) behind the nearest of which the needle moves back, so that it does
     * not split a
     *     sentence; to the start if there is none
     * @param out filled
     * @return where the needle begins
     * @throws FarspanException if needle and question do not fit, there is room but no haystack, or the depth is
     * outside 0 to 1
     */
    public static int place(long[] haystack, long[] needle, long[] question, double depth, Long boundary, long[] out) {
        long[] boundaries = boundary == null ? null : new long[] {boundary};
        long[] position = new long[1];
        Native.needle_place(null, haystack, needle, question, depth, boundaries, out, position);
        return (int) position[0];
    }
}

package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/**
 * A text that hides a number among repeated sentences and asks for it at the end. The same configuration gives the same text
 * everywhere. Not to be changed while a call reads it.
 */
public final class PasskeyConfig {
    final io.farspan.internal.PasskeyConfig fields;

    /**
     * The defaults.
     *
     * @param form which of the published texts
     */
    public PasskeyConfig(PasskeyForm form) {
        fields = new io.farspan.internal.PasskeyConfig(form.code);
    }

    /**
     * The size of the whole text.
     *
     * @param length bytes at most; the text is ASCII
     * @return this
     */
    public PasskeyConfig length(long length) {
        fields.setLength(length);
        return this;
    }

    /**
     * Decides the key, and the depth if that is drawn.
     *
     * @param seed any 64 bits
     * @return this
     */
    public PasskeyConfig seed(long seed) {
        fields.setSeed(seed);
        return this;
    }

    /**
     * Where the key stands.
     *
     * @param depth 0 for the start of the garbage, 1 for its end, NaN to draw it
     * @return this
     */
    public PasskeyConfig depth(double depth) {
        fields.setDepth(depth);
        return this;
    }

    /**
     * The least key.
     *
     * @param lowestKey at least 0
     * @return this
     */
    public PasskeyConfig lowestKey(long lowestKey) {
        fields.setLowestKey(lowestKey);
        return this;
    }

    /**
     * The greatest key.
     *
     * @param highestKey below 10^18
     * @return this
     */
    public PasskeyConfig highestKey(long highestKey) {
        fields.setHighestKey(highestKey);
        return this;
    }

    /**
     * Makes the task.
     *
     * @return the text and its key
     * @throws FarspanException if a field is out of range, or the length has no room for the task
     */
    public Passkey make() {
        long[] whole = new long[NativeConstants.FLAT_PASSKEY_WHOLE];
        double[] depth = new double[1];
        String text = Texts.written(0, (buffer, needed) -> {
            Native.passkey_make(fields, buffer, whole, depth);
            needed[0] = whole[3] + 1; // the bytes of the text, and the NUL
        });
        return new Passkey(text, whole[0], (int) whole[1], (int) whole[2], depth[0]);
    }
}

package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.runtime.Bytes;

/**
 * A passkey task: is what stands far back found?
 *
 * @param text what the model reads
 * @param key what it must answer
 * @param keyBegin where the sentences that tell the key begin in the text
 * @param keyEnd where they end
 * @param depth as drawn or given
 */
public record Passkey(String text, long key, int keyBegin, int keyEnd, double depth) {
    /**
     * Whether the first whole number in what the model wrote is the key.
     *
     * @param generated only what it wrote, usually 10 tokens
     * @return whether the key was found
     */
    public boolean isFoundIn(String generated) {
        return isFoundIn(generated, key);
    }

    /**
     * The same for a key of another origin.
     *
     * @param generated only what the model wrote
     * @param key the number to be found
     * @return whether the key was found
     * @throws FarspanException if the key is negative
     */
    public static boolean isFoundIn(String generated, long key) {
        int[] correct = new int[1];
        Native.passkey_check(null, Bytes.utf8(generated, "generated"), key, correct);
        return correct[0] != 0;
    }
}

package io.farspan.runtime;

import java.nio.charset.StandardCharsets;

/** Texts as arrays of bytes. Public for the other packages of the library only. */
public final class Bytes {
    private Bytes() {}

    /**
     * Writes a text with its NUL into a buffer, and what that needs into needed[0]; writes nothing if the buffer is too
     * small.
     */
    public interface Writer {
        /**
         * Makes one attempt.
         *
         * @param buffer what is written to
         * @param needed of one element
         */
        void write(byte[] buffer, long[] needed);
    }

    /**
     * A text that the library writes into a buffer of a size that only it knows.
     *
     * @param guess usually suffices
     * @param writer called until the buffer suffices
     * @return the text
     */
    public static String written(int guess, Writer writer) {
        byte[] buffer = new byte[guess];
        long[] needed = new long[1];
        writer.write(buffer, needed);
        while (needed[0] > buffer.length) {
            buffer = new byte[size(needed[0])];
            writer.write(buffer, needed);
        }
        return new String(buffer, 0, (int) needed[0] - 1, StandardCharsets.UTF_8);
    }

    /**
     * The size of an array.
     *
     * @param count of its elements
     * @return the same
     * @throws IllegalArgumentException if no array is so long
     */
    public static int size(long count) {
        if (count > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(count + " elements, more than an array holds");
        }
        return (int) count;
    }
}

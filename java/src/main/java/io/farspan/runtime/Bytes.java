package io.farspan.runtime;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Texts as arrays of bytes. Public for the other packages of the library only. */
public final class Bytes {
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private Bytes() {}

    /**
     * The bytes of a text. An unpaired surrogate becomes U+FFFD, which is what the library makes of bytes that are no
     * UTF-8.
     */
    public static byte[] utf8(String text, String name) {
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder()
                                         .onMalformedInput(CodingErrorAction.REPLACE)
                                         .onUnmappableCharacter(CodingErrorAction.REPLACE)
                                         .replaceWith(REPLACEMENT);
        try {
            ByteBuffer bytes = encoder.encode(CharBuffer.wrap(Objects.requireNonNull(text, name)));
            byte[] result = new byte[bytes.remaining()];
            bytes.get(result);
            return result;
        } catch (CharacterCodingException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The text of bytes. */
    public static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /**
     * Writes a text with its NUL into a buffer, and what that needs into needed[0]; writes nothing if the buffer is too
     * small.
     */
    public interface Writer {
        /** Makes one attempt. */
        void write(byte[] buffer, long[] needed);
    }

    /** A text that the library writes into a buffer of a size that only it knows. */
    public static String written(int guess, Writer writer) {
        byte[] buffer = new byte[guess];
        long[] needed = new long[1];
        writer.write(buffer, needed);
        while (needed[0] > buffer.length) {
            buffer = new byte[Math.toIntExact(needed[0])];
            writer.write(buffer, needed);
        }
        return new String(buffer, 0, (int) needed[0] - 1, StandardCharsets.UTF_8);
    }
}

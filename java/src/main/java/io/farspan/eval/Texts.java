package io.farspan.eval;

import io.farspan.internal.NativeConstants;
import io.farspan.runtime.Bytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Texts and token ids as the library takes them. */
final class Texts {
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private Texts() {}

    /** A segment: its parts one behind the other, the hypothesis first, and their lengths. */
    static final class Segment {
        byte[] texts;
        long[] ids;
        final long[] lengths;

        private Segment(int parts) {
            lengths = new long[parts];
        }
    }

    /**
     * The bytes of a text. An unpaired surrogate becomes U+FFFD, which is what the library makes of bytes that are no
     * UTF-8.
     */
    static byte[] utf8(String text, String name) {
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

    static Segment segment(String hypothesis, List<String> references) {
        Segment segment = new Segment(1 + references.size());
        byte[][] parts = new byte[segment.lengths.length][];
        parts[0] = utf8(hypothesis, "hypothesis");
        for (int n = 1; n < parts.length; ++n) {
            String reference = references.get(n - 1);
            parts[n] = reference == null ? null : utf8(reference, "reference");
        }
        long bytes = 0;
        for (int n = 0; n < parts.length; ++n) {
            segment.lengths[n] = parts[n] == null ? NativeConstants.FLAT_MISSING : parts[n].length;
            bytes += Math.max(segment.lengths[n], 0);
        }
        ByteBuffer texts = ByteBuffer.allocate(Bytes.size(bytes));
        for (byte[] part : parts) {
            if (part != null) {
                texts.put(part);
            }
        }
        segment.texts = texts.array();
        return segment;
    }

    static Segment segment(long[] hypothesis, List<long[]> references) {
        Segment segment = new Segment(1 + references.size());
        segment.lengths[0] = Objects.requireNonNull(hypothesis, "hypothesis").length;
        long count = hypothesis.length;
        for (int n = 1; n < segment.lengths.length; ++n) {
            long[] reference = references.get(n - 1);
            segment.lengths[n] = reference == null ? NativeConstants.FLAT_MISSING : reference.length;
            count += Math.max(segment.lengths[n], 0);
        }
        segment.ids = new long[Bytes.size(count)];
        System.arraycopy(hypothesis, 0, segment.ids, 0, hypothesis.length);
        int at = hypothesis.length;
        for (long[] reference : references) {
            if (reference != null) {
                System.arraycopy(reference, 0, segment.ids, at, reference.length);
                at += reference.length;
            }
        }
        return segment;
    }
}

package io.farspan.eval;

import io.farspan.runtime.Bytes;
import java.util.List;
import java.util.function.Function;

/** Lists of texts or of token ids as the library takes them: one behind the other, and their lengths. */
final class Texts {
    private static final long MISSING = -1;

    private Texts() {}

    /** All parts, and the length of each; below 0 for one that is null. */
    static final class Parts<T> {
        final T all;
        final long[] lengths;

        private Parts(T all, long[] lengths) {
            this.all = all;
            this.lengths = lengths;
        }
    }

    static Parts<byte[]> texts(List<String> texts) {
        byte[][] parts = new byte[texts.size()][];
        for (int n = 0; n < parts.length; ++n) {
            String text = texts.get(n);
            parts[n] = text == null ? null : Bytes.utf8(text, "text");
        }
        long[] lengths = new long[parts.length];
        return new Parts<>(joined(parts, lengths, byte[] ::new, part -> part.length), lengths);
    }

    static Parts<long[]> ids(List<long[]> lists) {
        long[][] parts = lists.toArray(new long[0][]);
        long[] lengths = new long[parts.length];
        return new Parts<>(joined(parts, lengths, long[] ::new, part -> part.length), lengths);
    }

    private static <T> T joined(T[] parts, long[] lengths, Function<Integer, T> made, Function<T, Integer> length) {
        long count = 0;
        for (int n = 0; n < parts.length; ++n) {
            lengths[n] = parts[n] == null ? MISSING : length.apply(parts[n]);
            count += Math.max(lengths[n], 0);
        }
        if (count > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(count + " elements, more than an array holds");
        }
        T all = made.apply((int) count);
        int at = 0;
        for (int n = 0; n < parts.length; ++n) {
            if (parts[n] != null) {
                System.arraycopy(parts[n], 0, all, at, (int) lengths[n]);
                at += (int) lengths[n];
            }
        }
        return all;
    }
}

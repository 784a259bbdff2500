package io.farspan;

import io.farspan.internal.Native;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Keys and values of many sequences for decoding, without their positions: keys are rotated when they are read. Every
 * scheme is therefore right on every cache: dynamic frequencies at the current length, remaps, a switch of scheme in
 * mid-sequence, eviction in the middle.
 *
 * <p>A sequence is a number that is never used again in its cache: one that has ended is refused, never mistaken for
 * another. It is a set of tokens, each at a position that it keeps; positions only grow. Tokens lie in blocks of 64
 * positions, which forks share until one of them writes.
 *
 * <pre>{@code
 * try (Cache cache = Cache.create(new CacheConfig(8, 128).layers(2))) {
 *     CacheBatch newest = CacheBatch.of(cache.createSequence());
 *     while (generating) { // token by token
 *         cache.append(newest);
 *         for (int layer = 0; layer < 2; ++layer) {
 *             cache.write(layer, newest, k, v);
 *             cache.decode(scheme, layer, newest, q, out);
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Many threads may use one cache. Calls on different sequences go on at the same time, even of forks that share
 * blocks: so one session may append while another runs. On the same sequence, forks, reads and runs go on at the same
 * time, and a call that changes it ({@code append}, {@code write}, {@code evict}, {@code keep}, {@code
 * destroySequence}) waits for the calls on it that are inside and keeps others waiting. A batch is a call on each of
 * its sequences. {@link #clear} waits for all calls. Whoever needs the steps of a sequence in an order gives it to one
 * thread at a time.
 *
 * <p>Close it when it is no longer needed; what is forgotten is freed after garbage collection.
 */
public final class Cache extends CacheCalls {
    Cache(io.farspan.internal.Cache object) {
        super(object);
    }

    /**
     * A sequence as bytes, all layers, with a version and a checksum. The form does not depend on the machine.
     *
     * @param sequence a sequence
     * @return the bytes
     * @throws FarspanException if it is not in the cache
     * @throws IllegalArgumentException if it needs more bytes than an array can have
     * @throws IllegalStateException if the cache is closed
     */
    public byte[] save(long sequence) {
        return save(null, sequence);
    }

    /**
     * The same with the threads and the flag of a context.
     *
     * @param context null for the defaults
     * @param sequence a sequence
     * @return the bytes
     * @throws FarspanException if the sequence is not in the cache, or the call was cancelled
     */
    public byte[] save(Context context, long sequence) {
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Cache object = access.read(sequence);
            try {
                long size = Native.cache_save_size(object, sequence);
                if (size > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException(
                            "the sequence needs " + size + " bytes: an array cannot have so many");
                }
                byte[] saved = new byte[(int) size];
                Native.cache_save(entered, object, sequence, saved);
                return saved;
            } finally {
                access.leaveReading(sequence);
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * Writes the same bytes into a direct buffer, from its position on, which moves behind them.
     *
     * @param sequence a sequence
     * @param buffer direct, of any order, with {@link #savedBytes} bytes remaining
     * @throws FarspanException if the sequence is not in the cache, or the buffer is too small; nothing is written then
     * @throws IllegalArgumentException if the buffer is read-only or not direct
     * @throws IllegalStateException if the cache is closed
     */
    public void save(long sequence, ByteBuffer buffer) {
        Object target = Buffers.writableBytes(Objects.requireNonNull(buffer, "buffer"), "buffer");
        io.farspan.internal.Cache object = access.read(sequence);
        try {
            Native.cache_save(null, object, sequence, target);
            buffer.position(buffer.position() + (int) Native.cache_save_size(object, sequence));
        } finally {
            access.leaveReading(sequence);
        }
    }

    /**
     * Makes a sequence of bytes in a direct buffer, from its position to its limit; neither is moved.
     *
     * @param saved direct, of any order
     * @return the number of the sequence
     * @throws FarspanException as for an array
     */
    public long restore(ByteBuffer saved) {
        Object source = Buffers.readableBytes(saved, "saved");
        long[] sequence = new long[1];
        io.farspan.internal.Cache object = access.read();
        try {
            Native.cache_restore(null, object, source, sequence);
            access.begins(sequence[0]);
        } finally {
            access.leaveReading();
        }
        return sequence[0];
    }
}

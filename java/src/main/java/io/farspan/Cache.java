package io.farspan;

import io.farspan.internal.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
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
public final class Cache implements AutoCloseable {
    final CacheAccess access;

    private Cache(io.farspan.internal.Cache object) {
        access = new CacheAccess(this, object);
    }

    /**
     * Makes a cache without sequences.
     *
     * @param config its form
     * @return a new cache
     * @throws FarspanException if a size or the type is out of range
     */
    public static Cache create(CacheConfig config) {
        return new Cache(Native.cache_create(Objects.requireNonNull(config, "config").fields));
    }

    /**
     * Begins a sequence without tokens.
     *
     * @return its number
     * @throws IllegalStateException if the cache is closed
     */
    public long createSequence() {
        return access.make((object, made) -> Native.cache_sequence_create(object, made));
    }

    /**
     * Ends a sequence. Its blocks, as far as no fork uses them, are kept for other sequences.
     *
     * @param sequence a sequence
     * @throws FarspanException if it is not in the cache
     * @throws IllegalStateException if the cache is closed
     */
    public void destroySequence(long sequence) {
        access.destroy(sequence, object -> Native.cache_sequence_destroy(object, sequence));
    }

    /**
     * Makes a second sequence with the same tokens. It costs a few bytes per block; a block is copied when either one
     * writes to it.
     *
     * @param sequence a sequence
     * @return the number of the new one
     * @throws FarspanException if the sequence is not in the cache
     * @throws IllegalStateException if the cache is closed
     */
    public long fork(long sequence) {
        return access.makeFrom(sequence, (object, child) -> Native.cache_fork(object, sequence, child));
    }

    /**
     * Forgets tokens. Blocks without tokens return to the cache.
     *
     * @param sequence a sequence
     * @param first position
     * @param last position, exclusive; {@link Long#MAX_VALUE} truncates: later tokens then continue from {@code first}
     * @throws FarspanException if the sequence is not in the cache, or the interval is not one
     * @throws IllegalStateException if the cache is closed
     */
    public void evict(long sequence, long first, long last) {
        access.changeOne(sequence, object -> Native.cache_evict(object, sequence, first, last));
    }

    /**
     * Keeps the first and the newest tokens only, as a streaming mask with the same sinks and windowLeft = window sees
     * them from the next token on.
     *
     * @param sequence a sequence
     * @param sinks tokens at positions below are kept
     * @param window as many last positions are kept, at least 1
     * @throws FarspanException if the sequence is not in the cache, or a number is out of range
     * @throws IllegalStateException if the cache is closed
     */
    public void keep(long sequence, long sinks, long window) {
        access.changeOne(sequence, object -> Native.cache_keep(object, sequence, sinks, window));
    }

    /**
     * Ends all sequences and gives the memory back to the system. Waits for all calls that are inside, and keeps others
     * waiting.
     *
     * @throws IllegalStateException if the cache is closed
     */
    public void clear() {
        access.clear(object -> Native.cache_clear(object));
    }

    /**
     * What the cache knows of a sequence.
     *
     * @param sequence a sequence
     * @return tokens, positions and blocks
     * @throws FarspanException if it is not in the cache
     * @throws IllegalStateException if the cache is closed
     */
    public SequenceInfo info(long sequence) {
        io.farspan.internal.SequenceInfo info = new io.farspan.internal.SequenceInfo();
        io.farspan.internal.Cache object = access.read(sequence);
        try {
            Native.cache_sequence_info(object, sequence, info);
        } finally {
            access.leaveReading(sequence);
        }
        return new SequenceInfo(info.getTokens(), info.getFirstPosition(), info.getNextPosition(), info.getBlocks(),
                info.getSharedBlocks());
    }

    /**
     * What the cache holds.
     *
     * @return sequences, blocks and their size
     * @throws IllegalStateException if the cache is closed
     */
    public CacheStatistics statistics() {
        io.farspan.internal.CacheStatistics statistics = new io.farspan.internal.CacheStatistics();
        io.farspan.internal.Cache object = access.read();
        try {
            Native.cache_get_statistics(object, statistics);
        } finally {
            access.leaveReading();
        }
        return new CacheStatistics(statistics.getSequences(), statistics.getBlocks(), statistics.getFreeBlocks(),
                statistics.getBlockBytes());
    }

    /**
     * Makes room for new tokens at the next positions of their sequences.
     *
     * @param batch how many for which sequence
     */
    public void append(CacheBatch batch) {
        append(batch, null);
    }

    /**
     * Makes room for new tokens in all layers: for all of them, or for none. Their content is 0 until it is written.
     *
     * @param batch how many for which sequence
     * @param positions one for each row, growing within a sequence, above its newest token's and below 2^40; null for
     * the next ones
     * @throws FarspanException if a sequence or position is wrong, or the memory limit does not allow it
     *     ({@link Status#OUT_OF_MEMORY}); nothing has changed then
     * @throws IllegalStateException if the cache is closed
     */
    public void append(CacheBatch batch, long[] positions) {
        Objects.requireNonNull(batch, "batch");
        io.farspan.internal.Cache object = access.change(batch.inOrder);
        try {
            Native.cache_append(object, batch.sequences, batch.offsets, positions);
        } finally {
            access.leaveChanging(batch.inOrder);
        }
    }

    /**
     * Stores keys and values with the default context.
     *
     * @param layer from 0
     * @param batch whose newest tokens they are
     * @param k [1, key heads, rows, head_dim]
     * @param v [1, key heads, rows, value_dim]
     */
    public void write(long layer, CacheBatch batch, Tensor k, Tensor v) {
        write(null, layer, batch, k, v);
    }

    /**
     * Stores the keys and values of the newest tokens of each sequence in one layer, rounded to the cache's type.
     *
     * @param context null for the defaults
     * @param layer from 0
     * @param batch whose newest tokens they are
     * @param k [1, key heads, rows, head_dim], not rotated
     * @param v [1, key heads, rows, value_dim]
     * @throws FarspanException if the layer, a sequence or a shape is wrong, with nothing written
     * @throws IllegalStateException if the context or cache is closed
     */
    public void write(Context context, long layer, CacheBatch batch, Tensor k, Tensor v) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(k, "k");
        Objects.requireNonNull(v, "v");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Cache object = access.change(batch.inOrder);
            try {
                Native.cache_write(entered, object, layer, batch.sequences, batch.offsets, k.memory, k.code, k.dims,
                        v.memory, v.code, v.dims);
            } finally {
                access.leaveChanging(batch.inOrder);
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * Decodes with the default context and without log-sum-exps.
     *
     * @param scheme how positions enter
     * @param layer from 0
     * @param batch whose newest tokens the rows are
     * @param q [1, query heads, rows, head_dim]
     * @param out [1, query heads, rows, value_dim]
     */
    public void decode(Scheme scheme, long layer, CacheBatch batch, Tensor q, Tensor out) {
        decode(null, scheme, layer, batch, q, out, (Object) null);
    }

    /**
     * Plans, runs and forgets the plan: out = softmax(logits) v over the cached tokens of each row's sequence. For many
     * layers make a {@link CachePlan}.
     *
     * @param context null for the defaults
     * @param scheme how positions enter; may be another than at the last call
     * @param layer from 0
     * @param batch whose newest tokens the rows are
     * @param q [1, query heads, rows, head_dim], not rotated
     * @param out [1, query heads, rows, value_dim]; must not overlap q
     * @param lse null, or a direct buffer that receives ln(sum of exp(logit)): [query heads][rows]
     * @throws FarspanException if the layer, a sequence or a shape is wrong, with nothing written; or if the run was
     * cancelled
     * @throws IllegalArgumentException if an output is read-only, or lse is not direct
     * @throws IllegalStateException if the context, scheme or cache is closed
     */
    public void decode(
            Context context, Scheme scheme, long layer, CacheBatch batch, Tensor q, Tensor out, FloatBuffer lse) {
        decode(context, scheme, layer, batch, q, out, Buffers.writable(lse, "lse"));
    }

    /**
     * The same with log-sum-exps in an array, which is copied back after success.
     *
     * @param context null for the defaults
     * @param scheme how positions enter
     * @param layer from 0
     * @param batch whose newest tokens the rows are
     * @param q [1, query heads, rows, head_dim]
     * @param out [1, query heads, rows, value_dim]
     * @param lse [query heads][rows]
     */
    public void decode(
            Context context, Scheme scheme, long layer, CacheBatch batch, Tensor q, Tensor out, float[] lse) {
        decode(context, scheme, layer, batch, q, out, (Object) Objects.requireNonNull(lse, "lse"));
    }

    private void decode(
            Context context, Scheme scheme, long layer, CacheBatch batch, Tensor q, Tensor out, Object lse) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(q, "q");
        Objects.requireNonNull(out, "out").asOutput("out");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Scheme rules = scheme.handle.acquire();
            try {
                io.farspan.internal.Cache object = access.read(batch.inOrder);
                try {
                    Native.attention_decode(entered, rules, object, layer, batch.sequences, batch.offsets, q.memory,
                            q.code, q.dims, out.memory, out.code, out.dims, lse);
                } finally {
                    access.leaveReading(batch.inOrder);
                }
            } finally {
                scheme.handle.release();
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * How much {@link #save} writes.
     *
     * @param sequence a sequence
     * @return bytes; 0 if there is no such sequence
     * @throws IllegalStateException if the cache is closed
     */
    public long savedBytes(long sequence) {
        io.farspan.internal.Cache object = access.read(sequence);
        try {
            return Native.cache_save_size(object, sequence);
        } finally {
            access.leaveReading(sequence);
        }
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
        io.farspan.internal.Cache object = access.read(sequence);
        try {
            long size = Native.cache_save_size(object, sequence);
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "the sequence needs " + size + " bytes: an array cannot have so many");
            }
            byte[] saved = new byte[(int) size];
            Native.cache_save(object, sequence, saved);
            return saved;
        } finally {
            access.leaveReading(sequence);
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
            Native.cache_save(object, sequence, target);
            buffer.position(buffer.position() + (int) Native.cache_save_size(object, sequence));
        } finally {
            access.leaveReading(sequence);
        }
    }

    /**
     * Makes a new sequence of what {@link #save} wrote, in a cache of the same type, layers, heads and sizes.
     *
     * @param saved exactly the bytes of one sequence
     * @return the number of the sequence
     * @throws FarspanException if the bytes are damaged or foreign ({@link Status#PARAMETER_RANGE}), the cache has
     * another shape
     *     ({@link Status#SHAPE}), or its memory limit is reached; nothing has changed then
     * @throws IllegalStateException if the cache is closed
     */
    public long restore(byte[] saved) {
        return restore((Object) Objects.requireNonNull(saved, "saved"));
    }

    /**
     * The same from a direct buffer, from its position to its limit; neither is moved.
     *
     * @param saved direct, of any order
     * @return the number of the sequence
     */
    public long restore(ByteBuffer saved) {
        return restore((Object) Buffers.slice(Objects.requireNonNull(saved, "saved"), ByteOrder.nativeOrder()));
    }

    private long restore(Object saved) {
        return access.make((object, made) -> Native.cache_restore(object, saved, made));
    }

    /**
     * Ends all sequences and frees the cache when the last call inside has ended. Its plans are refused from then on.
     * Does nothing the second time.
     */
    @Override
    public void close() {
        access.close();
    }
}

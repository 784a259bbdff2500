package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Use and misuse of a cache. With queries of zeros, attention is the mean of the values: what each test expects is
 * plain to see.
 */
class CacheTest {
    private static final int DIM = 8;
    private static final float[] NO_QUERY = new float[2 * DIM];

    private final Scheme scheme = Scheme.builder().build();
    private final Cache cache = Cache.create(config());

    @AfterEach
    void close() {
        scheme.close();
        cache.close();
    }

    static CacheConfig config() {
        return new CacheConfig(1, DIM).dtype(Dtype.F32);
    }

    /** Appends a token for each value, which all features of its key and value have. */
    static void grow(Cache cache, long sequence, float... values) {
        CacheBatch batch = CacheBatch.ofRows(sequence, values.length);
        float[] data = new float[values.length * DIM];
        for (int n = 0; n < data.length; ++n) {
            data[n] = values[n / DIM];
        }
        Tensor rows = Tensor.of(data, 1, 1, values.length, DIM);
        cache.append(batch);
        cache.write(0, batch, rows, rows);
    }

    /** What the newest token of the sequence sees. */
    private float mean(Cache of, long sequence) {
        float[] out = new float[2 * DIM];
        of.decode(scheme, 0, CacheBatch.of(sequence), queries(), Tensor.of(out, 1, 2, 1, DIM));
        for (float value : out) {
            assertEquals(out[0], value);
        }
        return out[0];
    }

    private static Tensor queries() {
        return Tensor.of(NO_QUERY, 1, 2, 1, DIM);
    }

    private static void refused(Status status, int argument, String text, Runnable call) {
        FarspanException failure = assertThrows(FarspanException.class, call::run);
        assertEquals(status, failure.status(), failure.getMessage());
        assertEquals(argument, failure.argument(), failure.getMessage());
        assertTrue(failure.getMessage().contains(text), failure.getMessage());
    }

    @Test
    void sequencesGrowForkAndForget() {
        long first = cache.createSequence();
        grow(cache, first, 1, 2, 3, 6);
        assertEquals(3, mean(cache, first), 1e-6);
        long child = cache.fork(first);
        assertEquals(new SequenceInfo(4, 0, 4, 1, 1), cache.info(child));
        grow(cache, child, 8);
        assertEquals(4, mean(cache, child), 1e-6);
        assertEquals(3, mean(cache, first), 1e-6);
        cache.evict(child, 1, 3);
        assertEquals(new SequenceInfo(3, 0, 5, 1, 0), cache.info(child));
        assertEquals(5, mean(cache, child), 1e-6);
        cache.evict(first, 2, Long.MAX_VALUE);
        assertEquals(2, cache.info(first).nextPosition());
        grow(cache, first, 9);
        assertEquals(4, mean(cache, first), 1e-6);
        cache.keep(child, 1, 1);
        assertEquals(2, cache.info(child).tokens());
        CacheStatistics statistics = cache.statistics();
        assertEquals(2, statistics.sequences());
        assertEquals(2, statistics.blocks());
        assertTrue(statistics.blockBytes() >= 2 * 64 * DIM * 4);
        cache.destroySequence(first);
        cache.clear();
        assertEquals(0, cache.statistics().sequences());
        assertEquals(0, cache.statistics().freeBlocks());
    }

    @Test
    void aPlanServesAllLayersAndBatches() {
        try (Cache two = Cache.create(config().layers(2).keyHeads(1)); Context context = Context.create(Isa.BEST, 1)) {
            long[] sequences = {two.createSequence(), two.createSequence()};
            CacheBatch batch = CacheBatch.of(sequences, new long[] {0, 1, 3});
            two.append(batch, new long[] {5, 7, 9});
            Tensor q = Tensor.of(new float[2 * 3 * DIM], 1, 2, 3, DIM);
            try (CachePlan plan = CachePlan.create(context, scheme, two, batch, 2, null, 0, 0)) {
                ByteBuffer workspace = ByteBuffer.allocateDirect((int) plan.workspaceBytes());
                for (int layer = 0; layer < 2; ++layer) {
                    float[] rows = new float[3 * DIM];
                    for (int n = 0; n < rows.length; ++n) {
                        rows[n] = layer + n / DIM;
                    }
                    Tensor values = Tensor.of(rows, 1, 1, 3, DIM);
                    two.write(context, layer, batch, values, values);
                    FloatBuffer out = Memory.direct(2 * 3 * DIM);
                    float[] lse = new float[6];
                    plan.run(context, layer, q, Tensor.of(out, 1, 2, 3, DIM), lse, workspace);
                    assertEquals(layer, out.get(0));
                    assertEquals(layer + 1, out.get(DIM));
                    assertEquals(layer + 1.5, out.get(2 * DIM), 1e-6);
                    assertArrayEquals(new float[] {0, 0, (float) Math.log(2), 0, 0, (float) Math.log(2)}, lse, 1e-6f);
                }
            }
            // A query of its own position, before the last token.
            float[] out = new float[2 * DIM];
            try (CachePlan plan =
                            CachePlan.create(null, scheme, two, CacheBatch.of(sequences[1]), 2, new long[] {8}, 0, 0)) {
                plan.run(0, queries(), Tensor.of(out, 1, 2, 1, DIM));
            }
            assertEquals(1, out[0]);
        }
    }

    @Test
    void savedSequencesComeBack() {
        long sequence = cache.createSequence();
        grow(cache, sequence, 2, 4, 9);
        byte[] saved = cache.save(sequence);
        assertEquals(saved.length, cache.savedBytes(sequence));
        ByteBuffer buffer = ByteBuffer.allocateDirect(saved.length + 20);
        buffer.position(7);
        cache.save(sequence, buffer);
        assertEquals(7 + saved.length, buffer.position());
        byte[] written = new byte[saved.length];
        buffer.get(7, written);
        assertArrayEquals(saved, written);
        try (Cache other = Cache.create(config()); Cache wide = Cache.create(config().headDim(DIM + 1))) {
            assertEquals(5, mean(other, other.restore(saved)), 1e-6);
            ByteBuffer window = buffer.duplicate().position(7).limit(7 + saved.length);
            assertEquals(5, mean(other, other.restore(window.asReadOnlyBuffer())), 1e-6);
            assertEquals(7, window.position());
            refused(Status.SHAPE, 3, "", () -> wide.restore(saved));
            byte[] damaged = saved.clone();
            damaged[saved.length / 2] ^= 1;
            refused(Status.PARAMETER_RANGE, 3, "", () -> other.restore(damaged));
            refused(Status.PARAMETER_RANGE, 3, "", () -> other.restore(new byte[0]));
            refused(Status.PARAMETER_RANGE, 3, "", () -> other.restore(Arrays.copyOf(saved, 40)));
            assertEquals(2, other.statistics().sequences());
        }
    }

    @Test
    void theMemoryLimitChangesNothing() {
        try (Cache small = Cache.create(config().memoryLimit(cache.statistics().blockBytes() * 5 / 2))) {
            long sequence = small.createSequence();
            grow(small, sequence, 1, 3);
            refused(Status.OUT_OF_MEMORY, 0, "memory limit", () -> small.append(CacheBatch.ofRows(sequence, 200)));
            assertEquals(2, small.info(sequence).tokens());
            assertEquals(2, mean(small, sequence), 1e-6);
        }
    }

    @Test
    void wrongUseIsRefusedInWords() {
        refused(Status.DTYPE, 1, "config.dtype", () -> Cache.create(config().dtype(Dtype.F64)));
        refused(Status.SHAPE, 1, "config.head_dim is -1", () -> Cache.create(config().headDim(-1)));
        long sequence = cache.createSequence();
        grow(cache, sequence, 1);
        CacheBatch one = CacheBatch.of(sequence);
        Tensor out = Tensor.of(new float[2 * DIM], 1, 2, 1, DIM);
        refused(Status.PARAMETER_RANGE, 2, "99", () -> cache.fork(99));
        refused(Status.SHAPE, 3, "batch.offsets_count is 1: must be 2",
                () -> cache.append(CacheBatch.of(new long[] {sequence}, new long[] {0})));
        refused(Status.SHAPE, 3, "batch.sequence_count is 0", () -> cache.append(CacheBatch.of()));
        refused(Status.SHAPE, 5, "positions_count is 1: must be 2",
                () -> cache.append(CacheBatch.ofRows(sequence, 2), new long[] {5}));
        refused(Status.SHAPE, 5, "positions_count is 3: must be 1", () -> cache.append(one, new long[] {5, 6, 7}));
        refused(Status.SHAPE, 5, "problem.positions_count is 3: must be 1",
                () -> CachePlan.create(null, scheme, cache, one, 2, new long[] {0, 1, 2}, 0, 0));
        refused(Status.SHAPE, 3, "batch.offsets", () -> cache.append(CacheBatch.ofRows(sequence, Long.MIN_VALUE)));
        refused(Status.SHAPE, 3, "batch.offsets[0] is 0 and the next 9223372036854775807",
                () -> cache.append(CacheBatch.ofRows(sequence, Long.MAX_VALUE), new long[] {5}));
        refused(Status.SHAPE, 6, "data.lse_count is 1: must be at least 2",
                () -> cache.decode(null, scheme, 0, one, queries(), out, new float[1]));
        refused(Status.DTYPE, 1, "",
                ()
                        -> Tensor.of(ByteBuffer.allocateDirect(64).order(java.nio.ByteOrder.nativeOrder()), Dtype.I8, 1,
                                1, 1, 8));
        assertThrows(NullPointerException.class, () -> Cache.create(null));
        assertThrows(NullPointerException.class, () -> cache.append(null));
        assertThrows(NullPointerException.class, () -> cache.write(0, one, null, out));
        assertThrows(NullPointerException.class, () -> cache.decode(scheme, 0, one, queries(), null));
        assertThrows(NullPointerException.class, () -> cache.restore((byte[]) null));
        assertThrows(NullPointerException.class, () -> CachePlan.create(scheme, null, one, 2));
        assertThrows(IllegalArgumentException.class, () -> cache.save(sequence, ByteBuffer.allocate(10000)));
        assertThrows(IllegalArgumentException.class, () -> cache.restore(ByteBuffer.allocate(10000)));
        assertThrows(IllegalArgumentException.class,
                () -> cache.save(sequence, ByteBuffer.allocateDirect(9999).asReadOnlyBuffer()));
        ByteBuffer small = ByteBuffer.allocateDirect(10);
        refused(Status.SHAPE, 5, "buffer_bytes is 10", () -> cache.save(sequence, small));
        assertEquals(0, small.position());
        assertEquals(0, cache.savedBytes(99));
        refused(Status.PARAMETER_RANGE, 3, "99", () -> cache.save(99));
        Tensor readOnly = Tensor.of(Memory.direct(2 * DIM).asReadOnlyBuffer(), 1, 2, 1, DIM);
        assertThrows(IllegalArgumentException.class, () -> cache.decode(scheme, 0, one, queries(), readOnly));
        assertEquals(new SequenceInfo(1, 0, 1, 1, 0), cache.info(sequence));
    }

    @Test
    void aPlanOfAnotherCacheOrTimeIsRefused() {
        long sequence = cache.createSequence();
        grow(cache, sequence, 1, 2);
        CacheBatch one = CacheBatch.of(sequence);
        Tensor out = Tensor.of(new float[2 * DIM], 1, 2, 1, DIM);
        try (CachePlan plan = CachePlan.create(scheme, cache, one, 2)) {
            plan.run(0, queries(), out);
            refused(Status.WORKSPACE_SIZE, 4, "data.workspace_bytes is 1",
                    () -> plan.run(null, 0, queries(), out, (FloatBuffer) null, ByteBuffer.allocateDirect(1)));
            cache.append(one);
            refused(Status.COMBINATION, 2, "has changed", () -> plan.run(0, queries(), out));
        }
        try (CachePlan plan = CachePlan.create(scheme, cache, one, 2)) {
            cache.close();
            String message = assertThrows(IllegalStateException.class, () -> plan.run(0, queries(), out)).getMessage();
            assertEquals("the cache is closed", message);
            assertTrue(plan.workspaceBytes() > 0);
            plan.close();
            message = assertThrows(IllegalStateException.class, plan::workspaceBytes).getMessage();
            assertEquals("the plan is closed", message);
        }
    }

    @Test
    void aClosedCacheRefusesEveryCall() {
        cache.close();
        cache.close();
        CacheBatch one = CacheBatch.of(1);
        Runnable[] calls = {cache::createSequence,
                ()
                        -> cache.destroySequence(1),
                ()
                        -> cache.fork(1),
                ()
                        -> cache.evict(1, 0, 1),
                ()
                        -> cache.keep(1, 0, 1),
                cache::clear,
                ()
                        -> cache.info(1),
                cache::statistics,
                ()
                        -> cache.append(one),
                ()
                        -> cache.write(0, one, queries(), queries()),
                ()
                        -> cache.decode(scheme, 0, one, queries(), queries()),
                ()
                        -> cache.savedBytes(1),
                ()
                        -> cache.save(1),
                ()
                        -> cache.save(1, ByteBuffer.allocateDirect(8)),
                () -> cache.restore(new byte[8]), () -> CachePlan.create(scheme, cache, one, 2)};
        for (int n = 0; n < calls.length; ++n) {
            assertEquals("the cache is closed",
                    assertThrows(IllegalStateException.class, calls[n] ::run, "call " + n).getMessage());
        }
    }
}

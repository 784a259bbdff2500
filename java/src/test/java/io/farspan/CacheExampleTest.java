package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Decodes token by token with constant memory, as a program would: sinks and a window, StreamingLLM. */
class CacheExampleTest {
    private static final int LAYERS = 2;
    private static final int KEY_HEADS = 2;
    private static final int QUERY_HEADS = 4;
    private static final int HEAD_DIM = 16;
    private static final int SINKS = 4;
    private static final int RECENT = 100;

    @Test
    void streaming() {
        RopeConfig rope = new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(HEAD_DIM);
        RemapConfig slots = new RemapConfig(RemapMethod.STREAMING).sinks(SINKS).recent(RECENT);
        MaskConfig mask = new MaskConfig().sinks(SINKS).windowLeft(RECENT);
        FloatBuffer projected = Memory.direct(Memory.random(1, KEY_HEADS * HEAD_DIM));
        FloatBuffer answer = Memory.direct(QUERY_HEADS * HEAD_DIM);
        Tensor kv = Tensor.of(projected, 1, KEY_HEADS, 1, HEAD_DIM);
        Tensor q = Tensor.of(Memory.direct(Memory.random(2, QUERY_HEADS * HEAD_DIM)), 1, QUERY_HEADS, 1, HEAD_DIM);
        Tensor out = Tensor.of(answer, 1, QUERY_HEADS, 1, HEAD_DIM);

        try (Scheme scheme = Scheme.builder().rope(rope).remap(slots).mask(mask).build();
                Cache cache = Cache.create(new CacheConfig(KEY_HEADS, HEAD_DIM).layers(LAYERS))) {
            long sequence = cache.createSequence();
            CacheBatch newest = CacheBatch.of(sequence);
            for (int token = 0; token < 1000; ++token) {
                cache.append(newest);
                try (CachePlan plan = CachePlan.create(scheme, cache, newest, QUERY_HEADS)) {
                    for (int layer = 0; layer < LAYERS; ++layer) {
                        cache.write(layer, newest, kv, kv);
                        plan.run(layer, q, out);
                    }
                }
                cache.keep(sequence, SINKS, RECENT);
            }
            assertEquals(new SequenceInfo(SINKS + RECENT, 0, 1000, 3, 0), cache.info(sequence));
            assertTrue(cache.statistics().blocks() + cache.statistics().freeBlocks() <= 4);
        }
        // Every token was the same: so is what attention makes of them, rounded to bfloat16.
        assertEquals(projected.get(0), answer.get(0), 0.01f);
    }
}

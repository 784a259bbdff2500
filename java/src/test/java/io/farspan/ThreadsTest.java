package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    private static final int THREADS = 16;

    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void end() {
        pool.shutdownNow();
    }

    @Test
    void oneSchemeAndPlanServeAllThreads() throws Exception {
        int tokens = 64;
        int dim = 32;
        float[] data = Memory.random(1, tokens * dim);
        Scheme scheme =
                Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(dim)).build();
        Plan plan =
                Plan.create(scheme, new Problem().queryHeads(1).keyHeads(1).queries(tokens).keys(tokens).headDim(dim));
        Tensor input = Tensor.of(Memory.direct(data), 1, 1, tokens, dim);
        float[] attended = new float[data.length];
        float[] rotated = new float[data.length];
        plan.run(input, input, input, Tensor.of(attended, 1, 1, tokens, dim));
        Rope.apply(scheme, null, input, Tensor.of(rotated, 1, 1, tokens, dim));
        each(thread -> {
            FloatBuffer buffer = Memory.direct(data.length);
            float[] array = new float[data.length];
            for (int n = 0; n < 200; ++n) {
                plan.run(input, input, input, Tensor.of(buffer, 1, 1, tokens, dim));
                assertArrayEquals(attended, Memory.array(buffer));
                Rope.apply(scheme, null, input, Tensor.of(array, 1, 1, tokens, dim));
                assertArrayEquals(rotated, array);
            }
        });
    }

    @Test
    void everyThreadSeesItsOwnFailure() throws Exception {
        Scheme scheme = Scheme.builder().build();
        each(thread -> {
            for (int n = 0; n < 2000; ++n) {
                long query = -1 - 10000L * thread - n;
                String message = assertThrows(FarspanException.class, () -> scheme.visible(query, 1)).getMessage();
                assertEquals("query is " + query + ": must be between 0 and 2^40", message);
            }
        });
    }

    @Test
    void schemesAreMadeAndClosedEverywhere() throws Exception {
        each(thread -> {
            for (int n = 0; n < 500; ++n) {
                try (Scheme scheme = Scheme.builder()
                                             .bias(new BiasConfig(BiasMethod.ALIBI).heads(1).maxBias(thread + 1))
                                             .build()) {
                    float[] bias = new float[1];
                    scheme.fillBias(0, 0, 1L << thread + 1, bias);
                    assertEquals(-1, bias[0]); // the slope is 2^-(thread + 1)
                }
            }
        });
    }

    private interface Body {
        void run(int thread);
    }

    private void each(Body body) throws InterruptedException, ExecutionException {
        List<Future<?>> running = new ArrayList<>();
        for (int n = 0; n < THREADS; ++n) {
            int thread = n;
            running.add(pool.submit(() -> body.run(thread)));
        }
        for (Future<?> one : running) {
            one.get();
        }
    }
}

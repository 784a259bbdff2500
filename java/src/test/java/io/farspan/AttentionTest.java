package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class AttentionTest {
    private static final int HEADS = 2;
    private static final int TOKENS = 37;
    private static final int DIM = 16;
    private static final int COUNT = HEADS * TOKENS * DIM;

    private final Scheme scheme =
            Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM)).build();
    private final Problem problem =
            new Problem().queryHeads(HEADS).keyHeads(HEADS).queries(TOKENS).keys(TOKENS).headDim(DIM);
    private final float[] q = Memory.random(1, COUNT);
    private final float[] k = Memory.random(2, COUNT);
    private final float[] v = Memory.random(3, COUNT);
    private final double[] expectedLse = new double[HEADS * TOKENS];
    private final double[] expected;

    AttentionTest() {
        NaiveAttention naive = new NaiveAttention(HEADS, TOKENS, DIM);
        expected = naive.run(naive.rotate(q, 10000), naive.rotate(k, 10000), v, expectedLse);
    }

    @Test
    void oneCallComputesTheDefinition() {
        float[] out = new float[COUNT];
        Attention.run(scheme, tensor(q), tensor(k), tensor(v), tensor(out));
        assertClose(expected, out);
    }

    @Test
    void aPlanGivesTheSameBitsForArraysAndBuffersAndAnyThreads() {
        float[] out = new float[COUNT];
        float[] lse = new float[HEADS * TOKENS];
        FloatBuffer directOut = Memory.direct(COUNT);
        FloatBuffer directLse = Memory.direct(HEADS * TOKENS);
        try (Context one = Context.create(Isa.BEST, 1); Context two = Context.create(Isa.BEST, 2);
                Plan plan = Plan.create(one, scheme, problem)) {
            plan.run(one, tensor(q), tensor(k), tensor(v), null, tensor(out), lse, null);
            ByteBuffer workspace = ByteBuffer.allocateDirect((int) plan.workspaceBytes());
            plan.run(two, tensor(Memory.direct(q)), tensor(Memory.direct(k)), tensor(Memory.direct(v)), null,
                    tensor(directOut), directLse, workspace);
        }
        assertClose(expected, out);
        assertClose(expectedLse, lse);
        assertArrayEquals(out, Memory.array(directOut));
        assertArrayEquals(lse, Memory.array(directLse));
    }

    @Test
    void halvesOfTheKeysMergeToTheWhole() {
        int half = 20;
        Scheme rotated = Scheme.builder().build();
        double[] lse = new double[HEADS * TOKENS];
        double[] whole = new NaiveAttention(HEADS, TOKENS, DIM).run(widen(q), widen(k), v, lse);
        for (boolean direct : new boolean[] {false, true}) {
            float[][] outs = new float[2][COUNT];
            float[][] sums = new float[2][HEADS * TOKENS];
            for (int part = 0; part < 2; ++part) {
                long first = part == 0 ? 0 : half;
                long keys = part == 0 ? half : TOKENS - half;
                long[] shape = {1, HEADS, keys, DIM};
                long[] stride = {COUNT, TOKENS * DIM, DIM, 1};
                Problem partial = new Problem()
                                          .queryHeads(HEADS)
                                          .keyHeads(HEADS)
                                          .queries(TOKENS)
                                          .keys(keys)
                                          .headDim(DIM)
                                          .queryPositions(range(0, TOKENS))
                                          .keyPositions(range(first, keys));
                try (Plan plan = Plan.create(rotated, partial)) {
                    plan.run(null, tensor(q), flat(k).view(first * DIM, shape, stride),
                            flat(v).view(first * DIM, shape, stride), null, tensor(outs[part]), sums[part], null);
                }
            }
            if (direct) {
                FloatBuffer out = Memory.direct(outs[0]);
                FloatBuffer sum = Memory.direct(sums[0]);
                Attention.merge(
                        tensor(out), sum, tensor(Memory.direct(outs[1])), Memory.direct(sums[1]).asReadOnlyBuffer());
                outs[0] = Memory.array(out);
                sums[0] = Memory.array(sum);
            } else {
                float[] second = sums[1].clone();
                Attention.merge(tensor(outs[0]), sums[0], tensor(outs[1]), sums[1]);
                assertArrayEquals(second, sums[1]);
            }
            assertClose(whole, outs[0]);
            assertClose(lse, sums[0]);
        }
    }

    @Test
    void aDenseBiasHidesKeys() {
        Scheme dense =
                Scheme.builder().bias(new BiasConfig(BiasMethod.DENSE)).mask(new MaskConfig().causal(false)).build();
        float[] bias = new float[TOKENS * TOKENS];
        for (int i = 0; i < TOKENS; ++i) {
            for (int j = i + 1; j < TOKENS; ++j) {
                bias[i * TOKENS + j] = Float.NEGATIVE_INFINITY;
            }
        }
        float[] masked = new float[COUNT];
        float[] causal = new float[COUNT];
        try (Plan plan = Plan.create(dense, problem)) {
            plan.run(null, tensor(q), tensor(k), tensor(v), Tensor.of(bias, 1, 1, TOKENS, TOKENS), tensor(masked),
                    (FloatBuffer) null, null);
            FarspanException failure = assertThrows(
                    FarspanException.class, () -> plan.run(tensor(q), tensor(k), tensor(v), tensor(masked)));
            assertEquals(Status.NULL_ARGUMENT, failure.status());
        }
        Attention.run(Scheme.builder().build(), tensor(q), tensor(k), tensor(v), tensor(causal));
        assertArrayEquals(causal, masked, 1e-6f);
    }

    @Test
    void arraysThatAreTooShortAreRefused() {
        try (Plan plan = Plan.create(scheme, problem)) {
            float[] out = new float[COUNT];
            FarspanException failure = assertThrows(FarspanException.class,
                    ()
                            -> plan.run(null, tensor(q), tensor(k), tensor(v), null, tensor(out),
                                    new float[HEADS * TOKENS - 1], null));
            assertEquals(Status.SHAPE, failure.status());
            assertEquals(3, failure.argument());
            FloatBuffer lse = Memory.direct(HEADS * TOKENS).position(1);
            assertEquals(Status.SHAPE,
                    status(() -> plan.run(null, tensor(q), tensor(k), tensor(v), null, tensor(out), lse, null)));
            ByteBuffer small = ByteBuffer.allocateDirect((int) plan.workspaceBytes() - 1);
            assertEquals(Status.WORKSPACE_SIZE,
                    status(()
                                    -> plan.run(null, tensor(q), tensor(k), tensor(v), null, tensor(out),
                                            (FloatBuffer) null, small)));
            assertArrayEquals(new float[COUNT], out);
        }
        float[] out = new float[COUNT];
        float[] lse = new float[HEADS * TOKENS];
        assertEquals(Status.SHAPE, status(() -> Attention.merge(tensor(out), new float[1], tensor(out.clone()), lse)));
        assertEquals(Status.SHAPE, status(() -> Attention.merge(tensor(out), lse, tensor(out.clone()), new float[1])));
        assertEquals(Status.SHAPE, status(() -> Plan.create(scheme, problem.keyPositions(new long[TOKENS - 1]))));
    }

    @Test
    void eachArrayOfAProblemIsCheckedForItsLength() {
        assertEquals(Status.SHAPE, status(() -> plan(base().queryPositions(new long[TOKENS - 1]))));
        assertEquals(Status.SHAPE,
                status(() -> plan(base().batch(2).keyPositionStride(TOKENS).keyPositions(range(0, TOKENS)))));
        assertEquals(Status.STRIDE,
                status(() -> plan(base().batch(2).keyPositionStride(-TOKENS).keyPositions(range(0, TOKENS)))));
        assertEquals(Status.SHAPE,
                status(()
                                -> plan(base().batch(Long.MAX_VALUE)
                                                .keyPositionStride(Long.MAX_VALUE)
                                                .keyPositions(range(0, TOKENS)))));
        assertEquals(Status.SHAPE, status(() -> plan(base().batch(2).keyRanges(0, TOKENS))));
        assertEquals(Status.SHAPE, status(() -> plan(base().queryOffsets(0, 5, TOKENS).keyOffsets(0, 5))));
        assertEquals(Status.NULL_ARGUMENT, status(() -> plan(base().queryOffsets(0, 5, TOKENS))));
        assertThrows(FarspanException.class, () -> plan(base().queryOffsets().keyOffsets()));
        RopeConfig rope = new RopeConfig(RopeMethod.BASE)
                                  .layout(Layout.HALF)
                                  .rotaryDim(DIM)
                                  .axes(Axes.SECTIONS)
                                  .axisSections(2, 3, 3);
        Scheme axes = Scheme.builder().rope(rope).build();
        assertEquals(3, axes.axes());
        assertEquals(Status.SHAPE,
                status(()
                                -> Plan.create(axes,
                                        base().queryAxisPositions(new long[3 * TOKENS - 1])
                                                .keyAxisPositions(new long[3 * TOKENS]))));
        assertEquals(Status.SHAPE,
                status(()
                                -> Plan.create(axes,
                                        base().queryAxisPositions(new long[3 * TOKENS])
                                                .keyAxisPositions(new long[3 * TOKENS - 1]))));
    }

    @Test
    void buffersThatCannotBeWrittenAreRefused() {
        try (Plan plan = Plan.create(scheme, problem)) {
            float[] out = new float[COUNT];
            FloatBuffer readOnly = Memory.direct(HEADS * TOKENS).asReadOnlyBuffer();
            FloatBuffer heap = FloatBuffer.allocate(HEADS * TOKENS);
            for (FloatBuffer lse : new FloatBuffer[] {readOnly, heap}) {
                assertThrows(IllegalArgumentException.class,
                        () -> plan.run(null, tensor(q), tensor(k), tensor(v), null, tensor(out), lse, null));
                assertThrows(IllegalArgumentException.class,
                        () -> Attention.merge(tensor(out), lse, tensor(out), Memory.direct(HEADS * TOKENS)));
            }
            ByteBuffer heapWorkspace = ByteBuffer.allocate((int) plan.workspaceBytes());
            ByteBuffer fixed = ByteBuffer.allocateDirect((int) plan.workspaceBytes()).asReadOnlyBuffer();
            for (ByteBuffer workspace : new ByteBuffer[] {heapWorkspace, fixed}) {
                assertThrows(IllegalArgumentException.class,
                        ()
                                -> plan.run(null, tensor(q), tensor(k), tensor(v), null, tensor(out),
                                        (FloatBuffer) null, workspace));
            }
        }
    }

    @Test
    void anOutputMustNotBeAnInput() {
        FloatBuffer shared = Memory.direct(q);
        assertEquals(Status.STRIDE,
                status(() -> Attention.run(scheme, tensor(shared), tensor(k), tensor(v), tensor(shared))));
        assertArrayEquals(q, Memory.array(shared));
    }

    @Test
    void tilesAreCounted() {
        try (Plan plan = Plan.create(
                     scheme, new Problem().queryHeads(1).keyHeads(1).queries(640).keys(640).headDim(DIM))) {
            TileCounts counts = plan.tileCounts();
            assertTrue(counts.skipped() > 0 && counts.full() > 0 && counts.edge() > 0);
            assertEquals(0, counts.crossed());
        }
    }

    @Test
    void cancelStopsARunAndResumeLetsTheNextOneWork() throws InterruptedException {
        int tokens = 16384;
        Tensor big = Tensor.allocate(Dtype.F32, 1, 4, tokens, 64);
        Tensor out = Tensor.allocate(Dtype.F32, 1, 4, tokens, 64);
        try (Context context = Context.create(Isa.BEST, 1);
                Plan plan = Plan.create(context, Scheme.builder().build(),
                        new Problem().queryHeads(4).keyHeads(4).queries(tokens).keys(tokens).headDim(64))) {
            Thread canceller = new Thread(() -> {
                pause(50);
                context.cancel();
            });
            canceller.start();
            assertEquals(Status.CANCELLED,
                    status(() -> plan.run(context, big, big, big, null, out, (FloatBuffer) null, null)));
            canceller.join();
            Problem small = new Problem().queryHeads(HEADS).keyHeads(HEADS).queries(TOKENS).keys(TOKENS).headDim(DIM);
            context.resume();
            try (Plan next = Plan.create(context, scheme, small)) {
                float[] result = new float[COUNT];
                next.run(context, tensor(q), tensor(k), tensor(v), null, tensor(result), (FloatBuffer) null, null);
                assertClose(expected, result);
            }
        }
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void plan(Problem shape) {
        Plan.create(scheme, shape).close();
    }

    private static Problem base() {
        return new Problem().queryHeads(HEADS).keyHeads(HEADS).queries(TOKENS).keys(TOKENS).headDim(DIM);
    }

    private static Status status(Runnable call) {
        return assertThrows(FarspanException.class, call::run).status();
    }

    private static long[] range(long first, long count) {
        return java.util.stream.LongStream.range(first, first + count).toArray();
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int n = 0; n < values.length; ++n) {
            wide[n] = values[n];
        }
        return wide;
    }

    private static void assertClose(double[] expected, float[] got) {
        for (int n = 0; n < expected.length; ++n) {
            assertEquals(expected[n], got[n], 2e-6, "element " + n);
        }
    }

    private static Tensor flat(float[] values) {
        return Tensor.of(values, 1, 1, 1, values.length);
    }

    private static Tensor tensor(float[] values) {
        return Tensor.of(values, 1, HEADS, TOKENS, DIM);
    }

    private static Tensor tensor(FloatBuffer values) {
        return Tensor.of(values, 1, HEADS, TOKENS, DIM);
    }
}

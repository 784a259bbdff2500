package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Gradients that can be written down: two query heads over one key head, one query, and two keys that are equal. So both weights are
 * 1/2, and with d_logit = p (<d_out, v> - <d_out, out> + d_lse), by heads: -1/4 and 3/4, -1 and 1.
 */
class GradientTest {
    private final Problem problem = new Problem().queryHeads(2).keyHeads(1).queries(1).keys(2).headDim(4);
    private final Tensor q = queries(spread(2, 4));
    private final Tensor k = keys(spread(1, 1));
    private final Tensor v = keys(spread(1, 3));
    private final Tensor dOut = queries(spread(1, 2));
    private final float[] out = new float[8];
    private final float[] lse = new float[2];
    private final float[] dQ = new float[8];
    private final float[] dK = new float[8];
    private final float[] dV = new float[8];

    @Test
    void isWhatItsDefinitionSays() {
        try (Context context = Context.create(Isa.BEST, 1); Plan plan = ran(Scheme.builder().build(), null)) {
            plan.backward(data());
            assertFirsts(dQ, 0.25f, 0);
            assertFirsts(dK, -2.25f, 2.75f);
            assertFirsts(dV, 1.5f, 1.5f);
            float[] before = dK.clone();
            ByteBuffer workspace = ByteBuffer.allocateDirect((int) plan.backwardWorkspaceBytes());
            FloatBuffer direct = Memory.direct(8);
            plan.backward(context, data().workspace(workspace).dK(Tensor.of(direct, 1, 1, 2, 4)));
            assertArrayEquals(before, Memory.array(direct));
        }
    }

    @Test
    void writesWhatIsWanted() {
        try (Plan plan = ran(Scheme.builder().build(), null)) {
            plan.backward(data().dQ(null).dK(null).dLse((float[]) null));
            assertFirsts(dV, 1.5f, 1.5f);
            assertArrayEquals(new float[8], dQ);
            assertArrayEquals(new float[8], dK);
        }
    }

    @Test
    void sinkLogitsThatWeighAsMuchAsAKey() {
        try (Plan plan = ran(Scheme.builder().score(new ScoreConfig().sinkLogits(1, 2)).build(), null)) {
            float[] dSinks = new float[2];
            FloatBuffer direct = Memory.direct(2);
            plan.backward(data().dSinkLogits(dSinks));
            plan.backward(data().dSinkLogits(direct));
            assertArrayEquals(new float[] {-5f / 18, -8f / 9}, dSinks, 1e-6f);
            assertArrayEquals(dSinks, Memory.array(direct));
            assertFirsts(dV, 1, 1);
        }
    }

    @Test
    void theTableOfT5AndADenseBias() {
        BiasConfig t5 = new BiasConfig(BiasMethod.T5).heads(2).buckets(4).maxDistance(8).values(new float[8]);
        try (Plan plan = ran(Scheme.builder().bias(t5).build(), null)) {
            float[] dValues = new float[8];
            plan.backward(data().dBiasValues(dValues));
            assertArrayEquals(new float[] {0.75f, 1, -0.25f, -1, 0, 0, 0, 0}, dValues, 1e-6f); // by distance, then head
        }
        Tensor bias = Tensor.of(new float[2], 1, 1, 1, 2);
        try (Plan plan = ran(Scheme.builder().bias(new BiasConfig(BiasMethod.DENSE)).build(), bias)) {
            float[] dBias = new float[2];
            plan.backward(data().bias(bias).dBias(Tensor.of(dBias, 1, 1, 1, 2)));
            assertArrayEquals(new float[] {-1.25f, 1.75f}, dBias, 1e-6f); // of both heads
        }
    }

    @Test
    void sixteenBits() {
        ByteBuffer half = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        ByteBuffer brain = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        ByteBuffer values = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        values.putShort(0, (short) 0x3c00).putShort(8, (short) 0x4200); // 1 and 3
        try (Plan plan = ran(Scheme.builder().build(), null)) {
            plan.backward(data().v(Tensor.of(values, Dtype.F16, 1, 1, 2, 4))
                                  .dK(Tensor.of(half, Dtype.F16, 1, 1, 2, 4))
                                  .dV(Tensor.of(brain, Dtype.BF16, 1, 1, 2, 4)));
        }
        assertEquals((short) 0xc080, half.getShort(0)); // -2.25
        assertEquals((short) 0x4180, half.getShort(8)); // 2.75
        assertEquals((short) 0x3fc0, brain.getShort(8)); // 1.5
    }

    @Test
    void refusalsNameTheField() {
        try (Plan plan = ran(Scheme.builder().build(), null)) {
            refused(plan, Status.NULL_ARGUMENT, "data.q", data().q(null));
            refused(plan, Status.NULL_ARGUMENT, "data.lse", data().lse((FloatBuffer) null));
            refused(plan, Status.NULL_ARGUMENT, "data.d_q", data().dQ(null).dK(null).dV(null));
            refused(plan, Status.SHAPE, "data.lse_count", data().lse(new float[1]));
            refused(plan, Status.SHAPE, "data.d_lse_count", data().dLse(new float[3]));
            refused(plan, Status.SHAPE, "data.d_v.shape[1]", data().dV(queries(dV)));
            refused(plan, Status.COMBINATION, "data.bias", data().bias(q));
            refused(plan, Status.COMBINATION, "data.d_bias", data().dBias(keys(new float[8])));
            refused(plan, Status.COMBINATION, "data.d_bias_values", data().dBiasValues(new float[2]));
            refused(plan, Status.COMBINATION, "data.d_sink_logits", data().dSinkLogits(new float[2]));
            refused(plan, Status.WORKSPACE_SIZE, "data.workspace", data().workspace(ByteBuffer.allocateDirect(1)));
            Tensor both = Tensor.of(Memory.direct(8), 1, 1, 2, 4);
            refused(plan, Status.STRIDE, "data.d_v", data().dK(both).dV(both));
            assertArrayEquals(new float[8], dK);
            assertThrows(NullPointerException.class, () -> plan.backward(null));
            plan.close();
            assertThrows(IllegalStateException.class, () -> plan.backward(data()));
        }
        FloatBuffer readOnly = Memory.direct(8).asReadOnlyBuffer();
        assertThrows(IllegalArgumentException.class, () -> data().dQ(Tensor.of(readOnly, 1, 2, 1, 4)));
        assertThrows(IllegalArgumentException.class, () -> data().dSinkLogits(readOnly));
        assertThrows(IllegalArgumentException.class, () -> data().lse(FloatBuffer.allocate(2)));
        data().lse(readOnly).dLse(readOnly); // only read
    }

    @Test
    void manyThreadsUseOnePlan() {
        try (Plan plan = ran(Scheme.builder().build(), null)) {
            assertTrue(IntStream.range(0, 400).parallel().allMatch(n -> {
                float[] written = new float[8];
                plan.backward(data().dQ(null).dV(null).dK(keys(written)));
                return Math.abs(written[0] + 2.25) < 1e-5;
            }));
        }
    }

    /** Equal sums share what the loss says by halves; where the parts differ, the sums move. */
    @Test
    void ofAMerge() {
        float[] a = new float[4];
        float[] b = new float[4];
        float[] sumA = new float[1];
        FloatBuffer sumB = Memory.direct(1);
        MergeGradient data = new MergeGradient()
                                     .outA(row(spread(1)))
                                     .lseA(new float[] {0.25f})
                                     .outB(row(spread(3)))
                                     .lseB(Memory.direct(new float[] {0.25f}))
                                     .dOut(row(spread(1)));
        Attention.mergeBackward(data.dLse(new float[] {1}).dOutA(row(a)).dOutB(row(b)).dLseA(sumA).dLseB(sumB));
        assertFirsts(a, 0.5f);
        assertFirsts(b, 0.5f);
        assertEquals(0, sumA[0], 1e-6);
        assertEquals(1, sumB.get(0), 1e-6);
        Attention.mergeBackward(null, data.dLse((float[]) null).dOutA(null).dOutB(null).dLseA((float[]) null));
        assertEquals(0.5, sumB.get(0), 1e-6);

        refused(Status.NULL_ARGUMENT, 2, "data.d_out_a", () -> Attention.mergeBackward(data.dLseB((FloatBuffer) null)));
        refused(Status.SHAPE, 2, "data.d_lse_b_count", () -> Attention.mergeBackward(data.dLseB(new float[2])));
        refused(Status.NULL_ARGUMENT, 2, "data.out_a", () -> Attention.mergeBackward(new MergeGradient()));
    }

    /** Fills out and lse. */
    private Plan ran(Scheme scheme, Tensor bias) {
        Plan plan = Plan.create(scheme, problem);
        plan.run(null, q, k, v, bias, queries(out), lse, null);
        return plan;
    }

    private AttentionGradient data() {
        return new AttentionGradient()
                .q(q)
                .k(k)
                .v(v)
                .out(queries(out))
                .lse(lse)
                .dOut(dOut)
                .dLse(new float[] {0.5f, 0})
                .dQ(queries(dQ))
                .dK(keys(dK))
                .dV(keys(dV));
    }

    private static void refused(Plan plan, Status status, String field, AttentionGradient data) {
        refused(status, 3, field, () -> plan.backward(data));
    }

    private static void refused(Status status, int argument, String field, Runnable call) {
        FarspanException failure = assertThrows(FarspanException.class, call::run);
        assertEquals(status, failure.status(), failure.getMessage());
        assertEquals(argument, failure.argument());
        assertTrue(failure.field().startsWith(field), failure.field());
    }

    /** The first features of rows of 4; the others must be 0. */
    private static void assertFirsts(float[] rows, float... firsts) {
        assertArrayEquals(spread(firsts), rows, 1e-5f);
    }

    private static float[] spread(float... firsts) {
        float[] rows = new float[4 * firsts.length];
        for (int n = 0; n < firsts.length; ++n) {
            rows[4 * n] = firsts[n];
        }
        return rows;
    }

    private static Tensor queries(float[] values) {
        return Tensor.of(values, 1, 2, 1, 4);
    }

    private static Tensor keys(float[] values) {
        return Tensor.of(values, 1, 1, 2, 4);
    }

    private static Tensor row(float[] values) {
        return Tensor.of(values, 1, 1, 1, 4);
    }
}

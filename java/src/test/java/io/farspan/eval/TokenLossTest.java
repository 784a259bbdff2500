package io.farspan.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.farspan.Context;
import io.farspan.Dtype;
import io.farspan.FarspanException;
import io.farspan.Isa;
import io.farspan.Status;
import io.farspan.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenLossTest {
    private static final double LOSS_ERROR = 5e-7; // of eval.h

    private static final long[] TARGETS = {1, 0, -100};
    private static final double[] LOSSES = {Math.log(4.0 / 3), Math.log(2), 0};
    private static final float[] GRADIENT = {0.25f, -0.25f, -1, 1, 0, 0};

    private static float[] logits() {
        return new float[] {0, (float) Math.log(3), 5, 5, 1, 2};
    }

    @Test
    void lossAndGradientOfATwoWayChoice() {
        Tensor logits = Tensor.of(logits(), 1, 1, 3, 2);
        double[] nll = new double[3];
        TokenLoss.nll(null, logits, TARGETS, -100, nll);
        assertArrayEquals(LOSSES, nll, LOSS_ERROR);
        float[] gradient = new float[6];
        TokenLoss.gradient(null, logits, TARGETS, -100, new float[] {1, 2, 1}, Tensor.of(gradient, 1, 1, 3, 2));
        assertArrayEquals(GRADIENT, gradient, 2e-6f);
    }

    @Test
    void theGradientMayTakeThePlaceOfTheLogits() {
        float[] array = logits();
        Tensor copied = Tensor.of(array, 1, 1, 3, 2);
        TokenLoss.gradient(null, copied, TARGETS, -100, new float[] {1, 2, 1}, copied);
        assertArrayEquals(GRADIENT, array, 2e-6f);
        ByteBuffer memory = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());
        memory.asFloatBuffer().put(logits());
        Tensor direct = Tensor.of(memory.asFloatBuffer(), 1, 1, 3, 2);
        TokenLoss.gradient(null, direct, TARGETS, -100, new float[] {1, 2, 1}, direct);
        float[] result = new float[6];
        memory.asFloatBuffer().get(result);
        assertArrayEquals(array, result);
    }

    @Test
    void halfPrecisionIsRead() {
        for (Dtype dtype : new Dtype[] {Dtype.F16, Dtype.BF16}) {
            Tensor logits = Tensor.allocate(dtype, 1, 1, 1, 2);
            logits.bytes().putShort(0, (short) (dtype == Dtype.F16 ? 0x3c00 : 0x3f80));
            double[] nll = new double[1];
            TokenLoss.nll(null, logits, new long[] {1}, -1, nll);
            assertEquals(Math.log(1 + Math.E), nll[0], LOSS_ERROR);
        }
    }

    @Test
    void misuseIsRefusedAndNothingWritten() {
        Tensor logits = Tensor.of(logits(), 1, 1, 3, 2);
        double[] nll = {-7, -7, -7};
        refused(Status.SHAPE, "targets_count is 2", () -> TokenLoss.nll(null, logits, new long[2], -1, nll));
        refused(Status.SHAPE, "nll_count is 2", () -> TokenLoss.nll(null, logits, TARGETS, -100, new double[2]));
        refused(Status.SHAPE, "targets_count is 0", () -> TokenLoss.nll(null, logits, new long[0], -1, nll));
        refused(Status.PARAMETER_RANGE, "targets[0] is 2",
                () -> TokenLoss.nll(null, logits, new long[] {2, 0, 0}, -100, nll));
        refused(Status.PARAMETER_RANGE, "ignore_index is 1", () -> TokenLoss.nll(null, logits, TARGETS, 1, nll));
        float[] gradient = new float[6];
        Tensor grad = Tensor.of(gradient, 1, 1, 3, 2);
        refused(Status.PARAMETER_RANGE, "weights[1] is nan",
                () -> TokenLoss.gradient(null, logits, TARGETS, -100, new float[] {1, Float.NaN, 1}, grad));
        refused(Status.SHAPE, "weights_count is 1",
                () -> TokenLoss.gradient(null, logits, TARGETS, -100, new float[1], grad));
        refused(Status.SHAPE, "grad",
                () -> TokenLoss.gradient(null, logits, TARGETS, -100, null, Tensor.of(gradient, 1, 1, 2, 2)));
        ByteBuffer readOnly = ByteBuffer.allocateDirect(24).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
        assertThrows(IllegalArgumentException.class,
                ()
                        -> TokenLoss.gradient(
                                null, logits, TARGETS, -100, null, Tensor.of(readOnly, Dtype.F32, 1, 1, 3, 2)));
        assertThrows(NullPointerException.class, () -> TokenLoss.nll(null, null, TARGETS, -100, nll));
        assertThrows(NullPointerException.class, () -> TokenLoss.nll(null, logits, null, -100, nll));
        assertThrows(NullPointerException.class, () -> TokenLoss.nll(null, logits, TARGETS, -100, null));
        assertArrayEquals(new double[] {-7, -7, -7}, nll);
        assertArrayEquals(new float[6], gradient);
    }

    @Test
    void contextsAreHeeded() {
        Tensor logits = Tensor.of(logits(), 1, 1, 3, 2);
        double[] nll = new double[3];
        Context context = Context.create(Isa.SCALAR, 1);
        TokenLoss.nll(context, logits, TARGETS, -100, nll);
        assertArrayEquals(LOSSES, nll, LOSS_ERROR);
        context.cancel();
        refused(Status.CANCELLED, "cancel", () -> TokenLoss.nll(context, logits, TARGETS, -100, nll));
        context.close();
        assertThrows(IllegalStateException.class, () -> TokenLoss.nll(context, logits, TARGETS, -100, nll));
        assertThrows(
                IllegalStateException.class, () -> TokenLoss.gradient(context, logits, TARGETS, -100, null, logits));
    }

    @Test
    void manyThreadsShareLogits() {
        float[] values = new float[64 * 100];
        for (int n = 0; n < values.length; ++n) {
            values[n] = n * 37 % 101 / 16f;
        }
        Tensor logits = Tensor.of(values, 1, 1, 64, 100);
        double[] expected = new double[64];
        TokenLoss.nll(null, logits, new long[64], -1, expected);
        assertTrue(IntStream.range(0, 200).parallel().allMatch(n -> {
            double[] nll = new double[64];
            TokenLoss.nll(null, logits, new long[64], -1, nll);
            return java.util.Arrays.equals(expected, nll);
        }));
    }

    static void refused(Status status, String word, Runnable call) {
        FarspanException failure = assertThrows(FarspanException.class, call::run);
        assertEquals(status, failure.status(), failure.getMessage());
        assertTrue(failure.getMessage().contains(word), failure.getMessage());
    }
}

package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class AbsolutePositionsTest {
    @Test
    void sinusoidalInterleavesSinesAndCosines() {
        float[] out = new float[2 * 4];
        AbsolutePositions.sinusoidal(SinusoidalLayout.INTERLEAVED, 5, 10000, Tensor.of(out, 1, 1, 2, 4));
        double[] expected = {Math.sin(5), Math.cos(5), Math.sin(0.05), Math.cos(0.05), Math.sin(6), Math.cos(6),
                Math.sin(0.06), Math.cos(0.06)};
        for (int n = 0; n < out.length; ++n) {
            assertEquals(expected[n], out[n], 1e-7);
        }
        assertEquals(Status.PARAMETER_RANGE,
                assertThrows(FarspanException.class,
                        ()
                                -> AbsolutePositions.sinusoidal(
                                        SinusoidalLayout.BLOCKS, 0, Double.NaN, Tensor.of(out, 1, 1, 2, 4)))
                        .status());
    }

    @Test
    void lookupTakesRowsAndRefusesOthers() {
        float[] table = {0, 1, 10, 11, 20, 21};
        float[] out = new float[2 * 3 * 2];
        AbsolutePositions.lookup(Tensor.of(table, 1, 1, 3, 2), new long[] {2, 0, 2}, Tensor.of(out, 2, 1, 3, 2));
        assertArrayEquals(new float[] {20, 21, 0, 1, 20, 21, 20, 21, 0, 1, 20, 21}, out);
        float[] untouched = out.clone();
        for (long bad : new long[] {3, -1, Long.MIN_VALUE}) {
            assertEquals(Status.POSITIONS,
                    assertThrows(FarspanException.class,
                            ()
                                    -> AbsolutePositions.lookup(Tensor.of(table, 1, 1, 3, 2), new long[] {0, 1, bad},
                                            Tensor.of(out, 2, 1, 3, 2)))
                            .status());
        }
        assertEquals(Status.SHAPE,
                assertThrows(FarspanException.class,
                        ()
                                -> AbsolutePositions.lookup(
                                        Tensor.of(table, 1, 1, 3, 2), new long[2], Tensor.of(out, 2, 1, 3, 2)))
                        .status());
        assertArrayEquals(untouched, out);
    }

    @Test
    void fireIsItsPerceptron() {
        FireConfig fire =
                new FireConfig(1, 2, new float[] {1}, new float[] {0.5f}, new float[] {2, -1}, new float[] {0, 3})
                        .c(0.5)
                        .threshold(16)
                        .epsilon(1e-3);
        float[] out = new float[2 * 1 * 3];
        fire.fill(new long[] {40}, new long[] {0, 10, 40}, Tensor.of(out, 1, 2, 1, 3));
        int n = 0;
        for (double[] head : new double[][] {{2, 0}, {-1, 3}}) {
            for (double distance : new double[] {40, 30, 0}) {
                double x = Math.log(0.5 * distance + 1) / (Math.log(0.5 * 40 + 1) + 1e-3);
                assertEquals(head[0] * (x + 0.5) + head[1], out[n++], 1e-6);
            }
        }
        assertEquals(Status.SHAPE,
                assertThrows(FarspanException.class,
                        ()
                                -> new FireConfig(2, 2, new float[2], new float[2], new float[3], new float[2])
                                           .fill(null, null, Tensor.of(out, 1, 2, 1, 3)))
                        .status());
        assertEquals(Status.SHAPE,
                assertThrows(
                        FarspanException.class, () -> fire.fill(new long[1], new long[2], Tensor.of(out, 1, 2, 1, 3)))
                        .status());
        assertThrows(FarspanException.class, () -> fire.fill(new long[0], new long[3], Tensor.of(out, 1, 2, 1, 3)));
    }
}

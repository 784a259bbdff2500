package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class RopeTest {
    private static final int HEADS = 3;
    private static final int TOKENS = 5;
    private static final int DIM = 8;
    private static final int COUNT = HEADS * TOKENS * DIM;

    private final Scheme scheme =
            Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM)).build();
    private final float[] data = Memory.random(1, COUNT);

    @Test
    void rotatesByTheDefinition() {
        float[] out = new float[COUNT];
        Rope.apply(scheme, null, tensor(data), tensor(out));
        double[] expected = new NaiveAttention(HEADS, TOKENS, DIM).rotate(data, 10000);
        for (int n = 0; n < COUNT; ++n) {
            assertEquals(expected[n], out[n], 3e-7);
        }
    }

    @Test
    void arraysAndBuffersGiveTheSameBits() {
        float[] out = new float[COUNT];
        FloatBuffer direct = Memory.direct(COUNT);
        long[] positions = {7, 0, 1L << 39, 3, 100_000_000};
        Rope.apply(scheme, positions, tensor(data), tensor(out));
        Rope.apply(scheme, positions, tensor(Memory.direct(data)), tensor(direct));
        assertArrayEquals(out, Memory.array(direct));
    }

    @Test
    void positionsBeyondTheSmallCopyArrive() {
        int tokens = 1000;
        float[] rows = Memory.random(2, tokens * DIM);
        float[] implied = new float[rows.length];
        float[] given = new float[rows.length];
        long[] positions = new long[tokens];
        for (int t = 0; t < tokens; ++t) {
            positions[t] = t;
        }
        Rope.apply(scheme, null, Tensor.of(rows, 1, 1, tokens, DIM), Tensor.of(implied, 1, 1, tokens, DIM));
        Rope.apply(scheme, positions, Tensor.of(rows, 1, 1, tokens, DIM), Tensor.of(given, 1, 1, tokens, DIM));
        assertArrayEquals(implied, given);
    }

    @Test
    void aDirectBufferRotatesInPlaceAndBack() {
        FloatBuffer direct = Memory.direct(data);
        long[] positions = {0, 10, 20, 30, 40};
        Rope.apply(scheme, positions, tensor(direct), tensor(direct));
        Rope.apply(null, scheme, new RopeOptions().direction(Direction.INVERSE), positions, tensor(direct),
                tensor(direct));
        assertArrayEquals(data, Memory.array(direct), 1e-6f);
    }

    @Test
    void deltaMovesCachedKeys() {
        float[] at5 = new float[COUNT];
        float[] at12 = new float[COUNT];
        float[] moved = new float[COUNT];
        Rope.apply(scheme, new long[] {5, 5, 5, 5, 5}, tensor(data), tensor(at5));
        Rope.apply(scheme, new long[] {12, 12, 12, 12, 12}, tensor(data), tensor(at12));
        RopeOptions delta = new RopeOptions().side(Side.KEY).direction(Direction.DELTA);
        Rope.apply(null, scheme, delta, new long[] {7, 7, 7, 7, 7}, tensor(at5), tensor(moved));
        assertArrayEquals(at12, moved, 1e-6f);
    }

    @Test
    void viewsAddressTheirElementsOnly() {
        // Every second token of [tokens][heads][dim], last one first.
        float[] memory = new float[2 * TOKENS * HEADS * DIM];
        int row = HEADS * DIM;
        Tensor reversed = Tensor.of(memory, 1, 1, 1, memory.length)
                                  .view((2L * TOKENS - 2) * row, new long[] {1, HEADS, TOKENS, DIM},
                                          new long[] {0, DIM, -2L * row, 1});
        float[] dense = new float[COUNT];
        Rope.apply(scheme, null, tensor(data), tensor(dense));
        Rope.apply(scheme, null, tensor(data), reversed);
        for (int t = 0; t < 2 * TOKENS; ++t) {
            for (int h = 0; h < HEADS; ++h) {
                for (int d = 0; d < DIM; ++d) {
                    float expected = t % 2 == 1 ? 0 : dense[(h * TOKENS + TOKENS - 1 - t / 2) * DIM + d];
                    assertEquals(expected, memory[t * row + h * DIM + d]);
                }
            }
        }
    }

    @Test
    void frequenciesAreThoseOfTheMethod() {
        double[] frequencies = new double[DIM / 2];
        assertEquals(1, Rope.frequencies(scheme, 0, frequencies));
        for (int p = 0; p < DIM / 2; ++p) {
            assertEquals(Math.pow(10000, -2.0 * p / DIM), frequencies[p], 1e-15);
        }
        FarspanException failure =
                assertThrows(FarspanException.class, () -> Rope.frequencies(scheme, 0, new double[3]));
        assertEquals(Status.SHAPE, failure.status());
    }

    @Test
    void tooFewPositionsAreRefusedAndNothingIsWritten() {
        float[] out = new float[COUNT];
        FarspanException failure = assertThrows(
                FarspanException.class, () -> Rope.apply(scheme, new long[TOKENS - 1], tensor(data), tensor(out)));
        assertEquals(Status.SHAPE, failure.status());
        assertEquals(5, failure.argument());
        assertEquals("positions_count", failure.field());
        assertEquals("positions_count is 4: must be 5, a position for each row", failure.getMessage());
        failure = assertThrows(
                FarspanException.class, () -> Rope.apply(scheme, new long[TOKENS + 2], tensor(data), tensor(out)));
        assertEquals("positions_count is 7: must be 5, a position for each row", failure.getMessage());
        assertArrayEquals(new float[COUNT], out);
        assertThrows(FarspanException.class, () -> Rope.apply(scheme, new long[0], tensor(data), tensor(out)));
    }

    @Test
    void badPositionsOptionsAndShapesAreRefused() {
        float[] out = new float[COUNT];
        assertEquals(Status.POSITIONS,
                status(() -> Rope.apply(scheme, new long[] {0, 1, 2, 3, -1}, tensor(data), tensor(out))));
        assertEquals(Status.POSITIONS,
                status(() -> Rope.apply(scheme, new long[] {0, 1, 2, 3, Long.MAX_VALUE}, tensor(data), tensor(out))));
        assertEquals(Status.SHAPE,
                status(() -> Rope.apply(scheme, null, tensor(data), Tensor.of(out, 1, HEADS, TOKENS - 1, DIM))));
        assertEquals(Status.STRIDE,
                status(()
                                -> Rope.apply(null, scheme, new RopeOptions().axisStride(-1), new long[TOKENS],
                                        tensor(data), tensor(out))));
        assertEquals(Status.PARAMETER_RANGE,
                status(() -> Rope.apply(null, scheme, new RopeOptions().length(-1), null, tensor(data), tensor(out))));
        assertArrayEquals(new float[COUNT], out);
    }

    private static Status status(Runnable call) {
        return assertThrows(FarspanException.class, call::run).status();
    }

    private static Tensor tensor(float[] values) {
        return Tensor.of(values, 1, HEADS, TOKENS, DIM);
    }

    private static Tensor tensor(FloatBuffer values) {
        return Tensor.of(values, 1, HEADS, TOKENS, DIM);
    }
}

package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.junit.jupiter.api.Test;

class TensorTest {
    private final Scheme scheme =
            Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(4)).build();

    @Test
    void heapBuffersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(FloatBuffer.allocate(8), 1, 1, 2, 4));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(ShortBuffer.allocate(8), Dtype.F16, 1, 1, 2, 4));
        assertThrows(IllegalArgumentException.class,
                () -> Tensor.of(ByteBuffer.allocate(32).order(ByteOrder.nativeOrder()), Dtype.F32, 1, 1, 2, 4));
    }

    @Test
    void foreignByteOrderIsRefused() {
        ByteBuffer big = ByteBuffer.allocateDirect(32).order(ByteOrder.BIG_ENDIAN);
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(big, Dtype.F32, 1, 1, 2, 4));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(big.asFloatBuffer(), 1, 1, 2, 4));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(big.asShortBuffer(), Dtype.BF16, 1, 1, 2, 4));
    }

    @Test
    void readOnlyBuffersAreInputsOnly() {
        FloatBuffer data = Memory.direct(Memory.random(1, 8));
        Tensor readOnly = Tensor.of(data.asReadOnlyBuffer(), 1, 1, 2, 4);
        float[] out = new float[8];
        Rope.apply(scheme, null, readOnly, Tensor.of(out, 1, 1, 2, 4));
        assertEquals(data.get(0), out[0]);
        Tensor view = readOnly.view(0, new long[] {1, 1, 2, 4}, new long[] {8, 8, 4, 1});
        for (Tensor tensor : new Tensor[] {readOnly, view}) {
            assertThrows(
                    IllegalArgumentException.class, () -> Rope.apply(scheme, null, Tensor.of(out, 1, 1, 2, 4), tensor));
            assertThrows(
                    IllegalArgumentException.class, () -> Attention.run(scheme, readOnly, readOnly, readOnly, tensor));
            assertThrows(IllegalArgumentException.class,
                    () -> AbsolutePositions.sinusoidal(SinusoidalLayout.BLOCKS, 0, 10000, tensor));
        }
    }

    @Test
    void positionAndLimitBoundTheView() {
        float[] values = Memory.random(2, 16);
        FloatBuffer data = Memory.direct(values);
        data.position(5).limit(13);
        Tensor tensor = Tensor.of(data, 1, 1, 2, 4);
        data.clear();
        float[] out = new float[8];
        Rope.apply(scheme, new long[] {0, 0}, tensor, Tensor.of(out, 1, 1, 2, 4));
        assertArrayEquals(java.util.Arrays.copyOfRange(values, 5, 13), out);
        data.position(9);
        assertEquals(Status.SHAPE, status(() -> Tensor.of(data, 1, 1, 2, 4)));
    }

    @Test
    void memoryThatIsTooShortIsRefused() {
        assertEquals(Status.SHAPE, status(() -> Tensor.of(new float[7], 1, 1, 2, 4)));
        assertEquals(Status.SHAPE, status(() -> Tensor.of(Memory.direct(7), 1, 1, 2, 4)));
        assertEquals(Status.SHAPE, status(() -> Tensor.of(new float[0], 1, 1, 1, 1)));
        assertEquals(Status.SHAPE, status(() -> Tensor.of(new float[8], 1, 1, 0, 4)));
        assertEquals(Status.SHAPE, status(() -> Tensor.of(new float[8], 1, -1, 2, -4)));
        assertEquals(Status.STRIDE, status(() -> Tensor.of(new float[8], 1L << 39, 1L << 39, 1L << 39, 1)));
    }

    @Test
    void viewsOutsideTheMemoryAreRefused() {
        for (Tensor memory :
                new Tensor[] {Tensor.of(new float[16], 1, 1, 1, 16), Tensor.of(Memory.direct(16), 1, 1, 1, 16)}) {
            long[] shape = {1, 1, 2, 4};
            memory.view(8, shape, new long[] {0, 0, 4, 1});
            memory.view(4, shape, new long[] {0, 0, -4, 1});
            memory.view(0, new long[] {1000, 1, 2, 4}, new long[] {0, 0, 4, 1});
            assertEquals(Status.SHAPE, status(() -> memory.view(9, shape, new long[] {0, 0, 4, 1})));
            assertEquals(Status.SHAPE, status(() -> memory.view(3, shape, new long[] {0, 0, -4, 1})));
            assertEquals(Status.SHAPE, status(() -> memory.view(-1, shape, new long[] {0, 0, 4, 1})));
            assertEquals(Status.SHAPE, status(() -> memory.view(Long.MAX_VALUE, shape, new long[] {0, 0, 4, 1})));
            assertEquals(Status.STRIDE,
                    status(() -> memory.view(0, shape, new long[] {0, 0, Long.MAX_VALUE, Long.MAX_VALUE})));
            assertThrows(IllegalArgumentException.class, () -> memory.view(0, new long[3], new long[4]));
            assertThrows(IllegalArgumentException.class, () -> memory.view(0, shape, new long[5]));
        }
    }

    @Test
    void changesOfTheCallersShapeDoNotReachTheView() {
        long[] shape = {1, 1, 2, 4};
        Tensor view = Tensor.of(new float[8], 1, 1, 1, 8).view(0, shape, new long[] {0, 0, 4, 1});
        shape[2] = 1L << 30;
        view.shape()[2] = 1L << 30;
        assertArrayEquals(new long[] {1, 1, 2, 4}, view.shape());
    }

    @Test
    void halfTypesHoldTheirBits() {
        short[] bits = {0x3c00, (short) 0xc000, 0x3555, 0x0001}; // 1, -2, about 1/3, the smallest
        ShortBuffer half =
                ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asShortBuffer().put(bits).rewind();
        float[] out = new float[4];
        Rope.apply(scheme, null, Tensor.of(half, Dtype.F16, 1, 1, 1, 4), Tensor.of(out, 1, 1, 1, 4));
        assertArrayEquals(new float[] {1, -2, 0x1.554p-2f, 0x1p-24f}, out);
        ShortBuffer brain = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asShortBuffer();
        Rope.apply(scheme, null, Tensor.of(out, 1, 1, 1, 4), Tensor.of(brain, Dtype.BF16, 1, 1, 1, 4));
        assertEquals((short) 0x3f80, brain.get(0));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(half, Dtype.F32, 1, 1, 1, 2));
    }

    @Test
    void anyAlignmentWorks() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(17).order(ByteOrder.nativeOrder());
        for (int n = 0; n < 4; ++n) {
            bytes.putFloat(1 + 4 * n, n);
        }
        bytes.position(1);
        float[] out = new float[4];
        Rope.apply(scheme, null, Tensor.of(bytes, Dtype.F32, 1, 1, 1, 4), Tensor.of(out, 1, 1, 1, 4));
        assertArrayEquals(new float[] {0, 1, 2, 3}, out);
    }

    @Test
    void allocatedMemoryIsReadThroughBytes() {
        Tensor tensor = Tensor.allocate(Dtype.F32, 1, 1, 3, 4);
        assertEquals("F32 [1, 1, 3, 4]", tensor.toString());
        assertEquals(48, tensor.bytes().remaining());
        tensor.bytes().putFloat(0, 5);
        float[] out = new float[12];
        Rope.apply(scheme, new long[3], tensor, Tensor.of(out, 1, 1, 3, 4));
        assertEquals(5, out[0]);
        assertThrows(IllegalStateException.class, () -> Tensor.of(out, 1, 1, 3, 4).bytes());
        assertThrows(
                IllegalArgumentException.class, () -> Tensor.allocate(Dtype.F32, 1 << 20, 1 << 20, 1 << 20, 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> Tensor.allocate(Dtype.F32, 1, 1, 1 << 15, 1 << 14));
        assertThrows(IllegalArgumentException.class, () -> Tensor.allocate(Dtype.F32, 1, 1, -1, 4));
    }

    @Test
    void f64IsATypeButNotForRope() {
        Tensor tensor = Tensor.allocate(Dtype.F64, 1, 1, 1, 4);
        FarspanException failure = assertThrows(FarspanException.class, () -> Rope.apply(scheme, null, tensor, tensor));
        assertEquals(Status.DTYPE, failure.status());
    }

    @Test
    void nullsAreNamed() {
        NullPointerException failure =
                assertThrows(NullPointerException.class, () -> Rope.apply(scheme, null, null, null));
        assertEquals("in", failure.getMessage());
        assertTrue(assertThrows(NullPointerException.class, () -> Tensor.of((float[]) null, 1, 1, 1, 1))
                           .getMessage()
                           .equals("data"));
        assertThrows(NullPointerException.class, () -> Tensor.of((FloatBuffer) null, 1, 1, 1, 1));
    }

    private static Status status(Runnable call) {
        return assertThrows(FarspanException.class, call::run).status();
    }
}

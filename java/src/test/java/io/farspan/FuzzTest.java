package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random sizes, strides, offsets and lengths: every call succeeds or is refused, and nothing outside its memory
 * changes.
 */
class FuzzTest {
    private static final int ELEMENTS = 96;
    private static final int GUARD = 64;
    private static final byte CANARY = 0x5a;

    private final long seed = Long.getLong("farspan.fuzz.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final ByteBuffer block =
            ByteBuffer.allocateDirect(4 * (ELEMENTS + 2 * GUARD)).order(ByteOrder.nativeOrder());
    private int succeeded;
    private int refused;

    @Test
    void callsStayInTheirMemory() {
        for (int n = 0; n < 20000; ++n) {
            for (int at = 0; at < block.capacity(); ++at) {
                block.put(at, CANARY);
            }
            FloatBuffer inside = block.slice(4 * GUARD, 4 * ELEMENTS).order(ByteOrder.nativeOrder()).asFloatBuffer();
            try {
                call(inside);
                ++succeeded;
            } catch (FarspanException | IllegalArgumentException expected) {
                ++refused;
            }
            for (int at = 0; at < 4 * GUARD; ++at) {
                assertEquals(CANARY, block.get(at), "seed " + seed);
                assertEquals(CANARY, block.get(block.capacity() - 1 - at), "seed " + seed);
            }
        }
        assertTrue(
                succeeded > 500 && refused > 500, succeeded + " succeeded, " + refused + " were refused, seed " + seed);
    }

    private void call(FloatBuffer inside) {
        Tensor out = output(inside);
        long[] shape = out.shape();
        switch (random.nextInt(5)) {
            case 0:
                rope(out, shape);
                return;
            case 1:
                AbsolutePositions.lookup(input(1, 1, 1 + random.nextInt(5), shape[3]), longs(shape[2]), out);
                return;
            case 2:
                AbsolutePositions.sinusoidal(SinusoidalLayout.BLOCKS, integer(), 10000, out);
                return;
            case 3:
                attention(out, shape);
                return;
            default:
                float[] lse = new float[near(shape[0] * shape[1] * shape[2])];
                Attention.merge(out, lse, input(shape[0], shape[1], shape[2], shape[3]), new float[near(lse.length)]);
        }
    }

    private void rope(Tensor out, long[] shape) {
        RopeConfig rope = new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(2);
        if (random.nextInt(4) == 0) {
            rope.rotaryDim(6).axes(Axes.SECTIONS).axisSections(1, 1, 1);
        }
        try (Scheme scheme = Scheme.builder().rope(rope).build()) {
            RopeOptions options = new RopeOptions();
            if (random.nextInt(3) == 0) {
                options.axisStride(integer()).length(integer()).branch(random.nextInt(2));
            }
            Rope.apply(null, scheme, options, longs(shape[2] * scheme.axes()),
                    input(shape[0], shape[1], shape[2], shape[3]), out);
        }
    }

    private void attention(Tensor out, long[] shape) {
        long keys = shape[2] + random.nextInt(3);
        Problem problem = new Problem()
                                  .batch(near(shape[0]))
                                  .queryHeads(shape[1])
                                  .keyHeads(shape[1])
                                  .queries(shape[2])
                                  .keys(keys)
                                  .headDim(shape[3]);
        if (random.nextInt(3) == 0) {
            problem.keyPositions(new long[near(keys)]).keyPositionStride(integer());
        }
        if (random.nextInt(3) == 0) {
            problem.queryPositions(new long[near(shape[2])]).queryPositionStride(integer());
        }
        if (random.nextInt(4) == 0) {
            problem.queryOffsets(0, near(shape[2])).keyOffsets(0, near(keys));
        }
        if (random.nextInt(4) == 0) {
            problem.keyRanges(new long[near(2 * shape[0])]);
        }
        try (Scheme scheme = Scheme.builder().build(); Plan plan = Plan.create(scheme, problem)) {
            Tensor k = input(shape[0], shape[1], keys, shape[3]);
            float[] lse = new float[near(shape[0] * shape[1] * shape[2])];
            ByteBuffer workspace = random.nextBoolean() ? null : ByteBuffer.allocateDirect(near(plan.workspaceBytes()));
            Tensor q = input(shape[0], shape[1], shape[2], shape[3]);
            if (random.nextBoolean()) {
                plan.run(null, q, k, k, null, out, lse, workspace);
            } else {
                AttentionGradient data = new AttentionGradient().q(q).k(k).v(k).out(q).lse(lse).dOut(q).dQ(out);
                ByteBuffer more = ByteBuffer.allocateDirect(near(plan.backwardWorkspaceBytes()));
                plan.backward(data.workspace(workspace == null ? null : more));
            }
        }
    }

    /** Often dense, sometimes strided, sometimes impossible. */
    private Tensor output(FloatBuffer memory) {
        long[] shape = {1 + random.nextInt(2), 1 + random.nextInt(2), 1 + random.nextInt(4), 1 + random.nextInt(8)};
        if (random.nextInt(3) > 0) {
            return Tensor.of(memory, shape[0], shape[1], shape[2], shape[3]);
        }
        long[] stride = new long[4];
        for (int axis = 0; axis < 4; ++axis) {
            stride[axis] = integer();
        }
        return Tensor.of(memory, 1, 1, 1, memory.capacity()).view(integer(), shape, stride);
    }

    private Tensor input(long batch, long heads, long sequence, long features) {
        float[] data = new float[near(batch * heads * sequence * features)];
        return random.nextBoolean() ? Tensor.of(data, batch, heads, sequence, features)
                                    : Tensor.of(Memory.direct(data), batch, heads, sequence, features);
    }

    /** Mostly the number, sometimes one next to it. */
    private int near(long number) {
        return (int) Math.max(0, number + (random.nextInt(6) == 0 ? random.nextInt(3) - 1 : 0));
    }

    private long[] longs(long count) {
        return random.nextInt(4) == 0 ? null : new long[near(count)];
    }

    /** Small, of both signs, or enormous. */
    private long integer() {
        return random.nextInt(12) == 0 ? random.nextLong() : random.nextInt(40) - 8;
    }
}

package io.farspan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;

/** Test data. */
final class Memory {
    private Memory() {}

    /** Numbers in [-1, 1). */
    static float[] random(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int n = 0; n < count; ++n) {
            values[n] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    static FloatBuffer direct(int count) {
        return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    static FloatBuffer direct(float[] values) {
        return direct(values.length).put(values).rewind();
    }

    static float[] array(FloatBuffer buffer) {
        float[] values = new float[buffer.capacity()];
        buffer.duplicate().clear().get(values);
        return values;
    }

    /** Bytes of the process that are in memory. */
    static long resident() {
        try {
            String[] pages = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/self/statm")).split(" ");
            return 4096 * Long.parseLong(pages[1]);
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}

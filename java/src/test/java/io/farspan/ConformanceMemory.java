package io.farspan;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Memory of a tensor or array of a conformance case: its content, its bytes, and its comparison with what is expected.
 */
final class ConformanceMemory {
    private final ByteBuffer bytes;
    private final Dtype dtype;
    private final byte[] before;
    private boolean integers; // int64 in place of F64

    ConformanceMemory(Dtype dtype, int elements) {
        this.dtype = dtype;
        bytes = ByteBuffer.allocateDirect(elements * dtype.bytes()).order(ByteOrder.nativeOrder());
        before = new byte[bytes.capacity()];
    }

    /** As {@code description} says: elements (or shape), and a seed. */
    ConformanceMemory(Dtype dtype, JsonObject description) {
        this(dtype, elements(description));
        if (!description.has("seed")) {
            return;
        }
        long seed = description.get("seed").getAsLong();
        for (int n = 0; n < count(); ++n) {
            put(n, generate(seed, n));
        }
        bytes.get(0, before);
    }

    static ConformanceMemory of(long[] values) {
        ConformanceMemory memory = new ConformanceMemory(Dtype.F64, values.length);
        memory.integers = true;
        memory.bytes.asLongBuffer().put(values);
        return memory;
    }

    static ConformanceMemory of(double... values) {
        ConformanceMemory memory = new ConformanceMemory(Dtype.F64, values.length);
        memory.bytes.asDoubleBuffer().put(values);
        return memory;
    }

    /** A text; its elements are not compared one by one. */
    static ConformanceMemory of(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        ConformanceMemory memory = new ConformanceMemory(ByteBuffer.allocateDirect(content.length));
        memory.bytes.put(0, content);
        return memory;
    }

    private ConformanceMemory(ByteBuffer text) {
        dtype = null;
        bytes = text;
        before = new byte[text.capacity()];
    }

    /** Shows a later content than what was given. */
    void set(long[] values) {
        bytes.asLongBuffer().put(values);
    }

    void set(double[] values) {
        bytes.asDoubleBuffer().put(values);
    }

    static Dtype dtype(JsonObject description) {
        return Dtype.valueOf(description.get("dtype").getAsString().toUpperCase(java.util.Locale.ROOT));
    }

    Tensor tensor(JsonObject description) {
        long[] shape = longs(description.getAsJsonArray("shape"));
        if (!description.has("stride") && !description.has("offset")) {
            return Tensor.of(bytes, dtype, shape[0], shape[1], shape[2], shape[3]);
        }
        long[] stride = description.has("stride")
                ? longs(description.getAsJsonArray("stride"))
                : new long[] {shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1};
        long offset = description.has("offset") ? description.get("offset").getAsLong() : 0;
        return Tensor.of(bytes, dtype, 1, 1, 1, count()).view(offset, shape, stride);
    }

    ByteBuffer buffer() {
        return bytes;
    }

    byte[] content() {
        byte[] content = new byte[bytes.capacity()];
        bytes.get(0, content);
        return content;
    }

    boolean isUntouched() {
        return java.util.Arrays.equals(before, content());
    }

    int count() {
        return bytes.capacity() / dtype.bytes();
    }

    double get(int n) {
        switch (dtype) {
            case F64:
                return integers ? bytes.getLong(8 * n) : bytes.getDouble(8 * n);
            case F32:
                return bytes.getFloat(4 * n);
            case BF16:
                return Float.intBitsToFloat(bytes.getShort(2 * n) << 16);
            default:
                return halfToDouble(bytes.getShort(2 * n));
        }
    }

    private void put(int n, long z) {
        float wide = ((z >>> 40) - 0x1p23f) / 0x1p22f;
        float narrow = ((z >>> 56) - 128) / 64f;
        int bits = Float.floatToRawIntBits(narrow);
        switch (dtype) {
            case F32:
                bytes.putFloat(4 * n, wide);
                break;
            case BF16:
                bytes.putShort(2 * n, (short) (bits >>> 16));
                break;
            case F16: // a multiple of 1/64 below 2 is 0 or a normal number, with few enough bits
                int half = narrow == 0
                        ? 0
                        : (bits >>> 16 & 0x8000) | (((bits >>> 23 & 0xff) - 112) << 10) | (bits >>> 13 & 0x3ff);
                bytes.putShort(2 * n, (short) half);
                break;
            default:
                throw new IllegalArgumentException("no generator for " + dtype);
        }
    }

    static long generate(long seed, long n) {
        long z = seed * 0x9E3779B97F4A7C15L + n + 1;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static double halfToDouble(short bits) {
        int exponent = bits >>> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double size = exponent == 31 ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : exponent == 0      ? fraction * 0x1p-24
                                     : Math.scalb(1 + fraction / 1024.0, exponent - 15);
        return bits < 0 ? -size : size;
    }

    /** The first difference from what is expected, or null. */
    String difference(JsonObject expected) {
        if (expected.has("text")) {
            String got = new String(content(), StandardCharsets.UTF_8);
            return got.equals(expected.get("text").getAsString()) ? null : "'" + got + "'";
        }
        JsonArray values = expected.getAsJsonArray("values");
        JsonElement tolerance = expected.get("tolerance");
        if (!expected.has("at") && values.size() != count()) {
            return count() + " elements, expected " + values.size();
        }
        for (int n = 0; n < values.size(); ++n) {
            int at = expected.has("at") ? expected.getAsJsonArray("at").get(n).getAsInt() : n;
            double want = number(values.get(n));
            double got = get(at);
            double allowed = number(tolerance.isJsonArray() ? tolerance.getAsJsonArray().get(n) : tolerance);
            boolean same = Double.isInfinite(want) ? got == want : Math.abs(got - want) <= allowed;
            if (!same) {
                return "element " + at + " is " + got + ", expected " + want + " within " + allowed;
            }
        }
        return null;
    }

    static double number(JsonElement element) {
        switch (element.getAsString()) {
            case "nan":
                return Double.NaN;
            case "inf":
                return Double.POSITIVE_INFINITY;
            case "-inf":
                return Double.NEGATIVE_INFINITY;
            default:
                return element.getAsDouble();
        }
    }

    static long[] longs(JsonArray array) {
        long[] values = new long[array.size()];
        for (int n = 0; n < values.length; ++n) {
            values[n] = array.get(n).getAsLong();
        }
        return values;
    }

    private static int elements(JsonObject description) {
        if (description.has("elements")) {
            return description.get("elements").getAsInt();
        }
        int product = 1;
        for (JsonElement extent : description.getAsJsonArray("shape")) {
            product *= extent.getAsInt();
        }
        return product;
    }
}

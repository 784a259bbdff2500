package io.farspan.runtime;

import io.farspan.internal.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;

/** Structs of the library as bytes, and what addresses in them point to. Public for the other packages of the library only. */
public final class Structs {
    private Structs() {}

    /** A struct of zeros that knows its size. */
    public static ByteBuffer of(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder()).putInt(0, size);
    }

    /** Copies a struct of the library's. */
    public static void copy(long address, ByteBuffer fields) {
        Native.bytes_at(address, fields.array());
    }

    /** Structs one behind the other. */
    public static <T> byte[] joined(List<T> structs, Function<T, ByteBuffer> fields, int size) {
        byte[] all = new byte[Math.multiplyExact(structs.size(), size)];
        int at = 0;
        for (T one : structs) {
            System.arraycopy(fields.apply(one).array(), 0, all, at, size);
            at += size;
        }
        return all;
    }

    /** The numbers of a struct that has one int behind its size, and longs. */
    public static long[] longs(ByteBuffer fields) {
        long[] numbers = new long[fields.capacity() / Long.BYTES];
        fields.duplicate().order(fields.order()).asLongBuffer().get(numbers);
        numbers[0] = fields.getInt(Integer.BYTES);
        return numbers;
    }

    /** Writes such numbers. */
    public static void set(ByteBuffer fields, long[] numbers) {
        if (numbers.length != fields.capacity() / Long.BYTES) {
            throw new IllegalArgumentException(
                    "counts have " + fields.capacity() / Long.BYTES + " numbers, not " + numbers.length);
        }
        for (int n = 1; n < numbers.length; ++n) {
            fields.putLong(n * Long.BYTES, numbers[n]);
        }
        fields.putInt(Integer.BYTES, (int) numbers[0]);
    }

    /** A text of the library's; null for no address. */
    public static String text(long address) {
        return address == 0 ? null : Bytes.text(Native.text_at(address));
    }

    /** Numbers of the library's; null for no address. */
    public static double[] doubles(long address, long count) {
        double[] numbers = address == 0 ? null : new double[Math.toIntExact(count)];
        if (numbers != null) {
            bytes(address, (long) Double.BYTES * count).asDoubleBuffer().get(numbers);
        }
        return numbers;
    }

    /** Numbers of the library's; null for no address. */
    public static float[] floats(long address, long count) {
        float[] numbers = address == 0 ? null : new float[Math.toIntExact(count)];
        if (numbers != null) {
            bytes(address, (long) Float.BYTES * count).asFloatBuffer().get(numbers);
        }
        return numbers;
    }

    private static ByteBuffer bytes(long address, long size) {
        ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
        Native.bytes_at(address, copy.array());
        return copy;
    }
}

package io.farspan;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;

/** What makes a buffer fit for native code. */
final class Buffers {
    private Buffers() {}

    /** The direct, native-order remainder of the buffer. */
    static Buffer slice(Buffer buffer, ByteOrder order) {
        Objects.requireNonNull(buffer, "data");
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("the buffer is not direct; native code cannot see a heap buffer");
        }
        if (order != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException(
                    "the buffer's byte order is " + order + ", not the native " + ByteOrder.nativeOrder());
        }
        return isWhole(buffer) ? buffer : buffer.slice();
    }

    /** The remainder of a buffer of log-sum-exps; null for null. */
    static Object writable(FloatBuffer lse, String name) {
        if (lse == null) {
            return null;
        }
        requireWritable(lse, name);
        return slice(lse, lse.order());
    }

    /** The remainder of a buffer of log-sum-exps that is only read; null for null. */
    static Object readable(FloatBuffer lse, String name) {
        return lse == null ? null : slice(lse, lse.order());
    }

    /** The remainder of a scratch buffer, of any order; null for null. */
    static ByteBuffer workspace(ByteBuffer workspace) {
        return workspace == null ? null : writableBytes(workspace, "workspace");
    }

    /** The remainder of a buffer of bytes, of any order, that is written. */
    static ByteBuffer writableBytes(ByteBuffer buffer, String name) {
        requireWritable(buffer, name);
        return (ByteBuffer) slice(buffer, ByteOrder.nativeOrder());
    }

    /** The remainder of a buffer of bytes, of any order, that is only read. */
    static Object readableBytes(ByteBuffer buffer, String name) {
        return slice(Objects.requireNonNull(buffer, name), ByteOrder.nativeOrder());
    }

    private static void requireWritable(Buffer buffer, String name) {
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException(name + " is read-only");
        }
    }

    private static boolean isWhole(Buffer buffer) {
        return buffer.position() == 0 && buffer.limit() == buffer.capacity();
    }
}

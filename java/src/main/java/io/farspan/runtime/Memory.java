package io.farspan.runtime;

import java.nio.Buffer;

/** What a tensor views, an array or a direct buffer, and how it lies there. Public for the other packages of the library only. */
public final class Memory {
    /** Of no tensor. */
    public static final Memory ABSENT = new Memory(null, null, 0, null);

    /** The number of the element type. */
    public final int code;
    /**
     * shape[4], stride[4], the element of the memory at which the view begins, the address of a buffer or 0. Never
     * changed.
     */
    public final long[] dims;

    private final float[] array;
    private final Buffer buffer;

    /** A view. */
    public Memory(float[] array, Buffer buffer, int code, long[] dims) {
        this.array = array;
        this.buffer = buffer;
        this.code = code;
        this.dims = dims;
    }

    /** The same memory, viewed in another way. */
    public Memory viewed(long[] dims) {
        return new Memory(array, buffer, code, dims);
    }

    /** The array to copy. */
    public static float[] array(Memory memory) {
        return memory.array;
    }

    /** The buffer. */
    public Buffer buffer() {
        return buffer;
    }
}

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

    /**
     * A view.
     *
     * @param array which native code gets as a copy, or null
     * @param buffer whole, direct and of native order, or null; its address is good for as long as this object is reachable
     * @param code the number of the element type
     * @param dims as below
     */
    public Memory(float[] array, Buffer buffer, int code, long[] dims) {
        this.array = array;
        this.buffer = buffer;
        this.code = code;
        this.dims = dims;
    }

    /**
     * The same memory, viewed in another way.
     *
     * @param dims as above
     * @return a new view
     */
    public Memory viewed(long[] dims) {
        return new Memory(array, buffer, code, dims);
    }

    /**
     * The array to copy.
     *
     * @param memory not null
     * @return null for a buffer
     */
    public static float[] array(Memory memory) {
        return memory.array;
    }

    /**
     * The buffer.
     *
     * @return null for an array
     */
    public Buffer buffer() {
        return buffer;
    }
}

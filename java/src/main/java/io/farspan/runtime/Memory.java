package io.farspan.runtime;

import java.nio.Buffer;

/** What tensors view: an array or a direct buffer. Public for the generated classes only. */
public final class Memory {
    private final float[] array;
    private final Buffer buffer;

    /**
     * An array, which native code gets as a copy.
     *
     * @param array not copied here
     */
    public Memory(float[] array) {
        this.array = array;
        this.buffer = null;
    }

    /**
     * A direct buffer, whose address native code gets. It is good for as long as this object is reachable.
     *
     * @param buffer whole, direct and of native order
     */
    public Memory(Buffer buffer) {
        this.array = null;
        this.buffer = buffer;
    }

    /**
     * The array to copy.
     *
     * @param memory may be null
     * @return null for a buffer and for null
     */
    public static float[] array(Memory memory) {
        return memory == null ? null : memory.array;
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

package io.farspan.runtime;

import io.farspan.Context;
import io.farspan.Tensor;

/** Shows io.farspan.eval what io.farspan keeps to itself: the memory of tensors and the handles of contexts. */
public abstract class Access {
    private static volatile Access access;

    /** Made by io.farspan only. */
    protected Access() {}

    /**
     * Called once by io.farspan, when its class that implements this is initialised.
     *
     * @param given the implementation
     */
    protected static void set(Access given) {
        access = given;
    }

    /**
     * The implementation.
     *
     * @return the only one
     */
    public static Access get() {
        if (access == null) {
            try {
                Class.forName("io.farspan.Insider", true, Access.class.getClassLoader());
            } catch (ClassNotFoundException damaged) {
                throw new IllegalStateException("the classes of farspan are incomplete", damaged);
            }
        }
        return access;
    }

    /**
     * What a tensor views.
     *
     * @param tensor not null
     * @return the array or the buffer
     */
    public abstract Memory memory(Tensor tensor);

    /**
     * The number of a tensor's element type.
     *
     * @param tensor not null
     * @return the C library's number
     */
    public abstract int code(Tensor tensor);

    /**
     * How a tensor lies in its memory.
     *
     * @param tensor not null
     * @return as io.farspan.Tensor describes it, not to be changed
     */
    public abstract long[] dims(Tensor tensor);

    /**
     * Refuses a tensor whose memory is read-only.
     *
     * @param tensor not null
     * @param name of the argument, for the message
     */
    public abstract void requireWritable(Tensor tensor, String name);

    /**
     * Enters a call; {@link #release} must follow.
     *
     * @param context may be null
     * @return its native object; null for null
     * @throws IllegalStateException if the context is closed
     */
    public abstract io.farspan.internal.Context acquire(Context context);

    /**
     * Leaves a call.
     *
     * @param context as for {@link #acquire}
     */
    public abstract void release(Context context);
}

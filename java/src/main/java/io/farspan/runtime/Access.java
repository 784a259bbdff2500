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
     * What a tensor views, to be read.
     *
     * @param tensor not null
     * @param name of the argument, for the message
     * @return its memory
     */
    public abstract Memory input(Tensor tensor, String name);

    /**
     * What a tensor views, to be written.
     *
     * @param tensor not null
     * @param name of the argument, for the message
     * @return its memory
     * @throws IllegalArgumentException if that is read-only
     */
    public abstract Memory output(Tensor tensor, String name);

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

package io.farspan.runtime;

import io.farspan.Context;
import io.farspan.Tensor;

/** Shows io.farspan.eval what io.farspan keeps to itself: the memory of tensors and the handles of contexts. */
public abstract class Access {
    private static volatile Access access;

    /** Made by io.farspan only. */
    protected Access() {}

    /** Called once by io.farspan, when its class that implements this is initialised. */
    protected static void set(Access given) {
        access = given;
    }

    /** The implementation. */
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

    /** What a tensor views, to be read. */
    public abstract Memory input(Tensor tensor, String name);

    /** What a tensor views, to be written. */
    public abstract Memory output(Tensor tensor, String name);

    /** Enters a call, unless the context is null; {@link #release} must follow. */
    public abstract io.farspan.internal.Context acquire(Context context);

    /** Leaves a call. */
    public abstract void release(Context context);
}

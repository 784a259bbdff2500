package io.farspan;

import io.farspan.runtime.Access;
import io.farspan.runtime.Memory;

/** What io.farspan shows to its sub-packages. */
final class Insider extends Access {
    static {
        set(new Insider());
    }

    private Insider() {}

    @Override
    public Memory input(Tensor tensor, String name) {
        return Tensor.input(tensor, name);
    }

    @Override
    public Memory output(Tensor tensor, String name) {
        return Tensor.output(tensor, name);
    }

    @Override
    public io.farspan.internal.Context acquire(Context context) {
        return Context.acquire(context);
    }

    @Override
    public void release(Context context) {
        Context.release(context);
    }
}

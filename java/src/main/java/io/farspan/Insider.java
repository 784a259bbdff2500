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
    public Memory memory(Tensor tensor) {
        return tensor.memory;
    }

    @Override
    public int code(Tensor tensor) {
        return tensor.code;
    }

    @Override
    public long[] dims(Tensor tensor) {
        return tensor.dims;
    }

    @Override
    public void requireWritable(Tensor tensor, String name) {
        tensor.asOutput(name);
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

package io.farspan;

import io.farspan.internal.CancelFlag;
import io.farspan.internal.ContextConfig;
import io.farspan.internal.Native;
import io.farspan.runtime.Handle;

/**
 * Threads and instruction set for the calls that take it. Without a context (null) a call uses the defaults. Immutable;
 * any number of threads may use one at the same time. Close it when it is no longer needed; what is forgotten is freed
 * after garbage collection.
 */
public final class Context implements AutoCloseable {
    private final Handle<io.farspan.internal.Context> handle;
    final CancelFlag cancel;

    private Context(io.farspan.internal.Context object, CancelFlag cancel) {
        this.cancel = cancel;
        handle = Handle.of(this, object, cancel, "the context", io.farspan.internal.Context::delete);
    }

    /**
     * A context with all that the machine allows.
     *
     * @return a new context
     */
    public static Context create() {
        return create(Isa.BEST, new ContextConfig());
    }

    /**
     * A context with a number of threads.
     *
     * @param isa the instruction set; {@link Isa#BEST} for the best of this machine
     * @param threads 0 for what affinity, cgroup quota and {@code FARSPAN_NUM_THREADS} allow; more than the machine has
     * are clamped
     * @return a new context
     * @throws FarspanException if the machine has not that instruction set, or threads is negative
     */
    public static Context create(Isa isa, int threads) {
        ContextConfig config = new ContextConfig();
        config.setThreads(threads);
        return create(isa, config);
    }

    private static Context create(Isa isa, ContextConfig config) {
        config.setIsa(isa.code);
        CancelFlag cancel = new CancelFlag();
        return new Context(Native.context_create(config, cancel), cancel);
    }

    /**
     * What a run really uses.
     *
     * @return the number of threads
     * @throws IllegalStateException if the context is closed
     */
    public int threads() {
        io.farspan.internal.Context object = handle.acquire();
        try {
            return Native.context_threads(object);
        } finally {
            handle.release();
        }
    }

    /**
     * The instruction set in use, never {@link Isa#BEST}.
     *
     * @return the instruction set
     * @throws IllegalStateException if the context is closed
     */
    public Isa isa() {
        io.farspan.internal.Context object = handle.acquire();
        try {
            return Isa.of(Native.context_isa(object));
        } finally {
            handle.release();
        }
    }

    /**
     * Stops the runs of this context, and of plans made with it, soon: they fail with {@link Status#CANCELLED}, and so
     * does every later one until {@link #resume}. May be called by any thread.
     */
    public void cancel() {
        Native.cancel_flag_set(cancel, 1);
    }

    /** Lets runs work again after {@link #cancel}. */
    public void resume() {
        Native.cancel_flag_set(cancel, 0);
    }

    /** Frees the context when the last call that uses it has ended. Does nothing the second time. */
    @Override
    public void close() {
        handle.close();
    }

    static io.farspan.internal.Context acquire(Context context) {
        return context == null ? null : context.handle.acquire();
    }

    static void release(Context context) {
        if (context != null) {
            context.handle.release();
        }
    }
}

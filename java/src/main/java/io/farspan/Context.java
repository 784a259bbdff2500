package io.farspan;

import io.farspan.internal.Native;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Threads and instruction set for the calls that take it. Without a context (null) a call uses the defaults. Immutable;
 * any number of threads may use one at the same time. Close it when it is no longer needed; what is forgotten is freed
 * after garbage collection.
 */
public final class Context extends ContextCalls {
    private static final VarHandle FLAG = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final ByteBuffer flag; // native memory, which the library reads while a call runs

    private Context(io.farspan.internal.Context object, ByteBuffer flag) {
        super(object, flag);
        this.flag = flag;
    }

    /**
     * A context with all that the machine allows.
     *
     * @return a new context
     */
    public static Context create() {
        return create(Isa.BEST, 0);
    }

    /**
     * As {@link #create(Isa, int, boolean)}, not exhaustive.
     *
     * @param isa the instruction set
     * @param threads how many at most; 0 for the default
     * @return a new context
     */
    public static Context create(Isa isa, int threads) {
        return create(isa, threads, false);
    }

    /**
     * A context with a number of threads.
     *
     * @param isa the instruction set; {@link Isa#BEST} for the best of this machine
     * @param threads 0 for what affinity, cgroup quota and {@code FARSPAN_NUM_THREADS} allow; more than the machine has
     * are clamped
     * @param exhaustive true to read also the keys whose bias makes them certainly change nothing (2^-24 of the largest
     * value)
     * @return a new context
     * @throws FarspanException if the machine has not that instruction set, or threads is negative
     */
    public static Context create(Isa isa, int threads, boolean exhaustive) {
        ByteBuffer flag = ByteBuffer.allocateDirect(Integer.BYTES);
        ContextConfig config = new ContextConfig().isa(isa).threads(threads).exhaustive(exhaustive);
        return new Context(Native.context_create(config.cancel(Native.buffer_address(flag)).fields.array()), flag);
    }

    /**
     * Stops the runs of this context, and of plans made with it, soon: they fail with {@link Status#CANCELLED}, and so
     * does every later one until {@link #resume}. May be called by any thread.
     */
    public void cancel() {
        FLAG.setVolatile(flag, 0, 1);
    }

    /** Lets runs work again after {@link #cancel}. */
    public void resume() {
        FLAG.setVolatile(flag, 0, 0);
    }

    static io.farspan.internal.Context acquire(Context context) {
        return context == null ? null : context.acquire();
    }

    static void release(Context context) {
        if (context != null) {
            context.release();
        }
    }

    /** What plans made with the context must keep reachable. */
    static Object flagOf(Context context) {
        return context == null ? null : context.flag;
    }
}

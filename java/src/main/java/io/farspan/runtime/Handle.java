package io.farspan.runtime;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A native object that many threads use and one closes. It is destroyed once, when it is closed and no call is inside
 * it any more, whichever comes last. A Cleaner closes what its owner forgot.
 *
 * @param <T> the generated class of the object
 */
public final class Handle<T> {
    /** Frees native memory whose Java object is unreachable. */
    public static final Cleaner CLEANER = Cleaner.create();

    private static final int CLOSED = Integer.MIN_VALUE;

    private final T object;
    private final Object borrowed; // only kept reachable
    private final String name;
    private final Consumer<T> destroy;
    private final AtomicInteger state = new AtomicInteger(); // the calls inside, and the CLOSED bit
    private Cleaner.Cleanable closing;

    private Handle(T object, Object borrowed, String name, Consumer<T> destroy) {
        this.object = object;
        this.borrowed = borrowed;
        this.name = name;
        this.destroy = destroy;
    }

    /** Takes charge of a native object. */
    public static <T> Handle<T> of(Object owner, T object, Object borrowed, String name, Consumer<T> destroy) {
        Handle<T> handle = new Handle<>(object, borrowed, name, destroy);
        handle.closing = CLEANER.register(owner, handle::closeOnce);
        return handle;
    }

    /** Enters a call. Every success needs one {@link #release}. */
    public T acquire() {
        int calls;
        do {
            calls = state.get();
            if (calls < 0) {
                throw new IllegalStateException(name + " is closed");
            }
        } while (!state.compareAndSet(calls, calls + 1));
        return object;
    }

    /** Leaves a call. */
    public void release() {
        if (state.decrementAndGet() == CLOSED) {
            destroy.accept(object);
        }
    }

    /** Lets no more calls in, and destroys the object as soon as the last one is out. Does nothing the second time. */
    public void close() {
        closing.clean();
    }

    private void closeOnce() {
        if (state.getAndAdd(CLOSED) == 0) {
            destroy.accept(object);
        }
    }
}

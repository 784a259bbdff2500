package io.farspan;

import io.farspan.runtime.Handle;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Lets calls into a native cache: those that change it one by one, the others together. */
final class CacheAccess {
    private final Handle<io.farspan.internal.Cache> handle;
    private final ReadWriteLock turns = new ReentrantReadWriteLock();

    CacheAccess(Object owner, io.farspan.internal.Cache object) {
        handle = Handle.of(owner, object, null, "the cache", io.farspan.internal.Cache::delete);
    }

    /** Enters a call that only reads; {@link #leaveReading} must follow. */
    io.farspan.internal.Cache read() {
        return enter(turns.readLock());
    }

    void leaveReading() {
        leave(turns.readLock());
    }

    /** Enters a call that must be alone; {@link #leaveChanging} must follow. */
    io.farspan.internal.Cache change() {
        return enter(turns.writeLock());
    }

    void leaveChanging() {
        leave(turns.writeLock());
    }

    /** Makes a call that must be alone. */
    void change(Consumer<io.farspan.internal.Cache> call) {
        io.farspan.internal.Cache object = change();
        try {
            call.accept(object);
        } finally {
            leaveChanging();
        }
    }

    /** Makes a call that must be alone and gives a number. */
    long make(BiConsumer<io.farspan.internal.Cache, long[]> call) {
        long[] made = new long[1];
        change(object -> call.accept(object, made));
        return made[0];
    }

    void close() {
        handle.close();
    }

    private io.farspan.internal.Cache enter(Lock turn) {
        io.farspan.internal.Cache object = handle.acquire();
        turn.lock();
        return object;
    }

    private void leave(Lock turn) {
        turn.unlock();
        handle.release();
    }
}

package io.farspan;

import io.farspan.runtime.Handle;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Lets calls into a native cache, in turns where they concern the same sequences. These are given in order. */
final class CacheAccess {
    private final Handle<io.farspan.internal.Cache> handle;
    private final CacheTurns turns = new CacheTurns();

    CacheAccess(Object owner, io.farspan.internal.Cache object) {
        handle = Handle.of(owner, object, null, "the cache", io.farspan.internal.Cache::delete);
    }

    /** Enters a call that only reads the sequences; {@link #leaveReading} must follow. */
    io.farspan.internal.Cache read(Long... sequences) {
        io.farspan.internal.Cache object = handle.acquire();
        turns.enterReading(sequences);
        return object;
    }

    void leaveReading(Long... sequences) {
        turns.leaveReading(sequences);
        handle.release();
    }

    /** Enters a call that changes the sequences; {@link #leaveChanging} must follow. */
    io.farspan.internal.Cache change(Long... sequences) {
        io.farspan.internal.Cache object = handle.acquire();
        turns.enterChanging(sequences);
        return object;
    }

    void leaveChanging(Long... sequences) {
        turns.leaveChanging(sequences);
        handle.release();
    }

    /** Makes a call that changes one sequence. */
    void changeOne(Long sequence, Consumer<io.farspan.internal.Cache> call) {
        io.farspan.internal.Cache object = change(sequence);
        try {
            call.accept(object);
        } finally {
            leaveChanging(sequence);
        }
    }

    /** Makes a call that destroys a sequence. */
    void destroy(Long sequence, Consumer<io.farspan.internal.Cache> call) {
        changeOne(sequence, object -> {
            call.accept(object);
            turns.ends(sequence);
        });
    }

    /** Makes a call that gives the number of a new sequence; it changes no other. */
    long make(BiConsumer<io.farspan.internal.Cache, long[]> call) {
        return make(CacheTurns.NONE, call);
    }

    /** Makes a call that gives the number of a new sequence, out of another one. */
    long makeFrom(Long sequence, BiConsumer<io.farspan.internal.Cache, long[]> call) {
        return make(new Long[] {sequence}, call);
    }

    private long make(Long[] from, BiConsumer<io.farspan.internal.Cache, long[]> call) {
        long[] made = new long[1];
        io.farspan.internal.Cache object = read(from);
        try {
            call.accept(object, made);
            turns.begins(made[0]);
        } finally {
            leaveReading(from);
        }
        return made[0];
    }

    /** Makes a call that ends all sequences, and must be alone. */
    void clear(Consumer<io.farspan.internal.Cache> call) {
        io.farspan.internal.Cache object = handle.acquire();
        turns.enterAlone();
        try {
            call.accept(object);
            turns.allEnd();
        } finally {
            turns.leaveAlone();
            handle.release();
        }
    }

    void close() {
        handle.close();
    }
}

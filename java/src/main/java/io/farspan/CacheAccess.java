package io.farspan;

import io.farspan.runtime.Handle;

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

    /** Enters a call on all sequences; {@link #leaveAlone} must follow. */
    io.farspan.internal.Cache enterAlone() {
        io.farspan.internal.Cache object = handle.acquire();
        turns.enterAlone();
        return object;
    }

    void leaveAlone() {
        turns.leaveAlone();
        handle.release();
    }

    /** Says that the call that is inside made a sequence, or ended one or all. */
    void begins(long sequence) {
        turns.begins(sequence);
    }

    void ends(long sequence) {
        turns.ends(sequence);
    }

    void allEnd() {
        turns.allEnd();
    }

    void close() {
        handle.close();
    }
}

package io.farspan.eval;

import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.runtime.Structs;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The windows of a text, in its order. A window is computed from its index: nothing is kept, however long the text is.
 * Immutable; any number of threads may use one, each with an iterator of its own.
 */
public final class Windows implements Iterable<Window> {
    private final byte[] fields; // a copy
    private final long count;

    /**
     * Checks a configuration and counts its windows.
     *
     * @param config the schedule; later changes of it do not matter
     * @throws FarspanException if there is no BOS policy, a number is out of range, or a field is set that the schedule
     * does not use
     */
    public Windows(WindowsConfig config) {
        fields = config.fields.array().clone();
        long[] number = new long[1];
        Native.windows_count(fields, number);
        count = number[0];
    }

    /**
     * The number of windows.
     *
     * @return at least 1
     */
    public long count() {
        return count;
    }

    /**
     * One of the windows.
     *
     * @param index 0 for the first
     * @return the window
     * @throws FarspanException if there is none
     */
    public Window get(long index) {
        ByteBuffer window = Structs.of(Window.BYTES);
        Native.windows_get(fields, index, window.array());
        return new Window(window);
    }

    @Override
    public Iterator<Window> iterator() {
        return new Iterator<>() {
            private long next;

            @Override
            public boolean hasNext() {
                return next < count;
            }

            @Override
            public Window next() {
                if (next >= count) {
                    throw new NoSuchElementException("there are " + count + " windows");
                }
                return get(next++);
            }
        };
    }
}

package io.farspan;

import io.farspan.internal.Native;

/** The library as a whole. */
public final class Farspan {
    private Farspan() {}

    /**
     * The version of the native library that is loaded.
     *
     * @return major * 10000 + minor * 100 + patch
     */
    public static int version() {
        return (int) Native.version();
    }
}

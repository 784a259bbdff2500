package io.farspan;

import io.farspan.internal.Native;
import java.util.ArrayList;
import java.util.List;

/**
 * The native library as a whole. The first call of anything in this package loads it: from the folder named by the
 * system property {@code farspan.library.path} if that is set, else out of the jar, through a private folder in {@code
 * farspan.tmpdir} (default {@code java.io.tmpdir}). If that fails, an {@link UnsatisfiedLinkError} lists what was
 * tried.
 */
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

    /**
     * The same as text.
     *
     * @return such as "0.1.0"
     */
    public static String versionText() {
        return Native.version_text();
    }

    /**
     * The number of the binary interface: equal numbers are compatible.
     *
     * @return the ABI version of the native library
     */
    public static int abiVersion() {
        return (int) Native.abi_version();
    }

    /**
     * What to send with a bug report: versions, instruction sets found and used, threads, quota.
     *
     * @return a JSON object
     */
    public static String diagnose() {
        return Native.diagnose();
    }

    /**
     * The methods that the native library knows, which may be more than these classes do.
     *
     * @param part of a scheme
     * @return the spellings, in the order of their numbers
     */
    public static List<String> methods(Part part) {
        List<String> names = new ArrayList<>();
        for (int method = 0; method < Native.method_count(part.code); ++method) {
            names.add(Native.method_name(part.code, method));
        }
        return names;
    }

    /** Ends the library's worker threads; later calls start them again. Not while a call runs. */
    public static void shutdown() {
        Native.shutdown();
    }
}

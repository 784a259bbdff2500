package io.farspan.runtime;

import io.farspan.internal.NativeConstants;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Loads libfarspan and its bridge to Java: from the folder that the system property {@code farspan.library.path} names,
 * or else out of the jar. A JVM binds a file to one class loader; each further one gets a file of its own.
 */
public final class NativeLibrary {
    /** System property: the folder that has both libraries. */
    public static final String PATH_PROPERTY = "farspan.library.path";

    static final String LIBRARY = "libfarspan.so." + NativeConstants.FARSPAN_ABI_VERSION;
    static final String BRIDGE = "libfarspan_java.so";

    private final List<String> attempts = new ArrayList<>();

    private NativeLibrary() {}

    /**
     * Called once by the static initializer of the generated class.
     *
     * @param loadedAbi asks the library, once it is loaded, for its ABI version
     * @throws UnsatisfiedLinkError if nothing could be loaded; its message lists what was tried
     */
    public static void load(LongSupplier loadedAbi) {
        NativeLibrary loader = new NativeLibrary();
        String folder = System.getProperty(PATH_PROPERTY);
        if (!(folder != null ? loader.loadFolder(Path.of(folder)) : loader.loadJar())) {
            throw new UnsatisfiedLinkError(
                    "farspan: no native library could be loaded. Tried:\n  " + String.join("\n  ", loader.attempts));
        }
        long abi = loadedAbi.getAsLong();
        if (abi != NativeConstants.FARSPAN_ABI_VERSION) {
            throw new UnsatisfiedLinkError("farspan: the library has ABI version " + abi + ", these classes need "
                    + NativeConstants.FARSPAN_ABI_VERSION);
        }
    }

    private boolean loadFolder(Path folder) {
        Path bridge = folder.resolve(BRIDGE).toAbsolutePath();
        if (tryLoad(bridge)) {
            return true;
        }
        if (!attempts.get(0).contains("already loaded in another classloader")) {
            return false;
        }
        return loadOwnFile(bridge); // the library that it needs is in the process already
    }

    private boolean loadJar() {
        String resources = "/META-INF/native/" + platform() + "/";
        try {
            if (NativeLibrary.class.getResource(resources + LIBRARY) == null
                    || NativeLibrary.class.getResource(resources + BRIDGE) == null) {
                attempts.add("jar: has no " + resources + " (set -D" + PATH_PROPERTY + " to a folder with " + LIBRARY
                        + " and " + BRIDGE + ")");
                return false;
            }
            Path folder = Extraction.extract(()
                                                     -> NativeLibrary.class.getResourceAsStream(resources + LIBRARY),
                    () -> NativeLibrary.class.getResourceAsStream(resources + BRIDGE));
            return loadOwnFile(folder.resolve(BRIDGE));
        } catch (IOException | SecurityException failure) {
            attempts.add("jar: " + failure);
            return false;
        }
    }

    /** Loads through a name that no other class loader has used. The file is not needed afterwards. */
    private boolean loadOwnFile(Path bridge) {
        try {
            Path own = Extraction.uniqueName(bridge);
            boolean loaded = tryLoad(own);
            Extraction.deleteUnique(own, bridge);
            return loaded;
        } catch (IOException failure) {
            attempts.add(bridge + ": " + failure);
            return false;
        }
    }

    private boolean tryLoad(Path file) {
        try {
            System.load(file.toString());
            return true;
        } catch (UnsatisfiedLinkError failure) {
            attempts.add(file + ": " + failure.getMessage() + hint(failure.getMessage()));
            return false;
        } catch (IllegalCallerException refused) { // JDK 24 and later under --illegal-native-access=deny
            Module module = NativeLibrary.class.getModule();
            attempts.add(file + ": " + refused.getMessage() + " (start java with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED") + ")");
            return false;
        }
    }

    private static String hint(String message) {
        if (message.contains("libtbb")) {
            return " (install oneTBB; Debian: libtbb12)";
        }
        if (message.contains("failed to map segment")) {
            return " (mounted noexec? set -D" + Extraction.FOLDER_PROPERTY + " to another folder)";
        }
        return usesMusl() ? " (this system uses musl, the library needs glibc)" : "";
    }

    private static boolean usesMusl() {
        try (DirectoryStream<Path> loaders = Files.newDirectoryStream(Path.of("/lib"), "ld-musl-*")) {
            return loaders.iterator().hasNext();
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static String platform() {
        String processor = System.getProperty("os.arch");
        return System.getProperty("os.name").toLowerCase(Locale.ROOT) + "-"
                + (processor.equals("amd64") ? "x86_64" : processor);
    }
}

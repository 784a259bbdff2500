package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoaderTest {
    private static final String PATH = "farspan.library.path";
    private static final String TMPDIR = "farspan.tmpdir";
    private static final String FOLDER =
            "META-INF/native/linux-" + System.getProperty("os.arch").replace("amd64", "x86_64");

    @TempDir Path scratch;

    @AfterEach
    void clearProperties() {
        System.clearProperty(PATH);
        System.clearProperty(TMPDIR);
    }

    @Test
    void twoClassLoadersHaveTheirOwnClasses() throws Exception {
        try (URLClassLoader first = loader(); URLClassLoader second = loader()) {
            assertNotEquals(first.loadClass("io.farspan.Farspan"), second.loadClass("io.farspan.Farspan"));
            for (int n = 0; n < 3; ++n) {
                for (URLClassLoader loader : List.of(first, second)) {
                    use(loader);
                }
            }
        }
    }

    @Test
    void twoClassLoadersMayShareAFolder() throws Exception {
        System.setProperty(PATH, classes().resolve(FOLDER).toString());
        try (URLClassLoader first = loader(); URLClassLoader second = loader()) {
            use(first);
            use(second);
            use(first);
        }
    }

    @Test
    void theLibraryLoadsAgainAfterItsClassLoaderIsCollected() throws Exception {
        for (String folder : new String[] {null, classes().resolve(FOLDER).toString()}) {
            if (folder != null) {
                System.setProperty(PATH, folder);
            }
            for (int round = 0; round < 3; ++round) {
                URLClassLoader loader = loader();
                use(loader);
                forget(loader);
                loader.close();
                WeakReference<URLClassLoader> collected = new WeakReference<>(loader);
                loader = null;
                for (int n = 0; n < 200 && collected.get() != null; ++n) {
                    System.gc();
                    Thread.sleep(20);
                }
                assertNull(collected.get(), "the class loader is still reachable");
            }
        }
        assertEquals(io.farspan.internal.NativeConstants.FARSPAN_VERSION, Farspan.version());
    }

    @Test
    void extractedFilesArePrivateSharedAndRepaired() throws Exception {
        System.setProperty(TMPDIR, scratch.toString());
        try (URLClassLoader first = loader()) {
            use(first);
        }
        Path folder = onlyEntry(scratch);
        assertTrue(folder.getFileName().toString().startsWith("farspan-" + Farspan.versionText() + "-"),
                folder.toString());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals(List.of("libfarspan.so.1", "libfarspan_java.so"), names(folder));
        Object key = Files.getAttribute(folder.resolve("libfarspan_java.so"), "unix:ino");
        try (URLClassLoader second = loader()) {
            use(second);
        }
        assertEquals(key, Files.getAttribute(folder.resolve("libfarspan_java.so"), "unix:ino"));
        Files.delete(folder.resolve("libfarspan_java.so"));
        Files.writeString(folder.resolve("libfarspan_java.so"), "half of a file");
        try (URLClassLoader third = loader()) {
            use(third);
        }
        assertEquals(List.of("libfarspan.so.1", "libfarspan_java.so"), names(folder));
        assertEquals(Files.size(classes().resolve(FOLDER).resolve("libfarspan_java.so")),
                Files.size(folder.resolve("libfarspan_java.so")));
    }

    @Test
    void aFolderThatOthersMayWriteToIsNotTrusted() throws Exception {
        System.setProperty(TMPDIR, scratch.toString());
        try (URLClassLoader first = loader()) {
            use(first);
        }
        Path folder = onlyEntry(scratch);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (URLClassLoader second = loader()) {
            use(second);
        }
        assertEquals(2, names(scratch).size());
    }

    @Test
    void theErrorListsWhatWasTried() throws Exception {
        System.setProperty(PATH, scratch.toString());
        String missing = loadFailure();
        assertTrue(missing.contains(scratch.resolve("libfarspan_java.so").toString()), missing);
        // A library for another processor: of a file that is none at all the JVM itself would complain, on the standard
        // output.
        byte[] foreign = Files.readAllBytes(classes().resolve(FOLDER).resolve("libfarspan_java.so"));
        foreign[18] = 40; // e_machine of ELF: ARM, 32 bits
        Files.write(scratch.resolve("libfarspan_java.so"), foreign);
        String garbage = loadFailure();
        assertTrue(garbage.contains(scratch.resolve("libfarspan_java.so") + ": "), garbage);
        System.clearProperty(PATH);
        System.setProperty(TMPDIR, scratch.resolve("not/there").toString());
        String folder = loadFailure();
        assertTrue(folder.contains("not/there"), folder);
    }

    @Test
    void aJarWithoutLibrariesSaysSo() throws Exception {
        Path jar = scratch.resolve("classes.jar");
        try (java.util.jar.JarOutputStream out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes())) {
            for (Path file : files.filter(name -> name.toString().endsWith(".class")).collect(Collectors.toList())) {
                out.putNextEntry(new java.util.zip.ZipEntry(classes().relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
        }
        try (URLClassLoader loader =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            String message = loadFailure(loader);
            assertTrue(message.contains("jar: has no /" + FOLDER) && message.contains(PATH), message);
        }
    }

    @Test
    void anotherAbiIsRefused() throws Exception {
        Path source =
                Files.writeString(scratch.resolve("other.c"), "unsigned farspan_abi_version(void) { return 12345; }");
        Path library = scratch.resolve("libother.so");
        assertEquals(0,
                new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                        .start()
                        .waitFor());
        ProcessBuilder child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Version.class.getName())
                                       .redirectErrorStream(true);
        child.environment().put("LD_PRELOAD", library.toString());
        String output = new String(child.start().getInputStream().readAllBytes());
        assertTrue(output.contains("the library has ABI version 12345"), output);
    }

    /** A program that loads the library. */
    static final class Version {
        public static void main(String[] arguments) {
            System.out.println(Farspan.version());
        }
    }

    @Test
    void manyLoadersAtOnceExtractOnce() throws Exception {
        System.setProperty(TMPDIR, scratch.toString());
        Thread[] threads = new Thread[6];
        Throwable[] failures = new Throwable[threads.length];
        for (int n = 0; n < threads.length; ++n) {
            int at = n;
            threads[n] = new Thread(() -> {
                try (URLClassLoader loader = loader()) {
                    use(loader);
                } catch (Throwable failure) {
                    failures[at] = failure;
                }
            });
            threads[n].start();
        }
        for (int n = 0; n < threads.length; ++n) {
            threads[n].join();
        }
        for (Throwable failure : failures) {
            if (failure != null) {
                throw new AssertionError("one of the loaders failed", failure);
            }
        }
        assertEquals(List.of("libfarspan.so.1", "libfarspan_java.so"), names(onlyEntry(scratch)));
    }

    private String loadFailure() throws Exception {
        try (URLClassLoader loader = loader()) {
            return loadFailure(loader);
        }
    }

    private static String loadFailure(URLClassLoader loader) {
        InvocationTargetException failure = assertThrows(InvocationTargetException.class,
                () -> loader.loadClass("io.farspan.Farspan").getMethod("version").invoke(null));
        assertEquals(UnsatisfiedLinkError.class, failure.getCause().getClass());
        return failure.getCause().getMessage();
    }

    /** Calls, fails, and sees the exception of its own class loader. */
    private static void use(URLClassLoader loader) throws Exception {
        Class<?> farspan = loader.loadClass("io.farspan.Farspan");
        assertSame(loader, farspan.getClassLoader());
        assertEquals(Farspan.version(), farspan.getMethod("version").invoke(null));
        AutoCloseable scheme = scheme(loader);
        Class<?> type = scheme.getClass();
        InvocationTargetException failure = assertThrows(InvocationTargetException.class,
                () -> type.getMethod("visible", long.class, long.class).invoke(scheme, -1L, 1L));
        assertSame(loader, failure.getCause().getClass().getClassLoader());
        scheme.close();
    }

    /** Leaves a handle and configurations to the Cleaner. */
    private static void forget(URLClassLoader loader) throws Exception {
        scheme(loader);
        loader.loadClass("io.farspan.MaskConfig").getConstructor().newInstance();
    }

    private static AutoCloseable scheme(URLClassLoader loader) throws Exception {
        Object builder = loader.loadClass("io.farspan.Scheme").getMethod("builder").invoke(null);
        return (AutoCloseable) builder.getClass().getMethod("build").invoke(builder);
    }

    private static URLClassLoader loader() throws IOException {
        return new URLClassLoader(new URL[] {classes().toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private static Path classes() {
        return Path.of(Farspan.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    private static Path onlyEntry(Path folder) throws IOException {
        assertEquals(1, names(folder).size(), names(folder).toString());
        return folder.resolve(names(folder).get(0));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }
}

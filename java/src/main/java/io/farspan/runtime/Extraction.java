package io.farspan.runtime;

import io.farspan.internal.NativeConstants;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;

/**
 * The libraries of the jar as files, in a folder that only this user may enter. Its name has the version, a hash of the
 * content and the user's number, so that the user's processes share it, and those of another version have another.
 */
final class Extraction {
    /** System property: where the folder is made; default {@code java.io.tmpdir}. */
    static final String FOLDER_PROPERTY = "farspan.tmpdir";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> MODE = PosixFilePermissions.asFileAttribute(PRIVATE);

    private Extraction() {}

    /** Something that can be read more than once; a library is never held in memory. */
    interface Source {
        InputStream open() throws IOException;
    }

    static Path extract(Source library, Source bridge) throws IOException {
        byte[] libraryDigest = digest(library), bridgeDigest = digest(bridge);
        Path parent =
                Path.of(System.getProperty(FOLDER_PROPERTY, System.getProperty("java.io.tmpdir"))).toAbsolutePath();
        String name = "farspan-" + NativeConstants.FARSPAN_VERSION_MAJOR + "." + NativeConstants.FARSPAN_VERSION_MINOR
                + "." + NativeConstants.FARSPAN_VERSION_PATCH + "-" + name(libraryDigest) + name(bridgeDigest) + "-"
                + user();
        Path folder = privateFolder(parent, name);
        publish(folder.resolve(NativeLibrary.LIBRARY), library, libraryDigest);
        publish(folder.resolve(NativeLibrary.BRIDGE), bridge, bridgeDigest);
        return folder;
    }

    /**
     * Another name of the file, in its folder if that can be written to: the same file if links are possible, else a
     * copy.
     */
    static Path uniqueName(Path file) throws IOException {
        Path folder =
                Files.isWritable(file.getParent()) ? file.getParent() : Files.createTempDirectory("farspan-", MODE);
        Path unique = Files.createTempFile(folder, "bridge-", ".so");
        Files.delete(unique);
        try {
            Files.createLink(unique, file);
        } catch (IOException | UnsupportedOperationException noLinks) {
            Files.copy(file, unique);
        }
        return unique;
    }

    /** Deletes what {@link #uniqueName} made of a file; what is left over does no harm. */
    static void deleteUnique(Path unique, Path file) {
        delete(unique);
        if (!unique.getParent().equals(file.getParent())) {
            delete(unique.getParent());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException leftOver) {
            file.toFile().deleteOnExit();
        }
    }

    /** A folder of that name, unless somebody else could write to it: then one that is new. */
    private static Path privateFolder(Path parent, String name) throws IOException {
        Path folder = parent.resolve(name);
        try {
            return Files.createDirectory(folder, MODE);
        } catch (FileAlreadyExistsException there) {
            return isPrivate(folder) ? folder : temporaryFolder(parent, name);
        }
    }

    private static boolean isPrivate(Path folder) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE)
                && Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user());
    }

    private static Object user() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    /** No other process will look for it, so it ends with this one. */
    private static Path temporaryFolder(Path parent, String name) throws IOException {
        Path folder = Files.createTempDirectory(parent, name + "-", MODE);
        for (Path left :
                new Path[] {folder, folder.resolve(NativeLibrary.LIBRARY), folder.resolve(NativeLibrary.BRIDGE)}) {
            left.toFile().deleteOnExit(); // the last one first
        }
        return folder;
    }

    /**
     * Writes the file in one step, so that no process ever sees half of it; one that is there already is kept if it is
     * whole.
     */
    private static void publish(Path file, Source content, byte[] digest) throws IOException {
        if (Files.exists(file) && Arrays.equals(digest(() -> Files.newInputStream(file)), digest)) {
            return;
        }
        Path scratch = Files.createTempFile(file.getParent(), "extract-", ".tmp", MODE);
        try {
            try (InputStream from = content.open(); OutputStream to = Files.newOutputStream(scratch)) {
                from.transferTo(to);
            }
            Files.move(scratch, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException plain) {
            Files.move(scratch, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(scratch);
        }
    }

    private static byte[] digest(Source content) throws IOException {
        try (DigestInputStream in = new DigestInputStream(content.open(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.getMessageDigest().digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible); // every JVM has SHA-256
        }
    }

    /** The first digits of a digest. */
    private static String name(byte[] digest) {
        StringBuilder text = new StringBuilder();
        for (byte b : Arrays.copyOf(digest, 4)) {
            text.append(String.format("%02x", b));
        }
        return text.toString();
    }
}

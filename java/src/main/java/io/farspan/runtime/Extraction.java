package io.farspan.runtime;

import io.farspan.internal.NativeConstants;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;

/**
 * The libraries of the jar as files, in a folder that only this user may enter. Its name has the version, a hash of the content and the
 * user's number, so that the user's processes share it, and those of another version have another.
 */
final class Extraction {
    /** System property: where the folder is made; default {@code java.io.tmpdir}. */
    static final String FOLDER_PROPERTY = "farspan.tmpdir";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> MODE = PosixFilePermissions.asFileAttribute(PRIVATE);

    private Extraction() {}

    static Path extract(byte[] library, byte[] bridge) throws IOException {
        Path parent = Path.of(System.getProperty(FOLDER_PROPERTY, System.getProperty("java.io.tmpdir"))).toAbsolutePath();
        String name = "farspan-" + NativeConstants.FARSPAN_VERSION_MAJOR + "." + NativeConstants.FARSPAN_VERSION_MINOR + "."
                + NativeConstants.FARSPAN_VERSION_PATCH + "-" + hash(library, bridge) + "-" + user();
        Path folder = privateFolder(parent, name);
        publish(folder.resolve(NativeLibrary.LIBRARY), library);
        publish(folder.resolve(NativeLibrary.BRIDGE), bridge);
        return folder;
    }

    /** Another name of the file, in its folder if that can be written to: the same file if links are possible, else a copy. */
    static Path uniqueName(Path file) throws IOException {
        Path folder = Files.isWritable(file.getParent()) ? file.getParent() : Files.createTempDirectory("farspan-", MODE);
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
        for (Path left : new Path[] {folder, folder.resolve(NativeLibrary.LIBRARY), folder.resolve(NativeLibrary.BRIDGE)}) {
            left.toFile().deleteOnExit(); // the last one first
        }
        return folder;
    }

    /** Writes the file in one step, so that no process ever sees half of it; one that is there already is kept if it is whole. */
    private static void publish(Path file, byte[] content) throws IOException {
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        Path scratch = Files.createTempFile(file.getParent(), "extract-", ".tmp", MODE);
        try {
            Files.write(scratch, content);
            Files.move(scratch, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException plain) {
            Files.move(scratch, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(scratch);
        }
    }

    private static String hash(byte[]... contents) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] content : contents) {
                digest.update(content);
            }
            StringBuilder text = new StringBuilder();
            for (byte b : Arrays.copyOf(digest.digest(), 8)) {
                text.append(String.format("%02x", b));
            }
            return text.toString();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible); // every JVM has SHA-256
        }
    }
}

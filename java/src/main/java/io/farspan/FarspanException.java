package io.farspan;

import java.nio.charset.StandardCharsets;

/** A call of the library failed. Nothing has then been written to any output (except by a run that was cancelled). */
public final class FarspanException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final int argument;
    private final String field;

    /** Called by the bridge; the message is UTF-8 and begins with the field. */
    FarspanException(int code, int argument, int fieldBytes, byte[] message) {
        super(new String(message, StandardCharsets.UTF_8));
        this.code = code;
        this.argument = argument;
        this.field = new String(message, 0, fieldBytes, StandardCharsets.UTF_8);
    }

    /**
     * What went wrong.
     *
     * @return the status that the library returned
     */
    public Status status() {
        return Status.of(code);
    }

    /**
     * The number of the status, also of one that these classes do not know.
     *
     * @return the C library's number
     */
    public int code() {
        return code;
    }

    /**
     * Which argument was wrong.
     *
     * @return the 1-based index of the offending argument of the C function, 0 if none; the message names it
     */
    public int argument() {
        return argument;
    }

    /**
     * Which field was wrong.
     *
     * @return its path, such as "problem.key_positions[7]", with which the message begins; empty if none
     */
    public String field() {
        return field;
    }
}

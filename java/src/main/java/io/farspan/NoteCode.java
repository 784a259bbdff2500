package io.farspan;

import io.farspan.internal.NativeConstants;

/** What a note is about. */
public enum NoteCode {
    /** A key is absent, the default of the model's class holds. */
    DEFAULT(NativeConstants.NOTE_DEFAULT),
    /** A number was calculated: an extension, a factor from two lengths. */
    DERIVED(NativeConstants.NOTE_DERIVED),
    /** Releases disagree here; see {@link Release}. */
    RELEASE(NativeConstants.NOTE_RELEASE),
    /** A key that this family does not read. */
    IGNORED(NativeConstants.NOTE_IGNORED),
    /** A field of the rope dictionary that its type does not read. */
    UNKNOWN_FIELD(NativeConstants.NOTE_UNKNOWN_FIELD),
    /** A factor and lengths do not fit each other, or a length is missing. */
    LENGTHS(NativeConstants.NOTE_LENGTHS),
    /** The same setting in two places; the text says which one holds. */
    TWICE(NativeConstants.NOTE_TWICE),
    /** The scheme lacks numbers that are weights: sinks, the table of T5. */
    WEIGHTS(NativeConstants.NOTE_WEIGHTS),
    /** A declared window or pattern that the model's class does not apply. */
    NO_EFFECT(NativeConstants.NOTE_NO_EFFECT),
    /** The file describes more than a scheme can say. */
    INCOMPLETE(NativeConstants.NOTE_INCOMPLETE),
    /** A code of a newer library. */
    UNKNOWN(-1);

    final int code;

    NoteCode(int code) {
        this.code = code;
    }
}

package io.farspan;

import io.farspan.internal.NativeConstants;

/** How much a note matters. */
public enum Severity {
    /** Says how the configuration was read. */
    NOTE(NativeConstants.SEVERITY_NOTE),
    /** Something looks wrong, but has one reading. */
    WARNING(NativeConstants.SEVERITY_WARNING),
    /** A severity of a newer library. */
    UNKNOWN(-1);

    final int code;

    Severity(int code) {
        this.code = code;
    }
}

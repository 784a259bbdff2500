package io.farspan;

import java.nio.charset.StandardCharsets;

/**
 * Something that reading a model's configuration has to say.
 *
 * @param severity a note or a warning
 * @param code what it is about
 * @param path a JSON path such as "$.rope_scaling.factor" or a GGUF key; empty if it concerns no single key
 * @param text a sentence
 */
public record ModelNote(Severity severity, NoteCode code, String path, String text) {
    ModelNote(io.farspan.internal.ModelNote fields) {
        this(Codes.find(Severity.values(), severity -> severity.code, fields.getSeverity(), Severity.UNKNOWN),
                Codes.find(NoteCode.values(), code -> code.code, fields.getCode(), NoteCode.UNKNOWN),
                new String(fields.getPath(), StandardCharsets.UTF_8), new String(fields.getText(), StandardCharsets.UTF_8));
    }
}

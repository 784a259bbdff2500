// Members of the generated class that a person writes.
import io.farspan.internal.Native;
import io.farspan.runtime.Bytes;

/**
     * What a score sees of a text.
     *
     * @param text any text; an unpaired surrogate counts as U+FFFD
     * @param lowercase whether to compare lower case
     * @return the tokens, joined by single spaces
     */
public String tokenize(String text, boolean lowercase) {
    byte[] bytes = Texts.utf8(text, "text");
    return Bytes.written(
            2 * bytes.length + 1, (buffer, needed) -> Native.tokenize(code, lowercase ? 1 : 0, bytes, buffer, needed));
}

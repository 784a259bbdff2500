// Members of the generated class that a person writes.
import io.farspan.internal.Native;

static Status of(int code) {
    for (Status status : values()) {
        if (status.code == code) {
            return status;
        }
    }
    return UNKNOWN;
}

/**
     * A short text, such as "shape mismatch".
     *
     * @return the library's text
     */
public String text() {
    return Native.status_text(code);
}

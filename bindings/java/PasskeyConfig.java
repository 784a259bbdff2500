// Members of the generated class that a person writes.
import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import io.farspan.runtime.Bytes;

/**
     * Makes the task.
     *
     * @return the text and its key
     * @throws FarspanException if a field is out of range, or the length has no room for the task
     */
public Passkey make() {
    long[] whole = new long[NativeConstants.FLAT_PASSKEY_WHOLE];
    double[] depth = new double[1];
    String text = Bytes.written(0, (buffer, needed) -> {
        Native.passkey_make(fields, buffer, whole, depth);
        needed[0] = whole[3] + 1; // the bytes of the text, and the NUL
    });
    return new Passkey(text, whole[0], (int) whole[1], (int) whole[2], depth[0]);
}

// Members of the generated class that a person writes.
import io.farspan.FarspanException;

/**
     * Makes the task.
     *
     * @return the text and its key
     * @throws FarspanException if a field is out of range, or the length has no room for the task
     */
public Passkey make() {
    ByteBuffer task = Structs.of(PasskeyPlace.BYTES);
    String text = Bytes.written(
            0, (buffer, needed) -> Native.passkey_make(null, fields.array(), buffer, needed, task.array()));
    PasskeyPlace place = new PasskeyPlace(task);
    return new Passkey(text, place.key(), (int) place.keyBegin(), (int) place.keyEnd(), place.depth());
}

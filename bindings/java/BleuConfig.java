// Members of the generated class that a person writes.
import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import io.farspan.runtime.Bytes;

/** The largest order. */
public static final int MAX_ORDER = NativeConstants.BLEU_MAX_ORDER;

/**
     * What must be stated with a score so that others can repeat it.
     *
     * @param references how many a segment has, or 0 if that varies
     * @return the text in sacrebleu's form
     * @throws FarspanException if the configuration is wrong or the number negative
     */
public String signature(int references) {
    return Bytes.written(128, (buffer, needed) -> Native.bleu_signature(fields, references, buffer, needed));
}

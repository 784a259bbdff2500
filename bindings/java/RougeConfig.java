// Members of the generated class that a person writes.
import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.util.List;

/**
     * Scores one hypothesis against its references; a corpus is the mean over its texts. Only letters a-z and digits
     * count: other scripts need token ids.
     *
     * @param hypothesis any text; an unpaired surrogate counts as U+FFFD
     * @param references at least one; an element that is null is a reference that this text does not have
     * @return the score against the reference with the best f-measure
     * @throws FarspanException if the configuration is wrong or there is no reference
     */
public RougeResult score(String hypothesis, List<String> references) {
    Texts.Segment segment = Texts.segment(hypothesis, references);
    long[] whole = new long[1];
    double[] real = new double[NativeConstants.FLAT_ROUGE_REAL];
    Native.rouge(fields, segment.texts, segment.lengths, whole, real);
    return new RougeResult((int) whole[0], real[0], real[1], real[2]);
}

/**
     * The same on token ids, for {@link RougeKind#N} and {@link RougeKind#L} without stems.
     *
     * @param hypothesis ids of any meaning
     * @param references at least one; an element that is null is a reference that this text does not have
     * @return the score against the reference with the best f-measure
     * @throws FarspanException as {@link #score}
     */
public RougeResult scoreTokens(long[] hypothesis, List<long[]> references) {
    Texts.Segment segment = Texts.segment(hypothesis, references);
    long[] whole = new long[1];
    double[] real = new double[NativeConstants.FLAT_ROUGE_REAL];
    Native.rouge_tokens(fields, segment.ids, segment.lengths, whole, real);
    return new RougeResult((int) whole[0], real[0], real[1], real[2]);
}

// Members of the generated class that a person writes.
import io.farspan.Context;
import io.farspan.FarspanException;
import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import io.farspan.runtime.Access;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
     * The interval of the mean of values: losses of blocks, ROUGE of texts, hits of passkeys.
     *
     * @param context null for the defaults
     * @param values at least one
     * @return the interval
     * @throws FarspanException if the configuration is wrong, there is no value, or the context was cancelled
     * @throws IllegalStateException if the context is closed
     */
public Interval mean(Context context, double[] values) {
    Objects.requireNonNull(values, "values");
    return interval(context, (entered, real) -> Native.bootstrap_mean(entered, fields, values, real));
}

/**
     * The interval of corpus BLEU.
     *
     * @param context null for the defaults
     * @param bleu how the segments were counted
     * @param segments the counts of single segments, or of groups that belong together; at least one
     * @return the interval
     * @throws FarspanException as {@link #mean}, and for counts of another order
     * @throws IllegalStateException if the context is closed
     */
public Interval bleu(Context context, BleuConfig bleu, List<BleuCounts> segments) {
    Objects.requireNonNull(bleu, "bleu");
    long[] numbers = new long[Math.multiplyExact(segments.size(), NativeConstants.FLAT_BLEU_COUNTS)];
    int at = 0;
    for (BleuCounts segment : segments) {
        System.arraycopy(segment.numbers, 0, numbers, at, NativeConstants.FLAT_BLEU_COUNTS);
        at += NativeConstants.FLAT_BLEU_COUNTS;
    }
    return interval(context, (entered, real) -> Native.bleu_bootstrap(entered, fields, bleu.fields, numbers, real));
}

private static Interval interval(Context context, BiConsumer<io.farspan.internal.Context, double[]> call) {
    double[] real = new double[NativeConstants.FLAT_INTERVAL];
    io.farspan.internal.Context entered = Access.get().acquire(context);
    try {
        call.accept(entered, real);
    } finally {
        Access.get().release(context);
    }
    return new Interval(real[0], real[1], real[2], real[3]);
}

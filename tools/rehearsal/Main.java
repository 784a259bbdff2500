import io.farspan.Calls;
import io.farspan.FarspanException;
import io.farspan.MaskConfig;
import io.farspan.Scheme;
import io.farspan.ScoreConfig;
import io.farspan.Status;
import io.farspan.Temperature;
import java.util.Arrays;

/** The three additions of the rehearsal, from Java. */
class Main {
    public static void main(String[] arguments) {
        must(Temperature.find("rehearsal") == Temperature.REHEARSAL);
        try (Scheme scheme = Scheme.builder()
                                     .score(new ScoreConfig().temperature(Temperature.REHEARSAL).scale(3))
                                     .mask(new MaskConfig().windowLeft(1).rehearsal(2))
                                     .build()) {
            must(scheme.probe(0, 9, 1, 0).scale() == 6 && scheme.probe(0, 9, 1, 0).visible()
                    && !scheme.probe(0, 9, 2, 0).visible());
            float[] right = {10, 20};
            Calls.addArrays(scheme, new float[] {1, 2}, right);
            must(Arrays.equals(right, new float[] {11, 22}));
            try {
                Calls.addArrays(scheme, new float[] {1}, right);
                must(false);
            } catch (FarspanException failure) {
                must(failure.status() == Status.SHAPE && failure.argument() == 3);
            }
        }
    }

    private static void must(boolean holds) {
        if (!holds) {
            throw new AssertionError();
        }
    }
}

package io.farspan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToIntFunction;

/** From the library's numbers to the constants that stand for them, and from arrays to lists. */
final class Codes {
    private Codes() {}

    /** The constant with this number; null for one that these classes do not know. */
    static <E extends Enum<E>> E find(E[] constants, ToIntFunction<E> code, int number) {
        for (E constant : constants) {
            if (code.applyAsInt(constant) == number) {
                return constant;
            }
        }
        return null;
    }

    /** A copy; empty for null. */
    static List<Double> list(double[] array) {
        List<Double> list = new ArrayList<>();
        for (int n = 0; array != null && n < array.length; ++n) {
            list.add(array[n]);
        }
        return Collections.unmodifiableList(list);
    }

    /** A copy; empty for null. */
    static List<Float> list(float[] array) {
        List<Float> list = new ArrayList<>();
        for (int n = 0; array != null && n < array.length; ++n) {
            list.add(array[n]);
        }
        return Collections.unmodifiableList(list);
    }
}

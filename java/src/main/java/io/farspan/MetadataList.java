package io.farspan;

import io.farspan.internal.Metadata;
import io.farspan.internal.Native;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/** GGUF metadata of a map as the library takes it: one entry per key, in the map's order. */
final class MetadataList {
    private MetadataList() {}

    /** A value is a Boolean, a whole or real number, a String, or a collection or array of one of these. */
    static Metadata of(Map<String, ?> metadata) {
        Metadata list = new Metadata();
        metadata.forEach((key, value) -> add(list, key, value));
        return list;
    }

    private static void add(Metadata list, String key, Object value) {
        if (key == null || value == null) {
            throw new NullPointerException(key == null ? "a key is null" : "the value of " + key + " is null");
        }
        boolean isArray = value instanceof Collection || value.getClass().isArray();
        Object[] values = !isArray            ? new Object[] {value}
                : value instanceof Collection ? ((Collection<?>) value).toArray()
                                              : boxed(value);
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        if (values.length > 0 && values[0] instanceof String) {
            addTexts(list, key, isArray, values);
        } else if (values.length > 0 && (values[0] instanceof Double || values[0] instanceof Float)) {
            double[] reals = new double[values.length];
            for (int n = 0; n < reals.length; ++n) {
                reals[n] = checked(key, Number.class, values[n]).doubleValue();
            }
            Native.metadata_reals(list, name, isArray ? 1 : 0, reals);
        } else {
            long[] integers = new long[values.length];
            for (int n = 0; n < integers.length; ++n) {
                integers[n] = integer(key, values[n]);
            }
            Native.metadata_integers(list, name, isArray ? 1 : 0, integers);
        }
    }

    private static void addTexts(Metadata list, String key, boolean isArray, Object[] values) {
        Native.metadata_texts(list, key.getBytes(StandardCharsets.UTF_8), isArray ? 1 : 0, values.length);
        for (int n = 0; n < values.length; ++n) {
            Native.metadata_text(list, n, checked(key, String.class, values[n]).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static long integer(String key, Object value) {
        if (value instanceof Boolean) {
            return (Boolean) value ? 1 : 0;
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        throw wrong(key, value);
    }

    private static <T> T checked(String key, Class<T> type, Object value) {
        if (!type.isInstance(value)) {
            throw wrong(key, value);
        }
        return type.cast(value);
    }

    private static IllegalArgumentException wrong(String key, Object value) {
        return new IllegalArgumentException(key + " has a value of "
                + (value == null ? "null" : value.getClass().getName())
                + ": must be a Boolean, a whole or real number or a String, or all of one kind");
    }

    private static Object[] boxed(Object array) {
        Object[] values = new Object[Array.getLength(array)];
        for (int n = 0; n < values.length; ++n) {
            values[n] = Array.get(array, n);
        }
        return values;
    }
}

package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** GGUF metadata of a map as an array of farspan_metadata: one entry per key, in the map's order, and behind them what they point to. */
final class MetadataList {
    // An entry is key, bytes, type | is_array, then address and count of integers, reals and texts.
    private static final int ENTRY = 9 * Long.BYTES, TYPE = 16, IS_ARRAY = 20, ARRAYS = 24, TEXT = 2 * Long.BYTES;

    private final ByteBuffer all;
    private final long address;
    private int next; // free from here on

    private MetadataList(int entries, int bytes) {
        all = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        address = Native.buffer_address(all);
        next = entries * ENTRY;
    }

    /** A value is a Boolean, a whole or real number, a String, or a collection or array of one of these. */
    static ByteBuffer of(Map<String, ?> metadata) {
        List<byte[]> keys = new ArrayList<>();
        List<Object[]> lists = new ArrayList<>();
        long size = 1;
        for (Map.Entry<String, ?> entry : metadata.entrySet()) {
            String key = entry.getKey();
            if (key == null || entry.getValue() == null) {
                throw new NullPointerException(key == null ? "a key is null" : "the value of " + key + " is null");
            }
            Object[] values = values(key, entry.getValue());
            keys.add(key.getBytes(StandardCharsets.UTF_8));
            lists.add(values);
            size += ENTRY + rounded(keys.get(keys.size() - 1).length);
            for (Object value : values) {
                size += value instanceof byte[] ? TEXT + rounded(((byte[]) value).length) : Long.BYTES;
            }
        }
        MetadataList list = new MetadataList(keys.size(), Math.toIntExact(size));
        int n = 0;
        for (Object value : metadata.values()) {
            list.put(n, keys.get(n), lists.get(n), value instanceof Collection || value.getClass().isArray());
            ++n;
        }
        return list.all.limit(keys.size() * ENTRY).slice();
    }

    private void put(int index, byte[] key, Object[] values, boolean isArray) {
        int entry = index * ENTRY;
        Object first = values.length > 0 ? values[0] : 0L;
        int type = first instanceof byte[] ? NativeConstants.METADATA_TEXT
                : first instanceof Double  ? NativeConstants.METADATA_REAL
                                           : NativeConstants.METADATA_INTEGER;
        putText(entry, key);
        all.putInt(entry + TYPE, type).putInt(entry + IS_ARRAY, isArray ? 1 : 0);
        int array = entry + ARRAYS + TEXT * (type - NativeConstants.METADATA_INTEGER);
        int at = next;
        next += values.length * (first instanceof byte[] ? TEXT : Long.BYTES);
        all.putLong(array, address + at).putLong(array + Long.BYTES, values.length);
        for (Object value : values) {
            if (value instanceof byte[]) {
                putText(at, (byte[]) value);
                at += TEXT;
            } else {
                all.putLong(at, value instanceof Double ? Double.doubleToRawLongBits((Double) value) : (Long) value);
                at += Long.BYTES;
            }
        }
    }

    /** Writes address and length at a place, and the bytes behind all others. */
    private void putText(int place, byte[] bytes) {
        all.putLong(place, address + next).putLong(place + Long.BYTES, bytes.length);
        for (byte one : bytes) {
            all.put(next++, one);
        }
        next = (int) rounded(next);
    }

    private static long rounded(long size) {
        return (size + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }

    /** As byte[], Double or Long, all of one kind. */
    private static Object[] values(String key, Object value) {
        Object[] values = value instanceof Collection ? ((Collection<?>) value).toArray() : new Object[] {value};
        if (value.getClass().isArray()) {
            values = new Object[Array.getLength(value)];
            for (int n = 0; n < values.length; ++n) {
                values[n] = Array.get(value, n);
            }
        }
        boolean isReal = values.length > 0 && (values[0] instanceof Double || values[0] instanceof Float);
        boolean isText = values.length > 0 && values[0] instanceof String;
        for (int n = 0; n < values.length; ++n) {
            Object one = values[n];
            boolean isWhole =
                    one instanceof Long || one instanceof Integer || one instanceof Short || one instanceof Byte;
            if (isText && one instanceof String) {
                values[n] = ((String) one).getBytes(StandardCharsets.UTF_8);
            } else if (isReal && one instanceof Number) {
                values[n] = ((Number) one).doubleValue();
            } else if (!isText && !isReal && one instanceof Boolean) {
                values[n] = (Boolean) one ? 1L : 0L;
            } else if (!isText && !isReal && isWhole) {
                values[n] = ((Number) one).longValue();
            } else {
                throw new IllegalArgumentException(key + " has a value of "
                        + (one == null ? "null" : one.getClass().getName())
                        + ": must be a Boolean, a whole or real number or a String, or all of one kind");
            }
        }
        return values;
    }
}

package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.farspan.eval.BleuConfig;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** A conformance case while it runs: the arguments of a call, and the outputs. */
final class ConformanceCase implements AutoCloseable {
    /** What a constructor takes, and counts that a setter of an array takes from the array. */
    private static final Set<String> IMPLIED = Set.of("kind", "form", "task", "segments");

    final Context context;
    /** The call that is being made, or the object among its arguments that is read. */
    JsonObject given;
    final List<Output> outputs = new ArrayList<>();

    private final List<Long> wholes = new ArrayList<>(); // numbers that were answered: outputs behind a group
    private final List<Double> reals = new ArrayList<>();
    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    /** Memory that a call may write, an array or a direct buffer, and what was in it before. */
    record Output(String kind, Object memory, byte[] before) {
        byte[] bytes() {
            return raw(memory);
        }
    }

    ConformanceCase(Context context) {
        this.context = context;
    }

    /** Keeps what a call made until the case ends. */
    <T extends AutoCloseable> T keep(T one) {
        made.push(one);
        return one;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : made) {
            one.close();
        }
    }

    // ---- arguments -----------------------------------------------------------------------------------------------

    boolean has(String name) {
        return given.has(name);
    }

    long whole(String name) {
        return given.get(name).getAsLong();
    }

    int small(String name) {
        return given.get(name).getAsInt();
    }

    double real(String name) {
        return (double) value(double.class, given.get(name));
    }

    String text(String name) {
        return given.get(name).getAsString();
    }

    long[] wholes(String name) {
        return has(name) ? (long[]) value(long[].class, given.get(name)) : null;
    }

    double[] reals(String name) {
        return has(name) ? (double[]) value(double[].class, given.get(name)) : null;
    }

    float[] floats(String name) {
        return has(name) ? (float[]) value(float[].class, given.get(name)) : null;
    }

    <E extends Enum<E>> E coded(Class<E> type, String name) {
        return code(type, small(name));
    }

    JsonObject object(String name) {
        return given.getAsJsonObject(name);
    }

    ByteBuffer bytes(String name) {
        byte[] bytes = HexFormat.of().parseHex(text(name));
        return ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder()).put(0, bytes);
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        given.getAsJsonArray(name).forEach(one -> texts.add(one.isJsonNull() ? null : one.getAsString()));
        return texts;
    }

    List<long[]> ids(String name) {
        List<long[]> lists = new ArrayList<>();
        given.getAsJsonArray(name).forEach(
                one -> lists.add(one.isJsonNull() ? null : (long[]) value(long[].class, one)));
        return lists;
    }

    /** Reads from an object among the arguments meanwhile. */
    <T> T within(String name, Supplier<T> read) {
        JsonObject outer = given;
        try {
            given = object(name);
            return read.get();
        } finally {
            given = outer;
        }
    }

    // ---- configurations: the setter of rotary_dim is rotaryDim ----------------------------------------------------

    /** The constant with a number of the C header. */
    static <E extends Enum<E>> E code(Class<E> type, int code) {
        for (E constant : type.getEnumConstants()) {
            if (codeOf(constant) == code) {
                return constant;
            }
        }
        throw new IllegalArgumentException(type.getSimpleName() + " has no " + code);
    }

    /** Calls the setter of each field that is no argument of the constructor. */
    <T> T set(T config, String name, String... constructed) {
        for (Map.Entry<String, JsonElement> entry : object(name).entrySet()) {
            if (!IMPLIED.contains(entry.getKey()) && !List.of(constructed).contains(entry.getKey())) {
                set(config, entry.getKey(), entry.getValue());
            }
        }
        return config;
    }

    private static void set(Object config, String name, JsonElement element) {
        StringBuilder setter = new StringBuilder();
        for (String word : name.split("_")) {
            setter.append(setter.length() == 0 ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        for (Method method : config.getClass().getMethods()) {
            if (method.getName().contentEquals(setter) && method.getParameterCount() == 1) {
                try {
                    method.invoke(config, value(method.getParameterTypes()[0], element));
                    return;
                } catch (ReflectiveOperationException failure) {
                    throw new AssertionError(failure);
                }
            }
        }
        throw new IllegalArgumentException(config.getClass().getSimpleName() + " has no " + setter);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static Object value(Class<?> type, JsonElement element) {
        if (type.isArray()) {
            Object values = Array.newInstance(type.getComponentType(), element.getAsJsonArray().size());
            for (int n = 0; n < Array.getLength(values); ++n) {
                Array.set(values, n, value(type.getComponentType(), element.getAsJsonArray().get(n)));
            }
            return values;
        }
        if (type.isEnum()) {
            return code((Class) type, element.getAsInt());
        }
        if (type == boolean.class) {
            return element.getAsInt() != 0;
        }
        if (type == int.class || type == long.class) {
            return type == int.class ? (Object) element.getAsInt() : (Object) element.getAsLong();
        }
        String text = element.getAsString();
        double number = text.endsWith("inf") ? (text.length() == 3 ? 1 : -1) * Double.POSITIVE_INFINITY
                : text.equals("nan")         ? Double.NaN
                                             : element.getAsDouble();
        return type == float.class ? (Object) (float) number : (Object) number;
    }

    // ---- outputs --------------------------------------------------------------------------------------------------

    <T> T add(String kind, T memory) {
        outputs.add(new Output(kind, memory, raw(memory)));
        return memory;
    }

    void addText(String text) {
        add("text", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes numbers, records and arrays of them for outputs: the whole ones, then the real ones. */
    void give(Object... answers) {
        for (Object answer : answers) {
            if (answer instanceof Double) {
                reals.add((Double) answer);
            } else if (answer instanceof Boolean) {
                wholes.add((Boolean) answer ? 1L : 0L);
            } else if (answer instanceof Enum<?>) {
                wholes.add(codeOf((Enum<?>) answer));
            } else if (answer instanceof Number) {
                wholes.add(((Number) answer).longValue());
            } else if (answer instanceof List<?>) { // precisions, of the orders that counted
                List<Object> values = new ArrayList<>((List<?>) answer);
                values.addAll(Collections.nCopies(BleuConfig.MAX_ORDER - values.size(), 0.0));
                give(values.toArray());
            } else if (answer instanceof long[]) {
                for (long value : (long[]) answer) {
                    wholes.add(value);
                }
            } else if (answer instanceof Record) {
                giveRecord((Record) answer);
            }
        }
    }

    private void giveRecord(Record record) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                Object value = component.getAccessor().invoke(record);
                boolean isList = value instanceof List<?> && record.getClass().getSimpleName().endsWith("Settings");
                if (component.getName().equals("axisSections")) {
                    give(Arrays.copyOf(((List<?>) value).stream().mapToLong(n -> (Integer) n).toArray(), 4));
                } else if (value == null && component.getType().isEnum()) {
                    give(0);
                } else if (!isList && !component.getName().equals("notes")) { // which model_note_at asks for
                    give(value);
                }
            } catch (ReflectiveOperationException failure) {
                throw new AssertionError(failure);
            }
        }
    }

    private static long codeOf(Enum<?> constant) {
        try {
            java.lang.reflect.Field field = constant.getDeclaringClass().getDeclaredField("code");
            field.setAccessible(true);
            return field.getInt(constant);
        } catch (ReflectiveOperationException failure) {
            return constant.ordinal();
        }
    }

    /** Makes outputs of the numbers that were answered. */
    void flush() {
        if (!wholes.isEmpty()) {
            add("i64", wholes.stream().mapToLong(Long::longValue).toArray());
        }
        if (!reals.isEmpty()) {
            add("f64", reals.stream().mapToDouble(Double::doubleValue).toArray());
        }
        wholes.clear();
        reals.clear();
    }

    private static byte[] raw(Object memory) {
        ByteBuffer bytes;
        if (memory instanceof ByteBuffer) {
            bytes = (ByteBuffer) memory;
        } else if (memory instanceof byte[]) {
            return ((byte[]) memory).clone();
        } else {
            int size = memory instanceof float[] ? Float.BYTES : Long.BYTES;
            bytes = ByteBuffer.allocate(size * Array.getLength(memory)).order(ByteOrder.LITTLE_ENDIAN);
            if (memory instanceof float[]) {
                bytes.asFloatBuffer().put((float[]) memory);
            } else if (memory instanceof double[]) {
                bytes.asDoubleBuffer().put((double[]) memory);
            } else {
                bytes.asLongBuffer().put((long[]) memory);
            }
        }
        byte[] content = new byte[bytes.capacity()];
        bytes.get(0, content);
        return content;
    }

    // ---- tensors --------------------------------------------------------------------------------------------------

    Tensor in(String name) {
        return tensor(name, false);
    }

    /** A tensor whose memory is the next output. */
    Tensor out(String name) {
        return tensor(name, true);
    }

    /** Memory of float32 without a shape; null if it is not there. */
    FloatBuffer floatBuffer(String name, boolean isOutput) {
        return has(name) ? memory(name, isOutput).asFloatBuffer() : null;
    }

    /** Null if it is not wanted. */
    ByteBuffer workspace(long bytes) {
        return has("workspace") ? ByteBuffer.allocateDirect((int) bytes) : null;
    }

    int elements(String name) {
        return object(name).get("elements").getAsInt();
    }

    /** Null if it is not there. */
    private Tensor tensor(String name, boolean isOutput) {
        if (!has(name)) {
            return null;
        }
        JsonObject description = object(name);
        ByteBuffer bytes = memory(name, isOutput);
        Dtype dtype = dtype(description);
        Tensor whole = Tensor.of(bytes, dtype, 1, 1, 1, bytes.capacity() / dtype.bytes());
        return whole.view(description.get("offset").getAsLong(), (long[]) value(long[].class, description.get("shape")),
                (long[]) value(long[].class, description.get("stride")));
    }

    private static Dtype dtype(JsonObject description) {
        return Dtype.valueOf(description.get("dtype").getAsString().toUpperCase(Locale.ROOT));
    }

    /** Zeros, the content of a seed, or an output before; what is written is the next output. */
    private ByteBuffer memory(String name, boolean isOutput) {
        JsonObject description = object(name);
        if (description.has("output")) {
            return (ByteBuffer) outputs.get(description.get("output").getAsInt()).memory();
        }
        Dtype dtype = dtype(description);
        int elements = elements(name);
        ByteBuffer bytes = ByteBuffer.allocateDirect(elements * dtype.bytes()).order(ByteOrder.nativeOrder());
        long[] halves = description.has("halves") ? (long[]) value(long[].class, description.get("halves")) : null;
        for (int n = 0; n < elements && description.has("seed"); ++n) {
            long z = generate(description.get("seed").getAsLong(), n);
            if (halves != null) {
                bytes.putShort(2 * n, (short) halves[(int) (z >>> 56)]);
            } else {
                bytes.putFloat(4 * n, ((z >>> 40) - 0x1p23f) / 0x1p22f);
            }
        }
        return isOutput ? add(description.get("dtype").getAsString(), bytes) : bytes;
    }

    private static long generate(long seed, long n) {
        long z = seed * 0x9E3779B97F4A7C15L + n + 1;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

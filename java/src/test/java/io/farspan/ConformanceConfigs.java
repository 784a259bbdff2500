package io.farspan;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;

/** Configurations of a conformance case, made with the public setters: rotary_dim is rotaryDim(...). */
final class ConformanceConfigs {
    /** What a constructor takes, and counts that a setter of an array takes from the array. */
    private static final Set<String> IMPLIED = Set.of("kind", "form", "segments");

    private ConformanceConfigs() {}

    /** The scheme of a case: an object, a text as it stands, or none. */
    static Scheme scheme(JsonElement given) {
        return Scheme.fromJson(given == null ? "{}" : given.isJsonPrimitive() ? given.getAsString() : given.toString());
    }

    static Problem problem(JsonObject given) {
        return set(new Problem(), given);
    }

    static CacheConfig cache(JsonObject given) {
        return set(new CacheConfig(0, 0), given);
    }

    static FireConfig fire(JsonObject given) {
        FireConfig config = new FireConfig(given.get("hidden").getAsInt(), given.get("heads").getAsInt(),
                (float[]) value(float[].class, given.get("w1")), (float[]) value(float[].class, given.get("b1")),
                (float[]) value(float[].class, given.get("w2")), (float[]) value(float[].class, given.get("b2")));
        for (String optional : new String[] {"c", "threshold", "epsilon"}) {
            if (given.has(optional)) {
                set(config, optional, given.get(optional));
            }
        }
        return config;
    }

    /** The constant with a number of the C header. */
    static <E extends Enum<E>> E coded(Class<E> type, int code) {
        try {
            java.lang.reflect.Field field = type.getDeclaredField("code");
            field.setAccessible(true);
            for (E constant : type.getEnumConstants()) {
                if (field.getInt(constant) == code) {
                    return constant;
                }
            }
        } catch (ReflectiveOperationException failure) {
            throw new AssertionError(failure);
        }
        throw new IllegalArgumentException(type.getSimpleName() + " has no " + code);
    }

    /** Calls the setter of each field. */
    static <T> T set(T config, JsonObject given) {
        for (Map.Entry<String, JsonElement> entry : given.entrySet()) {
            if (!IMPLIED.contains(entry.getKey())) {
                set(config, entry.getKey(), entry.getValue());
            }
        }
        return config;
    }

    private static void set(Object config, String name, JsonElement element) {
        String setter = camelCase(name);
        for (Method method : config.getClass().getMethods()) {
            if (method.getName().equals(setter) && method.getParameterCount() == 1) {
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
    private static Object value(Class<?> type, JsonElement element) {
        if (type.isArray()) {
            JsonArray array = element.getAsJsonArray();
            Object values = Array.newInstance(type.getComponentType(), array.size());
            for (int n = 0; n < array.size(); ++n) {
                Array.set(values, n, value(type.getComponentType(), array.get(n)));
            }
            return values;
        }
        if (type.isEnum()) {
            return coded((Class) type, element.getAsInt());
        }
        if (type == boolean.class) {
            return element.getAsInt() != 0;
        }
        if (type == int.class) {
            return element.getAsInt();
        }
        if (type == long.class) {
            return element.getAsLong();
        }
        double number = ConformanceMemory.number(element);
        return type == float.class ? (Object) (float) number : (Object) number;
    }

    private static String camelCase(String name) {
        StringBuilder text = new StringBuilder();
        for (String word : name.split("_")) {
            text.append(text.length() == 0 ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return text.toString();
    }
}

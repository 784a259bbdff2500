package io.farspan.service;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of half precision tensors: a length, a JSON header, and the data. */
final class Safetensors {
    private final JsonObject header;
    private final ByteBuffer data;

    Safetensors(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(bytes.getLong());
        header = JsonParser.parseString(new String(bytes.array(), Long.BYTES, length, StandardCharsets.UTF_8))
                         .getAsJsonObject();
        data = bytes.position(Long.BYTES + length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The elements of a tensor, whose number must be {@code count}. */
    float[] floats(String name, int count) throws IOException {
        JsonElement entry = header.get(name);
        if (entry == null || !entry.getAsJsonObject().get("dtype").getAsString().equals("F16")) {
            throw new IOException("the model has no F16 tensor " + name);
        }
        JsonArray offsets = entry.getAsJsonObject().getAsJsonArray("data_offsets");
        int first = offsets.get(0).getAsInt();
        if (offsets.get(1).getAsInt() - first != count * Short.BYTES) {
            throw new IOException(name + " has another size than config.json says");
        }
        float[] values = new float[count];
        for (int n = 0; n < count; ++n) {
            values[n] = halfToFloat(data.getShort(first + n * Short.BYTES));
        }
        return values;
    }

    private static float halfToFloat(short bits) {
        int exponent = bits >>> 10 & 0x1f;
        float size =
                exponent == 0 ? (bits & 0x3ff) * 0x1p-24f : Math.scalb(1 + (bits & 0x3ff) * 0x1p-10f, exponent - 15);
        return bits < 0 ? -size : size; // weights are finite
    }
}

package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Conformance cases about models. */
final class ConformanceModel {
    private ConformanceModel() {}

    /** The model of a case. */
    static Model model(JsonObject given) {
        ModelOptions options = ConformanceConfigs.set(
                new ModelOptions(), given.has("options") ? given.getAsJsonObject("options") : new JsonObject());
        if (given.has("metadata")) {
            return Model.fromMetadata(metadata(given), options);
        }
        if (given.has("gguf")) {
            String digits = given.get("gguf").getAsString();
            ByteBuffer file = ByteBuffer.allocateDirect(digits.length() / 2);
            for (int n = 0; n < file.capacity(); ++n) {
                file.put(n, (byte) Integer.parseInt(digits.substring(2 * n, 2 * n + 2), 16));
            }
            return Model.fromGguf(file.order(ByteOrder.nativeOrder()), options);
        }
        return Model.fromConfigJson(given.get("config").getAsString(), options);
    }

    /** The scheme of the layer that a case names. */
    static Scheme scheme(JsonObject given) {
        try (Model model = model(given)) {
            return model.scheme(given.get("layer").getAsLong());
        }
    }

    private static Map<String, Object> metadata(JsonObject given) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (JsonElement element : given.getAsJsonArray("metadata")) {
            JsonObject entry = element.getAsJsonObject();
            List<Object> values = new ArrayList<>();
            for (JsonElement value : entry.getAsJsonArray("values")) {
                int type = entry.get("type").getAsInt();
                values.add(type == 1        ? (Object) value.getAsLong()
                                : type == 2 ? (Object) value.getAsDouble()
                                            : value.getAsString());
            }
            metadata.put(
                    entry.get("key").getAsString(), entry.get("is_array").getAsInt() == 1 ? values : values.get(0));
        }
        return metadata;
    }

    /** The outputs of model_describe, model_layer_at and model_note_at. */
    static List<ConformanceMemory> answer(String call, Model model, JsonObject arguments) {
        switch (call) {
            case "model_describe":
                return describe(model.info());
            case "model_layer_at":
                return layer(model.layer(arguments.get("layer").getAsLong()));
            default:
                return note(model, arguments);
        }
    }

    private static List<ConformanceMemory> describe(ModelInfo i) {
        return List.of(ConformanceMemory.of(new long[] {i.absolute().code, i.layers(), i.encoderLayers(),
                               i.queryHeads(), i.keyHeads(), i.headDim(), i.valueDim(), i.hidden(), i.vocabulary(),
                               i.context(), i.trainedContext(), i.usableContext(), i.usableContextMost(),
                               i.absoluteRows(), i.absoluteOffset(), i.layerKinds()}),
                reals(i.finalSoftcap()));
    }

    private static List<ConformanceMemory> layer(ModelLayer l) {
        long[] whole = Arrays.copyOf(new long[] {l.kind().code, l.alike(), l.queryHeads(), l.keyHeads(), l.headDim(),
                                             l.valueDim(), l.window()},
                16);
        double[] real = {l.attentionScale(), 0, 0, 0};
        if (l.rope() != null) {
            RopeSettings rope = l.rope().settings();
            ScoreSettings score = l.score().settings();
            long[] parts = {rope.method().code, rope.layout() == null ? 0 : rope.layout().code, rope.rotaryDim(),
                    rope.rotaryOffset(), l.remap().settings().method().code, l.bias().settings().method().code,
                    l.mask().settings().windowLeft(), l.mask().settings().chunk(), score.temperature().code};
            System.arraycopy(parts, 0, whole, 7, parts.length);
            real = new double[] {l.attentionScale(), rope.base(), score.softcap(), score.trainedLength()};
        }
        return List.of(ConformanceMemory.of(whole), reals(real));
    }

    private static List<ConformanceMemory> note(Model model, JsonObject arguments) {
        byte[] text = {};
        long severity = -1;
        long count = 0;
        for (ModelNote note : model.notes()) {
            if (note.code().code == arguments.get("code").getAsInt()
                    && note.path().equals(arguments.get("path").getAsString())) {
                text = count++ == 0 ? note.text().getBytes(StandardCharsets.UTF_8) : text;
                severity = note.severity().code;
            }
        }
        long[] numbers = new long[2 + text.length];
        numbers[0] = severity;
        numbers[1] = count;
        for (int n = 0; n < text.length; ++n) {
            numbers[2 + n] = text[n] & 0xff;
        }
        return List.of(ConformanceMemory.of(numbers));
    }

    private static ConformanceMemory reals(double... values) {
        ConformanceMemory memory = new ConformanceMemory(Dtype.F64, values.length);
        memory.buffer().asDoubleBuffer().put(values);
        return memory;
    }
}

package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The calls of the conformance cases on schemes, plans and models. */
final class ConformanceCalls {
    static final Map<String, Consumer<ConformanceCase>> ALL = new HashMap<>();

    static {
        withScheme("rope_frequencies", (c, scheme) -> {
            double[] frequencies = c.add("f64", new double[c.small("count")]);
            c.give(Rope.frequencies(scheme, c.whole("length"), frequencies));
        });
        withScheme("scheme_probe", (c, scheme) -> {
            for (JsonElement pair : c.given.getAsJsonArray("pairs")) {
                long[] said = (long[]) ConformanceCase.value(long[].class, pair);
                c.give(scheme.probe(c.whole("length"), said[0], said[1], (int) said[2]));
            }
        });
        withScheme("scheme_visible", (c, scheme) -> {
            for (long query : c.wholes("queries")) {
                c.give(scheme.visible(query, c.whole("keys")));
            }
        });
        withScheme("scheme_to_json", (c, scheme) -> c.addText(scheme.toJson()));
        withScheme("rope_apply", (c, scheme) -> {
            RopeOptions options = ConformanceCase.set(new RopeOptions(), c.object("options"));
            Tensor out = c.out(c.has("out") ? "out" : "in");
            Rope.apply(c.context, scheme, options, c.wholes("positions"), c.has("out") ? c.in("in") : out, out);
        });
        withScheme("bias_fill", (c, scheme) -> {
            float[] out = c.add("f32", new float[c.small("count")]);
            scheme.fillBias(c.small("head"), c.whole("length"), c.whole("first_distance"), out);
        });
        withScheme("attention",
                (c, scheme) -> Attention.run(c.context, scheme, c.in("q"), c.in("k"), c.in("v"), c.out("out")));
        withPlan("plan_tile_counts", (c, plan) -> c.give(plan.tileCounts()));
        withPlan("attention_run", (c, plan) -> {
            Tensor out = c.out("out");
            FloatBuffer lse = c.lse();
            ByteBuffer workspace = c.has("workspace") ? ByteBuffer.allocateDirect((int) plan.workspaceBytes()) : null;
            Tensor bias = c.has("bias") ? c.in("bias") : null;
            plan.run(c.context, c.in("q"), c.in("k"), c.in("v"), bias, out, lse, workspace);
        });
        ALL.put("sinusoidal_fill",
                c
                -> AbsolutePositions.sinusoidal(
                        c.coded(SinusoidalLayout.class, "layout"), c.whole("first"), c.real("base"), c.out("out")));
        ALL.put("position_lookup", c -> AbsolutePositions.lookup(c.in("table"), c.wholes("positions"), c.out("out")));
        ALL.put("fire_fill", c -> {
            Tensor out = c.out("out");
            JsonObject arguments = c.given;
            c.given = c.object("config");
            FireConfig config = new FireConfig(c.small("hidden"), c.small("heads"), c.floats("w1"), c.floats("b1"),
                    c.floats("w2"), c.floats("b2"));
            ConformanceCase.set(config, c.given, "hidden", "heads", "w1", "b1", "w2", "b2");
            c.given = arguments;
            config.fill(c.wholes("query_positions"), c.wholes("key_positions"), out);
        });
        ALL.put("attention_merge", c -> {
            Tensor outA = c.out("out_a");
            ByteBuffer lseA = c.add("f32", ConformanceCase.content(c.object("lse_a"), Dtype.F32));
            ByteBuffer lseB = ConformanceCase.content(c.object("lse_b"), Dtype.F32);
            Attention.merge(outA, lseA.asFloatBuffer(), c.in("out_b"), lseB.asFloatBuffer());
        });
        withModel("model_describe", (c, model) -> c.give(model.info()));
        withModel("model_layer_at", (c, model) -> layer(c, model.layer(c.whole("layer"))));
        withModel("model_note_at", ConformanceCalls::note);
    }

    private ConformanceCalls() {}

    private static void withScheme(String name, BiConsumer<ConformanceCase, Scheme> call) {
        ALL.put(name, c -> {
            try (Scheme scheme = scheme(c)) {
                call.accept(c, scheme);
            }
        });
    }

    private static void withPlan(String name, BiConsumer<ConformanceCase, Plan> call) {
        withScheme(name, (c, scheme) -> {
            Problem problem = ConformanceCase.set(new Problem(), c.object("problem"));
            try (Plan plan = c.during("plan_create", () -> Plan.create(c.context, scheme, problem))) {
                call.accept(c, plan);
            }
        });
    }

    private static void withModel(String name, BiConsumer<ConformanceCase, Model> call) {
        ALL.put(name, c -> {
            try (Model model = model(c)) {
                call.accept(c, model);
            }
        });
    }

    /** Of the case, or of the layer of its model. */
    private static Scheme scheme(ConformanceCase c) {
        if (!c.one.has("model")) {
            return c.scheme(c.one);
        }
        try (Model model = model(c)) {
            return model.scheme(c.one.getAsJsonObject("model").get("layer").getAsLong());
        }
    }

    private static Model model(ConformanceCase c) {
        JsonObject given = c.one.getAsJsonObject("model");
        ModelOptions options = new ModelOptions();
        if (given.has("options")) {
            ConformanceCase.set(options, given.getAsJsonObject("options"));
        }
        if (given.has("metadata")) {
            return c.during("model_from_metadata", () -> Model.fromMetadata(metadata(given), options));
        }
        if (given.has("gguf")) {
            String digits = given.get("gguf").getAsString();
            ByteBuffer file = ByteBuffer.allocateDirect(digits.length() / 2).order(ByteOrder.nativeOrder());
            for (int n = 0; n < file.capacity(); ++n) {
                file.put(n, (byte) Integer.parseInt(digits.substring(2 * n, 2 * n + 2), 16));
            }
            return c.during("model_from_gguf", () -> Model.fromGguf(file, options));
        }
        return c.during("model_from_config", () -> Model.fromConfigJson(given.get("config").getAsString(), options));
    }

    private static Map<String, Object> metadata(JsonObject given) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (JsonElement element : given.getAsJsonArray("metadata")) {
            JsonObject entry = element.getAsJsonObject();
            List<Object> values = new java.util.ArrayList<>();
            int type = entry.get("type").getAsInt();
            for (JsonElement value : entry.getAsJsonArray("values")) {
                values.add(type == 1        ? (Object) value.getAsLong()
                                : type == 2 ? (Object) value.getAsDouble()
                                            : value.getAsString());
            }
            boolean isArray = entry.get("is_array").getAsInt() == 1;
            metadata.put(entry.get("key").getAsString(), isArray ? values : values.get(0));
        }
        return metadata;
    }

    private static void layer(ConformanceCase c, ModelLayer l) {
        c.give(l.kind(), l.alike(), l.queryHeads(), l.keyHeads(), l.headDim(), l.valueDim(), l.window(),
                l.attentionScale());
        if (l.rope() == null) {
            c.give(new long[9], 0.0, 0.0, 0.0);
            return;
        }
        RopeSettings rope = l.rope().settings();
        ScoreSettings score = l.score().settings();
        c.give(rope.method(), rope.layout() == null ? 0 : rope.layout(), rope.rotaryDim(), rope.rotaryOffset(),
                l.remap().settings().method(), l.bias().settings().method(), l.mask().settings().windowLeft(),
                l.mask().settings().chunk(), score.temperature(), rope.base(), score.softcap(), score.trainedLength());
    }

    private static void note(ConformanceCase c, Model model) {
        List<ModelNote> found =
                model.notes()
                        .stream()
                        .filter(note -> note.code().code == c.small("code") && note.path().equals(c.text("path")))
                        .toList();
        c.give(found.isEmpty() ? -1 : found.get(found.size() - 1).severity(), found.size());
        if (!found.isEmpty()) {
            for (byte one : found.get(0).text().getBytes(StandardCharsets.UTF_8)) {
                c.give(one & 0xff);
            }
        }
    }
}

package io.farspan;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** One conformance case: makes its memory, and calls the function. */
final class ConformanceCall {
    /**
     * What the call wrote, in the order of the vectors' README. Known before the call, so that a failure can be checked
     * too.
     */
    final List<ConformanceMemory> outputs = new ArrayList<>();

    private final Context context;
    private final String call;
    private final JsonObject arguments;
    private final JsonElement scheme;
    private final JsonObject model;

    ConformanceCall(Context context, JsonObject given) {
        this.context = context;
        call = given.get("call").getAsString();
        arguments = given.getAsJsonObject("arguments");
        scheme = given.get("scheme");
        model = given.getAsJsonObject("model");
    }

    /** Calls the function; fails as it does. */
    void run() {
        switch (call) {
            case "sinusoidal_fill":
                AbsolutePositions.sinusoidal(ConformanceConfigs.coded(SinusoidalLayout.class, integer("layout")),
                        number("first"), ConformanceMemory.number(arguments.get("base")), output("out"));
                return;
            case "position_lookup":
                AbsolutePositions.lookup(input("table"), longs("positions"), output("out"));
                return;
            case "fire_fill":
                ConformanceConfigs.fire(arguments.getAsJsonObject("config"))
                        .fill(longs("query_positions"), longs("key_positions"), output("out"));
                return;
            case "attention_merge":
                merge();
                return;
            case "cache_history":
                try (ConformanceCache history = new ConformanceCache(context, outputs)) {
                    history.run(arguments);
                }
                return;
            case "model_describe":
            case "model_layer_at":
            case "model_note_at":
                try (Model made = ConformanceModel.model(model)) {
                    outputs.addAll(ConformanceModel.answer(call, made, arguments));
                }
                return;
            default:
                if (new ConformanceEval(context, call, arguments, outputs).run()) {
                    return;
                }
                try (Scheme made = model == null ? ConformanceConfigs.scheme(scheme) : ConformanceModel.scheme(model)) {
                    run(made);
                }
        }
    }

    private void run(Scheme made) {
        switch (call) {
            case "rope_frequencies":
                frequencies(made);
                return;
            case "scheme_probe":
                probe(made);
                return;
            case "scheme_visible":
                visible(made);
                return;
            case "scheme_to_json":
                outputs.add(ConformanceMemory.of(made.toJson()));
                return;
            case "rope_apply":
                rope(made);
                return;
            case "bias_fill":
                float[] values = new float[integer("count")];
                made.fillBias(integer("head"), number("length"), number("first_distance"), values);
                floats(add(Dtype.F32, values.length)).put(values);
                return;
            case "attention":
                Attention.run(context, made, input("q"), input("k"), input("v"), output("out"));
                return;
            default:
                try (Plan plan = Plan.create(
                             context, made, ConformanceConfigs.problem(arguments.getAsJsonObject("problem")))) {
                    run(plan);
                }
        }
    }

    private void run(Plan plan) {
        switch (call) {
            case "plan_tile_counts":
                TileCounts counts = plan.tileCounts();
                outputs.add(ConformanceMemory.of(
                        new long[] {counts.skipped(), counts.full(), counts.edge(), counts.crossed()}));
                return;
            case "attention_run":
                attention(plan);
                return;
            default:
                throw new IllegalArgumentException("unknown call " + call);
        }
    }

    private void attention(Plan plan) {
        Tensor out = output("out");
        FloatBuffer lse = null;
        if (arguments.has("lse")) {
            JsonObject problem = arguments.getAsJsonObject("problem");
            int batch = problem.has("batch") ? problem.get("batch").getAsInt() : 1;
            lse = floats(
                    add(Dtype.F32, batch * problem.get("query_heads").getAsInt() * problem.get("queries").getAsInt()));
        }
        ByteBuffer workspace =
                arguments.has("workspace") ? ByteBuffer.allocateDirect((int) plan.workspaceBytes()) : null;
        plan.run(context, input("q"), input("k"), input("v"), arguments.has("bias") ? input("bias") : null, out, lse,
                workspace);
    }

    private void merge() {
        Tensor outA = output("out_a");
        ConformanceMemory lseA = new ConformanceMemory(Dtype.F32, arguments.getAsJsonObject("lse_a"));
        outputs.add(lseA);
        ConformanceMemory lseB = new ConformanceMemory(Dtype.F32, arguments.getAsJsonObject("lse_b"));
        Attention.merge(outA, floats(lseA), input("out_b"), floats(lseB));
    }

    private void frequencies(Scheme made) {
        double[] frequencies = new double[integer("count")];
        double magnitude = Rope.frequencies(made, number("length"), frequencies);
        add(Dtype.F64, frequencies.length).buffer().asDoubleBuffer().put(frequencies);
        add(Dtype.F64, 1).buffer().putDouble(0, magnitude);
    }

    private void probe(Scheme made) {
        JsonArray pairs = arguments.getAsJsonArray("pairs");
        ByteBuffer out = add(Dtype.F64, 8 * pairs.size()).buffer();
        int at = 0;
        for (JsonElement pair : pairs) {
            long[] queryKeyHead = ConformanceMemory.longs(pair.getAsJsonArray());
            Probe probe = made.probe(number("length"), queryKeyHead[0], queryKeyHead[1], (int) queryKeyHead[2]);
            double[] fields = {probe.visible() ? 1 : 0, probe.branch(), probe.queryAnglePosition(),
                    probe.keyAnglePosition(), probe.relativePosition(), probe.bias(), probe.scale(), probe.magnitude()};
            for (double field : fields) {
                out.putDouble(at, field);
                at += Double.BYTES;
            }
        }
    }

    private void visible(Scheme made) {
        long[] queries = longs("queries");
        long[] intervals = new long[4 * queries.length];
        for (int n = 0; n < queries.length; ++n) {
            System.arraycopy(made.visible(queries[n], number("keys")), 0, intervals, 4 * n, 4);
        }
        outputs.add(ConformanceMemory.of(intervals));
    }

    private void rope(Scheme made) {
        RopeOptions options = new RopeOptions()
                                      .side(ConformanceConfigs.coded(Side.class, integer("side")))
                                      .branch(integer("branch"))
                                      .direction(ConformanceConfigs.coded(Direction.class, integer("direction")))
                                      .length(number("length"))
                                      .axisStride(number("axis_stride"));
        if (arguments.has("xpos_centre")) {
            options.xposCentre(ConformanceMemory.number(arguments.get("xpos_centre")));
        }
        boolean inPlace = !arguments.has("out");
        Tensor out = output(inPlace ? "in" : "out");
        Rope.apply(context, made, options, longs("positions"), inPlace ? out : input("in"), out);
    }

    private Tensor input(String name) {
        JsonObject description = arguments.getAsJsonObject(name);
        return new ConformanceMemory(ConformanceMemory.dtype(description), description).tensor(description);
    }

    private Tensor output(String name) {
        JsonObject description = arguments.getAsJsonObject(name);
        ConformanceMemory memory = new ConformanceMemory(ConformanceMemory.dtype(description), description);
        outputs.add(memory);
        return memory.tensor(description);
    }

    private ConformanceMemory add(Dtype dtype, int elements) {
        ConformanceMemory memory = new ConformanceMemory(dtype, elements);
        outputs.add(memory);
        return memory;
    }

    private static FloatBuffer floats(ConformanceMemory memory) {
        return memory.buffer().asFloatBuffer();
    }

    private long number(String name) {
        return arguments.get(name).getAsLong();
    }

    private int integer(String name) {
        return arguments.get(name).getAsInt();
    }

    private long[] longs(String name) {
        return arguments.has(name) ? ConformanceMemory.longs(arguments.getAsJsonArray(name)) : null;
    }
}

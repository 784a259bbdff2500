package io.farspan;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.farspan.eval.BleuConfig;
import io.farspan.eval.BleuCounts;
import io.farspan.eval.BleuResult;
import io.farspan.eval.BootstrapConfig;
import io.farspan.eval.ChrfConfig;
import io.farspan.eval.ChrfCounts;
import io.farspan.eval.Interval;
import io.farspan.eval.Judgement;
import io.farspan.eval.Loss;
import io.farspan.eval.LossCurve;
import io.farspan.eval.LossSummary;
import io.farspan.eval.Needle;
import io.farspan.eval.Passkey;
import io.farspan.eval.PasskeyConfig;
import io.farspan.eval.PasskeyForm;
import io.farspan.eval.RougeConfig;
import io.farspan.eval.RougeKind;
import io.farspan.eval.RougeResult;
import io.farspan.eval.TokenLoss;
import io.farspan.eval.Tokenizer;
import io.farspan.eval.Verdict;
import io.farspan.eval.Window;
import io.farspan.eval.Windows;
import io.farspan.eval.WindowsConfig;
import io.farspan.eval.WindowsKind;
import java.util.ArrayList;
import java.util.List;

/** The calls of eval.h in a conformance case. */
final class ConformanceEval {
    private final Context context;
    private final String call;
    private final JsonObject arguments;
    private final List<ConformanceMemory> outputs;

    ConformanceEval(Context context, String call, JsonObject arguments, List<ConformanceMemory> outputs) {
        this.context = context;
        this.call = call;
        this.arguments = arguments;
        this.outputs = outputs;
    }

    /** Makes the call; answers false if it is not of eval.h. */
    boolean run() {
        switch (call) {
            case "token_nll" -> losses();
            case "token_nll_grad" -> gradient();
            case "windows_count", "windows_get" -> windows();
            case "loss_add", "loss_merge" -> accumulate();
            case "loss_add_by_context" -> curve();
            case "judge" -> judge();
            case "verdict_name" -> add(coded(Verdict.class, arguments.get("verdict")).spelling());
            case "tokenize" -> add(coded(Tokenizer.class, arguments.get("tokenizer"))
                    .tokenize(arguments.get("text").getAsString(), arguments.get("lowercase").getAsInt() != 0));
            case "bleu_score", "bleu_merge", "bleu_add_tokens" -> bleu();
            case "bleu_signature" -> add(bleuConfig("config").signature(arguments.get("references").getAsInt()));
            case "chrf_score", "chrf_merge" -> chrf();
            case "rouge", "rouge_tokens" -> rouge();
            case "bootstrap_mean" -> add(bootstrapConfig().mean(context, doubles(arguments, "values")));
            case "bleu_bootstrap" -> resample();
            case "passkey_make" -> passkey();
            case "passkey_check" -> {
                boolean found = Passkey.isFoundIn(arguments.get("generated").getAsString(), arguments.get("key").getAsLong());
                add(new long[] {found ? 1 :
                0
        });
    }
            case "needle_place" -> needle();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void losses() {
        long[] targets = longs(arguments, "targets");
        double[] nll = new double[targets.length];
        ConformanceMemory output = ConformanceMemory.of(nll);
        outputs.add(output);
        TokenLoss.nll(context, input("logits"), targets, arguments.get("ignore_index").getAsLong(), nll);
        output.set(nll);
    }

    private void gradient() {
        boolean inPlace = !arguments.has("grad");
        Tensor grad = output(inPlace ? "logits" : "grad");
                float[] weights = null;
                if (arguments.has("weights")) {
                    double[] given = doubles(arguments, "weights");
                    weights = new float[given.length];
                    for (int n = 0; n < given.length; ++n) {
                        weights[n] = (float) given[n];
                    }
                }
                TokenLoss.gradient(context, inPlace ? grad : input("logits"), longs(arguments, "targets"),
                        arguments.get("ignore_index").getAsLong(), weights, grad);
}

private void windows() {
    JsonObject given = arguments.getAsJsonObject("config").deepCopy();
    WindowsConfig config = new WindowsConfig(coded(WindowsKind.class, given.get("kind")));
    if (given.get("bos").getAsInt() == 0) {
        given.remove("bos"); // no policy: what a new configuration has
    }
    Windows windows = new Windows(ConformanceConfigs.set(config, given));
    if (call.equals("windows_count")) {
        add(new long[] {windows.count()});
        return;
    }
    List<Long> numbers = new ArrayList<>();
    for (JsonElement index : arguments.getAsJsonArray("indices")) {
        Window w = windows.get(index.getAsLong());
        numbers.addAll(List.of(w.bos() ? 1L : 0L, w.begin(), w.end(), w.firstScored(), w.rows(), w.firstRow()));
    }
    add(numbers.stream().mapToLong(Long::longValue).toArray());
}

private void summarize(List<Loss> losses) {
    long[] tokens = new long[losses.size()];
    double[] means = new double[5 * tokens.length];
    for (int n = 0; n < tokens.length; ++n) {
        LossSummary s = losses.get(n).summary();
        tokens[n] = s.tokens();
        double[] five = {s.nll(), s.standardError(), s.perplexity(), s.bitsPerToken(), s.bitsPerByte()};
        System.arraycopy(five, 0, means, 5 * n, 5);
    }
    add(tokens);
    outputs.add(ConformanceMemory.of(means));
}

private Loss gathered(String parts, String blockTokens) {
    Loss loss = new Loss(arguments.get(arguments.has(blockTokens) ? blockTokens : "block_tokens").getAsLong());
    for (JsonElement given : arguments.getAsJsonArray(parts)) {
        JsonObject part = given.getAsJsonObject();
        loss.add(doubles(part, "nll"), longs(part, "targets"), ignored(part), part.get("bytes").getAsLong());
    }
    return loss;
}

private void accumulate() {
    Loss loss = gathered("parts", "block_tokens");
    if (call.equals("loss_merge")) {
        loss.merge(gathered("from", "from_block_tokens"));
    }
    summarize(List.of(loss));
}

private void curve() {
    LossCurve curve = new LossCurve(longs(arguments, "edges"), arguments.get("block_tokens").getAsLong());
    for (JsonElement given : arguments.getAsJsonArray("parts")) {
        JsonObject part = given.getAsJsonObject();
        curve.add(part.get("first_context").getAsLong(), doubles(part, "nll"), longs(part, "targets"), ignored(part));
    }
    summarize(curve.buckets());
}

private void judge() {
    Judgement j = Judgement.judge(
            longs(arguments, "lengths"), doubles(arguments, "nll"), arguments.get("trained_length").getAsLong());
    add(new long[] {j.verdict().ordinal(), j.referenceLength(), j.worstLength()});
    outputs.add(ConformanceMemory.of(j.worstRatio()));
}

private BleuConfig bleuConfig(String name) {
    return ConformanceConfigs.set(new BleuConfig(), arguments.getAsJsonObject(name));
}

private static void count(BleuCounts counts, BleuConfig config, JsonObject segment) {
    JsonElement hypothesis = segment.get("hypothesis");
    if (hypothesis.isJsonArray()) {
        counts.addTokens(config, ConformanceMemory.longs(hypothesis.getAsJsonArray()), ids(segment));
    } else {
        counts.add(config, hypothesis.getAsString(), texts(segment));
    }
}

private void bleu() {
    BleuConfig config = bleuConfig("config");
    BleuCounts[] halves = {new BleuCounts(), new BleuCounts()};
    int n = 0;
    for (JsonElement segment : arguments.getAsJsonArray("segments")) {
        count(halves[call.equals("bleu_merge") ? n++ % 2 : 0], config, segment.getAsJsonObject());
    }
    halves[0].merge(halves[1]);
    BleuResult r = halves[0].score(config);
    double[] values = new double[4 + BleuConfig.MAX_ORDER];
    values[0] = r.score();
    values[1] = r.brevityPenalty();
    for (int order = 0; order < r.precisions().size(); ++order) {
        values[2 + order] = r.precisions().get(order);
    }
    values[values.length - 2] = r.hypothesisLength();
    values[values.length - 1] = r.referenceLength();
    outputs.add(ConformanceMemory.of(values));
}

private void chrf() {
    ChrfConfig config = ConformanceConfigs.set(new ChrfConfig(), arguments.getAsJsonObject("config"));
    ChrfCounts[] halves = {new ChrfCounts(), new ChrfCounts()};
    int n = 0;
    for (JsonElement given : arguments.getAsJsonArray("segments")) {
        JsonObject segment = given.getAsJsonObject();
        halves[call.equals("chrf_merge") ? n++ % 2 : 0].add(
                config, segment.get("hypothesis").getAsString(), texts(segment));
    }
    halves[0].merge(halves[1]);
    outputs.add(ConformanceMemory.of(halves[0].score(config)));
}

private void rouge() {
    JsonObject given = arguments.getAsJsonObject("config");
    RougeConfig config = ConformanceConfigs.set(new RougeConfig(coded(RougeKind.class, given.get("kind"))), given);
    JsonElement hypothesis = arguments.get("hypothesis");
    RougeResult r = hypothesis.isJsonArray()
            ? config.scoreTokens(ConformanceMemory.longs(hypothesis.getAsJsonArray()), ids(arguments))
            : config.score(hypothesis.getAsString(), texts(arguments));
    outputs.add(ConformanceMemory.of(r.precision(), r.recall(), r.fMeasure(), r.reference()));
}

private BootstrapConfig bootstrapConfig() {
    return ConformanceConfigs.set(new BootstrapConfig(), arguments.getAsJsonObject("config"));
}

private void resample() {
    BleuConfig bleu = bleuConfig("bleu");
    List<BleuCounts> segments = new ArrayList<>();
    for (JsonElement segment : arguments.getAsJsonArray("segments")) {
        BleuCounts counts = new BleuCounts();
        count(counts, bleu, segment.getAsJsonObject());
        segments.add(counts);
    }
    add(bootstrapConfig().bleu(context, bleu, segments));
}

private void passkey() {
    JsonObject given = arguments.getAsJsonObject("config");
    PasskeyConfig config =
            ConformanceConfigs.set(new PasskeyConfig(coded(PasskeyForm.class, given.get("form"))), given);
    Passkey made = config.make();
    add(made.text());
    add(new long[] {made.key(), made.keyBegin(), made.keyEnd(), made.text().length()});
    outputs.add(ConformanceMemory.of(made.depth()));
}

private void needle() {
    long[] out = new long[arguments.get("length").getAsInt()];
    ConformanceMemory written = ConformanceMemory.of(out);
    ConformanceMemory position = ConformanceMemory.of(new long[1]);
    outputs.addAll(List.of(written, position));
    Long boundary = arguments.has("boundary") ? Long.valueOf(arguments.get("boundary").getAsLong()) : null;
    int begin = Needle.place(longs(arguments, "haystack"), longs(arguments, "needle"), longs(arguments, "question"),
            ConformanceMemory.number(arguments.get("depth")), boundary, out);
    written.set(out);
    position.set(new long[] {begin});
}

private void add(String text) {
    outputs.add(ConformanceMemory.of(text));
}

private void add(long[] values) {
    outputs.add(ConformanceMemory.of(values));
}

private void add(Interval interval) {
    outputs.add(ConformanceMemory.of(interval.low(), interval.median(), interval.high(), interval.mean()));
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

private static List<String> texts(JsonObject segment) {
    List<String> texts = new ArrayList<>();
    segment.getAsJsonArray("references").forEach(one -> texts.add(one.isJsonNull() ? null : one.getAsString()));
    return texts;
}

private static List<long[]> ids(JsonObject segment) {
    List<long[]> lists = new ArrayList<>();
    segment.getAsJsonArray("references")
            .forEach(one -> lists.add(one.isJsonNull() ? null : ConformanceMemory.longs(one.getAsJsonArray())));
    return lists;
}

private static long ignored(JsonObject part) {
    return part.has("ignore_index") ? part.get("ignore_index").getAsLong() : 0;
}

private static long[] longs(JsonObject object, String name) {
    return object.has(name) ? ConformanceMemory.longs(object.getAsJsonArray(name)) : null;
}

private static double[] doubles(JsonObject object, String name) {
    JsonArray array = object.getAsJsonArray(name);
    double[] values = new double[array.size()];
    for (int n = 0; n < values.length; ++n) {
        values[n] = ConformanceMemory.number(array.get(n));
    }
    return values;
}

private static <E extends Enum<E>> E coded(Class<E> type, JsonElement code) {
    return ConformanceConfigs.coded(type, code.getAsInt());
}
}

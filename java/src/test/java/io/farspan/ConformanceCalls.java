package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.farspan.eval.BleuConfig;
import io.farspan.eval.BleuCounts;
import io.farspan.eval.BootstrapConfig;
import io.farspan.eval.ChrfConfig;
import io.farspan.eval.ChrfCounts;
import io.farspan.eval.Judgement;
import io.farspan.eval.Loss;
import io.farspan.eval.LossCurve;
import io.farspan.eval.Needle;
import io.farspan.eval.Passkey;
import io.farspan.eval.PasskeyConfig;
import io.farspan.eval.PasskeyForm;
import io.farspan.eval.RougeConfig;
import io.farspan.eval.RougeKind;
import io.farspan.eval.TokenLoss;
import io.farspan.eval.Tokenizer;
import io.farspan.eval.Verdict;
import io.farspan.eval.Windows;
import io.farspan.eval.WindowsConfig;
import io.farspan.eval.WindowsKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The calls of the conformance cases, each with what calls before it made. */
final class ConformanceCalls {
    static final Map<String, Consumer<ConformanceCalls>> ALL = new HashMap<>();

    final ConformanceCase c;
    private Scheme scheme;
    private Plan plan;
    private Model model;
    private Cache cache;
    private CachePlan cachePlan;
    private final List<Long> sequences = new ArrayList<>(); // in the order in which calls made them
    private final List<byte[]> saved = new ArrayList<>();
    private final Map<Integer, Long> blockTokens = new HashMap<>(); // of the losses
    private final Map<Integer, Loss> losses = new HashMap<>();
    private LossCurve curve;
    private final Map<Integer, BleuCounts> bleu = new HashMap<>();
    private final Map<Integer, ChrfCounts> chrf = new HashMap<>();

    ConformanceCalls(ConformanceCase c) {
        this.c = c;
    }

    static {
        on("scheme_from_json", (h, c) -> h.scheme = c.keep(Scheme.fromJson(c.text("text"))));
        on("scheme_to_json", (h, c) -> c.addText(h.scheme.toJson()));
        on("scheme_probe",
                (h, c) -> c.give(h.scheme.probe(c.whole("length"), c.whole("query"), c.whole("key"), c.small("head"))));
        on("scheme_visible", (h, c) -> c.give(h.scheme.visible(c.whole("query"), c.whole("keys"))));
        on("rope_frequencies",
                (h, c) -> c.give(Rope.frequencies(h.scheme, c.whole("length"), c.newDoubles("inv_freq"))));
        on("rope_apply", (h, c) -> {
            Tensor out = c.out(c.has("out") ? "out" : "in");
            Rope.apply(c.context, h.scheme, c.set(new RopeOptions(), "options"), c.wholes("positions"),
                    c.has("out") ? c.in("in") : out, out);
        });
        on("bias_fill", (h, c) -> {
            float[] out = c.add("f32", new float[c.elements("out")]);
            h.scheme.fillBias(c.small("head"), c.whole("length"), c.whole("first_distance"), out);
        });
        on("sinusoidal_fill", (h, c) -> {
            SinusoidalLayout layout = c.coded(SinusoidalLayout.class, "layout");
            AbsolutePositions.sinusoidal(layout, c.whole("first"), c.real("base"), c.out("out"));
        });
        on("position_lookup", (h, c) -> AbsolutePositions.lookup(c.in("table"), c.wholes("positions"), c.out("out")));
        on("fire_fill", (h, c) -> {
            FireConfig config = c.within("config",
                    ()
                            -> new FireConfig(c.small("hidden"), c.small("heads"), c.floats("w1"), c.floats("b1"),
                                    c.floats("w2"), c.floats("b2")));
            c.set(config, "config", "hidden", "heads", "w1", "b1", "w2", "b2")
                    .fill(c.wholes("query_positions"), c.wholes("key_positions"), c.out("out"));
        });
        on("plan_create", (h, c) -> h.plan = c.keep(Plan.create(c.context, h.scheme, c.set(new Problem(), "problem"))));
        on("plan_tile_counts", (h, c) -> c.give(h.plan.tileCounts()));
        on("attention_run", (h, c) -> {
            Tensor out = c.out("out");
            FloatBuffer lse = c.floatBuffer("lse", true);
            Tensor bias = c.has("bias") ? c.in("bias") : null;
            h.plan.run(
                    c.context, c.in("q"), c.in("k"), c.in("v"), bias, out, lse, c.workspace(h.plan.workspaceBytes()));
        });
        on("attention", (h, c) -> Attention.run(c.context, h.scheme, c.in("q"), c.in("k"), c.in("v"), c.out("out")));
        on("attention_merge", (h, c) -> {
            Tensor outA = c.out("out_a");
            Attention.merge(outA, c.floatBuffer("lse_a", true), c.in("out_b"), c.floatBuffer("lse_b", false));
        });
        on("cache_create", (h, c) -> {
            h.sequences.clear();
            h.cache = c.keep(Cache.create(c.set(new CacheConfig(0, 0), "config")));
        });
        on("cache_sequence_create", (h, c) -> h.sequences.add(h.cache.createSequence()));
        on("cache_sequence_destroy", (h, c) -> h.cache.destroySequence(h.sequence()));
        on("cache_fork", (h, c) -> h.sequences.add(h.cache.fork(h.sequence())));
        on("cache_evict", (h, c) -> h.cache.evict(h.sequence(), c.whole("first"), c.whole("last")));
        on("cache_keep", (h, c) -> h.cache.keep(h.sequence(), c.whole("sinks"), c.whole("recent")));
        on("cache_clear", (h, c) -> h.cache.clear());
        on("cache_append", (h, c) -> h.cache.append(h.batch(), c.wholes("positions")));
        on("cache_write", (h, c) -> h.cache.write(c.context, c.whole("layer"), h.batch(), c.in("k"), c.in("v")));
        on("cache_save", (h, c) -> h.saved.add(h.cache.save(h.sequence())));
        on("cache_restore", (h, c) -> { // of what was saved: all, perhaps with an inverted byte, or its beginning
            byte[] bytes = h.saved.get(c.small("saved")).clone();
            if (c.has("damage")) {
                bytes[c.small("damage")] ^= (byte) 0xff;
            }
            bytes = Arrays.copyOf(bytes, c.has("bytes") ? c.small("bytes") : bytes.length);
            h.sequences.add(h.cache.restore(bytes));
        });
        on("cache_sequence_info", (h, c) -> c.give(h.cache.info(h.sequence())));
        on("cache_get_statistics", (h, c) -> c.give(h.cache.statistics()));
        on("cache_plan_create", (h, c) -> {
            CacheBatch batch = h.batch();
            h.cachePlan = c.keep(c.within("problem",
                    ()
                            -> CachePlan.create(c.context, h.scheme, h.cache, batch, c.whole("query_heads"),
                                    c.wholes("positions"), c.whole("length"), 0)));
        });
        on("cache_run", (h, c) -> {
            Tensor out = c.out("out");
            h.cachePlan.run(c.context, c.whole("layer"), c.in("q"), out, c.floatBuffer("lse", true),
                    c.workspace(h.cachePlan.workspaceBytes()));
        });
        on("attention_decode", (h, c) -> {
            Tensor out = c.out("out");
            FloatBuffer lse = c.floatBuffer("lse", true);
            h.cache.decode(c.context, h.scheme, c.whole("layer"), h.batch(), c.in("q"), out, lse);
        });
        on("token_nll",
                (h, c)
                        -> TokenLoss.nll(c.context, c.in("logits"), c.wholes("targets"), c.whole("ignore_index"),
                                c.newDoubles("nll")));
        on("token_nll_grad", (h, c) -> {
            Tensor grad = c.out(c.has("grad") ? "grad" : "logits");
            TokenLoss.gradient(c.context, c.has("grad") ? c.in("logits") : grad, c.wholes("targets"),
                    c.whole("ignore_index"), c.floats("weights"), grad);
        });
        on("windows_count", (h, c) -> c.give(windows(c).count()));
        on("windows_get", (h, c) -> c.give(windows(c).get(c.whole("index"))));
        on("loss_init", (h, c) -> h.blockTokens.put(c.small("loss"), c.whole("block_tokens")));
        on("loss_add",
                (h, c)
                        -> h.loss("loss").add(
                                c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"), c.whole("bytes")));
        on("loss_merge", (h, c) -> h.loss("loss").merge(h.loss("from")));
        on("loss_summarize", (h, c) -> c.give(h.loss("loss").summary()));
        on("loss_add_by_context", (h, c) -> {
            if (h.curve == null) {
                h.curve = new LossCurve(c.wholes("edges"), c.whole("block_tokens"));
            }
            h.curve.add(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"));
            h.losses.clear();
            h.curve.buckets().forEach(bucket -> h.losses.put(h.losses.size(), bucket));
        });
        on("judge", (h, c) -> c.give(Judgement.judge(c.wholes("lengths"), c.reals("nll"), c.whole("trained_length"))));
        on("verdict_name", (h, c) -> c.addText(c.coded(Verdict.class, "verdict").spelling()));
        on("tokenize", (h, c) -> {
            Tokenizer tokenizer = c.coded(Tokenizer.class, "tokenizer");
            c.addText(tokenizer.tokenize(c.text("text"), c.small("lowercase") != 0));
        });
        on("bleu_add", (h, c) -> h.bleu("counts").add(bleuConfig(c), c.text("hypothesis"), c.texts("references")));
        on("bleu_add_tokens",
                (h, c) -> h.bleu("counts").addTokens(bleuConfig(c), c.wholes("hypothesis"), c.ids("references")));
        on("bleu_merge", (h, c) -> h.bleu("counts").merge(h.bleu("from")));
        on("bleu_score", (h, c) -> c.give(h.bleu("counts").score(bleuConfig(c))));
        on("bleu_signature", (h, c) -> c.addText(bleuConfig(c).signature(c.small("references"))));
        on("chrf_add", (h, c) -> h.chrf("counts").add(chrfConfig(c), c.text("hypothesis"), c.texts("references")));
        on("chrf_merge", (h, c) -> h.chrf("counts").merge(h.chrf("from")));
        on("chrf_score", (h, c) -> c.give(h.chrf("counts").score(chrfConfig(c))));
        on("rouge", (h, c) -> c.give(rouge(c).score(c.text("hypothesis"), c.texts("references"))));
        on("rouge_tokens", (h, c) -> c.give(rouge(c).scoreTokens(c.wholes("hypothesis"), c.ids("references"))));
        on("bootstrap_mean", (h, c) -> c.give(bootstrap(c).mean(c.context, c.reals("values"))));
        on("bleu_bootstrap", (h, c) -> {
            List<BleuCounts> segments = new ArrayList<>();
            for (int n = 0; n < c.small("segments"); ++n) {
                segments.add(h.bleu.get(n));
            }
            c.give(bootstrap(c).bleu(c.context, c.set(new BleuConfig(), "bleu"), segments));
        });
        on("passkey_make", (h, c) -> {
            PasskeyForm form = c.within("config", () -> c.coded(PasskeyForm.class, "form"));
            Passkey made = c.set(new PasskeyConfig(form), "config").make();
            c.addText(made.text());
            c.give(made.key(), made.keyBegin(), made.keyEnd(), made.text().length(), made.depth());
        });
        on("passkey_check", (h, c) -> c.give(Passkey.isFoundIn(c.text("generated"), c.whole("key"))));
        on("needle_place", (h, c) -> {
            long[] boundaries = c.wholes("boundaries");
            c.give(Needle.place(c.wholes("haystack"), c.wholes("needle"), c.wholes("question"), c.real("depth"),
                    boundaries.length > 0 ? boundaries[0] : null, c.newLongs("out")));
        });
        on("model_from_config", (h, c) -> h.model = c.keep(Model.fromConfigJson(c.text("text"), options(c))));
        on("model_from_gguf", (h, c) -> {
            byte[] bytes = HexFormat.of().parseHex(c.text("file"));
            ByteBuffer file = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder()).put(0, bytes);
            h.model = c.keep(Model.fromGguf(file, options(c)));
        });
        on("model_from_metadata", (h, c) -> h.model = c.keep(Model.fromMetadata(metadata(c), options(c))));
        on("model_scheme", (h, c) -> h.scheme = h.model.scheme(c.whole("layer")));
        on("model_describe", (h, c) -> c.give(h.model.info()));
        on("model_layer_at", (h, c) -> layer(c, h.model.layer(c.whole("layer"))));
        on("model_note_at", (h, c) -> note(c, h.model.notes()));
    }

    private interface Made {
        void call(ConformanceCalls made, ConformanceCase c);
    }

    private static void on(String name, Made call) {
        ALL.put(name, made -> call.call(made, made.c));
    }

    private long sequence() {
        return sequences.get(c.small("sequence"));
    }

    private CacheBatch batch() {
        long[] ids = Arrays.stream(c.wholes("sequences")).map(index -> sequences.get((int) index)).toArray();
        return c.has("offsets") ? CacheBatch.of(ids, c.wholes("offsets")) : CacheBatch.of(ids);
    }

    private Loss loss(String name) {
        return losses.computeIfAbsent(c.small(name), index -> new Loss(blockTokens.get(index)));
    }

    private BleuCounts bleu(String name) {
        return bleu.computeIfAbsent(c.small(name), index -> new BleuCounts());
    }

    private ChrfCounts chrf(String name) {
        return chrf.computeIfAbsent(c.small(name), index -> new ChrfCounts());
    }

    private static BleuConfig bleuConfig(ConformanceCase c) {
        return c.set(new BleuConfig(), "config");
    }

    private static ChrfConfig chrfConfig(ConformanceCase c) {
        return c.set(new ChrfConfig(), "config");
    }

    private static RougeConfig rouge(ConformanceCase c) {
        return c.set(new RougeConfig(c.within("config", () -> c.coded(RougeKind.class, "kind"))), "config");
    }

    private static BootstrapConfig bootstrap(ConformanceCase c) {
        return c.set(new BootstrapConfig(), "config");
    }

    private static Windows windows(ConformanceCase c) {
        WindowsConfig config = new WindowsConfig(c.within("config", () -> c.coded(WindowsKind.class, "kind")));
        // 0 is no policy: what a new configuration has.
        boolean hasBos = c.within("config", () -> c.small("bos") != 0);
        return new Windows(hasBos ? c.set(config, "config") : c.set(config, "config", "bos"));
    }

    private static ModelOptions options(ConformanceCase c) {
        return c.set(new ModelOptions(), "options");
    }

    private static Map<String, Object> metadata(ConformanceCase c) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (JsonElement element : c.given.getAsJsonArray("entries")) {
            JsonObject entry = element.getAsJsonObject();
            List<Object> values = new ArrayList<>();
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

    private static void note(ConformanceCase c, List<ModelNote> notes) {
        List<ModelNote> found =
                notes.stream()
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

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The calls of eval.h in a conformance case. */
final class ConformanceEval {
    static final Map<String, Consumer<ConformanceCase>> ALL = Map.ofEntries(
            Map.entry("token_nll",
                    c -> TokenLoss.nll(c.context, c.in("logits"), c.wholes("targets"), c.whole("ignore_index"),
                                    c.add("f64", new double[c.wholes("targets").length]))),
            Map.entry("token_nll_grad", ConformanceEval::gradient),
            Map.entry("windows_count", c -> c.give(windows(c).count())),
            Map.entry("windows_get",
                    c -> {
                        Windows windows = windows(c);
                        for (long index : c.wholes("indices")) {
                            c.give(windows.get(index));
                        }
                    }),
            Map.entry("loss_add", ConformanceEval::accumulate), Map.entry("loss_merge", ConformanceEval::accumulate),
            Map.entry("loss_add_by_context",
                    c -> {
                        LossCurve curve = new LossCurve(c.wholes("edges"), c.whole("block_tokens"));
                        c.each("parts", () -> curve.add(c.whole("first_context"), c.reals("nll"), c.wholes("targets"),
                                                c.wholeOr("ignore_index", 0)));
                        summarize(c, curve.buckets());
                    }),
            Map.entry("judge",
                    c -> c.give(Judgement.judge(c.wholes("lengths"), c.reals("nll"), c.whole("trained_length")))),
            Map.entry("verdict_name", c -> c.addText(c.coded(Verdict.class, "verdict").spelling())),
            Map.entry("tokenize",
                    c -> c.addText(c.coded(Tokenizer.class, "tokenizer").tokenize(c.text("text"), c.small("lowercase") != 0))),
            Map.entry("bleu_score", ConformanceEval::bleu), Map.entry("bleu_merge", ConformanceEval::bleu),
            Map.entry("bleu_add_tokens", ConformanceEval::bleu),
            Map.entry("bleu_signature", c -> c.addText(bleuConfig(c, "config").signature(c.small("references")))),
            Map.entry("chrf_score", ConformanceEval::chrf), Map.entry("chrf_merge", ConformanceEval::chrf),
            Map.entry("rouge", ConformanceEval::rouge), Map.entry("rouge_tokens", ConformanceEval::rouge),
            Map.entry("bootstrap_mean", c -> c.give(bootstrapConfig(c).mean(c.context, c.reals("values")))),
            Map.entry("bleu_bootstrap",
                    c -> {
                        BleuConfig bleu = bleuConfig(c, "bleu");
                        List<BleuCounts> segments = new ArrayList<>();
                        c.each("segments", () -> {
                            segments.add(new BleuCounts());
                            count(c, bleu, segments.get(segments.size() - 1));
                        });
                        c.stage = "bleu_bootstrap";
                        c.give(bootstrapConfig(c).bleu(c.context, bleu, segments));
                    }),
            Map.entry("passkey_make",
                    c -> {
                        JsonObject given = c.object("config");
                        PasskeyForm form = ConformanceCase.code(PasskeyForm.class, given.get("form").getAsInt());
                        Passkey made = ConformanceCase.set(new PasskeyConfig(form), given).make();
                        c.addText(made.text());
                        c.give(made.key(), made.keyBegin(), made.keyEnd(), made.text().length(), made.depth());
                    }),
            Map.entry("passkey_check", c -> c.give(Passkey.isFoundIn(c.text("generated"), c.whole("key")))),
            Map.entry("needle_place", c -> {
                long[] out = c.add("i64", new long[c.small("length")]);
                Long boundary = c.has("boundary") ? Long.valueOf(c.whole("boundary")) : null;
                c.give(Needle.place(c.wholes("haystack"), c.wholes("needle"), c.wholes("question"), c.real("depth"),
                        boundary, out));
            }));

    private ConformanceEval() {}

    private static void gradient(ConformanceCase c) {
        Tensor grad = c.out(c.has("grad") ? "grad" : "logits");
        TokenLoss.gradient(c.context, c.has("grad") ? c.in("logits") : grad, c.wholes("targets"),
                c.whole("ignore_index"), c.floats("weights"), grad);
    }

    private static Windows windows(ConformanceCase c) {
        JsonObject given = c.object("config").deepCopy();
        WindowsKind kind = ConformanceCase.code(WindowsKind.class, given.get("kind").getAsInt());
        if (given.get("bos").getAsInt() == 0) {
            given.remove("bos"); // no policy: what a new configuration has
        }
        WindowsConfig config = ConformanceCase.set(new WindowsConfig(kind), given);
        return c.during("windows_count", () -> new Windows(config));
    }

    private static void summarize(ConformanceCase c, List<Loss> losses) {
        c.stage = "loss_summarize";
        losses.forEach(loss -> c.give(loss.summary()));
    }

    private static Loss gathered(ConformanceCase c, String parts, String blockTokens) {
        Loss loss = new Loss(c.wholeOr(blockTokens, c.whole("block_tokens")));
        c.stage = "loss_add";
        c.each(parts,
                () -> loss.add(c.reals("nll"), c.wholes("targets"), c.wholeOr("ignore_index", 0), c.whole("bytes")));
        return loss;
    }

    private static void accumulate(ConformanceCase c) {
        Loss loss = gathered(c, "parts", "block_tokens");
        if (c.has("from")) {
            Loss from = gathered(c, "from", "from_block_tokens");
            c.stage = "loss_merge";
            loss.merge(from);
        }
        summarize(c, List.of(loss));
    }

    private static BleuConfig bleuConfig(ConformanceCase c, String name) {
        return ConformanceCase.set(new BleuConfig(), c.object(name));
    }

    private static BootstrapConfig bootstrapConfig(ConformanceCase c) {
        return ConformanceCase.set(new BootstrapConfig(), c.object("config"));
    }

    private static boolean isText(ConformanceCase c) {
        return !c.given.get("hypothesis").isJsonArray();
    }

    private static List<String> texts(ConformanceCase c) {
        List<String> texts = new ArrayList<>();
        for (JsonElement one : c.given.getAsJsonArray("references")) {
            texts.add(one.isJsonNull() ? null : one.getAsString());
        }
        return texts;
    }

    private static List<long[]> ids(ConformanceCase c) {
        List<long[]> lists = new ArrayList<>();
        for (JsonElement one : c.given.getAsJsonArray("references")) {
            lists.add(one.isJsonNull() ? null : (long[]) ConformanceCase.value(long[].class, one));
        }
        return lists;
    }

    private static void count(ConformanceCase c, BleuConfig config, BleuCounts counts) {
        c.stage = isText(c) ? "bleu_add" : "bleu_add_tokens";
        if (isText(c)) {
            counts.add(config, c.text("hypothesis"), texts(c));
        } else {
            counts.addTokens(config, c.wholes("hypothesis"), ids(c));
        }
    }

    /** Which half counts the next segment: by turns if they are to be merged. */
    private static int half(ConformanceCase c, int[] turn) {
        return c.one.get("call").getAsString().endsWith("_merge") ? turn[0]++ % 2 : 0;
    }

    private static void bleu(ConformanceCase c) {
        BleuConfig config = bleuConfig(c, "config");
        BleuCounts[] halves = {new BleuCounts(), new BleuCounts()};
        int[] turn = {0};
        c.each("segments", () -> count(c, config, halves[half(c, turn)]));
        halves[0].merge(halves[1]);
        c.give(halves[0].score(config));
    }

    private static void chrf(ConformanceCase c) {
        ChrfConfig config = ConformanceCase.set(new ChrfConfig(), c.object("config"));
        ChrfCounts[] halves = {new ChrfCounts(), new ChrfCounts()};
        int[] turn = {0};
        c.stage = "chrf_add";
        c.each("segments", () -> halves[half(c, turn)].add(config, c.text("hypothesis"), texts(c)));
        halves[0].merge(halves[1]);
        c.give(halves[0].score(config));
    }

    private static void rouge(ConformanceCase c) {
        JsonObject given = c.object("config");
        RougeKind kind = ConformanceCase.code(RougeKind.class, given.get("kind").getAsInt());
        RougeConfig config = ConformanceCase.set(new RougeConfig(kind), given);
        c.give(isText(c) ? config.score(c.text("hypothesis"), texts(c))
                         : config.scoreTokens(c.wholes("hypothesis"), ids(c)));
    }
}

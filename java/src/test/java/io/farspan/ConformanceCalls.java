package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.farspan.eval.BleuConfig;
import io.farspan.eval.BleuCounts;
import io.farspan.eval.ChrfCounts;
import io.farspan.eval.Loss;
import io.farspan.eval.LossCurve;
import io.farspan.eval.Needle;
import io.farspan.eval.Passkey;
import io.farspan.eval.PasskeyConfig;
import io.farspan.eval.PasskeyForm;
import io.farspan.eval.Verdict;
import io.farspan.eval.Windows;
import io.farspan.eval.WindowsConfig;
import io.farspan.eval.WindowsKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The calls of the conformance cases, each with what calls before it made. */
final class ConformanceCalls {
    static final Map<String, Call> ALL = new HashMap<>();

    final ConformanceCase c;
    Scheme scheme;
    Plan plan;
    Model model;
    Cache cache;
    CachePlan cachePlan;
    final List<Long> sequences = new ArrayList<>(); // in the order in which calls made them
    private final List<byte[]> saved = new ArrayList<>();
    private final Map<Integer, Long> blockTokens = new HashMap<>(); // of the losses
    private final Map<Integer, Loss> losses = new HashMap<>();
    private LossCurve curve;
    final List<BleuCounts> bleuCounts = new ArrayList<>();
    private final List<ChrfCounts> chrfCounts = new ArrayList<>();

    ConformanceCalls(ConformanceCase c) {
        this.c = c;
        for (int n = 0; n < 8; ++n) { // as many as a case has at most
            bleuCounts.add(new BleuCounts());
            chrfCounts.add(new ChrfCounts());
        }
    }

    static {
        ConformanceRegular.addTo(ALL);
        on("cache_save", (h, c) -> h.saved.add(h.cache.save(h.sequence())));
        on("cache_restore", (h, c) -> { // of what was saved: all, perhaps with an inverted byte, or its beginning
            byte[] bytes = h.saved.get(c.small("saved")).clone();
            if (c.has("damage")) {
                bytes[c.small("damage")] ^= (byte) 0xff;
            }
            bytes = Arrays.copyOf(bytes, c.has("bytes") ? c.small("bytes") : bytes.length);
            h.sequences.add(h.cache.restore(bytes));
        });
        on("windows_count", (h, c) -> c.give(windows(c).count()));
        on("windows_get", (h, c) -> c.give(windows(c).get(c.whole("index"))));
        on("loss_init", (h, c) -> h.blockTokens.put(c.small("loss"), c.whole("block_tokens")));
        on("loss_add_by_context", (h, c) -> {
            if (h.curve == null) {
                h.curve = new LossCurve(c.wholes("edges"), c.whole("block_tokens"));
            }
            h.curve.add(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"));
            h.losses.clear();
            h.curve.buckets().forEach(bucket -> h.losses.put(h.losses.size(), bucket));
        });
        on("verdict_name", (h, c) -> c.addText(c.coded(Verdict.class, "verdict").spelling()));
        on("bleu_score", (h, c) -> c.give(h.bleuCounts("counts").score(c.set(new BleuConfig(), "config"))));
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
                    boundaries.length > 0 ? boundaries[0] : null, c.add("i64", new long[c.elements("out")])));
        });
        on("model_from_metadata",
                (h, c) -> h.model = c.keep(Model.fromMetadata(metadata(c), c.set(new ModelOptions(), "options"))));
        on("model_scheme", (h, c) -> h.scheme = h.model.scheme(c.whole("layer")));
        on("model_layer_at", (h, c) -> layer(c, h.model.layer(c.whole("layer"))));
        on("model_note_at", (h, c) -> note(c, h.model.notes()));
    }

    interface Call {
        void make(ConformanceCalls made, ConformanceCase c);
    }

    private static void on(String name, Call call) {
        ALL.put(name, call);
    }

    long sequence() {
        return sequences.get(c.small("sequence"));
    }

    CacheBatch batch() {
        long[] ids = Arrays.stream(c.wholes("sequences")).map(index -> sequences.get((int) index)).toArray();
        return c.has("offsets") ? CacheBatch.of(ids, c.wholes("offsets")) : CacheBatch.of(ids);
    }

    Loss loss(String name) {
        return losses.computeIfAbsent(c.small(name), index -> new Loss(blockTokens.get(index)));
    }

    BleuCounts bleuCounts(String name) {
        return bleuCounts.get(c.small(name));
    }

    ChrfCounts chrfCounts(String name) {
        return chrfCounts.get(c.small(name));
    }

    <T> List<T> first(List<T> all, String count) {
        return all.subList(0, c.small(count));
    }

    private static Windows windows(ConformanceCase c) {
        WindowsConfig config = new WindowsConfig(c.within("config", () -> c.coded(WindowsKind.class, "kind")));
        // 0 is no policy: what a new configuration has.
        boolean hasBos = c.within("config", () -> c.small("bos") != 0);
        return new Windows(hasBos ? c.set(config, "config") : c.set(config, "config", "bos"));
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

    /** The layer, and what its scheme is made of. */
    private static void layer(ConformanceCase c, ModelLayer l) {
        c.give(l);
        if (l.rope() != null) {
            c.give(l.rope().settings(), l.remap().settings(), l.bias().settings(), l.mask().settings(),
                    l.score().settings());
        }
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

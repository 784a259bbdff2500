package io.farspan.eval;

import static io.farspan.eval.TokenLossTest.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.farspan.Context;
import io.farspan.Isa;
import io.farspan.Status;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scores of texts, intervals and tasks. */
class TextTest {
    @Test
    void textsMayHoldAnything() {
        assertEquals("a \0 b", Tokenizer.CHAR.tokenize("a\0b", false));
        assertEquals("\uFFFD x \uFFFD", Tokenizer.CHAR.tokenize("\uD800x\uDC00", false), "unpaired surrogates");
        assertEquals("\uD835\uDD0A ß", Tokenizer.CHAR.tokenize("\uD835\uDD0Aß", false));
        assertEquals("", Tokenizer.V13A.tokenize("", false));
        assertEquals("ä ,", Tokenizer.INTL.tokenize("Ä,", true));
        assertEquals(" ä ,".repeat(1000).substring(1), Tokenizer.INTL.tokenize("Ä,".repeat(1000), true),
                "longer than guessed");
        assertEquals("cat run", Tokenizer.ROUGE_STEMMED.tokenize("Cats running!", false));
        assertThrows(NullPointerException.class, () -> Tokenizer.CHAR.tokenize(null, false));
    }

    /** The corpus of sacrebleu's documentation, with its score; counted in two halves. */
    @Test
    void corpusBleu() {
        BleuConfig config = new BleuConfig();
        BleuCounts counts = new BleuCounts();
        counts.add(config, "The dog bit the man.", List.of("The dog bit the man.", "The dog had bit the man."));
        counts.add(config, "It wasn't surprising.", List.of("It was not unexpected.", "No one was surprised."));
        BleuCounts half = new BleuCounts();
        half.add(config, "The man had just bitten him.",
                Arrays.asList("The man bit him first.", null, "The man had bitten the dog."));
        counts.merge(BleuCounts.of(half.toArray()));
        BleuResult result = counts.score(config);
        assertEquals(48.530827009929865, result.score(), 1e-9);
        assertEquals(Math.exp(1 - 18.0 / 17), result.brevityPenalty(), 1e-12);
        assertEquals(List.of(4, 17L, 18L, 3L),
                List.of(result.precisions().size(), counts.hypothesisLength(), counts.referenceLength(),
                        counts.segments()));
        String signature = config.signature(2);
        assertTrue(signature.startsWith("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:farspan-"), signature);
    }

    @Test
    void scoresOfIdsAndCharacters() {
        BleuCounts ids = new BleuCounts();
        ids.addTokens(new BleuConfig(), new long[] {1, 2, 3, 4, 5},
                Arrays.asList(new long[] {1, 2, 3, 4, 5}, new long[0], null));
        assertEquals(100, ids.score(new BleuConfig()).score(), 1e-9);
        ChrfCounts characters = new ChrfCounts();
        characters.add(new ChrfConfig(), "abcdef ghi", List.of("xyz", "abcdef ghi"));
        characters.merge(ChrfCounts.of(new ChrfCounts().toArray()));
        assertEquals(100, characters.score(new ChrfConfig()), 1e-9);
        assertEquals(1, characters.segments());
        RougeConfig rouge = new RougeConfig(RougeKind.L);
        assertEquals(new RougeResult(1, 0.75, 1, 6.0 / 7),
                rouge.score("the cat sat down", Arrays.asList(null, "the cat sat")));
        assertEquals(0.5,
                new RougeConfig(RougeKind.N).scoreTokens(new long[] {1, 2}, List.of(new long[] {2, 3})).fMeasure());
    }

    @Test
    void misuseIsRefusedAndChangesNothing() {
        BleuConfig config = new BleuConfig();
        BleuCounts counts = new BleuCounts();
        counts.add(config, "x", List.of("x"));
        long[] before = counts.toArray();
        refused(Status.SHAPE, "references_count is 0", () -> counts.add(config, "x", List.of()));
        refused(Status.NULL_ARGUMENT, "all NULL", () -> counts.add(config, "x", Arrays.asList(null, null)));
        refused(Status.COMBINATION, "max_order is 4",
                () -> counts.add(new BleuConfig().maxOrder(2), "x", List.of("x")));
        refused(Status.PARAMETER_RANGE, "max_order is 9", () -> counts.score(new BleuConfig().maxOrder(9)));
        refused(Status.METHOD, "tokenizer",
                () -> counts.add(new BleuConfig().tokenizer(Tokenizer.ROUGE), "x", List.of("x")));
        refused(Status.SHAPE, "references is -1", () -> config.signature(-1));
        refused(Status.PARAMETER_RANGE, "beta",
                () -> new ChrfCounts().add(new ChrfConfig().beta(Double.NaN), "x", List.of("x")));
        refused(Status.COMBINATION, "LSUM",
                () -> new RougeConfig(RougeKind.LSUM).scoreTokens(new long[1], List.of(new long[1])));
        assertThrows(NullPointerException.class, () -> counts.add(config, null, List.of("x")));
        assertThrows(NullPointerException.class, () -> counts.add(null, "x", List.of("x")));
        assertThrows(NullPointerException.class, () -> counts.addTokens(config, null, List.of()));
        assertThrows(IllegalArgumentException.class, () -> BleuCounts.of(new long[3]));
        assertArrayEquals(before, counts.toArray());
    }

    @Test
    void intervalsBelongToTheirSeed() {
        double[] values = {1, 2, 4, 3, 7};
        Interval first = new BootstrapConfig().mean(null, values);
        assertTrue(first.low() < first.median() && first.median() < first.high(), first.toString());
        assertNotEquals(first, new BootstrapConfig().seed(-1).mean(null, values));
        BleuCounts segment = new BleuCounts();
        segment.add(new BleuConfig(), "the cat sat on the mat", List.of("the cat sat on the mat"));
        assertEquals(100, new BootstrapConfig().bleu(null, new BleuConfig(), List.of(segment, segment)).low(), 1e-9);
        Context context = Context.create(Isa.BEST, 2);
        assertEquals(first, new BootstrapConfig().mean(context, values));
        context.cancel();
        refused(Status.CANCELLED, "cancel", () -> new BootstrapConfig().mean(context, values));
        context.close();
        assertThrows(IllegalStateException.class, () -> new BootstrapConfig().mean(context, values));
        refused(Status.SHAPE, "count is 0", () -> new BootstrapConfig().mean(null, new double[0]));
        refused(Status.SHAPE, "count is 0", () -> new BootstrapConfig().bleu(null, new BleuConfig(), List.of()));
        refused(Status.PARAMETER_RANGE, "samples is 0", () -> new BootstrapConfig().samples(0).mean(null, values));
        refused(Status.PARAMETER_RANGE, "confidence", () -> new BootstrapConfig().confidence(1).mean(null, values));
    }

    @Test
    void tasksHideWhatTheyAskFor() {
        Passkey task = new PasskeyConfig(PasskeyForm.LANDMARK).length(5000).seed(-1).make();
        assertEquals(5000, task.text().length());
        assertTrue(task.text().substring(task.keyBegin(), task.keyEnd()).contains(" " + task.key() + "."), task.text());
        assertTrue(task.isFoundIn(" " + task.key() + ". Remember"));
        assertFalse(task.isFoundIn("1" + task.key()));
        assertFalse(Passkey.isFoundIn("\uD800 none \0", 4711));
        refused(Status.PARAMETER_RANGE, "key is -1", () -> Passkey.isFoundIn("", -1));
        refused(Status.PARAMETER_RANGE, "length is 0", () -> new PasskeyConfig(PasskeyForm.SENTENCES).make());
        long[] out = new long[8];
        long[] hay = {1, 2, 3, 9, 4};
        assertEquals(4, Needle.place(hay, new long[] {100, 101}, new long[] {200}, 1, 9L, out));
        assertArrayEquals(new long[] {1, 2, 3, 9, 100, 101, 4, 200}, out);
        refused(Status.SHAPE, "out_count is 1",
                () -> Needle.place(hay, new long[2], new long[0], 0, null, new long[1]));
        refused(Status.PARAMETER_RANGE, "depth is nan",
                () -> Needle.place(hay, new long[1], new long[1], Double.NaN, null, out));
    }

    /** Counts of many threads, added up. */
    @Test
    void threadsCountIntoCountsOfTheirOwn() {
        BleuConfig config = new BleuConfig();
        BleuCounts all = IntStream.range(0, 400).parallel().collect(BleuCounts::new,
                (counts, n) -> counts.add(config, "a b c d e", List.of("a b c d f")), BleuCounts::merge);
        assertEquals(400, all.segments());
        assertEquals(2000, all.hypothesisLength());
    }
}

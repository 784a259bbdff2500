package io.farspan.eval;

import static io.farspan.eval.TokenLossTest.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.farspan.Status;
import io.farspan.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Windows, accumulators and the verdict. */
class LossTest {
    /** The example of the README: perplexity of a text that is longer than what the model reads. */
    @Test
    void perplexityByWindows() {
        long[] text = new long[1000]; // its tokens
        WindowsConfig config =
                new WindowsConfig(WindowsKind.SLIDING).bos(Bos.NONE).tokens(text.length).length(256).stride(64);
        Loss loss = new Loss();
        for (Window window : new Windows(config)) {
            // The model reads the tokens from window.begin() to before window.end() - 1; here each token has the same
            // chance.
            Tensor logits = Tensor.of(new float[(int) window.rows() * 50], 1, 1, window.rows(), 50);
            double[] nll = new double[(int) window.rows()];
            long[] targets = Arrays.copyOfRange(text, (int) window.begin() + 1, (int) window.end());
            TokenLoss.nll(null, logits, targets, -100, nll);
            loss.add(Arrays.copyOfRange(nll, (int) window.firstRow(), nll.length), 0);
        }
        LossSummary summary = loss.summary();
        assertEquals(999, summary.tokens());
        assertEquals(50, summary.perplexity(), 1e-4);
    }

    @Test
    void windowsGoThroughTheText() {
        WindowsConfig config = new WindowsConfig(WindowsKind.SLIDING).bos(Bos.EVERY).tokens(20).length(8).stride(4);
        Windows windows = new Windows(config);
        config.tokens(3); // the windows have a copy
        assertEquals(4, windows.count());
        long next = 0;
        int number = 0;
        for (Window window : windows) {
            assertTrue(window.bos());
            assertEquals(next, window.firstScored());
            assertEquals(window.firstScored(), window.end() - window.rows() + window.firstRow());
            assertEquals(window, windows.get(number++));
            next = window.end();
        }
        assertEquals(20, next);
        Iterator<Window> iterator = windows.iterator();
        for (int n = 0; n < 4; ++n) {
            iterator.next();
        }
        assertFalse(iterator.hasNext());
        assertThrows(NoSuchElementException.class, iterator::next);
    }

    @Test
    void badSchedulesAreRefused() {
        WindowsConfig config = new WindowsConfig(WindowsKind.BLOCKS).tokens(10).length(4);
        refused(Status.METHOD, "config.bos is 0", () -> new Windows(config));
        refused(Status.COMBINATION, "config.stride", () -> new Windows(config.bos(Bos.FIRST).stride(2)));
        refused(Status.PARAMETER_RANGE, "config.tokens", () -> new Windows(config.stride(0).tokens(-1)));
        refused(Status.PARAMETER_RANGE, "config.length", () -> new Windows(config.tokens(10).length(Long.MIN_VALUE)));
        Windows windows = new Windows(config.length(4));
        refused(Status.PARAMETER_RANGE, "index is 3", () -> windows.get(3));
        refused(Status.PARAMETER_RANGE, "index is -1", () -> windows.get(-1));
        assertThrows(NullPointerException.class, () -> new Windows(null));
    }

    @Test
    void lossesAccumulateAndMerge() {
        assertEquals(128, new Loss().state().blockTokens(), "the default that the header names");
        Loss loss = new Loss(2);
        Loss half = new Loss(2);
        loss.add(new double[] {1, 1, 1, 1}, 8);
        half.add(new double[] {3, 9, 3, 3, 3}, new long[] {1, -100, 1, 1, 1}, -100, 8);
        assertEquals(new Loss.State(2, 4, 8, 12, 2, 3, 0, 0, 0), half.state());
        loss.merge(new Loss(half.state()));
        LossSummary summary = loss.summary();
        assertEquals(8, summary.tokens());
        assertEquals(2, summary.nll());
        assertEquals(Math.sqrt(1.0 / 3), summary.standardError(), 1e-12);
        assertEquals(Math.exp(2), summary.perplexity(), 1e-12);
        assertEquals(2 / Math.log(2), summary.bitsPerToken(), 1e-12);
        assertEquals(1 / Math.log(2), summary.bitsPerByte(), 1e-12);
        assertTrue(Double.isNaN(new Loss().summary().nll()));
    }

    @Test
    void aFailingAddChangesNothing() {
        Loss loss = new Loss(4);
        loss.add(new double[] {1, 2}, 3);
        refused(Status.SHAPE, "targets_count is 1", () -> loss.add(new double[2], new long[1], 0, 0));
        refused(Status.SHAPE, "bytes is -1", () -> loss.add(new double[2], -1));
        refused(Status.COMBINATION, "block_tokens is 5", () -> loss.merge(new Loss(5)));
        refused(Status.PARAMETER_RANGE, "block_tokens is 0", () -> new Loss(0));
        refused(Status.PARAMETER_RANGE, "loss.tokens is -1",
                () -> new Loss(new Loss.State(4, -1, 0, 0, 0, 0, 0, 0, 0)));
        refused(Status.SHAPE, "at most 2^62", () -> loss.add(new double[0], Long.MAX_VALUE));
        assertThrows(NullPointerException.class, () -> loss.add(null, 0));
        assertThrows(NullPointerException.class, () -> loss.merge(null));
        assertEquals(2, loss.summary().tokens());
        assertEquals(1.5, loss.summary().nll());
    }

    @Test
    void theCurveSortsByContext() {
        LossCurve curve = new LossCurve(new long[] {1, 3, 100}, 128);
        curve.add(0, new double[] {50, 1, 3, 5, 5, 5});
        LossCurve other = new LossCurve(curve.edges(), 128);
        other.add(99, new double[] {5, 50}, new long[2], 1);
        curve.merge(other);
        assertThrows(IllegalArgumentException.class, () -> curve.merge(new LossCurve(new long[] {1, 3}, 128)));
        refused(Status.COMBINATION, "block_tokens is 7", () -> curve.merge(new LossCurve(new long[] {1, 3, 100}, 7)));
        assertEquals(2, curve.buckets().get(0).summary().nll());
        assertEquals(4, curve.buckets().get(1).summary().tokens());
        assertArrayEquals(new long[] {1, 3, 100}, curve.edges());
        refused(Status.POSITIONS, "first_context is -1", () -> curve.add(-1, new double[1]));
        refused(Status.SHAPE, "targets_count is 0", () -> curve.add(1, new double[1], new long[0], 0));
        refused(Status.POSITIONS, "edges[1] is 1", () -> new LossCurve(new long[] {1, 1}, 1));
        refused(Status.SHAPE, "curve_count is 0", () -> new LossCurve(new long[0], 1));
        assertEquals(2, curve.buckets().get(0).summary().tokens());
    }

    @Test
    void theVerdictFollowsTheRule() {
        Judgement judgement = Judgement.judge(new long[] {512, 1024, 2048}, new double[] {3, 3, 3.05}, 1024);
        assertEquals(Verdict.HOLDS, judgement.verdict());
        assertEquals(1024, judgement.referenceLength());
        assertEquals(2048, judgement.worstLength());
        assertEquals(Math.exp(0.05), judgement.worstRatio(), 1e-12);
        assertEquals("holds", judgement.verdict().spelling());
        assertTrue(Verdict.rule().contains("1.10"), Verdict.rule());
        assertEquals(Verdict.EXPLODES, Judgement.judge(new long[] {1, 2}, new double[] {3, Double.NaN}, 1).verdict());
        refused(Status.SHAPE, "nll_count is 1", () -> Judgement.judge(new long[2], new double[1], 1));
        refused(Status.POSITIONS, "lengths[1]", () -> Judgement.judge(new long[] {2, 1}, new double[2], 1));
        refused(Status.PARAMETER_RANGE, "trained_length is 0", () -> Judgement.judge(new long[0], new double[0], 0));
    }
}

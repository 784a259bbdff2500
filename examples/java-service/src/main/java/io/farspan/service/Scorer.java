package io.farspan.service;

import io.farspan.Context;
import io.farspan.Isa;
import io.farspan.Plan;
import io.farspan.Problem;
import io.farspan.Scheme;

/** How well a model predicts a text. May be used by many threads at once: they share the model and the context. */
final class Scorer implements AutoCloseable {
    /** The mean loss of the scored bytes in nats, and its exponential. */
    record Score(long tokens, double nll, double perplexity) {}

    private final Model model;
    private final Context context = Context.create(Isa.BEST, 1);

    Scorer(Model model) {
        this.model = model;
    }

    /**
     * Scores windows of {@code length} bytes, as many as fit without overlap, spread evenly over the text as {@code
     * farspan report} does. The first byte of a window is context only.
     *
     * @throws IllegalArgumentException if the text is too short for one window
     */
    Score score(byte[] text, Method method, int length) {
        if (length < 2 || length >= text.length) {
            throw new IllegalArgumentException("a window of " + length
                    + " bytes needs 2 or more, and a text of at least one more; "
                    + "this text has " + text.length);
        }
        int windows = (text.length - 1) / length;
        long last = text.length - length - 1;
        double sum = 0;
        try (Scheme scheme = method.scheme(model, length); Plan plan = Plan.create(context, scheme, problem(length))) {
            ForwardPass pass = new ForwardPass(model, context, plan, length);
            for (int n = 0; n < windows; ++n) {
                int first = (int) (windows == 1 ? last / 2 : last * n / (windows - 1));
                float[] logits = pass.run(text, first);
                for (int t = 0; t < length; ++t) {
                    sum += loss(logits, t * Model.VOCABULARY, text[first + t + 1] & 0xff);
                }
            }
        }
        double nll = sum / ((double) windows * length);
        return new Score((long) windows * length, nll, Math.exp(nll));
    }

    @Override
    public void close() {
        context.close();
    }

    private Problem problem(int length) {
        return new Problem()
                .queryHeads(model.heads)
                .keyHeads(model.heads)
                .queries(length)
                .keys(length)
                .headDim(model.headDim);
    }

    /** -ln of the probability that the logits from {@code first} on give to a byte. */
    private static double loss(float[] logits, int first, int target) {
        float most = logits[first];
        for (int n = 1; n < Model.VOCABULARY; ++n) {
            most = Math.max(most, logits[first + n]);
        }
        double sum = 0;
        for (int n = 0; n < Model.VOCABULARY; ++n) {
            sum += Math.exp(logits[first + n] - most);
        }
        return Math.log(sum) + most - logits[first + target];
    }
}

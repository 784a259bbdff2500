package io.farspan.eval;

import io.farspan.Context;
import io.farspan.FarspanException;
import io.farspan.Tensor;
import io.farspan.internal.Native;
import io.farspan.runtime.Access;
import java.util.Objects;

/**
 * The loss of tokens from the logits of any model, and its gradient. All methods may be called by many threads at once.
 */
public final class TokenLoss {
    private TokenLoss() {}

    /**
     * nll[b, h, t] = ln(sum_v exp(logits[b, h, t, v])) - logits[b, h, t, target]: the negative log-likelihood of the
     * target. A row with NaN or infinity, or with nothing but minus infinity, gives NaN. The error is below 5e-7
     * absolute for vocabularies up to 300,000; for one instruction set the bits do not depend on the number of threads.
     *
     * @param context null for the defaults
     * @param logits [batch, heads, tokens, vocabulary] of type F32, F16 or BF16; heads is 1 unless a model predicts
     * several tokens
     * @param targets [batch][heads][tokens], each below the vocabulary, or {@code ignoreIndex}
     * @param ignoreIndex a number outside the vocabulary, -100 by custom; such a row gives 0, and its logits are not
     * read
     * @param nll receives one loss for each row, in nats
     * @throws FarspanException if an array is too short, a target is outside the vocabulary, or the context was
     * cancelled
     * @throws IllegalStateException if the context is closed
     */
    public static void nll(Context context, Tensor logits, long[] targets, long ignoreIndex, double[] nll) {
        Objects.requireNonNull(logits, "logits");
        Objects.requireNonNull(targets, "targets");
        Objects.requireNonNull(nll, "nll");
        Access access = Access.get();
        io.farspan.internal.Context entered = access.acquire(context);
        try {
            Native.token_nll(entered, access.memory(logits), access.code(logits), access.dims(logits), targets,
                    ignoreIndex, nll);
        } finally {
            access.release(context);
        }
    }

    /**
     * grad[b, h, t, v] = weights[b, h, t] * (softmax(logits[b, h, t])[v] - (v == target)): the gradient of sum(weights
     * * nll); 0 where the target is ignored.
     *
     * @param context null for the defaults
     * @param logits as for {@link #nll}
     * @param targets as for {@link #nll}
     * @param ignoreIndex as for {@link #nll}
     * @param weights [batch][heads][tokens], finite; or null for 1, and 1 / number of scored tokens makes it the
     * gradient of the mean
     * @param grad the shape of the logits; the same tensor as the logits works in place, and otherwise the types may
     * differ
     * @throws FarspanException as {@link #nll}, and if a weight is not finite or the tensors overlap otherwise
     * @throws IllegalArgumentException if the gradient's memory is read-only
     * @throws IllegalStateException if the context is closed
     */
    public static void gradient(
            Context context, Tensor logits, long[] targets, long ignoreIndex, float[] weights, Tensor grad) {
        Objects.requireNonNull(logits, "logits");
        Objects.requireNonNull(targets, "targets");
        Access access = Access.get();
        access.requireWritable(Objects.requireNonNull(grad, "grad"), "grad");
        io.farspan.internal.Context entered = access.acquire(context);
        try {
            Native.token_nll_grad(entered, access.memory(logits), access.code(logits), access.dims(logits), targets,
                    ignoreIndex, weights, access.memory(grad), access.code(grad), access.dims(grad));
        } finally {
            access.release(context);
        }
    }
}

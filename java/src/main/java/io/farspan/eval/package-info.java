/**
 * Judging how a model behaves beyond its trained length, from what any runtime can give: logits, losses, texts, token
 * ids. It runs no model.
 *
 * <ul>
 *   <li>{@link io.farspan.eval.TokenLoss}: logits to the loss of each token, and its gradient
 *   <li>{@link io.farspan.eval.Windows}: which tokens a model reads and which are scored
 *   <li>{@link io.farspan.eval.Loss}, {@link io.farspan.eval.LossCurve}: losses to perplexity, bits per byte, standard
 *   error, and the
 *       curve over the context
 *   <li>{@link io.farspan.eval.Judgement}: losses by length to a verdict
 *   <li>{@link io.farspan.eval.BleuCounts}, {@link io.farspan.eval.ChrfCounts}, {@link io.farspan.eval.RougeConfig}:
 *   generated text
 *       against references
 *   <li>{@link io.farspan.eval.BootstrapConfig}: confidence intervals
 *   <li>{@link io.farspan.eval.PasskeyConfig}, {@link io.farspan.eval.Needle}: is a fact hidden far back found
 * </ul>
 *
 * <p>Natural logarithms everywhere; a loss is in nats. A failure is a {@link io.farspan.FarspanException}; nothing has
 * then been changed.
 */
package io.farspan.eval;

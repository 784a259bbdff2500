/**
 * Position encodings and attention for long contexts, on CPUs.
 *
 * <h2>Where to start</h2>
 *
 * <ol>
 *   <li>What a model does with positions is a {@link io.farspan.Scheme}. Its parts are chosen by method: {@link
 *   io.farspan.RopeConfig},
 *       {@link io.farspan.RemapConfig}, {@link io.farspan.BiasConfig}, {@link io.farspan.MaskConfig}, {@link
 *       io.farspan.ScoreConfig}. Or {@link io.farspan.Model} reads them from the model's own {@code config.json} or
 *       GGUF file, for each layer.
 *   <li>Queries, keys, values and the output are {@link io.farspan.Tensor}s: views of direct buffers, or of arrays.
 *   Queries and keys are
 *       as the projections left them, not rotated.
 *   <li>{@link io.farspan.Attention#run} computes. For the same problem again and again, make a {@link io.farspan.Plan}
 *   once.
 *   <li>To decode token by token, keep keys and values in a {@link io.farspan.Cache} and run over a {@link
 *   io.farspan.CachePlan}.
 *   <li>{@link io.farspan.Scheme#probe} tells what a scheme does to one pair of query and key.
 * </ol>
 *
 * <pre>{@code
 * RopeConfig yarn = new RopeConfig(RopeMethod.YARN).layout(Layout.HALF).rotaryDim(64).originalContext(2048).factor(4);
 * try (Scheme scheme = Scheme.builder().rope(yarn).build()) {
 *     Attention.run(scheme, q, k, v, out);
 * }
 * }</pre>
 *
 * <h2>What holds everywhere</h2>
 *
 * <p>A refused call is a {@link io.farspan.FarspanException} that names the field, its value and the range; nothing has
 * then been changed. What has native memory is {@link java.lang.AutoCloseable}. {@link io.farspan.Context} chooses
 * threads and the instruction set, and cancels; where a method takes one, {@code null} stands for the defaults.
 *
 * <p>How well a model holds beyond its trained length is measured by {@link io.farspan.eval}.
 */
package io.farspan;

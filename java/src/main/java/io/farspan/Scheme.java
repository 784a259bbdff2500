package io.farspan;

/**
 * How positions enter attention: rope, remap, bias, mask and score together, checked. Immutable; any number of threads
 * may use one at the same time. Close it when it is no longer needed; what is forgotten is freed after garbage
 * collection.
 *
 * <pre>{@code
 * try (Scheme scheme = Scheme.builder()
 *         .rope(new RopeConfig(RopeMethod.YARN).layout(Layout.HALF).rotaryDim(64).originalContext(4096).factor(4))
 *         .build()) {
 *     Attention.run(scheme, q, k, v, out);
 * }
 * }</pre>
 */
public final class Scheme extends SchemeCalls {
    /** Takes charge of a native scheme. */
    Scheme(io.farspan.internal.Scheme object) {
        super(object, null);
    }

    /**
     * A builder for no rotation, no remap, no bias, a causal mask and a plain 1 / sqrt(head_dim) score.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The scheme of one layer of a model, by its config.json. For several layers, or to see the notes, read a {@link
     * Model}.
     *
     * @param text of a Hugging Face config.json
     * @param layer 0 to layers - 1
     * @return a new scheme
     * @throws FarspanException if the text is refused, there is no such layer, or it has no softmax attention
     */
    public static Scheme fromConfigJson(String text, long layer) {
        try (Model model = Model.fromConfigJson(text)) {
            return model.scheme(layer);
        }
    }

    /** Collects the parts of a scheme. Not for use by several threads at once. */
    public static final class Builder extends SchemeParts {
        private Builder() {}
    }
}

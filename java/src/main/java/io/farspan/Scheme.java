package io.farspan;

import io.farspan.internal.Native;
import io.farspan.runtime.Bytes;
import io.farspan.runtime.Handle;
import java.nio.charset.StandardCharsets;

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
public final class Scheme implements AutoCloseable {
    final Handle<io.farspan.internal.Scheme> handle;

    /** Takes charge of a native scheme. */
    Scheme(io.farspan.internal.Scheme object) {
        handle = Handle.of(this, object, null, "the scheme", io.farspan.internal.Scheme::delete);
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

    /**
     * The scheme that a text describes.
     *
     * <pre>{@code
     * Scheme.fromJson("{\"rope\": {\"method\": \"base\", \"layout\": \"half\", \"rotary_dim\": 64}, \"mask\":
     * {\"sinks\": 4}}"); }</pre>
     *
     * @param text a JSON object of the parts rope, remap, bias, mask and score; their keys are the fields of the C
     * configurations,
     *     methods and other enums are words, what is absent has its default
     * @return a new scheme
     * @throws FarspanException if the text is refused; the message has the path, as in "$.rope.basee is not a field of
     * rope"
     */
    public static Scheme fromJson(String text) {
        return new Scheme(Native.scheme_from_json(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * The scheme as text: one line, canonical. {@link #fromJson} makes the same scheme of it, bit for bit.
     *
     * @return a JSON object of what differs from the defaults
     * @throws IllegalStateException if the scheme is closed
     */
    public String toJson() {
        io.farspan.internal.Scheme object = handle.acquire();
        try {
            return Bytes.written(256, (buffer, needed) -> Native.scheme_to_json(object, buffer, needed));
        } finally {
            handle.release();
        }
    }

    /** Collects the parts of a scheme. Not for use by several threads at once. */
    public static final class Builder {
        private RopeConfig rope;
        private RemapConfig remap;
        private BiasConfig bias;
        private MaskConfig mask;
        private ScoreConfig score;

        private Builder() {}

        /**
         * The rotation.
         *
         * @param rope read by {@link #build}; null for none
         * @return this
         */
        public Builder rope(RopeConfig rope) {
            this.rope = rope;
            return this;
        }

        /**
         * The map of positions.
         *
         * @param remap read by {@link #build}; null for none
         * @return this
         */
        public Builder remap(RemapConfig remap) {
            this.remap = remap;
            return this;
        }

        /**
         * The bias.
         *
         * @param bias read by {@link #build}; null for none
         * @return this
         */
        public Builder bias(BiasConfig bias) {
            this.bias = bias;
            return this;
        }

        /**
         * The mask.
         *
         * @param mask read by {@link #build}; null for a causal one
         * @return this
         */
        public Builder mask(MaskConfig mask) {
            this.mask = mask;
            return this;
        }

        /**
         * The score.
         *
         * @param score read by {@link #build}; null for 1 / sqrt(head_dim)
         * @return this
         */
        public Builder score(ScoreConfig score) {
            this.score = score;
            return this;
        }

        /**
         * Checks the parts and makes a scheme of copies of them.
         *
         * @return a new scheme
         * @throws FarspanException if a parameter is out of range, would be ignored, or the parts cannot be used
         * together
         */
        public Scheme build() {
            return new Scheme(Native.scheme_create(rope == null ? null : rope.fields,
                    rope == null ? null : rope.shortFactors, rope == null ? null : rope.longFactors,
                    remap == null ? null : remap.fields, bias == null ? null : bias.fields,
                    bias == null ? null : bias.values, bias == null ? null : bias.a, bias == null ? null : bias.p,
                    bias == null ? null : bias.slopes, mask == null ? null : mask.fields,
                    score == null ? null : score.fields, score == null ? null : score.sinkLogits));
        }
    }

    /**
     * Positions per token that the rope part reads.
     *
     * @return 1, or the number of axes for M-RoPE
     * @throws IllegalStateException if the scheme is closed
     */
    public int axes() {
        io.farspan.internal.Scheme object = handle.acquire();
        try {
            return Native.scheme_axes(object);
        } finally {
            handle.release();
        }
    }

    /**
     * Everything that the scheme says about one pair.
     *
     * @param length the current length of the methods that depend on it, 0 for max(query, key) + 1
     * @param query position of the query
     * @param key position of the key
     * @param head counts from the problem's head 0
     * @return the answer
     * @throws FarspanException if a position, the length or the head is out of range
     * @throws IllegalStateException if the scheme is closed
     */
    public Probe probe(long length, long query, long key, int head) {
        io.farspan.internal.Probe probe = new io.farspan.internal.Probe();
        io.farspan.internal.Scheme object = handle.acquire();
        try {
            Native.scheme_probe(object, length, query, key, head, probe);
        } finally {
            handle.release();
        }
        return new Probe(probe);
    }

    /**
     * The visible keys of one query.
     *
     * @param query position of the query
     * @param keys key positions are 0 to keys - 1
     * @return two half-open intervals {first, last, first, last}, the second empty if there is one
     * @throws FarspanException if the query or keys are out of range
     * @throws IllegalStateException if the scheme is closed
     */
    public long[] visible(long query, long keys) {
        long[] intervals = new long[4];
        io.farspan.internal.Scheme object = handle.acquire();
        try {
            Native.scheme_visible(object, query, keys, intervals);
        } finally {
            handle.release();
        }
        return intervals;
    }

    /**
     * Writes the bias of one head at consecutive distances.
     *
     * @param head counts from the problem's head 0
     * @param length the current length of the methods that depend on it
     * @param firstDistance of out[0]; positive towards the past
     * @param out the bias at firstDistance, firstDistance + 1 ...
     * @throws FarspanException if the scheme has no bias that is a function of distance, or a number is out of range
     * @throws IllegalStateException if the scheme is closed
     */
    public void fillBias(int head, long length, long firstDistance, float[] out) {
        io.farspan.internal.Scheme object = handle.acquire();
        try {
            Native.bias_fill(null, object, head, length, firstDistance, out);
        } finally {
            handle.release();
        }
    }

    /** Frees the scheme when the last call that uses it has ended. Does nothing the second time. */
    @Override
    public void close() {
        handle.close();
    }
}

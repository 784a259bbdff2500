package io.farspan;

import io.farspan.internal.Native;
import io.farspan.runtime.Handle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * A model's own configuration, read into the scheme of each layer. A key that is absent takes the default of the
 * model's class, with a note that says so; an unknown model_type or rope type is refused. Immutable; any number of
 * threads may use one at the same time. Close it when it is no longer needed; its schemes, layers and notes are copies
 * that stay.
 *
 * <pre>{@code
 * try (Model model = Model.fromConfigJson(Files.readString(Path.of("config.json")));
 *         Scheme scheme = model.scheme(0)) {
 *     model.notes().forEach(System.out::println);
 *     Attention.run(scheme, q, k, v, out);
 * }
 * }</pre>
 *
 * <p>Any bytes are safe: a malformed document is {@link Status#FORMAT}, a number outside its range {@link
 * Status#PARAMETER_RANGE}, an unknown name {@link Status#METHOD}, sizes that contradict each other {@link Status#SHAPE}
 * or {@link Status#HEAD_GROUPS}; the message has the JSON path or the key.
 */
public final class Model implements AutoCloseable {
    private static final int FIRST_BYTES = 16 << 20;
    private static final int MOST_BYTES = 256 << 20;

    private final Handle<io.farspan.internal.Model> handle;

    private Model(io.farspan.internal.Model object) {
        handle = Handle.of(this, object, null, "the model", io.farspan.internal.Model::delete);
    }

    /**
     * Reads the text of a Hugging Face config.json, with the default options.
     *
     * @param text a JSON object
     * @return a new model
     * @throws FarspanException if the text is refused
     */
    public static Model fromConfigJson(String text) {
        return fromConfigJson(text, new ModelOptions());
    }

    /**
     * Reads the text of a Hugging Face config.json. Nested text models (text_config, llm_config ...) are found; what
     * they say wins over the top level.
     *
     * @param text a JSON object
     * @param options release, angles, extension, weights
     * @return a new model
     * @throws FarspanException if the text is refused
     */
    public static Model fromConfigJson(String text, ModelOptions options) {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(options, "options");
        return new Model(Native.model_from_config(text.getBytes(StandardCharsets.UTF_8), options.fields,
                options.t5Encoder, options.t5Decoder, options.ropeFreqs, options.ropeShort, options.ropeLong));
    }

    /**
     * Reads GGUF metadata: general.architecture and the keys of that architecture; other keys may be there.
     *
     * @param metadata a Boolean, a whole or real number, a String, or a collection or array of one of these for each
     * key
     * @param options release, angles, extension, and the tensors that belong to the positions
     * @return a new model
     * @throws FarspanException if the metadata is refused
     * @throws IllegalArgumentException if a value is of another class
     */
    public static Model fromMetadata(Map<String, ?> metadata, ModelOptions options) {
        Objects.requireNonNull(metadata, "metadata");
        Objects.requireNonNull(options, "options");
        return new Model(Native.model_from_metadata(MetadataList.of(metadata), options.fields, options.t5Encoder,
                options.t5Decoder, options.ropeFreqs, options.ropeShort, options.ropeLong));
    }

    /**
     * Reads the beginning of a GGUF file, version 2 or 3, little-endian.
     *
     * @param file a direct buffer whose remainder has the header, the metadata and the list of tensors; its position
     * stays
     * @param options release, angles, extension, and the tensors that the bytes do not reach
     * @return a new model
     * @throws FarspanException if the bytes are refused
     * @throws IllegalArgumentException if the buffer is not direct
     */
    public static Model fromGguf(ByteBuffer file, ModelOptions options) {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(options, "options");
        return new Model(
                Native.model_from_gguf((ByteBuffer) Buffers.slice(file, ByteOrder.nativeOrder()), options.fields,
                        options.t5Encoder, options.t5Decoder, options.ropeFreqs, options.ropeShort, options.ropeLong));
    }

    /**
     * Reads a GGUF file, of which only the beginning is loaded: 16 MB, or up to 256 MB if that is not enough.
     *
     * @param file the file
     * @param options release, angles, extension, and the tensors that the bytes do not reach
     * @return a new model
     * @throws FarspanException if the file is refused
     * @throws IOException if it cannot be read
     */
    public static Model fromGguf(Path file, ModelOptions options) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            for (int most = FIRST_BYTES;; most = MOST_BYTES) {
                try {
                    return fromGguf(beginning(channel, most), options);
                } catch (FarspanException refused) {
                    if (most == MOST_BYTES || channel.size() <= most) {
                        throw refused;
                    }
                }
            }
        }
    }

    private static ByteBuffer beginning(SeekableByteChannel channel, int most) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect((int) Math.min(channel.size(), most)).order(ByteOrder.nativeOrder());
        channel.position(0);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            continue;
        }
        return bytes.flip();
    }

    /**
     * What the configuration says as a whole.
     *
     * @return a copy
     * @throws IllegalStateException if the model is closed
     */
    public ModelInfo info() {
        return read(object -> new ModelInfo(describe(object)));
    }

    /**
     * One layer and the configurations that its scheme is made of.
     *
     * @param index 0 to layers - 1
     * @return copies
     * @throws FarspanException if there is no such layer
     * @throws IllegalStateException if the model is closed
     */
    public ModelLayer layer(long index) {
        return read(object -> {
            io.farspan.internal.ModelLayer fields = new io.farspan.internal.ModelLayer();
            Native.model_layer_at(object, index, fields);
            return new ModelLayer(
                    fields, fields.getKind() == LayerKind.OTHER.code ? null : new LayerParts(object, index));
        });
    }

    /**
     * The scheme of a layer. Layers of equal {@link ModelLayer#alike} need only one.
     *
     * @param layer 0 to layers - 1
     * @return a new scheme, to be closed; it does not need the model
     * @throws FarspanException if there is no such layer, or it has no softmax attention
     * @throws IllegalStateException if the model is closed
     */
    public Scheme scheme(long layer) {
        return read(object -> new Scheme(Native.model_layer_scheme(object, layer)));
    }

    /**
     * What reading had to say: defaults taken, numbers derived, and warnings of what looks wrong.
     *
     * @return copies
     * @throws IllegalStateException if the model is closed
     */
    public List<ModelNote> notes() {
        return read(object -> {
            List<ModelNote> notes = new ArrayList<>();
            long count = describe(object).getNotes();
            for (long n = 0; n < count; ++n) {
                io.farspan.internal.ModelNote fields = new io.farspan.internal.ModelNote();
                Native.model_note_at(object, n, fields);
                notes.add(new ModelNote(fields)); // copies the texts, which live in the model
            }
            return Collections.unmodifiableList(notes);
        });
    }

    private static io.farspan.internal.ModelInfo describe(io.farspan.internal.Model object) {
        io.farspan.internal.ModelInfo fields = new io.farspan.internal.ModelInfo();
        Native.model_describe(object, fields);
        return fields;
    }

    private <T> T read(Function<io.farspan.internal.Model, T> question) {
        io.farspan.internal.Model object = handle.acquire();
        try {
            return question.apply(object);
        } finally {
            handle.release();
        }
    }

    /** Frees the model when the last call that uses it has ended. Does nothing the second time. */
    @Override
    public void close() {
        handle.close();
    }
}

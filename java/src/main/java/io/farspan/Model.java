package io.farspan;

import io.farspan.internal.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
public final class Model extends ModelCalls {
    private static final int FIRST_BYTES = 16 << 20;
    private static final int MOST_BYTES = 256 << 20;

    Model(io.farspan.internal.Model object) {
        super(object, null);
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
        return new Model(Native.model_from_metadata(null, MetadataList.of(metadata), options.fields.array(),
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
     * The scheme of a layer. Layers of equal {@link ModelLayer#alike} need only one.
     *
     * @param layer 0 to layers - 1
     * @return a new scheme, to be closed; it does not need the model
     * @throws FarspanException if there is no such layer, or it has no softmax attention
     * @throws IllegalStateException if the model is closed
     */
    public Scheme scheme(long layer) {
        io.farspan.internal.Model object = acquire();
        try {
            return new Scheme(Native.model_layer_scheme(object, layer));
        } finally {
            release();
        }
    }

    /**
     * What reading had to say: defaults taken, numbers derived, and warnings of what looks wrong.
     *
     * @return copies
     * @throws IllegalStateException if the model is closed
     */
    public List<ModelNote> notes() {
        ModelNote[] notes = new ModelNote[Math.toIntExact(info().notes())];
        for (int n = 0; n < notes.length; ++n) {
            notes[n] = note(n);
        }
        return List.of(notes);
    }
}

package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ModelTest {
    private static final String GEMMA =
            "{\"model_type\": \"gemma3_text\", \"hidden_size\": 640, \"num_hidden_layers\": 6,"
            + "\"num_attention_heads\": 4, \"num_key_value_heads\": 1, \"head_dim\": 256, \"max_position_embeddings\": 32768,"
            + "\"rope_theta\": 1000000, \"rope_local_base_freq\": 10000, \"sliding_window\": 512, \"sliding_window_pattern\": 6}";
    private static final String LLAMA = "{\"model_type\": \"llama\", \"hidden_size\": 4096, \"num_hidden_layers\": 2,"
            + "\"num_attention_heads\": 32, \"max_position_embeddings\": 4096}";
    private static final String T5 =
            "{\"model_type\": \"t5\", \"d_model\": 16, \"num_heads\": 2, \"d_kv\": 8, \"num_layers\": 1,"
            + "\"relative_attention_num_buckets\": 4}";
    private static final String HYBRID =
            "{\"model_type\": \"qwen3_next\", \"hidden_size\": 2048, \"num_attention_heads\": 16,"
            + "\"num_key_value_heads\": 2, \"head_dim\": 256, \"num_hidden_layers\": 4, \"max_position_embeddings\": 262144,"
            + "\"full_attention_interval\": 4}";

    /** The example of the documentation. */
    @Test
    void aConfigurationBecomesSchemes() {
        try (Model model = Model.fromConfigJson(GEMMA); Scheme scheme = model.scheme(0)) {
            ModelLayer layer = model.layer(0);
            assertEquals(LayerKind.SLIDING, layer.kind());
            assertEquals(512, layer.window());
            assertEquals(489, scheme.visible(1000, 1001)[0]);
            for (ModelNote note : model.notes()) {
                assertTrue(note.text().length() > 10, note.toString());
            }
        }
    }

    @Test
    void layersHaveTheirOwnSettings() {
        try (Model model = Model.fromConfigJson(GEMMA)) {
            ModelInfo info = model.info();
            assertEquals("gemma3_text", info.family());
            assertEquals(List.of(6L, 2L, 4L, 1L, 256L, 32768L),
                    List.of(info.layers(), info.layerKinds(), info.queryHeads(), info.keyHeads(), info.headDim(),
                            info.usableContext()));
            assertEquals(AbsoluteKind.NONE, info.absolute());
            ModelLayer near = model.layer(4);
            ModelLayer far = model.layer(5);
            assertEquals(model.layer(0).rope().settings(), near.rope().settings());
            assertNotEquals(far.rope().settings(), near.rope().settings());
            assertEquals(0, near.alike());
            assertEquals(5, far.alike());
            assertEquals(LayerKind.FULL, far.kind());
            assertEquals(1e6, far.rope().settings().base());
            assertEquals(RopeMethod.BASE, far.rope().settings().method());
            assertEquals(Layout.HALF, far.rope().settings().layout());
            assertEquals(511, near.mask().settings().windowLeft());
            assertTrue(near.mask().settings().causal());
            assertEquals(0.0625, near.attentionScale());
            assertEquals(Temperature.NONE, near.score().settings().temperature());
        }
    }

    @Test
    void schemesAndAnswersOutliveTheirModel() {
        Model model = Model.fromConfigJson(LLAMA);
        ModelLayer layer = model.layer(1);
        List<ModelNote> notes = model.notes();
        ModelInfo info = model.info();
        try (Scheme scheme = model.scheme(1)) {
            model.close();
            model.close();
            assertEquals(9000, scheme.probe(0, 9000, 0, 0).relativePosition());
        }
        assertEquals("llama", info.family());
        assertEquals(new ModelNote(Severity.NOTE, NoteCode.DEFAULT, "$.rope_theta", notes.get(0).text()), notes.get(0));
        try (Scheme changed = Scheme.builder()
                                      .rope(layer.rope())
                                      .remap(new RemapConfig(RemapMethod.REROPE).window(1024))
                                      .build()) {
            assertEquals(1024, changed.probe(0, 9000, 0, 0).relativePosition());
        }
        List<Runnable> calls = List.of(model::info, model::notes, () -> model.layer(0), () -> model.scheme(0));
        calls.forEach(call
                -> assertEquals(
                        "the model is closed", assertThrows(IllegalStateException.class, call::run).getMessage()));
        try (Scheme scheme = Scheme.fromConfigJson(LLAMA, 0)) {
            assertEquals(1, scheme.axes());
        }
    }

    @Test
    void arraysComeAlong() {
        try (Model model = Model.fromConfigJson(
                     "{\"model_type\": \"phi3\", \"hidden_size\": 16, \"num_hidden_layers\": 1,"
                     + "\"num_attention_heads\": 2, \"max_position_embeddings\": 64, \"original_max_position_embeddings\": 16,"
                     + "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1, 1, 1, 1], \"long_factor\": [1, 1.5, 2, 2.5]}}")) {
            RopeSettings rope = model.layer(0).rope().settings();
            assertEquals(List.of(1.0, 1.0, 1.0, 1.0), rope.shortFactors());
            assertEquals(List.of(1.0, 1.5, 2.0, 2.5), rope.longFactors());
        }
        ModelOptions options = new ModelOptions().t5Encoder(0, 1, 2, 3, 4, 5, 6, 7).t5Decoder(7, 6, 5, 4, 3, 2, 1, 0);
        try (Model model = Model.fromConfigJson(T5, options); Model bare = Model.fromConfigJson(T5)) {
            BiasSettings bias = model.layer(1).bias().settings();
            assertEquals(List.of(7f, 6f, 5f, 4f, 3f, 2f, 1f, 0f), bias.values());
            assertEquals(4, bias.buckets());
            assertTrue(model.notes().stream().noneMatch(note -> note.code() == NoteCode.WEIGHTS));
            assertEquals(2,
                    bare.notes()
                            .stream()
                            .filter(note -> note.code() == NoteCode.WEIGHTS && note.severity() == Severity.WARNING)
                            .count());
        }
        refused(Status.SHAPE, "options.t5_decoder_count is 7",
                () -> Model.fromConfigJson(T5, options.t5Decoder(new float[7])));
    }

    @Test
    void optionsAreApplied() {
        ModelOptions options =
                new ModelOptions().extension(Extension.YARN).targetLength(16384).angle(RopeConfig.Angle.FLOAT32);
        try (Model model = Model.fromConfigJson(LLAMA, options)) {
            RopeSettings rope = model.layer(0).rope().settings();
            assertEquals(RopeMethod.YARN, rope.method());
            assertEquals(4, rope.factor());
            assertEquals(RopeConfig.Angle.FLOAT32, rope.angle());
            assertEquals(16384, model.info().usableContext());
            assertTrue(model.notes().stream().anyMatch(
                    note -> note.code() == NoteCode.DERIVED && note.text().contains("16384")));
        }
        refused(Status.COMBINATION, "options.target_length is 16384",
                () -> Model.fromConfigJson(LLAMA, options.extension(Extension.NONE)));
        refused(Status.PARAMETER_RANGE, "options.target_length is -1",
                () -> Model.fromConfigJson(LLAMA, options.extension(Extension.YARN).targetLength(-1)));
    }

    private static Map<String, Object> metadata(Object heads) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("llama.block_count", (short) 1);
        metadata.put("llama.embedding_length", 64L);
        metadata.put("llama.context_length", 4096);
        metadata.put("llama.rope.freq_base", 5e5f);
        metadata.put("llama.attention.head_count", heads);
        metadata.put("tokenizer.ggml.tokens", new String[] {"", "\u00e9\ud83d\ude00"});
        metadata.put("tokenizer.ggml.add_bos_token", true);
        return metadata;
    }

    @Test
    void metadataIsRead() {
        for (Object heads : new Object[] {4, 4L, (byte) 4, List.of(4), new int[] {4}, new Long[] {4L}}) {
            try (Model model = Model.fromMetadata(metadata(heads), new ModelOptions())) {
                assertEquals(16, model.info().headDim());
                assertEquals(Layout.INTERLEAVED, model.layer(0).rope().settings().layout());
                assertEquals(5e5, model.layer(0).rope().settings().base());
            }
        }
        Map<Object, Status> wrong = Map.of("4", Status.FORMAT, Double.NaN, Status.PARAMETER_RANGE, List.of(),
                Status.SHAPE, List.of("a", "b"), Status.SHAPE, "a\0b", Status.FORMAT);
        wrong.forEach((heads, status)
                              -> refused(status, "llama.attention.head_count",
                                      () -> Model.fromMetadata(metadata(heads), new ModelOptions())));
        for (Object heads :
                new Object[] {new Object(), List.of(1, "a"), List.of("a", 1), List.of(1.5, "a"), List.of(List.of(1))}) {
            String message = assertThrows(
                    IllegalArgumentException.class, () -> Model.fromMetadata(metadata(heads), new ModelOptions()))
                                     .getMessage();
            assertTrue(message.startsWith("llama.attention.head_count has a value of java."), message);
        }
        refused(Status.FORMAT, "general.architecture is absent",
                () -> Model.fromMetadata(Map.of("general.architecture\0", "llama"), new ModelOptions()));
        refused(Status.SHAPE, "count is 0", () -> Model.fromMetadata(Map.of(), new ModelOptions()));
        assertThrows(NullPointerException.class, () -> Model.fromMetadata(metadata(null), new ModelOptions()));
        assertThrows(NullPointerException.class, () -> Model.fromMetadata(null, new ModelOptions()));
    }

    @Test
    void anyTextIsSafe() {
        for (int end = 0; end < LLAMA.length() - 1; ++end) {
            String text = LLAMA.substring(0, end);
            refused(Status.FORMAT, "$", () -> Model.fromConfigJson(text));
        }
        refused(Status.FORMAT, "a control character", () -> Model.fromConfigJson("{\"a\": 1, \"a\0\": 2}"));
        refused(Status.METHOD, "$.model_type", () -> Model.fromConfigJson("{\"model_type\": \"nonesuch\"}"));
        // Characters beyond the basic plane, which JNI's own strings would spoil.
        refused(Status.FORMAT, "$.\u00e9\ud83d\ude00: error",
                () -> Model.fromConfigJson("{\"\u00e9\ud83d\ude00\": tru}"));
        try (Model model = Model.fromConfigJson(LLAMA.replace("}",
                     ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2,"
                             + "\"\ud83d\ude00\": 1}}"))) {
            assertTrue(model.notes().stream().anyMatch(note
                               -> note.path().equals("$.rope_scaling.\ud83d\ude00")
                                       && note.code() == NoteCode.UNKNOWN_FIELD),
                    model.notes().toString());
        }
        assertThrows(NullPointerException.class, () -> Model.fromConfigJson(null));
        assertThrows(NullPointerException.class, () -> Model.fromConfigJson(LLAMA, null));
        try (Model model = Model.fromConfigJson(LLAMA)) {
            for (long index : new long[] {2, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
                refused(Status.PARAMETER_RANGE, "index is " + index, () -> model.layer(index));
                refused(Status.PARAMETER_RANGE, "index is " + index, () -> model.scheme(index));
            }
        }
    }

    @Test
    void filesAreReadFromTheirBeginning(@TempDir Path folder) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(8).put("GGUF\3\0\0\0".getBytes(StandardCharsets.ISO_8859_1)).flip();
        refused(Status.FORMAT, "", () -> Model.fromGguf(bytes, new ModelOptions()));
        refused(Status.FORMAT, "", () -> Model.fromGguf(ByteBuffer.allocateDirect(0), new ModelOptions()));
        refused(Status.FORMAT, "", () -> Model.fromGguf(bytes.asReadOnlyBuffer(), new ModelOptions()));
        assertEquals(0, bytes.position());
        assertThrows(IllegalArgumentException.class, () -> Model.fromGguf(ByteBuffer.allocate(8), new ModelOptions()));
        assertThrows(NullPointerException.class, () -> Model.fromGguf((ByteBuffer) null, new ModelOptions()));
        Path file = folder.resolve("model.gguf");
        Files.write(file, new byte[] {'G', 'G', 'U', 'F'});
        refused(Status.FORMAT, "", () -> Model.fromGguf(file, new ModelOptions()));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(20 << 20); // more than is read at first
        }
        refused(Status.FORMAT, "", () -> Model.fromGguf(file, new ModelOptions()));
        assertThrows(NoSuchFileException.class, () -> Model.fromGguf(folder.resolve("none"), new ModelOptions()));
    }

    @Test
    void layersWithoutAttentionHaveNoScheme() {
        try (Model model = Model.fromConfigJson(HYBRID)) {
            ModelLayer layer = model.layer(0);
            assertEquals(LayerKind.OTHER, layer.kind());
            for (Object part : Arrays.asList(layer.rope(), layer.remap(), layer.bias(), layer.mask(), layer.score())) {
                assertNull(part);
            }
            refused(Status.COMBINATION, "layer 0 has no softmax attention", () -> model.scheme(0));
            model.scheme(3).close();
        }
    }

    @Test
    void closingWhileOthersAskIsSafe() throws InterruptedException {
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        for (int round = 0; round < 20; ++round) {
            Model model = Model.fromConfigJson(GEMMA);
            Thread[] threads = new Thread[4];
            for (int n = 0; n < threads.length; ++n) {
                boolean closes = n == 0;
                threads[n] = new Thread(() -> {
                    try {
                        for (int layer = 0;; ++layer) {
                            model.scheme(layer % 6).close();
                            if (model.layer(layer % 6).headDim() != 256 || model.notes().isEmpty()) {
                                throw new AssertionError("another answer");
                            }
                            if (closes && layer == 30) {
                                model.close();
                            }
                        }
                    } catch (IllegalStateException closed) {
                        assertEquals("the model is closed", closed.getMessage());
                    }
                });
                threads[n].setUncaughtExceptionHandler((thread, failure) -> wrong.set(failure));
                threads[n].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertNull(wrong.get());
    }

    @Test
    void forgottenModelsAreFreed() throws InterruptedException {
        String wide = "{\"model_type\": \"t5\", \"d_model\": 4096, \"num_heads\": 512, \"d_kv\": 8, \"num_layers\": 1,"
                + "\"relative_attention_num_buckets\": 1024, \"relative_attention_max_distance\": 2048}";
        ModelOptions options = new ModelOptions().t5Encoder(new float[1024 * 512]); // 2 MB, which the model copies
        long before = Memory.resident();
        Model[] held = new Model[10];
        Arrays.setAll(held, n -> Model.fromConfigJson(wide, options));
        long each = (Memory.resident() - before) / held.length;
        assertTrue(each > 1 << 20, "a model takes " + each + " bytes: too few for this test to mean anything");
        for (Model model : held) {
            model.close();
        }
        int models = 0;
        for (; models * each < 1L << 30; ++models) {
            Model.fromConfigJson(wide, options).scheme(0);
            if (models % 8 == 0) {
                System.gc();
                Thread.sleep(20);
            }
        }
        long kept = Memory.resident() - before;
        assertTrue(kept < 1 << 29, models + " forgotten models of " + each + " bytes left " + kept);
    }

    private static void refused(Status status, String words, Executable call) {
        FarspanException failure = assertThrows(FarspanException.class, call);
        assertEquals(status, failure.status(), failure.getMessage());
        assertTrue(failure.getMessage().contains(words), failure.getMessage());
    }
}

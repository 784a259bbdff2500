package io.farspan.service;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.farspan.Layout;
import io.farspan.RopeConfig;
import io.farspan.RopeMethod;
import io.farspan.ScoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A byte-level Llama with rotary positions, as models/README.md describes it. Immutable. */
final class Model {
    static final int VOCABULARY = 256;

    /** One layer; matrices are [inputs][outputs]. */
    record Layer(float[] attentionNorm, float[] qkv, float[] output, float[] mlpNorm, float[] gate, float[] up,
            float[] down) {}

    final int width;
    final int hidden;
    final int heads;
    final int headDim;
    final int trainedLength;
    final float normEpsilon;
    final float[] embedding;
    final List<Layer> layers = new ArrayList<>();
    final float[] norm;
    final float[] head;

    private final double softmaxScale;
    private final JsonObject position;

    Model(Path folder) throws IOException {
        JsonObject config = JsonParser.parseString(Files.readString(folder.resolve("config.json"))).getAsJsonObject();
        position = config.getAsJsonObject("position");
        width = config.get("hidden_size").getAsInt();
        hidden = config.get("intermediate_size").getAsInt();
        heads = config.get("num_attention_heads").getAsInt();
        headDim = config.get("head_dim").getAsInt();
        trainedLength = config.get("trained_length").getAsInt();
        normEpsilon = config.get("rms_norm_eps").getAsFloat();
        softmaxScale = config.get("softmax_scale").getAsDouble();
        if (!position.get("method").getAsString().equals("rope")
                || config.get("num_key_value_heads").getAsInt() != heads) {
            throw new IOException(
                    folder + ": only models with rotary positions and as many key heads as heads are served");
        }
        if (width % 4 != 0 || hidden % 4 != 0 || headDim % 4 != 0) {
            throw new IOException(folder + ": the widths are not multiples of 4");
        }
        Safetensors file = new Safetensors(folder.resolve("model.safetensors"));
        embedding = file.floats("model.embed_tokens.weight", VOCABULARY * width);
        for (int n = 0; n < config.get("num_hidden_layers").getAsInt(); ++n) {
            layers.add(readLayer(file, "model.layers." + n + "."));
        }
        norm = file.floats("model.norm.weight", width);
        head = matrix(file, "lm_head", width, VOCABULARY);
    }

    /** The rotation that the model was trained with, by a method that keeps its base, layout and width. */
    RopeConfig rope(RopeMethod method) {
        return new RopeConfig(method)
                .base(position.get("base").getAsDouble())
                .rotaryDim(position.get("rotary_dim").getAsInt())
                .layout(Layout.valueOf(position.get("layout").getAsString().toUpperCase(java.util.Locale.ROOT)));
    }

    ScoreConfig score() {
        return new ScoreConfig().scale(softmaxScale);
    }

    private Layer readLayer(Safetensors file, String prefix) throws IOException {
        float[][] qkv = new float[3][];
        String[] names = {"q_proj", "k_proj", "v_proj"};
        for (int n = 0; n < names.length; ++n) {
            qkv[n] = matrix(file, prefix + "self_attn." + names[n], width, heads * headDim);
        }
        return new Layer(file.floats(prefix + "input_layernorm.weight", width), beside(qkv, heads * headDim),
                matrix(file, prefix + "self_attn.o_proj", heads * headDim, width),
                file.floats(prefix + "post_attention_layernorm.weight", width),
                matrix(file, prefix + "mlp.gate_proj", width, hidden),
                matrix(file, prefix + "mlp.up_proj", width, hidden),
                matrix(file, prefix + "mlp.down_proj", hidden, width));
    }

    /** The file has [outputs][inputs]. */
    private static float[] matrix(Safetensors file, String name, int inputs, int outputs) throws IOException {
        float[] stored = file.floats(name + ".weight", inputs * outputs);
        float[] transposed = new float[stored.length];
        for (int o = 0; o < outputs; ++o) {
            for (int i = 0; i < inputs; ++i) {
                transposed[i * outputs + o] = stored[o * inputs + i];
            }
        }
        return transposed;
    }

    /** Matrices of equal shape as one, their outputs side by side. */
    private static float[] beside(float[][] matrices, int outputs) {
        float[] joined = new float[matrices.length * matrices[0].length];
        for (int n = 0; n < matrices.length; ++n) {
            for (int i = 0; i * outputs < matrices[n].length; ++i) {
                System.arraycopy(matrices[n], i * outputs, joined, (i * matrices.length + n) * outputs, outputs);
            }
        }
        return joined;
    }
}

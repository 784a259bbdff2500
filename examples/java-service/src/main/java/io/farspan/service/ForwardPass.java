package io.farspan.service;

import io.farspan.Context;
import io.farspan.Plan;
import io.farspan.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The forward pass over one window: matrix products in Java, everything that concerns position by the library. For one
 * thread.
 */
final class ForwardPass {
    private final Model model;
    private final Context context;
    private final Plan plan;
    private final int length;
    private final float[] x; // [length][width], the residual stream
    private final float[] normed;
    private final float[] qkv; // [length][3 * heads * headDim]
    private final float[] attended;
    private final float[] gate;
    private final float[] up;
    private final FloatBuffer qkvMemory;
    private final FloatBuffer attendedMemory;
    private final ByteBuffer workspace;
    private final Tensor[] heads = new Tensor[3]; // q, k and v inside qkvMemory
    private final Tensor out;

    ForwardPass(Model model, Context context, Plan plan, int length) {
        this.model = model;
        this.context = context;
        this.plan = plan;
        this.length = length;
        int attention = model.heads * model.headDim;
        x = new float[length * model.width];
        normed = new float[length * model.width];
        qkv = new float[length * 3 * attention];
        attended = new float[length * attention];
        gate = new float[length * model.hidden];
        up = new float[length * model.hidden];
        qkvMemory = direct(qkv.length);
        attendedMemory = direct(attended.length);
        workspace = ByteBuffer.allocateDirect(Math.toIntExact(plan.workspaceBytes()));
        for (int n = 0; n < heads.length; ++n) {
            heads[n] = heads(qkvMemory, n * attention, 3 * attention);
        }
        out = heads(attendedMemory, 0, attention);
    }

    /** Logits [length][256] of the window that begins at text[first]. */
    float[] run(byte[] text, int first) {
        int width = model.width;
        for (int t = 0; t < length; ++t) {
            System.arraycopy(model.embedding, (text[first + t] & 0xff) * width, x, t * width, width);
        }
        for (Model.Layer layer : model.layers) {
            normalize(layer.attentionNorm());
            Arrays.fill(qkv, 0);
            multiplyAdd(normed, layer.qkv(), width, qkv);
            attend();
            multiplyAdd(attended, layer.output(), model.heads * model.headDim, x);
            normalize(layer.mlpNorm());
            Arrays.fill(gate, 0);
            Arrays.fill(up, 0);
            multiplyAdd(normed, layer.gate(), width, gate);
            multiplyAdd(normed, layer.up(), width, up);
            for (int n = 0; n < gate.length; ++n) {
                gate[n] = gate[n] / (1 + (float) Math.exp(-gate[n])) * up[n];
            }
            multiplyAdd(gate, layer.down(), model.hidden, x);
        }
        normalize(model.norm);
        float[] logits = new float[length * Model.VOCABULARY];
        multiplyAdd(normed, model.head, width, logits);
        return logits;
    }

    private void attend() {
        qkvMemory.put(0, qkv);
        plan.run(context, heads[0], heads[1], heads[2], null, out, (FloatBuffer) null, workspace);
        attendedMemory.get(0, attended);
    }

    /** The heads that begin at a feature of rows [length][rowWidth], as [1, head, sequence, feature]. */
    private Tensor heads(FloatBuffer rows, int feature, int rowWidth) {
        return Tensor.of(rows, 1, 1, 1, rows.capacity())
                .view(feature, new long[] {1, model.heads, length, model.headDim},
                        new long[] {0, model.headDim, rowWidth, 1});
    }

    /** RMSNorm of x into normed. */
    private void normalize(float[] weight) {
        int width = model.width;
        for (int row = 0; row < length * width; row += width) {
            float sum = 0;
            for (int n = 0; n < width; ++n) {
                sum += x[row + n] * x[row + n];
            }
            float factor = (float) (1 / Math.sqrt(sum / width + model.normEpsilon));
            for (int n = 0; n < width; ++n) {
                normed[row + n] = x[row + n] * factor * weight[n];
            }
        }
    }

    /**
     * out[rows][outputs] += rows[rows][inputs] * weight[inputs][outputs]. The innermost loop runs along memory, which
     * the JVM vectorizes, and adds four inputs at a time, which saves most of the traffic to out. The inputs are a
     * multiple of four.
     */
    private static void multiplyAdd(float[] rows, float[] weight, int inputs, float[] out) {
        int outputs = weight.length / inputs;
        for (int row = 0; row * inputs < rows.length; ++row) {
            int to = row * outputs;
            for (int i = 0; i < inputs; i += 4) {
                int from = row * inputs + i;
                float a = rows[from];
                float b = rows[from + 1];
                float c = rows[from + 2];
                float d = rows[from + 3];
                int wa = i * outputs;
                int wb = wa + outputs;
                int wc = wb + outputs;
                int wd = wc + outputs;
                for (int o = 0; o < outputs; ++o) {
                    out[to + o] += a * weight[wa + o] + b * weight[wb + o] + c * weight[wc + o] + d * weight[wd + o];
                }
            }
        }
    }

    private static FloatBuffer direct(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}

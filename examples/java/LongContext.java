import io.farspan.Attention;
import io.farspan.Dtype;
import io.farspan.Layout;
import io.farspan.Probe;
import io.farspan.RemapConfig;
import io.farspan.RemapMethod;
import io.farspan.RopeConfig;
import io.farspan.RopeMethod;
import io.farspan.Scheme;
import io.farspan.Tensor;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * A model trained on 2048 tokens reads 8192: plain RoPE, YaRN and Self-Extend side by side, without further training.
 */
public final class LongContext {
    static final int HEADS = 4, KEY_HEADS = 2, QUERIES = 16, KEYS = 8192, DIM = 64, TRAINED = 2048;

    private final Tensor q = random(1, HEADS, QUERIES); // the last 16 positions
    private final Tensor k = random(2, KEY_HEADS, KEYS);
    private final Tensor v = random(3, KEY_HEADS, KEYS);
    private final Tensor out = Tensor.allocate(Dtype.F32, 1, HEADS, QUERIES, DIM);

    public static void main(String[] arguments) {
        LongContext example = new LongContext();
        RopeConfig plain = new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM);
        RopeConfig yarn = new RopeConfig(RopeMethod.YARN)
                                  .layout(Layout.HALF)
                                  .rotaryDim(DIM)
                                  .originalContext(TRAINED)
                                  .factor((double) KEYS / TRAINED);
        example.run("rope", plain, null);
        example.run("yarn", yarn, null);
        example.run("self_extend", plain, new RemapConfig(RemapMethod.SELF_EXTEND).window(512).group(8));
    }

    private void run(String name, RopeConfig rope, RemapConfig remap) {
        try (Scheme scheme = Scheme.builder().rope(rope).remap(remap).build()) {
            // what the scheme does to the last query and the first key
            Probe probe = scheme.probe(KEYS, KEYS - 1, 0, 0);
            Attention.run(scheme, q, k, v, out);
            int last = (HEADS * QUERIES - 1) * DIM * Float.BYTES;
            System.out.printf(Locale.ROOT, "%-12s distance %d is seen as %s, magnitude %.4f, output %.6f %.6f ...%n",
                    name, KEYS - 1, new java.text.DecimalFormat("0.###").format(probe.relativePosition()),
                    probe.magnitude(), out.bytes().getFloat(last), out.bytes().getFloat(last + Float.BYTES));
        }
    }

    private static Tensor random(int seed, int heads, int tokens) {
        Tensor tensor = Tensor.allocate(Dtype.F32, 1, heads, tokens, DIM);
        ByteBuffer data = tensor.bytes();
        while (data.hasRemaining()) {
            seed = seed * 1664525 + 1013904223;
            data.putFloat((seed >>> 8) / 8388608.0f - 1.0f);
        }
        return tensor;
    }
}

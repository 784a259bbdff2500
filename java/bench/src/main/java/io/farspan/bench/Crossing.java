package io.farspan.bench;

import io.farspan.Context;
import io.farspan.Dtype;
import io.farspan.Isa;
import io.farspan.Layout;
import io.farspan.Plan;
import io.farspan.Problem;
import io.farspan.Rope;
import io.farspan.RopeConfig;
import io.farspan.RopeMethod;
import io.farspan.RopeOptions;
import io.farspan.Scheme;
import io.farspan.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The three calls that bench/bench_crossing.cpp makes from C. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Crossing {
    private static final int HEADS = 8;
    private static final int TOKENS = 2048;
    private static final int DIM = 64;

    private final Context context = Context.create(Isa.BEST, 1);
    private final Scheme scheme =
            Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM)).build();
    private final RopeOptions options = new RopeOptions();
    private final long[] position = {1000};
    private final Tensor token = tensor(1);
    private final Tensor rotated = tensor(1);

    private final Plan plan = Plan.create(
            context, scheme, new Problem().queryHeads(HEADS).keyHeads(HEADS).queries(TOKENS).keys(TOKENS).headDim(DIM));
    private final Tensor q = tensor(TOKENS);
    private final Tensor k = tensor(TOKENS);
    private final Tensor v = tensor(TOKENS);
    private final Tensor out = tensor(TOKENS);
    private final ByteBuffer workspace = ByteBuffer.allocateDirect((int) plan.workspaceBytes());

    /** Direct memory with numbers in [-1, 1). */
    private static Tensor tensor(int tokens) {
        Tensor tensor = Tensor.allocate(Dtype.F32, 1, HEADS, tokens, DIM);
        java.util.Random random = new java.util.Random(tokens);
        for (ByteBuffer data = tensor.bytes(); data.hasRemaining();) {
            data.putFloat(2 * random.nextFloat() - 1);
        }
        return tensor;
    }

    /** A call that answers a number. */
    @Benchmark
    public boolean status() {
        return Isa.SCALAR.isSupported();
    }

    /** One token of 8 heads. */
    @Benchmark
    public void rope_apply() {
        Rope.apply(context, scheme, options, position, token, rotated);
    }

    /** 2048 tokens of 8 heads, one thread. */
    @Benchmark
    public void prefill() {
        plan.run(context, q, k, v, null, out, (FloatBuffer) null, workspace);
    }
}

package io.farspan;

import io.farspan.internal.Native;
import java.nio.FloatBuffer;
import java.util.Objects;

/** Attention in one call, and the merge of partial results. All methods may be called by many threads at once. */
public final class Attention {
    private Attention() {}

    /**
     * Runs with the default context.
     *
     * @param scheme how positions enter
     * @param q [batch, query heads, queries, head_dim]
     * @param k [batch, key heads, keys, head_dim]
     * @param v [batch, key heads, keys, value_dim]
     * @param out [batch, query heads, queries, value_dim]
     */
    public static void run(Scheme scheme, Tensor q, Tensor k, Tensor v, Tensor out) {
        run(null, scheme, q, k, v, out);
    }

    /**
     * Plans, runs and forgets the plan, with the problem read off the tensors and default positions. For repeated runs
     * make a {@link Plan}.
     *
     * @param context null for the defaults
     * @param scheme how positions enter
     * @param q [batch, query heads, queries, head_dim]
     * @param k [batch, key heads, keys, head_dim]
     * @param v [batch, key heads, keys, value_dim]
     * @param out [batch, query heads, queries, value_dim]; must not overlap the inputs
     * @throws FarspanException if shapes, types or overlaps are wrong, with nothing written; or if the run was
     * cancelled
     * @throws IllegalArgumentException if the output is read-only
     * @throws IllegalStateException if the context or scheme is closed
     */
    public static void run(Context context, Scheme scheme, Tensor q, Tensor k, Tensor v, Tensor out) {
        Objects.requireNonNull(q, "q");
        Objects.requireNonNull(k, "k");
        Objects.requireNonNull(v, "v");
        Objects.requireNonNull(out, "out").asOutput("out");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Scheme object = scheme.handle.acquire();
            try {
                Native.attention(entered, object, q.memory, q.code, q.dims, k.memory, k.code, k.dims, v.memory, v.code,
                        v.dims, out.memory, out.code, out.dims);
            } finally {
                scheme.handle.release();
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * Merges a partial result over other keys into (outA, lseA): L = ln(e^lseA + e^lseB), outA = e^(lseA - L) outA +
     * e^(lseB - L) outB, lseA = L. Give a sink to one part only.
     *
     * @param outA [batch, heads, queries, value_dim], read and written
     * @param lseA [batch][heads][queries], a direct buffer, read and written
     * @param outB the same shape
     * @param lseB as lseA; only read
     * @throws FarspanException if shapes or types are wrong; nothing is written then
     * @throws IllegalArgumentException if an output is read-only, or a buffer is not direct
     */
    public static void merge(Tensor outA, FloatBuffer lseA, Tensor outB, FloatBuffer lseB) {
        merge(outA, Buffers.writable(lseA, "lseA"), outB, Buffers.readable(lseB));
    }

    /**
     * The same with log-sum-exps in arrays.
     *
     * @param outA [batch, heads, queries, value_dim], read and written
     * @param lseA [batch][heads][queries], read and written
     * @param outB the same shape
     * @param lseB as lseA; only read
     */
    public static void merge(Tensor outA, float[] lseA, Tensor outB, float[] lseB) {
        merge(outA, (Object) lseA, outB, lseB);
    }

    private static void merge(Tensor outA, Object lseA, Tensor outB, Object lseB) {
        Objects.requireNonNull(outA, "outA").asOutput("outA");
        Objects.requireNonNull(lseA, "lseA");
        Objects.requireNonNull(outB, "outB");
        Objects.requireNonNull(lseB, "lseB");
        Native.attention_merge(null, outA.memory, outA.code, outA.dims, lseA, outB.memory, outB.code, outB.dims, lseB);
    }
}

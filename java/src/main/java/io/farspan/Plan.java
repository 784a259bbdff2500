package io.farspan;

import io.farspan.internal.Native;
import io.farspan.runtime.Handle;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Attention prepared for one problem: rotation and bias tables, intervals, tiles. Made once and run often. Immutable;
 * any number of threads may run one at the same time. It needs neither scheme nor problem any more. Close it when it is
 * no longer needed; what is forgotten is freed after garbage collection.
 */
public final class Plan implements AutoCloseable {
    final Handle<io.farspan.internal.Plan> handle;

    private Plan(io.farspan.internal.Plan object, Object cancel) {
        handle = Handle.of(this, object, cancel, "the plan", io.farspan.internal.Plan::delete);
    }

    /**
     * Makes a plan with the default context.
     *
     * @param scheme how positions enter
     * @param problem shape and positions
     * @return a new plan
     */
    public static Plan create(Scheme scheme, Problem problem) {
        return create(null, scheme, problem);
    }

    /**
     * Makes a plan. Its memory grows linearly with queries + keys.
     *
     * @param context null for the defaults; its {@link Context#cancel} also stops runs of this plan
     * @param scheme how positions enter
     * @param problem shape and positions
     * @return a new plan
     * @throws FarspanException if a size or position is out of range, an array is too short, or scheme and problem do
     * not fit
     * @throws IllegalStateException if the context or scheme is closed
     */
    public static Plan create(Context context, Scheme scheme, Problem problem) {
        Objects.requireNonNull(problem, "problem");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Scheme object = scheme.handle.acquire();
            try {
                return new Plan(Native.plan_create(entered, object, problem.fields, problem.queryPositions,
                                        problem.keyPositions, problem.queryAxisPositions, problem.keyAxisPositions,
                                        problem.queryOffsets, problem.keyOffsets, problem.keyRanges),
                        context == null ? null : context.cancel);
            } finally {
                scheme.handle.release();
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * Runs with the default context and without the optional arguments.
     *
     * @param q [batch, query heads, queries, head_dim]
     * @param k [batch, key heads, keys, head_dim]
     * @param v [batch, key heads, keys, value_dim]
     * @param out [batch, query heads, queries, value_dim]
     */
    public void run(Tensor q, Tensor k, Tensor v, Tensor out) {
        run(null, q, k, v, null, out, (Object) null, null);
    }

    /**
     * out = softmax(logits) v. The types may be mixed; arithmetic and accumulation are f32. A query that sees no key
     * gives 0. For one instruction set the bits do not depend on the number of threads.
     *
     * @param context null for the defaults
     * @param q [batch, query heads, queries, head_dim]
     * @param k [batch, key heads, keys, head_dim]
     * @param v [batch, key heads, keys, value_dim]
     * @param bias null, or for a dense bias [batch or 1, query heads or 1, queries, keys]; -infinity hides a key
     * @param out [batch, query heads, queries, value_dim]; must not overlap the inputs
     * @param lse null, or a direct buffer that receives ln(sum of exp(logit)), sinks included: [batch][query
     * heads][queries]
     * @param workspace null, or a direct buffer of {@link #workspaceBytes} bytes for a run that allocates nothing; it
     * serves one run
     *     at a time
     * @throws FarspanException if shapes, types, overlaps or sizes are wrong, with nothing written; or if the run was
     * cancelled
     * @throws IllegalArgumentException if an output is read-only, or lse or the workspace is not direct
     * @throws IllegalStateException if the context or plan is closed
     */
    public void run(Context context, Tensor q, Tensor k, Tensor v, Tensor bias, Tensor out, FloatBuffer lse,
            ByteBuffer workspace) {
        run(context, q, k, v, bias, out, Buffers.writable(lse, "lse"), Buffers.workspace(workspace));
    }

    /**
     * The same with log-sum-exps in an array, which is copied back after success.
     *
     * @param context null for the defaults
     * @param q [batch, query heads, queries, head_dim]
     * @param k [batch, key heads, keys, head_dim]
     * @param v [batch, key heads, keys, value_dim]
     * @param bias null, or a dense bias
     * @param out [batch, query heads, queries, value_dim]
     * @param lse [batch][query heads][queries]
     * @param workspace null, or a direct buffer
     */
    public void run(
            Context context, Tensor q, Tensor k, Tensor v, Tensor bias, Tensor out, float[] lse, ByteBuffer workspace) {
        run(context, q, k, v, bias, out, (Object) Objects.requireNonNull(lse, "lse"), Buffers.workspace(workspace));
    }

    private void run(
            Context context, Tensor q, Tensor k, Tensor v, Tensor bias, Tensor out, Object lse, ByteBuffer workspace) {
        Objects.requireNonNull(q, "q");
        Objects.requireNonNull(k, "k");
        Objects.requireNonNull(v, "v");
        Objects.requireNonNull(out, "out").asOutput("out");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Plan object = handle.acquire();
            try {
                Native.attention_run(entered, object, q.memory, q.code, q.dims, k.memory, k.code, k.dims, v.memory,
                        v.code, v.dims, bias == null ? null : bias.memory, bias == null ? 0 : bias.code,
                        bias == null ? null : bias.dims, out.memory, out.code, out.dims, lse, workspace);
            } finally {
                handle.release();
            }
        } finally {
            Context.release(context);
        }
    }

    /**
     * The scratch that one run needs.
     *
     * @return bytes
     * @throws IllegalStateException if the plan is closed
     */
    public long workspaceBytes() {
        io.farspan.internal.Plan object = handle.acquire();
        try {
            return Native.plan_workspace_size(object);
        } finally {
            handle.release();
        }
    }

    /**
     * How the work divides.
     *
     * @return the counts for one sequence and head
     * @throws IllegalStateException if the plan is closed
     */
    public TileCounts tileCounts() {
        long[] counts = new long[4];
        io.farspan.internal.Plan object = handle.acquire();
        try {
            Native.plan_tile_counts(object, counts);
        } finally {
            handle.release();
        }
        return new TileCounts(counts[0], counts[1], counts[2], counts[3]);
    }

    /** Frees the plan when the last run has ended. Does nothing the second time. */
    @Override
    public void close() {
        handle.close();
    }
}

package io.farspan;

import io.farspan.internal.Native;
import io.farspan.runtime.Handle;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * The attention of the rows of a batch to all cached tokens of their sequences, prepared for all layers. It is for
 * these sequences as they are: when tokens of one have been appended or evicted since, or it has ended, or the cache
 * was closed, a run is refused. Writing does not count, unless a fork has come to share the block since, nor does what
 * happens to other sequences. Immutable; any number of threads may run one at the same time. Close it when it is no
 * longer needed; what is forgotten is freed after garbage collection.
 *
 * <pre>{@code
 * cache.append(newest);
 * try (CachePlan plan = CachePlan.create(context, scheme, cache, newest, queryHeads, null, 0)) {
 *     for (int layer = 0; layer < layers; ++layer) {
 *         cache.write(context, layer, newest, k[layer], v[layer]);
 *         plan.run(context, layer, q[layer], out[layer], (FloatBuffer) null, workspace);
 *     }
 * }
 * }</pre>
 */
public final class CachePlan implements AutoCloseable {
    private final Handle<io.farspan.internal.CachePlan> handle;
    private final Cache cache;
    private final Long[] sequences; // in order

    private CachePlan(io.farspan.internal.CachePlan object, Cache cache, CacheBatch batch, Object cancel) {
        this.cache = cache;
        sequences = batch.inOrder;
        handle = Handle.of(this, object, cancel, "the plan", io.farspan.internal.CachePlan::delete);
    }

    /**
     * Makes a plan with the default context for the newest tokens of the batch.
     *
     * @param scheme how positions enter
     * @param cache holds the sequences
     * @param batch whose newest tokens the rows are
     * @param queryHeads a multiple of the cache's key heads
     * @return a new plan
     */
    public static CachePlan create(Scheme scheme, Cache cache, CacheBatch batch, long queryHeads) {
        return create(null, scheme, cache, batch, queryHeads, null, 0);
    }

    /**
     * Makes a plan.
     *
     * @param context null for the defaults; its {@link Context#cancel} also stops runs of this plan
     * @param scheme how positions enter: any but one with a dense bias or several position axes
     * @param cache holds the sequences
     * @param batch which rows belong to which sequence
     * @param queryHeads a multiple of the cache's key heads
     * @param positions null if the rows are the newest tokens of their sequences; otherwise one for each row, 0 .. 2^40
     * - 1, which
     *     need not be in the cache: so parts of one sequence in several caches can be merged by their log-sum-exps
     * @param length the current length of dynamic methods; 0 for that of each sequence
     * @return a new plan
     * @throws FarspanException if a sequence, number or position is wrong, or the scheme does not fit
     * @throws IllegalStateException if the context, scheme or cache is closed
     */
    public static CachePlan create(Context context, Scheme scheme, Cache cache, CacheBatch batch, long queryHeads,
            long[] positions, long length) {
        Objects.requireNonNull(batch, "batch");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.Scheme rules = scheme.handle.acquire();
            try {
                io.farspan.internal.Cache object = cache.access.read(batch.inOrder);
                try {
                    return new CachePlan(Native.cache_plan_create(entered, rules, object, batch.sequences,
                                                 batch.offsets, queryHeads, positions, length),
                            cache, batch, context == null ? null : context.cancel);
                } finally {
                    cache.access.leaveReading(batch.inOrder);
                }
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
     * @param layer from 0
     * @param q [1, query heads, rows, head_dim]
     * @param out [1, query heads, rows, value_dim]
     */
    public void run(long layer, Tensor q, Tensor out) {
        run(null, layer, q, out, (Object) null, null);
    }

    /**
     * out = softmax(logits) v over the cached tokens of one layer. A row that sees none gives 0 and a log-sum-exp of
     * -infinity. For one instruction set the bits depend on the sequence's tokens and the scheme only: not on threads,
     * batch, forks or evictions.
     *
     * @param context null for the defaults
     * @param layer from 0
     * @param q [1, query heads, rows, head_dim], not rotated
     * @param out [1, query heads, rows, value_dim]; must not overlap q
     * @param lse null, or a direct buffer that receives ln(sum of exp(logit)): [query heads][rows]
     * @param workspace null, or a direct buffer of {@link #workspaceBytes} bytes for a run that allocates nothing; it
     * serves one run
     *     at a time
     * @throws FarspanException if the layer, a shape or size is wrong, or a sequence of the batch has changed, with
     * nothing written; or if
     *     the run was cancelled
     * @throws IllegalArgumentException if an output is read-only, or lse or the workspace is not direct
     * @throws IllegalStateException if the context, plan or cache is closed
     */
    public void run(Context context, long layer, Tensor q, Tensor out, FloatBuffer lse, ByteBuffer workspace) {
        run(context, layer, q, out, Buffers.writable(lse, "lse"), Buffers.workspace(workspace));
    }

    /**
     * The same with log-sum-exps in an array, which is copied back after success.
     *
     * @param context null for the defaults
     * @param layer from 0
     * @param q [1, query heads, rows, head_dim]
     * @param out [1, query heads, rows, value_dim]
     * @param lse [query heads][rows]
     * @param workspace null, or a direct buffer
     */
    public void run(Context context, long layer, Tensor q, Tensor out, float[] lse, ByteBuffer workspace) {
        run(context, layer, q, out, (Object) Objects.requireNonNull(lse, "lse"), Buffers.workspace(workspace));
    }

    private void run(Context context, long layer, Tensor q, Tensor out, Object lse, ByteBuffer workspace) {
        Objects.requireNonNull(q, "q");
        Objects.requireNonNull(out, "out").asOutput("out");
        io.farspan.internal.Context entered = Context.acquire(context);
        try {
            io.farspan.internal.CachePlan object = handle.acquire();
            try {
                cache.access.read(sequences);
                try {
                    Native.cache_run(entered, object, layer, q.memory, q.code, q.dims, out.memory, out.code, out.dims,
                            lse, workspace);
                } finally {
                    cache.access.leaveReading(sequences);
                }
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
        io.farspan.internal.CachePlan object = handle.acquire();
        try {
            return Native.cache_plan_workspace_size(object);
        } finally {
            handle.release();
        }
    }

    /** Frees the plan when the last run has ended. Does nothing the second time. */
    @Override
    public void close() {
        handle.close();
    }
}

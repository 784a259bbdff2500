package io.farspan;

/**
 * The attention of the rows of a batch to all cached tokens of their sequences, prepared for all layers. It is for
 * these sequences as they are: when tokens of one have been appended or evicted since, or it has ended, or the cache
 * was closed, a run is refused until the plan has been advanced. Writing does not count, unless a fork has come to
 * share the block since, nor does what happens to other sequences. Any number of threads may run one at the same time.
 * Close it when it is no longer needed; what is forgotten is freed after garbage collection.
 *
 * <pre>{@code
 * cache.append(newest);
 * try (CachePlan plan = CachePlan.create(scheme, cache, newest, queryHeads)) {
 *     for (;;) {
 *         for (int layer = 0; layer < layers; ++layer) {
 *             cache.write(layer, newest, k[layer], v[layer]);
 *             plan.run(layer, q[layer], out[layer]);
 *         }
 *         cache.append(newest); // the next token
 *         plan.advance();
 *     }
 * }
 * }</pre>
 */
public final class CachePlan extends CachePlanCalls {
    private final Cache cache;
    private final Long[] sequences; // in order

    CachePlan(io.farspan.internal.CachePlan object, Context context, Cache cache, CacheBatch batch) {
        super(object, Context.flagOf(context));
        this.cache = cache;
        sequences = batch.inOrder;
    }

    @Override
    io.farspan.internal.CachePlan enter() {
        io.farspan.internal.CachePlan object = acquire();
        try {
            cache.access.read(sequences);
        } catch (IllegalStateException closed) {
            release();
            throw closed;
        }
        return object;
    }

    @Override
    void leave() {
        cache.access.leaveReading(sequences);
        release();
    }
}

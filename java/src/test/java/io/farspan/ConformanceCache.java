package io.farspan;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A history of a cache: the steps of a conformance case, one after the other. */
final class ConformanceCache implements AutoCloseable {
    private static final Map<String, Consumer<ConformanceCache>> STEPS = Map.ofEntries(
            Map.entry("cache_create", ConformanceCache::create),
            Map.entry("cache_sequence_create", h -> h.sequences.add(h.cache.createSequence())),
            Map.entry("cache_sequence_destroy", h -> h.cache.destroySequence(h.sequence())),
            Map.entry("cache_fork", h -> h.sequences.add(h.cache.fork(h.sequence()))),
            Map.entry("cache_evict",
                    h -> h.cache.evict(h.sequence(), h.c.whole("first"), h.c.wholeOr("last", Long.MAX_VALUE))),
            Map.entry("cache_keep", h -> h.cache.keep(h.sequence(), h.c.whole("sinks"), h.c.whole("recent"))),
            Map.entry("cache_clear", h -> h.cache.clear()),
            Map.entry("cache_append", h -> h.cache.append(h.batch(), h.c.wholes("positions"))),
            Map.entry("cache_write",
                    h -> h.cache.write(h.c.context, h.c.whole("layer"), h.batch(), h.c.in("k"), h.c.in("v"))),
            Map.entry("cache_save", h -> h.saved.add(h.cache.save(h.sequence()))),
            Map.entry("cache_restore", ConformanceCache::restore),
            Map.entry("cache_sequence_info", h -> h.c.give(h.cache.info(h.sequence()))),
            Map.entry("cache_get_statistics", h -> h.c.give(h.cache.statistics())),
            Map.entry("cache_run", ConformanceCache::attend), Map.entry("attention_decode", ConformanceCache::attend));

    private final ConformanceCase c;
    private final List<Long> sequences = new ArrayList<>(); // in the order in which the steps made them
    private final List<byte[]> saved = new ArrayList<>();
    private Cache cache;

    private ConformanceCache(ConformanceCase c) {
        this.c = c;
    }

    static void play(ConformanceCase c) {
        try (ConformanceCache history = new ConformanceCache(c)) {
            c.each("steps", history::step);
        }
    }

    private void step() {
        c.stage = c.text("call");
        if (!c.has("status")) {
            STEPS.get(c.stage).accept(this);
        } else {
            long[] failure = {0, 0}; // must fail, after which the history goes on
            try {
                STEPS.get(c.stage).accept(this);
            } catch (FarspanException refusal) {
                failure = new long[] {refusal.code(), refusal.argument()};
            }
            c.give(failure);
        }
        c.flush();
    }

    private void create() {
        close();
        sequences.clear();
        cache = Cache.create(ConformanceCase.set(new CacheConfig(0, 0), c.object("config")));
    }

    /** Of what was saved: all, perhaps with an inverted byte, or its beginning. */
    private void restore() {
        byte[] bytes = saved.get(c.small("saved")).clone();
        if (c.has("damage")) {
            bytes[c.small("damage")] ^= (byte) 0xff;
        }
        sequences.add(cache.restore(Arrays.copyOf(bytes, (int) c.wholeOr("bytes", bytes.length))));
    }

    private void attend() {
        Tensor q = c.in("q");
        Tensor out = c.out("out");
        FloatBuffer lse = c.lse();
        long layer = c.whole("layer");
        try (Scheme scheme = c.scheme(c.given)) {
            if (c.stage.equals("attention_decode")) {
                cache.decode(c.context, scheme, layer, batch(), q, out, lse);
                return;
            }
            try (CachePlan plan = c.during("cache_plan_create",
                         ()
                                 -> CachePlan.create(c.context, scheme, cache, batch(), q.shape()[1],
                                         c.wholes("positions"), c.wholeOr("length", 0), c.wholeOr("head_offset", 0)))) {
                plan.run(c.context, layer, q, out, lse,
                        c.has("workspace") ? ByteBuffer.allocateDirect((int) plan.workspaceBytes()) : null);
            }
        }
    }

    private long sequence() {
        return sequences.get(c.small("sequence"));
    }

    private CacheBatch batch() {
        long[] ids = Arrays.stream(c.wholes("sequences")).map(index -> sequences.get((int) index)).toArray();
        return c.has("offsets") ? CacheBatch.of(ids, c.wholes("offsets")) : CacheBatch.of(ids);
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
    }
}

package io.farspan;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A history of a cache: the steps of a conformance case, one after the other. */
final class ConformanceCache implements AutoCloseable {
    private final Context context;
    private final List<ConformanceMemory> outputs;
    private final List<Long> sequences = new ArrayList<>(); // in the order in which the steps made them
    private final List<byte[]> saved = new ArrayList<>();
    private Cache cache;

    ConformanceCache(Context context, List<ConformanceMemory> outputs) {
        this.context = context;
        this.outputs = outputs;
    }

    void run(JsonObject arguments) {
        for (JsonElement step : arguments.getAsJsonArray("steps")) {
            JsonObject given = step.getAsJsonObject();
            if (!given.has("status")) {
                step(given);
                continue;
            }
            long[] failure = {0, 0}; // must fail, after which the history goes on
            try {
                step(given);
            } catch (FarspanException refusal) {
                failure = new long[] {refusal.code(), refusal.argument()};
            }
            outputs.add(ConformanceMemory.of(failure));
        }
    }

    private void step(JsonObject step) {
        switch (step.get("call").getAsString()) {
            case "cache_create":
                create(step.getAsJsonObject("config"));
                break;
            case "cache_sequence_create":
                sequences.add(cache.createSequence());
                break;
            case "cache_sequence_destroy":
                cache.destroySequence(sequence(step));
                break;
            case "cache_fork":
                sequences.add(cache.fork(sequence(step)));
                break;
            case "cache_evict":
                cache.evict(sequence(step), number(step, "first", 0), number(step, "last", Long.MAX_VALUE));
                break;
            case "cache_keep":
                cache.keep(sequence(step), number(step, "sinks", 0), number(step, "window", 0));
                break;
            case "cache_clear":
                cache.clear();
                break;
            case "cache_append":
                cache.append(batch(step), longs(step, "positions"));
                break;
            case "cache_write":
                cache.write(context, number(step, "layer", 0), batch(step), input(step, "k"), input(step, "v"));
                break;
            case "cache_save":
                saved.add(cache.save(sequence(step)));
                break;
            case "cache_restore":
                restore(step);
                break;
            default:
                answer(step);
        }
    }

    private void answer(JsonObject step) {
        switch (step.get("call").getAsString()) {
            case "cache_sequence_info":
                SequenceInfo info = cache.info(sequence(step));
                outputs.add(ConformanceMemory.of(new long[] {
                        info.tokens(), info.firstPosition(), info.nextPosition(), info.blocks(), info.sharedBlocks()}));
                break;
            case "cache_get_statistics":
                CacheStatistics answer = cache.statistics();
                outputs.add(ConformanceMemory.of(
                        new long[] {answer.sequences(), answer.blocks(), answer.freeBlocks(), answer.blockBytes()}));
                break;
            case "cache_run":
            case "attention_decode":
                attend(step);
                break;
            default:
                throw new IllegalArgumentException("unknown step " + step.get("call"));
        }
    }

    private void create(JsonObject config) {
        close();
        sequences.clear();
        cache = Cache.create(ConformanceConfigs.cache(config));
    }

    /** Of what was saved: all, perhaps with an inverted byte, or its beginning. */
    private void restore(JsonObject step) {
        byte[] bytes = saved.get((int) number(step, "saved", 0)).clone();
        if (step.has("damage")) {
            bytes[(int) number(step, "damage", 0)] ^= (byte) 0xff;
        }
        sequences.add(cache.restore(Arrays.copyOf(bytes, (int) number(step, "bytes", bytes.length))));
    }

    private void attend(JsonObject step) {
        JsonObject description = step.getAsJsonObject("out");
        ConformanceMemory memory = new ConformanceMemory(ConformanceMemory.dtype(description), description);
        outputs.add(memory);
        Tensor q = input(step, "q");
        Tensor out = memory.tensor(description);
        FloatBuffer lse = null;
        if (step.has("lse")) {
            long[] shape = q.shape();
            ConformanceMemory sums = new ConformanceMemory(Dtype.F32, (int) (shape[0] * shape[1] * shape[2]));
            outputs.add(sums);
            lse = sums.buffer().asFloatBuffer();
        }
        long layer = number(step, "layer", 0);
        try (Scheme scheme = ConformanceConfigs.scheme(step.get("scheme"))) {
            if (step.get("call").getAsString().equals("attention_decode")) {
                cache.decode(context, scheme, layer, batch(step), q, out, lse);
                return;
            }
            try (CachePlan plan = CachePlan.create(context, scheme, cache, batch(step), q.shape()[1],
                         longs(step, "positions"), number(step, "length", 0))) {
                plan.run(context, layer, q, out, lse,
                        step.has("workspace") ? ByteBuffer.allocateDirect((int) plan.workspaceBytes()) : null);
            }
        }
    }

    private long sequence(JsonObject step) {
        return sequences.get(step.get("sequence").getAsInt());
    }

    private CacheBatch batch(JsonObject step) {
        long[] indices = longs(step, "sequences");
        long[] ids = Arrays.stream(indices).map(index -> sequences.get((int) index)).toArray();
        long[] offsets = longs(step, "offsets");
        return offsets == null ? CacheBatch.of(ids) : CacheBatch.of(ids, offsets);
    }

    private static Tensor input(JsonObject step, String name) {
        JsonObject description = step.getAsJsonObject(name);
        return new ConformanceMemory(ConformanceMemory.dtype(description), description).tensor(description);
    }

    private static long number(JsonObject object, String name, long absent) {
        return object.has(name) ? object.get(name).getAsLong() : absent;
    }

    private static long[] longs(JsonObject object, String name) {
        return object.has(name) ? ConformanceMemory.longs(object.getAsJsonArray(name)) : null;
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
    }
}

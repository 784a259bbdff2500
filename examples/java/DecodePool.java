import io.farspan.Cache;
import io.farspan.CacheBatch;
import io.farspan.CacheConfig;
import io.farspan.CachePlan;
import io.farspan.Layout;
import io.farspan.RopeConfig;
import io.farspan.RopeMethod;
import io.farspan.Scheme;
import io.farspan.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Eight sessions decode in a pool of threads, all on one cache: each appends to its own sequence while the others run.
 * What they get is bit for bit what they get one after the other.
 */
public final class DecodePool {
    static final int SESSIONS = 8, THREADS = 4, TOKENS = 100, LAYERS = 2, HEADS = 8, KEY_HEADS = 2, DIM = 64;

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        boolean same;
        RopeConfig rope = new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM);
        try (Scheme scheme = Scheme.builder().rope(rope).build();
                Cache cache = Cache.create(new CacheConfig(KEY_HEADS, DIM).layers(LAYERS))) { // bf16
            same = Arrays.deepEquals(serve(cache, scheme, THREADS), serve(cache, scheme, 1));
        }
        System.out.printf("%d sessions of %d tokens on %d threads: %s one after the other%n", SESSIONS, TOKENS, THREADS,
                same ? "the same numbers as" : "OTHER NUMBERS THAN");
        System.exit(same ? 0 : 1);
    }

    /** All sessions in a pool of so many threads. */
    private static int[][] serve(Cache cache, Scheme scheme, int threads)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<int[]>> running = new ArrayList<>();
        for (int n = 0; n < SESSIONS; ++n) {
            int session = n;
            running.add(pool.submit(() -> decode(cache, scheme, session)));
        }
        int[][] results = new int[SESSIONS][];
        for (int n = 0; n < SESSIONS; ++n) {
            results[n] = running.get(n).get();
        }
        pool.shutdown();
        return results;
    }

    /** One session: token by token. Gives the bits of what the last layer computed for each. */
    private static int[] decode(Cache cache, Scheme scheme, int session) {
        FloatBuffer q = buffer(HEADS);
        FloatBuffer k = buffer(KEY_HEADS);
        FloatBuffer v = buffer(KEY_HEADS);
        FloatBuffer out = buffer(HEADS);
        int[] all = new int[TOKENS * HEADS * DIM];
        Tensor query = Tensor.of(q, 1, HEADS, 1, DIM);
        Tensor key = Tensor.of(k, 1, KEY_HEADS, 1, DIM);
        Tensor value = Tensor.of(v, 1, KEY_HEADS, 1, DIM);
        Tensor answer = Tensor.of(out, 1, HEADS, 1, DIM);
        long sequence = cache.createSequence();
        CacheBatch newest = CacheBatch.of(sequence);
        CachePlan plan = null; // for all layers, of the sequence as it is now
        try {
            for (int token = 0; token < TOKENS; ++token) {
                cache.append(newest);
                if (plan == null) {
                    plan = CachePlan.create(scheme, cache, newest, HEADS);
                } else {
                    plan.advance();
                }
                for (int layer = 0; layer < LAYERS; ++layer) {
                    project(q, session, token, layer, 0);
                    project(k, session, token, layer, 1);
                    project(v, session, token, layer, 2);
                    cache.write(layer, newest, key, value);
                    plan.run(layer, query, answer);
                }
                for (int n = 0; n < HEADS * DIM; ++n) {
                    all[token * HEADS * DIM + n] = Float.floatToRawIntBits(out.get(n));
                }
            }
        } finally {
            if (plan != null) {
                plan.close();
            }
        }
        cache.destroySequence(sequence);
        return all;
    }

    private static FloatBuffer buffer(int rows) {
        return ByteBuffer.allocateDirect(rows * DIM * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** Stands for a model: anything that depends on the session, the token, the layer, and which projection it is. */
    private static void project(FloatBuffer data, int session, int token, int layer, int which) {
        int seed = ((session * TOKENS + token) * LAYERS + layer) * 3 + which;
        for (int n = 0; n < data.capacity(); ++n) {
            seed = seed * 1664525 + 1013904223;
            data.put(n, (seed >>> 8) / 8388608.0f - 1.0f);
        }
    }
}

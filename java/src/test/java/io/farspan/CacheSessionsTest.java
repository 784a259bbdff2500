package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions in a pool of threads that share one cache. */
@Timeout(120)
class CacheSessionsTest {
    private static final int HEADS = 4, KEY_HEADS = 2, DIM = 32, LAYERS = 2, SESSIONS = 8;

    private final ExecutorService pool = Executors.newFixedThreadPool(12);
    private final Scheme scheme =
            Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM)).build();
    private final Cache cache = Cache.create(new CacheConfig(KEY_HEADS, DIM).layers(LAYERS));

    @AfterEach
    void close() {
        pool.shutdownNow();
        cache.close();
        scheme.close();
    }

    private static Tensor numbers(long seed, int heads, int rows) {
        return Tensor.of(Memory.random(seed, heads * rows * DIM), 1, heads, rows, DIM);
    }

    /** Appends tokens to a sequence, and gives what they attend to in each layer: a hash of its bits. */
    private List<Integer> grow(long sequence, int rows, long seed) {
        List<Integer> all = new ArrayList<>();
        CacheBatch batch = CacheBatch.ofRows(sequence, rows);
        cache.append(batch);
        try (CachePlan plan = CachePlan.create(scheme, cache, batch, HEADS)) {
            for (int layer = 0; layer < LAYERS; ++layer) {
                long of = 1000 * seed + 10 * layer;
                cache.write(layer, batch, numbers(of, KEY_HEADS, rows), numbers(of + 1, KEY_HEADS, rows));
                float[] out = new float[HEADS * rows * DIM];
                plan.run(layer, numbers(of + 2, HEADS, rows), Tensor.of(out, 1, HEADS, rows, DIM));
                all.add(Arrays.hashCode(out));
            }
        }
        return all;
    }

    /** What a session reads: it forks from a prompt, decodes, forks again, forgets, saves and restores. */
    private List<Integer> session(long prompt, int number) {
        List<Integer> all = new ArrayList<>();
        for (int round = 0; round < 6; ++round) {
            long seed = 100 * number + 10 * round;
            long child = cache.fork(prompt);
            all.addAll(grow(child, 1, seed));
            cache.evict(child, 20, 30);
            all.addAll(grow(child, 5, seed + 1));
            long restored = cache.restore(cache.save(child));
            cache.destroySequence(child);
            cache.keep(restored, 4, 40);
            all.addAll(grow(restored, 70, seed + 2));
            cache.destroySequence(restored);
            all.addAll(grow(prompt, 1, seed + 3));
        }
        cache.destroySequence(prompt);
        return all;
    }

    private <T> List<T> together(int threads, java.util.function.IntFunction<T> work) throws Exception {
        List<Callable<T>> calls = new ArrayList<>();
        for (int n = 0; n < threads; ++n) {
            int number = n;
            calls.add(() -> work.apply(number));
        }
        List<T> all = new ArrayList<>();
        for (Future<T> done : pool.invokeAll(calls)) {
            all.add(done.get());
        }
        return all;
    }

    @Test
    void sessionsBesideEachOtherReadWhatTheyReadAlone() throws Exception {
        long prompt = cache.createSequence();
        grow(prompt, 100, 7);
        List<List<Integer>> alone = new ArrayList<>();
        for (int n = 0; n < SESSIONS; ++n) {
            alone.add(session(cache.fork(prompt), n));
        }
        for (int round = 0; round < 5; ++round) {
            long[] forks = new long[SESSIONS];
            for (int n = 0; n < SESSIONS; ++n) {
                forks[n] = cache.fork(prompt);
            }
            assertEquals(alone, together(SESSIONS, n -> session(forks[n], n)));
        }
        assertEquals(1, cache.statistics().sequences());
    }

    /** A run that would take a minute does not keep another session waiting. */
    @Test
    void oneSessionGoesOnWhileAnotherRuns() throws Exception {
        int rows = 1 << 16;
        try (Context context = Context.create(Isa.BEST, 1); Scheme plain = Scheme.builder().build();
                Cache wide = Cache.create(new CacheConfig(1, 64))) {
            long longest = wide.createSequence();
            long shortest = wide.createSequence();
            CacheBatch batch = CacheBatch.ofRows(longest, rows);
            wide.append(batch);
            Tensor q = Tensor.allocate(Dtype.F32, 1, 1, rows, 64);
            Tensor out = Tensor.allocate(Dtype.F32, 1, 1, rows, 64);
            try (CachePlan plan = CachePlan.create(plain, wide, batch, 1)) {
                Future<?> run = pool.submit(() -> plan.run(context, 0, q, out, (java.nio.FloatBuffer) null, null));
                Thread.sleep(300);
                CacheBatch newest = CacheBatch.of(shortest);
                for (int n = 0; n < 100; ++n) {
                    wide.append(newest);
                }
                wide.destroySequence(wide.fork(shortest));
                wide.statistics();
                assertThrows(FarspanException.class, () -> wide.fork(9999)); // is refused without waiting either
                assertFalse(run.isDone(), "the short session waited for the long run");
                context.cancel();
                Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class, run::get).getCause();
                assertEquals(Status.CANCELLED, ((FarspanException) cause).status());
            }
        }
    }

    /** No token is lost, whatever runs beside. Batches overlap in any order, without a deadlock. */
    @Test
    void callsOnTheSameSequencesTakeTurns() throws Exception {
        long[] sequences = {cache.createSequence(), cache.createSequence(), cache.createSequence()};
        AtomicLong[] tokens = new AtomicLong[3];
        for (int n = 0; n < 3; ++n) {
            grow(sequences[n], 1, n);
            tokens[n] = new AtomicLong(1);
        }
        together(12, n -> {
            Tensor q = numbers(n, HEADS, 1);
            Tensor out = Tensor.of(new float[HEADS * DIM], 1, HEADS, 1, DIM);
            for (int call = 0; call < 200; ++call) {
                int first = n % 3;
                int second = (n + 1 + call % 2) % 3;
                switch (n % 4) {
                    case 0:
                        cache.append(CacheBatch.of(sequences[first], sequences[second]));
                        tokens[first].incrementAndGet();
                        tokens[second].incrementAndGet();
                        break;
                    case 1:
                        cache.decode(scheme, 0, CacheBatch.of(sequences[first]), q, out);
                        break;
                    case 2:
                        cache.destroySequence(cache.fork(sequences[first]));
                        break;
                    default:
                        cache.save(sequences[second]);
                }
            }
            return null;
        });
        for (int n = 0; n < 3; ++n) {
            assertEquals(tokens[n].get(), cache.info(sequences[n]).tokens());
        }
        FarspanException twice =
                assertThrows(FarspanException.class, () -> cache.append(CacheBatch.of(sequences[0], sequences[0])));
        assertEquals(Status.COMBINATION, twice.status());
    }

    /** Numbers that are no sequence yet, or no longer, are refused, also while the sequence is being made. */
    @Test
    void guessedSequencesAreRefusedOrWait() throws Exception {
        AtomicInteger left = new AtomicInteger(1000);
        together(3, n -> {
            for (long guess = 1; n > 0 && left.get() > 0; guess = guess % 2000 + 1) {
                try {
                    cache.info(guess);
                    cache.evict(guess, 0, 1);
                } catch (FarspanException refused) {
                    assertEquals(Status.PARAMETER_RANGE, refused.status());
                }
            }
            while (n == 0 && left.getAndDecrement() > 0) {
                long sequence = cache.createSequence();
                cache.append(CacheBatch.of(sequence));
                cache.destroySequence(sequence);
            }
            return null;
        });
        assertEquals(0, cache.statistics().sequences());
    }

    @Test
    void clearEndsTheSequencesOfAllSessions() throws Exception {
        AtomicInteger growing = new AtomicInteger(4);
        together(5, n -> {
            if (n == 4) {
                while (growing.get() > 0) {
                    cache.clear();
                    Thread.onSpinWait();
                }
                return null;
            }
            try {
                for (int refused = 0; refused < 5; ++refused) {
                    long sequence = cache.createSequence();
                    FarspanException wrong = assertThrows(FarspanException.class, () -> {
                        while (true) {
                            grow(sequence, 1, n);
                        }
                    });
                    assertTrue(wrong.status() == Status.PARAMETER_RANGE || wrong.status() == Status.COMBINATION,
                            wrong.getMessage());
                }
            } finally {
                growing.decrementAndGet();
            }
            return null;
        });
        cache.clear();
        assertEquals(0, cache.statistics().sequences());
    }

    /** What one thread does with many sequences, in turns, is what a batch does. */
    @Test
    void plansOutliveWhatHappensToOtherSequences() {
        long[] sequences = new long[SESSIONS];
        CachePlan[] plans = new CachePlan[SESSIONS];
        float[][] outs = new float[SESSIONS][HEADS * DIM];
        for (int n = 0; n < SESSIONS; ++n) {
            sequences[n] = cache.createSequence();
            grow(sequences[n], 3 + n, n);
            plans[n] = CachePlan.create(scheme, cache, CacheBatch.of(sequences[n]), HEADS);
            plans[n].run(0, numbers(n, HEADS, 1), Tensor.of(outs[n], 1, HEADS, 1, DIM));
        }
        Random random = new Random(1);
        for (int step = 0; step < 50; ++step) {
            int changed = 1 + random.nextInt(SESSIONS - 1);
            grow(sequences[changed], 1, 100 + step);
            cache.evict(sequences[changed], 0, 1 + step / 10);
        }
        cache.destroySequence(sequences[SESSIONS - 1]);
        float[] again = new float[HEADS * DIM];
        plans[0].run(0, numbers(0, HEADS, 1), Tensor.of(again, 1, HEADS, 1, DIM));
        assertArrayEquals(outs[0], again);
        for (int n = 1; n < SESSIONS; ++n) {
            CachePlan plan = plans[n];
            assertThrows(FarspanException.class,
                    () -> plan.run(0, numbers(0, HEADS, 1), Tensor.of(again, 1, HEADS, 1, DIM)));
        }
        for (CachePlan plan : plans) {
            plan.close();
        }
    }
}

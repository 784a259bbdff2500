package io.farspan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cache in many threads, and what becomes of it when it is closed or forgotten. */
@Timeout(120)
class CacheThreadsTest {
    private static final int DIM = 8;

    private final AtomicReference<Throwable> wrong = new AtomicReference<>();

    private Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setUncaughtExceptionHandler((which, failure) -> wrong.set(failure));
        thread.start();
        return thread;
    }

    /** The mean of ones, whatever happens to the cache meanwhile. */
    private static void decode(Cache cache, Scheme scheme, long sequence) {
        float[] out = new float[DIM];
        cache.decode(scheme, 0, CacheBatch.of(sequence), Tensor.of(new float[DIM], 1, 1, 1, DIM),
                Tensor.of(out, 1, 1, 1, DIM));
        assertEquals(1, out[0], 1e-6f);
    }

    @Test
    void changesWaitForRuns() throws InterruptedException {
        try (Scheme scheme = Scheme.builder().build(); Cache cache = Cache.create(CacheTest.config())) {
            long read = cache.createSequence();
            CacheTest.grow(cache, read, 1, 1, 1);
            Thread[] readers = new Thread[3];
            for (int n = 0; n < readers.length; ++n) {
                readers[n] = start(() -> {
                    for (int step = 0; step < 2000; ++step) {
                        decode(cache, scheme, read);
                    }
                });
            }
            Thread writer = start(() -> {
                for (int step = 0; step < 500; ++step) {
                    long changed = cache.fork(read);
                    CacheTest.grow(cache, changed, 5, 6, 7);
                    cache.evict(changed, 0, 2);
                    cache.restore(cache.save(changed));
                    cache.destroySequence(changed);
                }
            });
            for (Thread reader : readers) {
                reader.join();
            }
            writer.join();
            assertNull(wrong.get());
            assertEquals(3, cache.info(read).tokens());
        }
    }

    @Test
    void closingWhileOthersDecodeIsSafe() throws InterruptedException {
        try (Scheme scheme = Scheme.builder().build()) {
            for (int round = 0; round < 40; ++round) {
                Cache cache = Cache.create(CacheTest.config());
                long sequence = cache.createSequence();
                CacheTest.grow(cache, sequence, 1, 1);
                CachePlan plan = CachePlan.create(scheme, cache, CacheBatch.of(sequence), 1);
                CountDownLatch running = new CountDownLatch(2);
                Thread decoder = start(() -> untilClosed(running, () -> decode(cache, scheme, sequence)));
                Thread runner = start(()
                                              -> untilClosed(running,
                                                      ()
                                                              -> plan.run(0, Tensor.of(new float[DIM], 1, 1, 1, DIM),
                                                                      Tensor.of(new float[DIM], 1, 1, 1, DIM))));
                running.await();
                cache.close();
                decoder.join();
                runner.join();
                plan.close();
                assertNull(wrong.get());
            }
        }
    }

    private static void untilClosed(CountDownLatch running, Runnable call) {
        try {
            call.run();
            running.countDown();
            while (true) {
                call.run();
            }
        } catch (IllegalStateException closed) {
            assertEquals("the cache is closed", closed.getMessage());
        }
    }

    @Test
    void forgottenCachesAreFreed() throws InterruptedException {
        CacheConfig config = CacheTest.config().layers(64);
        long each = 0;
        long before = Memory.resident();
        int caches = 0;
        try (Scheme scheme = Scheme.builder().build()) {
            for (; caches * each < 1L << 30; ++caches) {
                Cache cache = Cache.create(config);
                long sequence = cache.createSequence();
                cache.append(CacheBatch.ofRows(sequence, 640));
                CachePlan.create(scheme, cache, CacheBatch.of(sequence), 1); // forgotten too
                CacheStatistics statistics = cache.statistics();
                each = statistics.blocks() * statistics.blockBytes();
                if (caches % 8 == 0) {
                    System.gc();
                    Thread.sleep(20);
                }
            }
        }
        assertTrue(each > 1 << 20, "a cache takes " + each + " bytes: too few for this test to mean anything");
        long kept = Memory.resident() - before;
        assertTrue(kept < 1 << 29, caches + " forgotten caches of " + each + " bytes left " + kept);
    }
}

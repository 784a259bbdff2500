package io.farspan;

import java.nio.ByteBuffer;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Small calls without end, as a server makes them: {@code Soak LOAD THREADS SECONDS}. LOAD and the work of each thread
 * are those of tests/soak/soak.c. After each second it prints how many calls have been made so far; tests/soak/soak.py
 * reads that, and the process's memory. Tensors are direct buffers that are made once.
 */
final class Soak implements Runnable {
    private static final int HEADS = 32, KEY_HEADS = 8, DIM = 128, KEYS = 64, LONGEST = 180;

    private static Scheme scheme;
    private static Cache cache;
    private static CyclicBarrier grown; // every session has had its most memory
    private static boolean attends, caches;

    private final AtomicLong calls = new AtomicLong();
    private final float number; // that all its values are: what attention must give
    private final Tensor q = filled(HEADS, 1, 0.5f);
    private final Tensor k = filled(KEY_HEADS, KEYS, 0.25f);
    private final Tensor v;
    private final Tensor out = filled(HEADS, 1, 0);
    private final Tensor key = filled(KEY_HEADS, 1, 0.25f);
    private final Tensor value;
    private final ByteBuffer answer = out.bytes();
    private long sequence;
    private CacheBatch newest;
    private int tokens;

    private Soak(int index) {
        number = index + 1;
        v = filled(KEY_HEADS, KEYS, number);
        value = filled(KEY_HEADS, 1, number);
    }

    private static Tensor filled(int heads, int rows, float value) {
        Tensor tensor = Tensor.allocate(Dtype.F32, 1, heads, rows, DIM);
        for (ByteBuffer data = tensor.bytes(); data.hasRemaining();) {
            data.putFloat(value);
        }
        return tensor;
    }

    /** Every value is the same number: so is every mean of them, up to rounding. */
    private void expect(String call) {
        for (int at : new int[] {0, HEADS * DIM - 1}) {
            float got = answer.getFloat(at * Float.BYTES);
            if (!(Math.abs(got - number) <= 1e-4f * number)) {
                throw new AssertionError(call + " gave " + got + ", not " + number);
            }
        }
    }

    private void attend() {
        Attention.run(scheme, q, k, v, out);
        expect("Attention.run");
    }

    private void addToken(CacheBatch batch) {
        cache.append(batch);
        try (CachePlan plan = CachePlan.create(scheme, cache, batch, HEADS)) {
            cache.write(0, batch, key, value);
            plan.run(0, q, out);
        }
        expect("CachePlan.run");
    }

    private void begin() {
        sequence = cache.createSequence();
        newest = CacheBatch.of(sequence);
        tokens = 0;
    }

    /**
     * One token more; at the longest, a fork goes on for a token, in a copy of the block that it shares, and both end.
     */
    private void decode() {
        addToken(newest);
        if (++tokens == LONGEST / 2) {
            cache.keep(sequence, 4, 32);
        }
        if (tokens < LONGEST) {
            return;
        }
        long child = cache.fork(sequence);
        addToken(CacheBatch.of(child));
        cache.destroySequence(child);
        cache.destroySequence(sequence);
        begin();
    }

    private void work() throws Exception {
        if (caches) { // the most memory that the sessions can need together comes first
            begin();
            cache.append(CacheBatch.ofRows(sequence, 256));
            grown.await();
            cache.destroySequence(sequence);
            begin();
        }
        while (true) {
            if (attends) {
                attend();
                calls.incrementAndGet();
            }
            if (caches) {
                decode();
                calls.incrementAndGet();
            }
        }
    }

    @Override
    public void run() {
        try {
            work();
        } catch (Throwable wrong) {
            wrong.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        attends = !arguments[0].equals("cache");
        caches = !arguments[0].equals("attention");
        int threads = Integer.parseInt(arguments[1]);
        int seconds = Integer.parseInt(arguments[2]);
        grown = new CyclicBarrier(threads);
        scheme = Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(DIM)).build();
        cache = Cache.create(new CacheConfig(KEY_HEADS, DIM));
        Soak[] workers = new Soak[threads];
        for (int n = 0; n < threads; ++n) {
            workers[n] = new Soak(n);
            new Thread(workers[n]).start();
        }
        long tick = System.nanoTime();
        for (int second = 1; second <= seconds; ++second) {
            Thread.sleep(Math.max(1, (tick + second * 1_000_000_000L - System.nanoTime()) / 1_000_000));
            long calls = 0;
            for (Soak worker : workers) {
                calls += worker.calls.get();
            }
            System.out.println(calls);
        }
        Runtime.getRuntime().halt(0); // the threads go on
    }
}

package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.farspan.runtime.Handle;
import java.lang.ref.WeakReference;
import java.nio.FloatBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HandleTest {
    private static final int TOKENS = 512;
    private static final int DIM = 32;

    @Test
    void closedObjectsRefuseEveryCall() {
        Scheme scheme = Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(4)).build();
        Context context = Context.create(Isa.SCALAR, 1);
        Problem problem = new Problem().queryHeads(1).keyHeads(1).queries(1).keys(1).headDim(4);
        Plan plan = Plan.create(context, scheme, problem);
        Scheme open = Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(4)).build();
        for (int n = 0; n < 3; ++n) {
            scheme.close();
            context.close();
            plan.close();
        }
        Tensor t = Tensor.of(new float[4], 1, 1, 1, 4);
        Runnable[] calls = {
                scheme::axes,
                ()
                        -> scheme.probe(0, 0, 0, 0),
                ()
                        -> scheme.visible(0, 1),
                ()
                        -> scheme.fillBias(0, 0, 0, new float[1]),
                ()
                        -> Rope.apply(scheme, null, t, t),
                ()
                        -> Rope.frequencies(scheme, 0, new double[2]),
                ()
                        -> Attention.run(scheme, t, t, t, t),
                ()
                        -> Plan.create(scheme, problem),
                context::threads,
                context::isa,
                ()
                        -> Plan.create(context, open, problem),
                ()
                        -> Rope.apply(context, open, new RopeOptions(), null, t, t),
                ()
                        -> Attention.run(context, open, t, t, t, t),
                plan::workspaceBytes,
                plan::tileCounts,
                () -> plan.run(t, t, t, t),
        };
        for (int n = 0; n < calls.length; ++n) {
            String message = assertThrows(IllegalStateException.class, calls[n] ::run, "call " + n).getMessage();
            assertTrue(message.endsWith("is closed"), message);
        }
        context.cancel(); // harmless
        open.close();
    }

    @Test
    void aFailedCallLeavesItsHandles() {
        AtomicInteger destroyed = new AtomicInteger();
        Object owner = new Object();
        Handle<AtomicInteger> handle = Handle.of(owner, destroyed, null, "it", AtomicInteger::incrementAndGet);
        assertEquals(destroyed, handle.acquire());
        handle.close();
        handle.close();
        assertEquals(0, destroyed.get());
        assertThrows(IllegalStateException.class, handle::acquire);
        handle.release();
        assertEquals(1, destroyed.get());
        assertThrows(IllegalStateException.class, handle::acquire);
        assertEquals(1, destroyed.get());
        java.lang.ref.Reference.reachabilityFence(owner);

        Scheme scheme = Scheme.builder().build();
        assertThrows(FarspanException.class, () -> scheme.visible(-1, 1));
        scheme.close(); // would wait for nobody
    }

    @Test
    void closingWhileOthersRunIsSafe() throws InterruptedException {
        float[] data = Memory.random(5, TOKENS * DIM);
        float[] expected = new float[data.length];
        try (Scheme scheme = Scheme.builder().build()) {
            Attention.run(scheme, tensor(data), tensor(data), tensor(data), tensor(expected));
        }
        for (int round = 0; round < 60; ++round) {
            Scheme scheme = Scheme.builder().build();
            Context context = Context.create(Isa.BEST, 1);
            Plan plan = Plan.create(context, scheme, problem());
            scheme.close();
            CountDownLatch running = new CountDownLatch(2);
            AtomicReference<Throwable> wrong = new AtomicReference<>();
            Thread[] runners = new Thread[2];
            for (int n = 0; n < runners.length; ++n) {
                runners[n] = new Thread(() -> {
                    FloatBuffer out = Memory.direct(data.length);
                    Tensor input = tensor(Memory.direct(data));
                    try {
                        plan.run(context, input, input, input, null, tensor(out), (FloatBuffer) null, null);
                        running.countDown();
                        while (true) {
                            plan.run(context, input, input, input, null, tensor(out), (FloatBuffer) null, null);
                            assertArrayEquals(expected, Memory.array(out));
                        }
                    } catch (IllegalStateException closed) {
                        assertArrayEquals(expected, Memory.array(out));
                    }
                });
                runners[n].setUncaughtExceptionHandler((thread, failure) -> wrong.set(failure));
                runners[n].start();
            }
            running.await();
            if (round % 2 == 0) {
                plan.close();
            } else {
                context.close();
            }
            for (Thread runner : runners) {
                runner.join();
            }
            plan.close();
            context.close();
            assertNull(wrong.get());
        }
    }

    @Test
    void aPlanOutlivesItsContextAndScheme() throws InterruptedException {
        WeakReference<Context> context = new WeakReference<>(Context.create(Isa.BEST, 1));
        Plan plan;
        try (Scheme scheme = Scheme.builder().build()) {
            plan = Plan.create(context.get(), scheme, problem());
        }
        for (int n = 0; n < 100 && context.get() != null; ++n) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(context.get());
        float[] out = new float[TOKENS * DIM];
        float[] data = Memory.random(6, out.length);
        plan.run(tensor(data), tensor(data), tensor(data), tensor(out)); // reads the context's cancel flag
        assertEquals(data[0], out[0], 1e-6f);
        plan.close();
    }

    @Test
    void forgottenObjectsAreFreed() throws InterruptedException {
        long tokens = 20000;
        Problem problem = new Problem().queryHeads(1).keyHeads(1).queries(tokens).keys(tokens).headDim(64);
        Scheme scheme =
                Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(64)).build();
        long each = tokens * 64 * Float.BYTES; // the angles of a plan
        long before = Memory.resident();
        Plan[] held = new Plan[60];
        java.util.Arrays.setAll(held, n -> Plan.create(scheme, problem));
        long grown = Memory.resident() - before; // less what earlier tests have freed
        assertTrue(
                grown > held.length * each / 2, held.length + " plans take " + grown + " bytes: too few for this test");
        for (Plan plan : held) {
            plan.close();
        }
        int plans = 0;
        for (; plans * each < 1L << 30; ++plans) {
            Plan.create(scheme, problem);
            Context.create(Isa.SCALAR, 1);
            new RopeConfig(RopeMethod.YARN).base(5);
            if (plans % 8 == 0) {
                System.gc();
                Thread.sleep(20);
            }
        }
        long kept = Memory.resident() - before;
        assertTrue(kept < 1 << 29, plans + " forgotten plans of " + each + " bytes and more left " + kept);
        scheme.close();
    }

    @Test
    void aForgottenObjectInUseIsNotFreedUnderTheCall() {
        float[] data = Memory.random(7, TOKENS * DIM);
        float[] expected = new float[data.length];
        float[] out = new float[data.length];
        Attention.run(Scheme.builder().build(), tensor(data), tensor(data), tensor(data), tensor(expected));
        Thread collector = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                System.gc();
            }
        });
        collector.start();
        for (int n = 0; n < 100; ++n) { // nothing but the call refers to the handles or the buffers
            java.util.Arrays.fill(out, 0);
            Plan.create(Context.create(Isa.BEST, 1), Scheme.builder().build(), problem())
                    .run(null, tensor(Memory.direct(data)), tensor(Memory.direct(data)), tensor(Memory.direct(data)),
                            null, tensor(out), (FloatBuffer) null, null);
            assertArrayEquals(expected, out);
        }
        collector.interrupt();
        assertFalse(Thread.currentThread().isInterrupted());
    }

    private static Problem problem() {
        return new Problem().queryHeads(1).keyHeads(1).queries(TOKENS).keys(TOKENS).headDim(DIM);
    }

    private static Tensor tensor(float[] values) {
        return Tensor.of(values, 1, 1, TOKENS, DIM);
    }

    private static Tensor tensor(FloatBuffer values) {
        return Tensor.of(values, 1, 1, TOKENS, DIM);
    }
}

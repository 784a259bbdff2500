package io.farspan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SchemeTest {
    @Test
    void partsWorkTogether() {
        try (Scheme scheme = Scheme.builder()
                .rope(new RopeConfig(RopeMethod.YARN).layout(Layout.HALF).rotaryDim(64).originalContext(4096).factor(4))
                .remap(new RemapConfig(RemapMethod.REROPE).window(100))
                .bias(new BiasConfig(BiasMethod.ALIBI).heads(8))
                .mask(new MaskConfig().windowLeft(500).sinks(4))
                .score(new ScoreConfig().scale(2).softcap(30))
                .build()) {
            Probe near = scheme.probe(0, 1000, 950, 0);
            assertEquals(new Probe(true, 0, 1000, 950, 50, -25, 2, 0.1 * Math.log(4) + 1), near);
            Probe far = scheme.probe(0, 1000, 600, 7);
            assertEquals(100, far.relativePosition());
            assertEquals(-400 / 256.0, far.bias());
            assertTrue(far.branch() > 0);
            assertArrayEquals(new long[] {0, 4, 500, 1001}, scheme.visible(1000, 5000));
            assertTrue(!scheme.probe(0, 1000, 450, 0).visible());
            float[] bias = new float[3];
            scheme.fillBias(1, 0, 10, bias);
            assertArrayEquals(new float[] {-2.5f, -2.75f, -3}, bias);
        }
    }

    @Test
    void arraysOfConfigurationsAreCopiedAndChecked() {
        double[] factors = {1, 2, 3, 4};
        RopeConfig rope = new RopeConfig(RopeMethod.PAIR_FACTORS).layout(Layout.HALF).rotaryDim(8).shortFactors(factors);
        factors[0] = Double.NaN;
        try (Scheme scheme = Scheme.builder().rope(rope).build()) {
            double[] frequencies = new double[4];
            Rope.frequencies(scheme, 0, frequencies);
            assertEquals(1, frequencies[0]);
            assertEquals(0.1 / 2, frequencies[1], 1e-16);
        }
        assertEquals(Status.SHAPE, status(Scheme.builder()
                .bias(new BiasConfig(BiasMethod.T5).heads(2).buckets(8).values(new float[15]))));
        assertEquals(Status.SHAPE, status(Scheme.builder().bias(new BiasConfig(BiasMethod.KERPLE_LOG).heads(3).a(1, 1, 1).p(1, 1))));
        assertEquals(Status.SHAPE, status(Scheme.builder().bias(new BiasConfig(BiasMethod.KERPLE_LOG).heads(3).a(1, 1).p(1, 1, 1))));
        assertEquals(Status.SHAPE, status(Scheme.builder().rope(new RopeConfig(RopeMethod.LONGROPE).layout(Layout.HALF).rotaryDim(8)
                .originalContext(64).shortFactors(1, 1).longFactors(1, 1, 1, 1))));
        assertEquals(Status.NULL_ARGUMENT, status(Scheme.builder().bias(new BiasConfig(BiasMethod.T5).heads(2).buckets(8))));
        assertThrows(IllegalArgumentException.class, () -> new RopeConfig(RopeMethod.BASE).axisSections(1, 1, 1, 1, 1));
    }

    @Test
    void failuresNameTheFieldTheValueAndTheRange() {
        FarspanException failure = assertThrows(FarspanException.class,
                () -> Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(7)).build());
        assertEquals(Status.ROTARY_DIM, failure.status());
        assertEquals(1, failure.argument());
        assertTrue(failure.getMessage().contains("rotary_dim") && failure.getMessage().contains("7"), failure.getMessage());
        assertEquals(Status.PARAMETER_RANGE,
                status(Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(8).base(Double.NaN))));
        assertEquals(Status.METHOD, status(Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).rotaryDim(8))));
        assertEquals(Status.COMBINATION,
                status(Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(8).factor(2))));
    }

    @Test
    void questionsOutOfRangeAreRefused() {
        try (Scheme scheme = Scheme.builder().bias(new BiasConfig(BiasMethod.ALIBI).heads(2)).build()) {
            assertEquals(Status.POSITIONS, assertThrows(FarspanException.class, () -> scheme.probe(0, -1, 0, 0)).status());
            assertEquals(Status.HEAD_GROUPS, assertThrows(FarspanException.class, () -> scheme.probe(0, 1, 0, 2)).status());
            assertThrows(FarspanException.class, () -> scheme.visible(0, -1));
            assertThrows(FarspanException.class, () -> scheme.fillBias(-1, 0, 0, new float[1]));
            assertThrows(FarspanException.class, () -> scheme.fillBias(0, 0, 0, null));
            assertThrows(FarspanException.class, () -> Rope.frequencies(scheme, 0, null));
            scheme.fillBias(0, 0, 0, new float[0]);
        }
    }

    @Test
    void schemesAreText() {
        String text = "{\"rope\": {\"method\": \"yarn\", \"layout\": \"half\", \"rotary_dim\": 64, \"factor\": 4, "
                + "\"original_context\": 4096}, \"mask\": {\"sinks\": 4}}";
        try (Scheme scheme = Scheme.builder()
                .rope(new RopeConfig(RopeMethod.YARN).layout(Layout.HALF).rotaryDim(64).originalContext(4096).factor(4))
                .mask(new MaskConfig().sinks(4))
                .build();
                Scheme same = Scheme.fromJson(text);
                Scheme large = Scheme.builder().score(new ScoreConfig().sinks(new float[1000])).build()) {
            assertEquals(text, scheme.toJson());
            assertEquals(text, same.toJson());
            assertEquals(scheme.probe(0, 9000, 4, 0), same.probe(0, 9000, 4, 0));
            assertTrue(large.toJson().length() > 2000);
        }
        FarspanException failure = assertThrows(FarspanException.class, () -> Scheme.fromJson("{\"rope\": {\"basee\": 1}}"));
        assertEquals(Status.FORMAT, failure.status());
        assertEquals("$.rope.basee is not a field of rope", failure.getMessage());
        assertEquals(Status.FORMAT, assertThrows(FarspanException.class, () -> Scheme.fromJson("")).status());
        assertThrows(NullPointerException.class, () -> Scheme.fromJson(null));
        Scheme closed = Scheme.fromJson("{}");
        closed.close();
        assertThrows(IllegalStateException.class, closed::toJson);
    }

    private static Status status(Scheme.Builder builder) {
        return assertThrows(FarspanException.class, builder::build).status();
    }
}

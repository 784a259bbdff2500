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
                                     .rope(new RopeConfig(RopeMethod.YARN)
                                                     .layout(Layout.HALF)
                                                     .rotaryDim(64)
                                                     .originalContext(4096)
                                                     .factor(4))
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
        RopeConfig rope =
                new RopeConfig(RopeMethod.PAIR_FACTORS).layout(Layout.HALF).rotaryDim(8).shortFactors(factors);
        factors[0] = Double.NaN;
        try (Scheme scheme = Scheme.builder().rope(rope).build()) {
            double[] frequencies = new double[4];
            Rope.frequencies(scheme, 0, frequencies);
            assertEquals(1, frequencies[0]);
            assertEquals(0.1 / 2, frequencies[1], 1e-16);
        }
        assertEquals(Status.SHAPE,
                status(Scheme.builder().bias(new BiasConfig(BiasMethod.T5).heads(2).buckets(8).values(new float[15]))));
        assertEquals(Status.SHAPE,
                status(Scheme.builder().bias(new BiasConfig(BiasMethod.KERPLE_LOG).heads(3).a(1, 1, 1).p(1, 1))));
        assertEquals(Status.SHAPE,
                status(Scheme.builder().bias(new BiasConfig(BiasMethod.KERPLE_LOG).heads(3).a(1, 1).p(1, 1, 1))));
        assertEquals(Status.SHAPE,
                status(Scheme.builder().rope(new RopeConfig(RopeMethod.LONGROPE)
                                                     .layout(Layout.HALF)
                                                     .rotaryDim(8)
                                                     .originalContext(64)
                                                     .shortFactors(1, 1)
                                                     .longFactors(1, 1, 1, 1))));
        assertEquals(
                Status.NULL_ARGUMENT, status(Scheme.builder().bias(new BiasConfig(BiasMethod.T5).heads(2).buckets(8))));
        assertThrows(IllegalArgumentException.class, () -> new RopeConfig(RopeMethod.BASE).axisSections(1, 1, 1, 1, 1));
    }

    @Test
    void failuresNameTheFieldTheValueAndTheRange() {
        FarspanException failure = assertThrows(FarspanException.class,
                () -> Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(7)).build());
        assertEquals(Status.ROTARY_DIM, failure.status());
        assertEquals(1, failure.argument());
        assertTrue(failure.getMessage().contains("rotary_dim") && failure.getMessage().contains("7"),
                failure.getMessage());
        assertEquals(Status.PARAMETER_RANGE,
                status(Scheme.builder().rope(
                        new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(8).base(Double.NaN))));
        assertEquals(Status.METHOD, status(Scheme.builder().rope(new RopeConfig(RopeMethod.BASE).rotaryDim(8))));
        assertEquals(Status.COMBINATION,
                status(Scheme.builder().rope(
                        new RopeConfig(RopeMethod.BASE).layout(Layout.HALF).rotaryDim(8).factor(2))));
    }

    @Test
    void questionsOutOfRangeAreRefused() {
        try (Scheme scheme = Scheme.builder().bias(new BiasConfig(BiasMethod.ALIBI).heads(2)).build()) {
            assertEquals(
                    Status.POSITIONS, assertThrows(FarspanException.class, () -> scheme.probe(0, -1, 0, 0)).status());
            assertEquals(
                    Status.HEAD_GROUPS, assertThrows(FarspanException.class, () -> scheme.probe(0, 1, 0, 2)).status());
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
                                     .rope(new RopeConfig(RopeMethod.YARN)
                                                     .layout(Layout.HALF)
                                                     .rotaryDim(64)
                                                     .originalContext(4096)
                                                     .factor(4))
                                     .mask(new MaskConfig().sinks(4))
                                     .build();
                Scheme same = Scheme.fromJson(text);
                Scheme large = Scheme.builder().score(new ScoreConfig().sinkLogits(new float[1000])).build()) {
            assertEquals(text, scheme.toJson());
            assertEquals(text, same.toJson());
            assertEquals(scheme.probe(0, 9000, 4, 0), same.probe(0, 9000, 4, 0));
            assertTrue(large.toJson().length() > 2000);
        }
        FarspanException failure =
                assertThrows(FarspanException.class, () -> Scheme.fromJson("{\"rope\": {\"basee\": 1}}"));
        assertEquals(Status.FORMAT, failure.status());
        assertEquals("$.rope.basee is not a field of rope", failure.getMessage());
        assertEquals(Status.FORMAT, assertThrows(FarspanException.class, () -> Scheme.fromJson("")).status());
        assertThrows(NullPointerException.class, () -> Scheme.fromJson(null));
        Scheme closed = Scheme.fromJson("{}");
        closed.close();
        assertThrows(IllegalStateException.class, closed::toJson);
    }

    /** Each setter sets the field of its name. */
    @Test
    void everySetterReachesItsField() {
        expect("{\"rope\": {\"method\": \"yarn\", \"layout\": \"interleaved\", \"rotary_dim\": 16, \"rotary_offset\": 4, \"angle\": "
                        + "\"float32\", \"base\": 5000, \"factor\": 8, \"original_context\": 640, \"beta_fast\": 30, \"beta_slow\": 2, "
                        + "\"extrapolation_factor\": 0.5, \"ramp\": \"rotations\", \"magnitude\": \"explicit\", \"attention_factor\": "
                        + "1.25, \"axes\": \"sections\", \"axis_sections\": [1, 2, 2, 3]}, \"bias\": {\"method\": \"alibi\", \"heads\": 4, "
                        + "\"bidirectional\": true, \"distance_limit\": 64, \"max_bias\": 16, \"scale\": 0.125, \"trained_length\": "
                        + "128}, \"mask\": {\"causal\": false, \"window_left\": 50, \"window_right\": 30, \"sinks\": 1, \"chunk\": 160, "
                        + "\"prefix\": 2}, \"score\": {\"temperature\": \"length\", \"scale\": 2, \"multiplier\": 3, \"trained_length\": "
                        + "100, \"alpha\": 0.2, \"power\": 2, \"softcap\": 30}}",
                Scheme.builder()
                        .rope(new RopeConfig(RopeMethod.YARN)
                                        .layout(Layout.INTERLEAVED)
                                        .rotaryDim(16)
                                        .rotaryOffset(4)
                                        .angle(RopeConfig.Angle.FLOAT32)
                                        .base(5000)
                                        .factor(8)
                                        .originalContext(640)
                                        .betaFast(30)
                                        .betaSlow(2)
                                        .extrapolationFactor(0.5)
                                        .ramp(RopeConfig.Ramp.ROTATIONS)
                                        .magnitude(RopeConfig.Magnitude.EXPLICIT)
                                        .attentionFactor(1.25)
                                        .axes(Axes.SECTIONS)
                                        .axisSections(1, 2, 2, 3))
                        .bias(new BiasConfig(BiasMethod.ALIBI)
                                        .heads(4)
                                        .bidirectional(true)
                                        .distanceLimit(64)
                                        .maxBias(16)
                                        .scale(0.125)
                                        .trainedLength(128))
                        .mask(new MaskConfig().causal(false).windowLeft(50).windowRight(30).sinks(1).chunk(160).prefix(
                                2))
                        .score(new ScoreConfig()
                                        .temperature(Temperature.LENGTH)
                                        .scale(2)
                                        .multiplier(3)
                                        .trainedLength(100)
                                        .alpha(0.2)
                                        .power(2)
                                        .softcap(30)));
        expect("{\"rope\": {\"method\": \"yarn\", \"layout\": \"half\", \"rotary_dim\": 16, \"factor\": 8, \"original_context\": "
                        + "640, \"truncate\": false, \"mscale\": 0.5, \"mscale_all_dim\": 0.25}, \"remap\": {\"method\": \"leaky_rerope\", "
                        + "\"window\": 20, \"leak\": 4}}",
                Scheme.builder()
                        .rope(half(RopeMethod.YARN)
                                        .factor(8)
                                        .originalContext(640)
                                        .truncate(false)
                                        .mscale(0.5)
                                        .mscaleAllDim(0.25))
                        .remap(new RemapConfig(RemapMethod.LEAKY_REROPE).window(20).leak(4)));
        expect("{\"rope\": {\"method\": \"ntk_mixed\", \"layout\": \"half\", \"rotary_dim\": 16, \"mixed_exponent\": 0.5}, "
                        + "\"remap\": {\"method\": \"self_extend\", \"window\": 20, \"group\": 4, \"real_shift\": true}}",
                Scheme.builder()
                        .rope(half(RopeMethod.NTK_MIXED).mixedExponent(0.5))
                        .remap(new RemapConfig(RemapMethod.SELF_EXTEND).window(20).group(4).realShift(true)));
        expect("{\"rope\": {\"method\": \"llama3\", \"layout\": \"half\", \"rotary_dim\": 16, \"original_context\": 640, "
                        + "\"low_freq_factor\": 2, \"high_freq_factor\": 8}, \"remap\": {\"method\": \"dual_chunk\", \"chunk\": 40, "
                        + "\"local_window\": 4, \"position_scale\": 2}}",
                Scheme.builder()
                        .rope(half(RopeMethod.LLAMA3).originalContext(640).lowFreqFactor(2).highFreqFactor(8))
                        .remap(new RemapConfig(RemapMethod.DUAL_CHUNK).chunk(40).localWindow(4).positionScale(2)));
        expect("{\"rope\": {\"method\": \"proportional\", \"layout\": \"half\", \"rotary_dim\": 16, \"rotated_fraction\": 0.5}, "
                        + "\"remap\": {\"method\": \"lm_infinite\", \"window\": 20, \"limit\": 30}}",
                Scheme.builder()
                        .rope(half(RopeMethod.PROPORTIONAL).rotatedFraction(0.5))
                        .remap(new RemapConfig(RemapMethod.LM_INFINITE).window(20).limit(30)));
        expect("{\"rope\": {\"method\": \"xpos\", \"layout\": \"half\", \"rotary_dim\": 16, \"xpos_scale_base\": 256, "
                        + "\"xpos_gamma\": 0.5}, \"bias\": {\"method\": \"t5\", \"heads\": 2, \"buckets\": 4, \"max_distance\": 64, "
                        + "\"values\": [1, 2, 3, 4, 5, 6, 7, 8]}}",
                Scheme.builder()
                        .rope(half(RopeMethod.XPOS).xposScaleBase(256).xposGamma(0.5))
                        .bias(new BiasConfig(BiasMethod.T5)
                                        .heads(2)
                                        .buckets(4)
                                        .maxDistance(64)
                                        .values(1, 2, 3, 4, 5, 6, 7, 8)));
        expect("{\"rope\": {\"method\": \"longrope\", \"layout\": \"half\", \"rotary_dim\": 4, \"original_context\": 640, "
                        + "\"length_switch\": \"at\", \"short_factors\": [1, 2], \"long_factors\": [3, 4]}, \"remap\": {\"method\": "
                        + "\"streaming\", \"sinks\": 3, \"recent\": 20}}",
                Scheme.builder()
                        .rope(half(RopeMethod.LONGROPE)
                                        .rotaryDim(4)
                                        .originalContext(640)
                                        .lengthSwitch(RopeConfig.LengthSwitch.AT)
                                        .shortFactors(1, 2)
                                        .longFactors(3, 4))
                        .remap(new RemapConfig(RemapMethod.STREAMING).sinks(3).recent(20)));
        expect("{\"bias\": {\"method\": \"kerple_log\", \"heads\": 2, \"a\": [0.5, 1], \"p\": [2, 3]}}",
                Scheme.builder().bias(new BiasConfig(BiasMethod.KERPLE_LOG).heads(2).a(0.5, 1).p(2, 3)));
        expect("{\"bias\": {\"method\": \"sandwich\", \"heads\": 2, \"dim\": 64}}",
                Scheme.builder().bias(new BiasConfig(BiasMethod.SANDWICH).heads(2).dim(64)));
    }

    private static RopeConfig half(RopeMethod method) {
        return new RopeConfig(method).layout(Layout.HALF).rotaryDim(16);
    }

    private static void expect(String text, Scheme.Builder builder) {
        try (Scheme scheme = builder.build()) {
            assertEquals(text, scheme.toJson());
        }
    }

    private static Status status(Scheme.Builder builder) {
        return assertThrows(FarspanException.class, builder::build).status();
    }
}

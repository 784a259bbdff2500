package io.farspan;

import io.farspan.internal.Native;
import io.farspan.internal.NativeConstants;

/** Copies of the configurations of one layer of a model. */
final class LayerParts {
    final RopeConfig rope = new RopeConfig(RopeMethod.NONE);
    final RemapConfig remap = new RemapConfig(RemapMethod.NONE);
    final BiasConfig bias = new BiasConfig(BiasMethod.NONE);
    final MaskConfig mask = new MaskConfig();
    final ScoreConfig score = new ScoreConfig();

    LayerParts(io.farspan.internal.Model model, long index) {
        Native.model_layer_parts(model, index, rope.fields, remap.fields, bias.fields, mask.fields, score.fields);
        rope.shortFactors = doubles(model, index, NativeConstants.FLAT_SHORT_FACTORS);
        rope.longFactors = doubles(model, index, NativeConstants.FLAT_LONG_FACTORS);
        bias.a = doubles(model, index, NativeConstants.FLAT_BIAS_A);
        bias.p = doubles(model, index, NativeConstants.FLAT_BIAS_P);
        bias.values = floats(model, index, NativeConstants.FLAT_BIAS_VALUES);
        bias.slopes = doubles(model, index, NativeConstants.FLAT_BIAS_SLOPES);
        score.sinkLogits = floats(model, index, NativeConstants.FLAT_SINK_LOGITS);
    }

    private static double[] doubles(io.farspan.internal.Model model, long index, int which) {
        long count = Native.model_layer_array_count(model, index, which);
        double[] values = count == 0 ? null : new double[Math.toIntExact(count)];
        if (values != null) {
            Native.model_layer_doubles(model, index, which, values);
        }
        return values;
    }

    private static float[] floats(io.farspan.internal.Model model, long index, int which) {
        long count = Native.model_layer_array_count(model, index, which);
        float[] values = count == 0 ? null : new float[Math.toIntExact(count)];
        if (values != null) {
            Native.model_layer_floats(model, index, which, values);
        }
        return values;
    }
}

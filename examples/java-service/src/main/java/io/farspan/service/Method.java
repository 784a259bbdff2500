package io.farspan.service;

import io.farspan.MaskConfig;
import io.farspan.RemapConfig;
import io.farspan.RemapMethod;
import io.farspan.RopeConfig;
import io.farspan.RopeMethod;
import io.farspan.Scheme;

/** How a model reads windows longer than it was trained on: the rules of {@code farspan report --list-methods}. */
enum Method {
    NONE,
    NTK,
    YARN,
    REROPE,
    STREAMING;

    private static final int SINKS = 4;

    /** A scheme for windows of {@code length} bytes. Up to the trained length every method is at rest. */
    Scheme scheme(Model model, int length) {
        int trained = model.trainedLength;
        double factor = (double) length / trained;
        RopeConfig rope = model.rope(RopeMethod.BASE);
        RemapConfig remap = null;
        MaskConfig mask = new MaskConfig();
        switch (length > trained ? this : NONE) {
            case NTK:
                rope = model.rope(RopeMethod.NTK).factor(factor);
                break;
            case YARN:
                double betaFast = Math.min(Math.max(32.0 * trained / 2048, 2), 32);
                rope = model.rope(RopeMethod.YARN).factor(factor).originalContext(trained).betaFast(betaFast);
                break;
            case REROPE:
                remap = new RemapConfig(RemapMethod.REROPE).window(trained / 2);
                break;
            case STREAMING:
                int recent = trained - 1 - SINKS;
                remap = new RemapConfig(RemapMethod.STREAMING).sinks(SINKS).recent(recent);
                mask.sinks(SINKS).windowLeft(recent);
                break;
            default:
        }
        return Scheme.builder().rope(rope).remap(remap).mask(mask).score(model.score()).build();
    }
}

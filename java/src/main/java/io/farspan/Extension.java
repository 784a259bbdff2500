package io.farspan;

import io.farspan.internal.NativeConstants;

/** Ways to run a model beyond its trained length L, up to the target length T = s L. What is not given is derived; a note shows how. */
public enum Extension {
    /** As trained. */
    NONE(NativeConstants.EXTENSION_NONE),
    /** Position interpolation by s; needs fine-tuning. */
    LINEAR(NativeConstants.EXTENSION_LINEAR),
    /** A larger base, so that no pair sees an unseen angle. */
    NTK(NativeConstants.EXTENSION_NTK),
    /** The same at length T, growing from L on. */
    DYNAMIC_NTK(NativeConstants.EXTENSION_DYNAMIC_NTK),
    /** YaRN with factor s over L. */
    YARN(NativeConstants.EXTENSION_YARN),
    /** Self-Extend with the least group that reaches T. */
    SELF_EXTEND(NativeConstants.EXTENSION_SELF_EXTEND),
    /** ReRoPE; any length. */
    REROPE(NativeConstants.EXTENSION_REROPE),
    /** Leaky ReRoPE. */
    LEAKY_REROPE(NativeConstants.EXTENSION_LEAKY_REROPE),
    /** Dual Chunk Attention; any length. */
    DUAL_CHUNK(NativeConstants.EXTENSION_DUAL_CHUNK),
    /** ALiBi only: slopes shrink by L/n beyond L. */
    ALIBI_SLOPES(NativeConstants.EXTENSION_ALIBI_SLOPES);

    final int code;

    Extension(int code) {
        this.code = code;
    }
}

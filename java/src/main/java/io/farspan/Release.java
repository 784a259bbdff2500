package io.farspan;

import io.farspan.internal.NativeConstants;

/** Where published releases compute different numbers from the same configuration: whose numbers are wanted. */
public enum Release {
    /** What the authors trained with; Hugging Face transformers 5 where it agrees. */
    REFERENCE(NativeConstants.RELEASE_REFERENCE),
    /** Hugging Face transformers 4.48. */
    TRANSFORMERS_4_48(NativeConstants.RELEASE_TRANSFORMERS_4_48),
    /** llama.cpp: the ramp of YaRN always has whole ends, GGUF's yarn_ keys are hardly read, dynamic scaling is not applied. */
    LLAMA_CPP(NativeConstants.RELEASE_LLAMA_CPP);

    final int code;

    Release(int code) {
        this.code = code;
    }
}

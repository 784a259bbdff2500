package io.farspan.eval;

import io.farspan.internal.NativeConstants;

/** How a long text is cut into windows that a model can read, and which tokens each window scores. */
public enum WindowsKind {
    /** Without overlap: every token scored once (Press et al. 2022, main tables). */
    BLOCKS(NativeConstants.WINDOWS_BLOCKS),
    /** Begins at multiples of the stride; the first scores all of itself, later ones what is new (Hugging Face, YaRN). */
    SLIDING(NativeConstants.WINDOWS_SLIDING),
    /** As many new tokens each as the stride says, after up to length - stride earlier ones (fairseq). */
    GROWING(NativeConstants.WINDOWS_GROWING),
    /** Only the last tokens, in windows laid from the end backwards: equal tokens at every length (Su 2023). */
    LAST(NativeConstants.WINDOWS_LAST);

    final int code;

    WindowsKind(int code) {
        this.code = code;
    }
}

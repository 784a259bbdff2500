package io.farspan.eval;

import io.farspan.internal.NativeConstants;

/** The published texts of the passkey task. */
public enum PasskeyForm {
    /** Five lines; the garbage is cut by characters (Mohtashami and Jaggi 2023). */
    LANDMARK(NativeConstants.PASSKEY_LANDMARK),
    /** One line of whole sentences (RedPajama; LM-Infinite). */
    SENTENCES(NativeConstants.PASSKEY_SENTENCES);

    final int code;

    PasskeyForm(int code) {
        this.code = code;
    }
}

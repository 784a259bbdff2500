// Members of the generated class that a person writes.
import io.farspan.internal.NativeConstants;

/** The largest order. */
public static final int MAX_ORDER = NativeConstants.BLEU_MAX_ORDER;

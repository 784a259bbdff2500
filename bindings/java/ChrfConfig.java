// Members of the generated class that a person writes.
import io.farspan.internal.NativeConstants;

/** The most that both orders can be together. */
public static final int MAX_ORDERS = NativeConstants.CHRF_MAX_ORDERS;

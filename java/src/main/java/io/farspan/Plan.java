package io.farspan;

/**
 * Attention prepared for one problem: rotation and bias tables, intervals, tiles. Made once and run often. Immutable;
 * any number of threads may run one at the same time. It needs neither scheme nor problem any more. Close it when it is
 * no longer needed; what is forgotten is freed after garbage collection.
 */
public final class Plan extends PlanCalls {
    Plan(io.farspan.internal.Plan object, Context context) {
        super(object, Context.flagOf(context));
    }
}

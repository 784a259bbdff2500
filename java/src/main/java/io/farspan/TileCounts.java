package io.farspan;

/**
 * How the work of a plan divides, for one sequence and head.
 *
 * @param skipped tiles that no query of theirs sees
 * @param full tiles that are wholly visible
 * @param edge tiles on the edge of a mask
 * @param crossed those of the last two that a branch boundary of a remap crosses
 */
public record TileCounts(long skipped, long full, long edge, long crossed) {}

package io.farspan;

/**
 * What a {@link Cache} holds.
 *
 * @param sequences that have not ended
 * @param blocks in use; a shared block counts once
 * @param freeBlocks kept for later
 * @param blockBytes of one block, all layers and heads
 */
public record CacheStatistics(long sequences, long blocks, long freeBlocks, long blockBytes) {}

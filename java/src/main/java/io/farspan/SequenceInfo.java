package io.farspan;

/**
 * What a {@link Cache} knows of a sequence.
 *
 * @param tokens in the cache
 * @param firstPosition of the oldest token; 0 without tokens
 * @param nextPosition of the next token that is appended without a position
 * @param blocks of 64 positions that the tokens lie in
 * @param sharedBlocks of these, also in use by a fork
 */
public record SequenceInfo(long tokens, long firstPosition, long nextPosition, long blocks, long sharedBlocks) {}

package io.farspan.eval;

/**
 * What accumulated losses say. Every token weighs the same, whatever window it was in.
 *
 * @param tokens scored
 * @param nll mean, nats per token; NaN without any, as the others
 * @param standardError of that mean, from the means of blocks, because neighbouring tokens are not independent; NaN below two blocks
 * @param perplexity exp(nll)
 * @param bitsPerToken nll / ln 2
 * @param bitsPerByte bits of all tokens / bytes; NaN if the bytes are unknown
 */
public record LossSummary(long tokens, double nll, double standardError, double perplexity, double bitsPerToken, double bitsPerByte) {}

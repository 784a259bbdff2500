package io.farspan.eval;

/**
 * One window. The model reads {@code rows} inputs: a BOS if there is one, then the tokens from {@code begin} to before {@code end} - 1.
 * Row r of its logits predicts token {@code end} - {@code rows} + r; the rows from {@code firstRow} on are scored.
 *
 * @param bos reads a BOS first
 * @param begin the first token
 * @param end one past the last token that is predicted; it is not read
 * @param firstScored the first token that counts
 * @param rows inputs
 * @param firstRow the first row of logits that counts
 */
public record Window(boolean bos, long begin, long end, long firstScored, long rows, long firstRow) {}

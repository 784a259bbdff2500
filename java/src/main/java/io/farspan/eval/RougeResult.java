package io.farspan.eval;

/**
 * A ROUGE score; all but the index are 0 to 1.
 *
 * @param reference the index of the reference that scored best
 * @param precision of the hypothesis
 * @param recall of the reference
 * @param fMeasure of both
 */
public record RougeResult(int reference, double precision, double recall, double fMeasure) {}

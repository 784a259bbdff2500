package io.farspan.eval;

import java.util.List;

/**
 * A BLEU score.
 *
 * @param score 0 to 100 (above 100 by rounding only)
 * @param brevityPenalty 1, or exp(1 - reference / hypothesis) for hypotheses that are too short
 * @param precisions percent, smoothed, of n-grams of 1, 2 ... tokens
 * @param hypothesisLength in tokens
 * @param referenceLength in tokens
 */
public record BleuResult(double score, double brevityPenalty, List<Double> precisions, long hypothesisLength, long referenceLength) {}

package io.farspan;

/**
 * Everything that a scheme says about one pair of query and key.
 *
 * @param visible whether the query sees the key
 * @param branch 0 near, 1 or 2 far
 * @param queryAnglePosition the position that rotates the query
 * @param keyAnglePosition the position that rotates the key
 * @param relativePosition their difference: what the rotation sees
 * @param bias what is added to the logit; 0 for a dense bias
 * @param scale the factor on the logit, without 1 / sqrt(head_dim) where the scheme leaves that to the library
 * @param magnitude rotated logits carry its square
 */
public record Probe(boolean visible, int branch, double queryAnglePosition, double keyAnglePosition, double relativePosition,
        double bias, double scale, double magnitude) {
    Probe(io.farspan.internal.Probe fields) {
        this(fields.getVisible() != 0, fields.getBranch(), fields.getQueryAnglePosition(), fields.getKeyAnglePosition(),
                fields.getRelativePosition(), fields.getBias(), fields.getScale(), fields.getMagnitude());
    }
}

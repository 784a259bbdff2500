package io.farspan;

/** Attention by the definition, in double: rotation in the half layout, causal mask, 1 / sqrt(dim). */
final class NaiveAttention {
    final int heads;
    final int tokens;
    final int dim;

    NaiveAttention(int heads, int tokens, int dim) {
        this.heads = heads;
        this.tokens = tokens;
        this.dim = dim;
    }

    /** Turns every row of [heads][tokens][dim] by its position. */
    double[] rotate(float[] rows, double base) {
        double[] out = new double[rows.length];
        for (int row = 0; row < heads * tokens; ++row) {
            for (int p = 0; p < dim / 2; ++p) {
                double angle = (row % tokens) * Math.pow(base, -2.0 * p / dim);
                double u = rows[row * dim + p];
                double v = rows[row * dim + p + dim / 2];
                out[row * dim + p] = u * Math.cos(angle) - v * Math.sin(angle);
                out[row * dim + p + dim / 2] = v * Math.cos(angle) + u * Math.sin(angle);
            }
        }
        return out;
    }

    /** Fills lse[heads][tokens] and answers out[heads][tokens][dim]. */
    double[] run(double[] q, double[] k, float[] v, double[] lse) {
        double[] out = new double[v.length];
        for (int h = 0; h < heads; ++h) {
            for (int i = 0; i < tokens; ++i) {
                int row = h * tokens + i;
                double[] weights = new double[i + 1];
                double sum = 0;
                for (int j = 0; j <= i; ++j) {
                    double logit = 0;
                    for (int d = 0; d < dim; ++d) {
                        logit += q[row * dim + d] * k[(h * tokens + j) * dim + d];
                    }
                    weights[j] = Math.exp(logit / Math.sqrt(dim));
                    sum += weights[j];
                }
                lse[row] = Math.log(sum);
                for (int j = 0; j <= i; ++j) {
                    for (int d = 0; d < dim; ++d) {
                        out[row * dim + d] += weights[j] / sum * v[(h * tokens + j) * dim + d];
                    }
                }
            }
        }
        return out;
    }
}

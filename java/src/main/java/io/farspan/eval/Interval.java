package io.farspan.eval;

/**
 * An interval of resampled values.
 *
 * @param low quantile (1 - confidence) / 2, interpolated between neighbours
 * @param median the middle value
 * @param high quantile (1 + confidence) / 2
 * @param mean of the resampled values
 */
public record Interval(double low, double median, double high, double mean) {}

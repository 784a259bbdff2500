package io.farspan;

/**
 * What a {@link MaskConfig} says, to be read and compared.
 *
 * @param causal whether keys after the query are hidden
 * @param windowLeft keys before the query; -1: all
 * @param windowRight keys after the query; -1: all
 * @param sinks first keys that stay visible
 * @param chunk positions of a chunk; 0: none
 * @param prefix first keys that all queries see
 */
public record MaskSettings(boolean causal, long windowLeft, long windowRight, long sinks, long chunk, long prefix) {
    MaskSettings(io.farspan.internal.MaskConfig fields) {
        this(fields.getCausal() != 0, fields.getWindowLeft(), fields.getWindowRight(), fields.getSinks(), fields.getChunk(),
                fields.getPrefix());
    }
}

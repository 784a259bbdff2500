package io.farspan;

/**
 * What a {@link RemapConfig} says, to be read and compared.
 *
 * @param method the method; null if these classes do not know it
 * @param window in positions
 * @param group of self_extend
 * @param leak of leaky_rerope
 * @param chunk of dual_chunk
 * @param localWindow of dual_chunk
 * @param limit of lm_infinite
 * @param sinks of streaming
 * @param realShift of self_extend
 * @param positionScale of dual_chunk
 */
public record RemapSettings(RemapMethod method, long window, long group, double leak, long chunk, long localWindow, long limit,
        long sinks, boolean realShift, double positionScale) {
    RemapSettings(io.farspan.internal.RemapConfig fields) {
        this(Codes.find(RemapMethod.values(), option -> option.code, fields.getMethod(), null), fields.getWindow(),
                fields.getGroup(), fields.getLeak(), fields.getChunk(), fields.getLocalWindow(), fields.getLimit(),
                fields.getSinks(), fields.getRealShift() != 0, fields.getPositionScale());
    }
}

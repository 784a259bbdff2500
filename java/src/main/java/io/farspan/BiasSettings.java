package io.farspan;

import java.util.List;

/**
 * What a {@link BiasConfig} says, to be read and compared.
 *
 * @param method the method; null if these classes do not know it
 * @param heads all heads of the layer
 * @param headOffset the head that the problem calls 0
 * @param bidirectional whether both directions count
 * @param buckets of t5
 * @param maxDistance of t5
 * @param distanceLimit of alibi; 0: none
 * @param maxBias of alibi
 * @param scale factor on the bias of alibi
 * @param trainedLength of alibi; 0: slopes never shrink
 * @param dim of sandwich
 * @param values [buckets][heads] of t5; empty if there are none
 * @param a of kerple, one per head
 * @param p of kerple, one per head
 */
public record BiasSettings(BiasMethod method, int heads, int headOffset, boolean bidirectional, int buckets, long maxDistance,
        long distanceLimit, double maxBias, double scale, long trainedLength, int dim, List<Float> values, List<Double> a,
        List<Double> p) {
    BiasSettings(BiasConfig config, io.farspan.internal.BiasConfig fields) {
        this(Codes.find(BiasMethod.values(), option -> option.code, fields.getMethod(), null), fields.getHeads(),
                fields.getHeadOffset(), fields.getBidirectional() != 0, fields.getBuckets(), fields.getMaxDistance(),
                fields.getDistanceLimit(), fields.getMaxBias(), fields.getScale(), fields.getTrainedLength(), fields.getDim(),
                Codes.list(config.values), Codes.list(config.a), Codes.list(config.p));
    }
}

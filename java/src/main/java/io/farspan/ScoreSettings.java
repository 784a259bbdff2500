package io.farspan;

import java.util.List;

/**
 * What a {@link ScoreConfig} says, to be read and compared.
 *
 * @param temperature null if these classes do not know it
 * @param scale 0: 1 / sqrt(head_dim)
 * @param multiplier factor on the scale
 * @param trainedLength L of the temperature
 * @param alpha of the temperature
 * @param power of the temperature
 * @param softcap 0: none
 * @param sinks one logit per head; empty if there are none
 * @param sinkHeadOffset the entry of the problem's head 0
 */
public record ScoreSettings(Temperature temperature, double scale, double multiplier, double trainedLength, double alpha,
        double power, double softcap, List<Float> sinks, int sinkHeadOffset) {
    ScoreSettings(ScoreConfig config, io.farspan.internal.ScoreConfig fields) {
        this(Codes.find(Temperature.values(), option -> option.code, fields.getTemperature(), null), fields.getScale(),
                fields.getMultiplier(), fields.getTrainedLength(), fields.getAlpha(), fields.getPower(), fields.getSoftcap(),
                Codes.list(config.sinks), fields.getSinkHeadOffset());
    }
}

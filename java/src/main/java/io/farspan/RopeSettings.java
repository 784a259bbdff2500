package io.farspan;

import java.util.List;

/**
 * What a {@link RopeConfig} says, to be read and compared.
 *
 * @param method the method; null if these classes do not know it, as all options here
 * @param layout which features form a pair; null if not set
 * @param rotaryDim rotated features R
 * @param rotaryOffset the first rotated feature of the head
 * @param angle how angles are formed
 * @param base theta
 * @param factor s
 * @param originalContext L, the trained length; 0 if not set
 * @param betaFast rotations above which a pair is not scaled
 * @param betaSlow rotations below which a pair is scaled in full
 * @param extrapolationFactor weight of the unscaled frequencies
 * @param ramp what the ramp is linear in
 * @param truncate whether the ramp has whole ends
 * @param mscale 0 if not set
 * @param mscaleAllDim 0 if not set
 * @param magnitude the factor on cosine and sine
 * @param lengthSwitch when the long factors apply
 * @param attentionFactor the magnitude itself if it is explicit, otherwise a factor on it
 * @param mixedExponent of ntk_mixed
 * @param lowFreqFactor of llama3
 * @param highFreqFactor of llama3
 * @param rotatedFraction of proportional
 * @param xposScaleBase of xpos
 * @param xposGamma of xpos
 * @param shortFactors divisors of the frequencies; empty if there are none
 * @param longFactors the same beyond the trained length
 * @param axes how pairs divide among position axes
 * @param axisSections pairs of each of the four axes
 */
public record RopeSettings(RopeMethod method, Layout layout, int rotaryDim, int rotaryOffset, RopeConfig.Angle angle, double base,
        double factor, long originalContext, double betaFast, double betaSlow, double extrapolationFactor, RopeConfig.Ramp ramp,
        boolean truncate, double mscale, double mscaleAllDim, RopeConfig.Magnitude magnitude, RopeConfig.LengthSwitch lengthSwitch,
        double attentionFactor, double mixedExponent, double lowFreqFactor, double highFreqFactor, double rotatedFraction,
        double xposScaleBase, double xposGamma, List<Double> shortFactors, List<Double> longFactors, Axes axes,
        List<Integer> axisSections) {
    RopeSettings(RopeConfig config, io.farspan.internal.RopeConfig fields) {
        this(Codes.find(RopeMethod.values(), option -> option.code, fields.getMethod(), null),
                Codes.find(Layout.values(), option -> option.code, fields.getLayout(), null), fields.getRotaryDim(),
                fields.getRotaryOffset(), Codes.find(RopeConfig.Angle.values(), option -> option.code, fields.getAngle(), null),
                fields.getBase(), fields.getFactor(), fields.getOriginalContext(), fields.getBetaFast(), fields.getBetaSlow(),
                fields.getExtrapolationFactor(),
                Codes.find(RopeConfig.Ramp.values(), option -> option.code, fields.getRamp(), null), fields.getTruncate() != 0,
                fields.getMscale(), fields.getMscaleAllDim(),
                Codes.find(RopeConfig.Magnitude.values(), option -> option.code, fields.getMagnitude(), null),
                Codes.find(RopeConfig.LengthSwitch.values(), option -> option.code, fields.getLengthSwitch(), null),
                fields.getAttentionFactor(), fields.getMixedExponent(), fields.getLowFreqFactor(), fields.getHighFreqFactor(),
                fields.getRotatedFraction(), fields.getXposScaleBase(), fields.getXposGamma(), Codes.list(config.shortFactors),
                Codes.list(config.longFactors), Codes.find(Axes.values(), option -> option.code, fields.getAxes(), null),
                List.of(fields.get_axis_section(0), fields.get_axis_section(1), fields.get_axis_section(2), fields.get_axis_section(3)));
    }
}

package farspan_test

import (
	"errors"
	"strings"
	"testing"

	"farspan.io/farspan"
)

func TestSchemesAreText(t *testing.T) {
	rope := farspan.NewRopeConfig(farspan.RopeYarn)
	rope.Layout, rope.RotaryDim, rope.Factor, rope.OriginalContext = farspan.LayoutHalf, 64, 4, 4096
	mask := farspan.NewMaskConfig()
	mask.Sinks = 4
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{Rope: rope, Mask: mask}))
	defer scheme.Close()
	text := must(scheme.JSON())
	want := `{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 64, "factor": 4, "original_context": 4096}, "mask": {"sinks": 4}}`
	if text != want {
		t.Errorf("the text is %s", text)
	}
	same := must(farspan.SchemeFromJSON([]byte(text)))
	if must(same.JSON()) != text {
		t.Errorf("it comes back as %s", must(same.JSON()))
	}
	same.Close()
	if _, err := same.JSON(); !errors.Is(err, farspan.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	long := must(farspan.SchemeFromJSON([]byte(`{"score": {"sink_logits": [` + strings.Repeat("0.5, ", 999) + `0.5]}}`)))
	defer long.Close()
	if len(must(long.JSON())) < 2000 {
		t.Error("a text longer than the first buffer")
	}
	_, err := farspan.SchemeFromJSON([]byte(`{"rope": {"basee": 1}}`))
	expectStatus(t, err, farspan.ErrFormat)
	if err.Error() != "farspan: $.rope.basee is not a field of rope" {
		t.Error(err)
	}
	_, err = farspan.SchemeFromJSON(nil)
	expectStatus(t, err, farspan.ErrFormat)
}

func half(method farspan.RopeMethod) *farspan.RopeConfig {
	rope := farspan.NewRopeConfig(method)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, 16
	return rope
}

func expectText(t *testing.T, config farspan.SchemeConfig, want string) {
	t.Helper()
	scheme := must(farspan.NewScheme(config))
	defer scheme.Close()
	if text := must(scheme.JSON()); text != want {
		t.Errorf("the text is %s", text)
	}
}

// Each field of a configuration is the field of its name.
func TestEveryFieldIsThatOfItsName(t *testing.T) {
	rope := farspan.NewRopeConfig(farspan.RopeYarn)
	rope.Layout, rope.RotaryDim, rope.RotaryOffset, rope.Angle = farspan.LayoutInterleaved, 16, 4, farspan.AngleFloat32
	rope.Base, rope.Factor, rope.OriginalContext, rope.BetaFast, rope.BetaSlow = 5000, 8, 640, 30, 2
	rope.ExtrapolationFactor, rope.Ramp, rope.Magnitude = 0.5, farspan.RampRotations, farspan.MagnitudeExplicit
	rope.AttentionFactor, rope.Axes, rope.AxisSections = 1.25, farspan.AxesSections, [4]int32{1, 2, 2, 3}
	bias := farspan.NewBiasConfig(farspan.BiasALiBi)
	bias.Heads, bias.Bidirectional, bias.DistanceLimit, bias.MaxBias, bias.Scale, bias.TrainedLength = 4, true, 64, 16, 0.125, 128
	mask := farspan.NewMaskConfig()
	mask.Causal, mask.WindowLeft, mask.WindowRight, mask.Sinks, mask.Chunk, mask.Prefix = false, 50, 30, 1, 160, 2
	score := farspan.NewScoreConfig()
	score.Temperature, score.Scale, score.Multiplier, score.TrainedLength = farspan.TemperatureLength, 2, 3, 100
	score.Alpha, score.Power, score.Softcap = 0.2, 2, 30
	expectText(t, farspan.SchemeConfig{Rope: rope, Bias: bias, Mask: mask, Score: score}, `{"rope": {"method": "yarn", "layout": "interleaved", "rotary_dim": 16, "rotary_offset": 4, "angle": "float32", "base": 5000, "factor": 8, "original_context": 640, "beta_fast": 30, "beta_slow": 2, "extrapolation_factor": 0.5, "ramp": "rotations", "magnitude": "explicit", "attention_factor": 1.25, "axes": "sections", "axis_sections": [1, 2, 2, 3]}, "bias": {"method": "alibi", "heads": 4, "bidirectional": true, "distance_limit": 64, "max_bias": 16, "scale": 0.125, "trained_length": 128}, "mask": {"causal": false, "window_left": 50, "window_right": 30, "sinks": 1, "chunk": 160, "prefix": 2}, "score": {"temperature": "length", "scale": 2, "multiplier": 3, "trained_length": 100, "alpha": 0.2, "power": 2, "softcap": 30}}`)
}

func TestEveryFieldOfAMethodIsThatOfItsName(t *testing.T) {
	rope, remap := half(farspan.RopeYarn), farspan.NewRemapConfig(farspan.RemapLeakyReRope)
	rope.Factor, rope.OriginalContext, rope.Truncate, rope.Mscale, rope.MscaleAllDim = 8, 640, false, 0.5, 0.25
	remap.Window, remap.Leak = 20, 4
	expectText(t, farspan.SchemeConfig{Rope: rope, Remap: remap}, `{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 16, "factor": 8, "original_context": 640, "truncate": false, "mscale": 0.5, "mscale_all_dim": 0.25}, "remap": {"method": "leaky_rerope", "window": 20, "leak": 4}}`)
	rope, remap = half(farspan.RopeNTKMixed), farspan.NewRemapConfig(farspan.RemapSelfExtend)
	rope.MixedExponent = 0.5
	remap.Window, remap.Group, remap.RealShift = 20, 4, true
	expectText(t, farspan.SchemeConfig{Rope: rope, Remap: remap}, `{"rope": {"method": "ntk_mixed", "layout": "half", "rotary_dim": 16, "mixed_exponent": 0.5}, "remap": {"method": "self_extend", "window": 20, "group": 4, "real_shift": true}}`)
	rope, remap = half(farspan.RopeLlama3), farspan.NewRemapConfig(farspan.RemapDualChunk)
	rope.OriginalContext, rope.LowFreqFactor, rope.HighFreqFactor = 640, 2, 8
	remap.Chunk, remap.LocalWindow, remap.PositionScale = 40, 4, 2
	expectText(t, farspan.SchemeConfig{Rope: rope, Remap: remap}, `{"rope": {"method": "llama3", "layout": "half", "rotary_dim": 16, "original_context": 640, "low_freq_factor": 2, "high_freq_factor": 8}, "remap": {"method": "dual_chunk", "chunk": 40, "local_window": 4, "position_scale": 2}}`)
	rope, remap = half(farspan.RopeProportional), farspan.NewRemapConfig(farspan.RemapLMInfinite)
	rope.RotatedFraction = 0.5
	remap.Window, remap.Limit = 20, 30
	expectText(t, farspan.SchemeConfig{Rope: rope, Remap: remap}, `{"rope": {"method": "proportional", "layout": "half", "rotary_dim": 16, "rotated_fraction": 0.5}, "remap": {"method": "lm_infinite", "window": 20, "limit": 30}}`)
	rope, bias := half(farspan.RopeXPos), farspan.NewBiasConfig(farspan.BiasT5)
	rope.XPosScaleBase, rope.XPosGamma = 256, 0.5
	bias.Heads, bias.Buckets, bias.MaxDistance, bias.Values = 2, 4, 64, []float32{1, 2, 3, 4, 5, 6, 7, 8}
	expectText(t, farspan.SchemeConfig{Rope: rope, Bias: bias}, `{"rope": {"method": "xpos", "layout": "half", "rotary_dim": 16, "xpos_scale_base": 256, "xpos_gamma": 0.5}, "bias": {"method": "t5", "heads": 2, "buckets": 4, "max_distance": 64, "values": [1, 2, 3, 4, 5, 6, 7, 8]}}`)
	bias = farspan.NewBiasConfig(farspan.BiasKerpleLog)
	bias.Heads, bias.A, bias.P = 2, []float64{0.5, 1}, []float64{2, 3}
	expectText(t, farspan.SchemeConfig{Bias: bias}, `{"bias": {"method": "kerple_log", "heads": 2, "a": [0.5, 1], "p": [2, 3]}}`)
	bias = farspan.NewBiasConfig(farspan.BiasSandwich)
	bias.Heads, bias.Dim = 2, 64
	expectText(t, farspan.SchemeConfig{Bias: bias}, `{"bias": {"method": "sandwich", "heads": 2, "dim": 64}}`)
}

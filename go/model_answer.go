package farspan

import (
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// ModelLayer is one layer of a model. Its SchemeConfig is what its scheme is made of, a copy: change it (sinks, another remap ...) and
// give it to NewScheme. For LayerOther all five parts are nil.
type ModelLayer struct {
	Kind           LayerKind
	Alike          int64 // the first layer with the same settings; equal numbers mean the same scheme
	QueryHeads     int64
	KeyHeads       int64
	HeadDim        int64
	ValueDim       int64
	Window         int64   // keys that a query sees at most, itself included; 0: all before it
	AttentionScale float64 // factor on <q, k>, without temperature and without the rope part's magnitude
	SchemeConfig
}

func (l *ModelLayer) read(n raw.ModelLayer) {
	*l = ModelLayer{Kind: LayerKind(n.GetKind()), Alike: n.GetAlike(), QueryHeads: n.GetQuery_heads(), KeyHeads: n.GetKey_heads(),
		HeadDim: n.GetHead_dim(), ValueDim: n.GetValue_dim(), Window: n.GetWindow(), AttentionScale: n.GetAttention_scale()}
}

// The arrays of a layer, as bindings/flat_model.h numbers them.
const (
	layerShortFactors int32 = 0
	layerLongFactors  int32 = 1
	layerBiasA        int32 = 2
	layerBiasP        int32 = 3
	layerBiasValues   int32 = 4
	layerSinkLogits   int32 = 5
	layerBiasSlopes   int32 = 6
)

// layerParts copies the configurations of a layer that has softmax attention.
func layerParts(model raw.Model, index int64) (parts SchemeConfig, err error) {
	rope, remap, bias := raw.NewRopeConfig(int32(RopeNone)), raw.NewRemapConfig(int32(RemapNone)), raw.NewBiasConfig(int32(BiasNone))
	mask, score := raw.NewMaskConfig(), raw.NewScoreConfig()
	defer raw.DeleteRopeConfig(rope)
	defer raw.DeleteRemapConfig(remap)
	defer raw.DeleteBiasConfig(bias)
	defer raw.DeleteMaskConfig(mask)
	defer raw.DeleteScoreConfig(score)
	if failure := raw.Model_layer_parts(model, index, rope, remap, bias, mask, score); failure != nil {
		return parts, asError(failure)
	}
	parts = SchemeConfig{new(RopeConfig), new(RemapConfig), new(BiasConfig), new(MaskConfig), new(ScoreConfig)}
	parts.Rope.move(cross.FromC, rope)
	parts.Remap.move(cross.FromC, remap)
	parts.Bias.move(cross.FromC, bias)
	parts.Mask.move(cross.FromC, mask)
	parts.Score.move(cross.FromC, score)
	for which, array := range map[int32]*[]float64{layerShortFactors: &parts.Rope.ShortFactors, layerLongFactors: &parts.Rope.LongFactors,
		layerBiasA: &parts.Bias.A, layerBiasP: &parts.Bias.P, layerBiasSlopes: &parts.Bias.Slopes} {
		if err == nil {
			*array, err = layerArray(model, index, which, raw.Model_layer_doubles)
		}
	}
	for which, array := range map[int32]*[]float32{layerBiasValues: &parts.Bias.Values, layerSinkLogits: &parts.Score.SinkLogits} {
		if err == nil {
			*array, err = layerArray(model, index, which, raw.Model_layer_floats)
		}
	}
	return parts, err
}

// layerArray copies one array; nil if there is none.
func layerArray[T any](model raw.Model, index int64, which int32,
	copied func(raw.Model, int64, int32, *T, int64) *raw.Failure) ([]T, error) {
	size := raw.Model_layer_array_count(model, index, which)
	if size == 0 {
		return nil, nil
	}
	values := make([]T, size)
	return values, asError(copied(model, index, which, first(values), count(values)))
}

package farspan

import "farspan.io/farspan/internal/raw"

// ModelInfo is what a configuration says as a whole. Heads and sizes are those of the first layer with attention; see ModelLayer.
type ModelInfo struct {
	Family            string // model_type, or general.architecture
	Absolute          AbsoluteKind
	Layers            int64 // encoder and decoder together; the encoder's come first
	EncoderLayers     int64 // 0 unless encoder-decoder
	QueryHeads        int64
	KeyHeads          int64
	HeadDim           int64 // of queries and keys; with latent attention (MLA) the rotated and unrotated parts together
	ValueDim          int64
	Hidden            int64   // width of the model; 0: unknown
	Vocabulary        int64   // 0: unknown
	Context           int64   // the length that the file states; 0: unknown or unlimited
	TrainedContext    int64   // L: positions that the unscaled rotation was trained on; 0: unknown
	UsableContext     int64   // longest length for which the resolved settings are meant; 0: no limit known
	UsableContextMost int64   // the same unless the file is ambiguous: linear or dynamic scaling may or may not be in Context
	AbsoluteRows      int64   // rows of the learned table; 0: none
	AbsoluteOffset    int64   // position p is row p + offset (OPT: 2)
	LayerKinds        int64   // how many different layers there are
	FinalSoftcap      float64 // cap on the output logits, not on attention (Gemma 2: 30); 0: none
}

func (i *ModelInfo) read(n raw.ModelInfo) {
	*i = ModelInfo{n.GetFamily(), AbsoluteKind(n.GetAbsolute()), n.GetLayers(), n.GetEncoder_layers(), n.GetQuery_heads(),
		n.GetKey_heads(), n.GetHead_dim(), n.GetValue_dim(), n.GetHidden(), n.GetVocabulary(), n.GetContext(), n.GetTrained_context(),
		n.GetUsable_context(), n.GetUsable_context_most(), n.GetAbsolute_rows(), n.GetAbsolute_offset(), n.GetLayer_kinds(),
		n.GetFinal_softcap()}
}

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
	layerSinks        int32 = 5
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
	parts.Rope.move(fromC, rope)
	parts.Remap.move(fromC, remap)
	parts.Bias.move(fromC, bias)
	parts.Mask.move(fromC, mask)
	parts.Score.move(fromC, score)
	for which, array := range map[int32]*[]float64{layerShortFactors: &parts.Rope.ShortFactors, layerLongFactors: &parts.Rope.LongFactors,
		layerBiasA: &parts.Bias.A, layerBiasP: &parts.Bias.P} {
		if err == nil {
			*array, err = layerArray(model, index, which, raw.Model_layer_doubles)
		}
	}
	for which, array := range map[int32]*[]float32{layerBiasValues: &parts.Bias.Values, layerSinks: &parts.Score.Sinks} {
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

// ModelNote is something that reading a configuration has to say.
type ModelNote struct {
	Severity Severity
	Code     NoteCode
	Path     string // JSON path "$.rope_scaling.factor", or GGUF key; "" if it concerns no single key
	Text     string // a sentence
}

package farspan

import "farspan.io/farspan/internal/raw"

// RopeConfig is the rope part: how the angle of each rotary pair grows with the position. In the comments, [yarn, llama3] lists the
// methods that read a field. A field that the method does not read must keep its default.
type RopeConfig struct {
	Method              RopeMethod
	Layout              Layout       // required unless Method is RopeNone
	RotaryDim           int32        // R: rotated features, even, 2 .. head_dim; required
	RotaryOffset        int32        // first rotated feature of the head
	Angle               Angle        // precision of angles
	Base                float64      // theta > 1
	Factor              float64      // s > 0 [linear, ntk*, dynamic_ntk, ntk_by_parts, yarn, longrope, llama3, proportional]
	OriginalContext     int64        // L, the trained length > 0 [dynamic_*, ntk_by_parts, yarn, longrope, llama3]
	BetaFast            float64      // rotations [ntk_by_parts, yarn, dynamic_yarn]
	BetaSlow            float64      // rotations [ntk_by_parts, yarn, dynamic_yarn]
	ExtrapolationFactor float64      // 0 .. 1 [ntk_by_parts, yarn, dynamic_yarn]
	Ramp                Ramp         // [ntk_by_parts, yarn, dynamic_yarn]
	Truncate            bool         // floor and ceil of the ramp's ends; false: real ends (gpt-oss)
	Mscale              float64      // with MscaleAllDim, both non-zero: m = g(s, Mscale) / g(s, MscaleAllDim), g = 0.1 c ln s + 1 [yarn]
	MscaleAllDim        float64      // 0: unset
	Magnitude           Magnitude    // rule for the factor on cos and sin
	LengthSwitch        LengthSwitch // [longrope]
	AttentionFactor     float64      // m itself with MagnitudeExplicit; otherwise a factor on m
	MixedExponent       float64      // 0 .. 1 [ntk_mixed]
	LowFreqFactor       float64      // [llama3]
	HighFreqFactor      float64      // [llama3]
	RotatedFraction     float64      // 0 .. 1 [proportional]
	XPosScaleBase       float64      // positions [xpos]
	XPosGamma           float64      // zeta[p] = (2p + gamma R) / ((1 + gamma) R) [xpos]
	ShortFactors        []float64    // PairFactorCount divisors > 0 of inv_freq [longrope, pair_factors]
	LongFactors         []float64    // [longrope]
	PairFactorCount     int32        // R/2
	Axes                Axes         // positions per token
	AxisSections        [4]int32     // pairs per axis; their sum is R/2 (interleaved: at most R/2)

	made made
}

// NewRopeConfig gives every default of a method. Layout and RotaryDim have none.
func NewRopeConfig(method RopeMethod) *RopeConfig {
	native := raw.NewRopeConfig(int32(method))
	defer raw.DeleteRopeConfig(native)
	config := new(RopeConfig)
	config.move(fromC, native)
	return config
}

// RemapConfig is the remap part: which position the rope part sees. It needs a causal mask without prefix, a single position axis,
// and not xpos. A remap does not choose the mask: give RemapLMInfinite and RemapStreaming the mask named with them.
type RemapConfig struct {
	Method        RemapMethod
	Window        int64   // > 0, in positions; required by all but dual_chunk
	Group         int64   // G >= 1 [self_extend]
	Leak          float64 // k >= 1 [leaky_rerope]
	Chunk         int64   // C [dual_chunk]
	LocalWindow   int64   // w, 0 < w < C [dual_chunk]
	Limit         int64   // 0: Window [lm_infinite]
	Sinks         int64   // >= 0 [streaming]
	RealShift     bool    // the query's shift is Window/Group as a real number, as some releases do [self_extend]
	PositionScale float64 // positions divided after the map (PI inside DCA) [dual_chunk]

	made made
}

// NewRemapConfig gives every default of a method.
func NewRemapConfig(method RemapMethod) *RemapConfig {
	native := raw.NewRemapConfig(int32(method))
	defer raw.DeleteRemapConfig(native)
	config := new(RemapConfig)
	config.move(fromC, native)
	return config
}

// BiasConfig is the bias part: what is added to the logit as a function of distance and head.
type BiasConfig struct {
	Method        BiasMethod
	Heads         int32     // all heads of the layer, also of other ranks; required unless none or dense
	HeadOffset    int32     // the problem's head 0 is this head (tensor parallel hosts)
	Bidirectional bool      // [alibi] -slope |d| in both directions; [t5] half of the buckets per direction
	Buckets       int32     // [t5]
	MaxDistance   int64     // [t5]
	DistanceLimit int64     // 0: none; otherwise distances count as at most this (LM-Infinite on ALiBi) [alibi]
	MaxBias       float64   // slopes 2^(-MaxBias (h+1)/Heads) [alibi]
	Scale         float64   // factor on the bias. Falcon: 1/sqrt(head_dim) [alibi]
	TrainedLength int64     // 0: off; otherwise slopes shrink by TrainedLength/length beyond it [alibi]
	Dim           int32     // even [sandwich]
	Values        []float32 // [Buckets][Heads], row-major [t5]
	A             []float64 // [Heads] > 0 [kerple]
	P             []float64 // [Heads] > 0 [kerple; power: <= 2]

	made made
}

// NewBiasConfig gives every default of a method.
func NewBiasConfig(method BiasMethod) *BiasConfig {
	native := raw.NewBiasConfig(int32(method))
	defer raw.DeleteBiasConfig(native)
	config := new(BiasConfig)
	config.move(fromC, native)
	return config
}

// MaskConfig is the mask part: which keys a query sees. Key j is visible if p_j < Prefix, or if (with Causal: p_j <= p_i, and)
// p_j < Sinks, or if (with Causal: p_j <= p_i, and) it is inside the window and in the query's chunk. Windows exclude the query
// itself, as FlashAttention counts: Hugging Face's sliding_window W is WindowLeft = W - 1.
type MaskConfig struct {
	Causal      bool
	WindowLeft  int64 // -1: unlimited
	WindowRight int64 // -1: unlimited; only without Causal
	Sinks       int64 // first keys that stay visible
	Chunk       int64 // 0: off (Llama 4's chunked attention)
	Prefix      int64 // prefix-LM

	made made
}

// NewMaskConfig gives the default mask, which is causal.
func NewMaskConfig() *MaskConfig {
	native := raw.NewMaskConfig()
	defer raw.DeleteMaskConfig(native)
	config := new(MaskConfig)
	config.move(fromC, native)
	return config
}

// ScoreConfig is the score part: the scale of the logit.
type ScoreConfig struct {
	Temperature    Temperature
	Scale          float64   // 0: 1/sqrt(head_dim); T5: 1
	Multiplier     float64   // DeepSeek: mscale^2
	TrainedLength  float64   // L > 1 for log-n; llama4, ministral3: their floor
	Alpha          float64   // [llama4, length, ministral3]
	Power          float64   // [length]
	Softcap        float64   // 0: off; else cap * tanh(s / cap)
	Sinks          []float32 // SinkHeads logits, one per head, that join the softmax's sum (gpt-oss; softmax1: zeros)
	SinkHeads      int32     // length of Sinks
	SinkHeadOffset int32     // the problem's head 0 is this entry

	made made
}

// NewScoreConfig gives the default score, 1/sqrt(head_dim).
func NewScoreConfig() *ScoreConfig {
	native := raw.NewScoreConfig()
	defer raw.DeleteScoreConfig(native)
	config := new(ScoreConfig)
	config.move(fromC, native)
	return config
}

package farspan

// Layout is the pairing of features. A head of 8 features has the pairs 0 1 2 3 0 1 2 3 (half: NeoX, rotate_half; Hugging Face's
// Llama, Qwen, Gemma) or 0 0 1 1 2 2 3 3 (interleaved: GPT-J; Meta's Llama, GLM). There is no default: a wrong guess gives fluent
// nonsense.
type Layout int32

// The layouts.
const (
	LayoutHalf        Layout = 1
	LayoutInterleaved Layout = 2
)

// Angle is the precision in which angles are formed.
type Angle int32

// The angles.
const (
	AngleExact   Angle = 0 // in double: as exact at position 10^7 as at 10
	AngleFloat32 Angle = 1 // rounded to float32 as Hugging Face does, to match its bits
)

// Ramp is the ramp between YaRN's frequency bands.
type Ramp int32

// The ramps.
const (
	RampPairIndex Ramp = 0 // linear in the pair index, what every implementation of YaRN computes
	RampRotations Ramp = 1 // linear in the number of rotations, the paper's equations 17 to 20
)

// Magnitude is the rule for the factor on cos and sin.
type Magnitude int32

// The magnitudes; s is the factor, L the original context.
const (
	MagnitudeDefault   Magnitude = 0 // the method's own: YaRN 0.1 ln s + 1, LongRoPE sqrt(1 + ln s / ln L), else 1
	MagnitudeYarn      Magnitude = 1 // 0.1 ln s + 1 [longrope]
	MagnitudeExplicit  Magnitude = 2 // AttentionFactor as given
	MagnitudeUnclamped Magnitude = 3 // 0.1 ln s + 1 also for s < 1, as ggml [yarn]
)

// LengthSwitch says when LongRoPE uses its long factors.
type LengthSwitch int32

// The switches.
const (
	SwitchAfter      LengthSwitch = 0 // when length > OriginalContext (the paper, current Hugging Face)
	SwitchAt         LengthSwitch = 1 // when length >= OriginalContext, and the magnitude is 1 below it (Hugging Face 4.46 and 4.47)
	SwitchAlwaysLong LengthSwitch = 2
)

// Axes says which of several positions per token a pair uses (M-RoPE).
type Axes int32

// The axes.
const (
	AxesNone            Axes = 0 // one position per token
	AxesSections        Axes = 1 // Qwen2-VL: pairs [0, a) axis 0, [a, a+b) axis 1, [a+b, a+b+c) axis 2 ...
	AxesInterleaved     Axes = 2 // Qwen3-VL: t h w t h w ..., leftover pairs on axis 0
	AxesInterleavedGGML Axes = 3 // the same, leftover pairs on axis 3
)

// Side chooses the maps of a branch for Scheme.RopeApply.
type Side int32

// The sides.
const (
	SideQuery Side = 0
	SideKey   Side = 1
)

// Direction is what Scheme.RopeApply does.
type Direction int32

// The directions.
const (
	RotateForward Direction = 0 // rotate by the position, times the magnitude
	RotateInverse Direction = 1 // undo RotateForward (also the gradient up to the square of the magnitude)
	RotateDelta   Direction = 2 // rotate by a difference of positions, without magnitude: moves cached keys
)

// SinusoidalLayout is the order of sines and cosines.
type SinusoidalLayout int32

// The layouts of SinusoidalFill.
const (
	SinusoidalInterleaved   SinusoidalLayout = 1 // sin, cos, sin, cos ... (Vaswani et al. 2017)
	SinusoidalBlocks        SinusoidalLayout = 2 // all sines, then all cosines (RoFormer, Marian)
	SinusoidalTensor2Tensor SinusoidalLayout = 3 // blocks, exponent over dim/2 - 1 (tensor2tensor, fairseq)
)

// State says whether queries and keys already carry their position.
type State int32

// The states.
const (
	StateRaw     State = 0 // they carry none: the library rotates them
	StateRotated State = 1 // they are rotated, and carry the magnitude: the rope part is skipped
)

// ISA is an instruction set.
type ISA int32

// The instruction sets.
const (
	ISABest   ISA = 0 // the best of this machine, or what the environment variable FARSPAN_ISA names
	ISAScalar ISA = 1
	ISAAVX2   ISA = 2 // AVX2, FMA, F16C
	ISAAVX512 ISA = 3 // F, CD, DQ, BW, VL
	ISANEON   ISA = 4
)

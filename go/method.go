package farspan

import (
	"strings"

	"farspan.io/farspan/internal/raw"
)

// Part is a part of a scheme that has named methods.
type Part int32

// The parts with methods.
const (
	PartRope        Part = 0
	PartRemap       Part = 1
	PartBias        Part = 2
	PartTemperature Part = 3
)

// MethodName is the spelling of a method, such as "yarn", "self_extend" or "alibi"; "" if there is no such method.
func MethodName(part Part, method int32) string { return raw.Method_name(int32(part), method) }

// FindMethod is the number of the method spelled name, -1 if there is none. Convert it to the type of its part, such as RopeMethod.
func FindMethod(part Part, name string) int32 {
	if strings.IndexByte(name, 0) >= 0 {
		return -1 // C would see the text before it only
	}
	return raw.Method_find(int32(part), name)
}

// MethodCount tells how many methods a part has: they are numbered from 0.
func MethodCount(part Part) int32 { return raw.Method_count(int32(part)) }

// RopeMethod says how the angle of each rotary pair grows with the position.
type RopeMethod int32

// The rope methods. Pair p of rotary_dim/2 turns by position * inv_freq[p]; inv_freq[p] = base^(-2p/rotary_dim) before scaling.
const (
	RopeNone           RopeMethod = 0  // no rotation
	RopeBase           RopeMethod = 1  // RoPE (Su et al. 2021)
	RopeLinear         RopeMethod = 2  // position interpolation, PI (Chen et al. 2023)
	RopeDynamicLinear  RopeMethod = 3  // PI with factor = length / OriginalContext once length exceeds it
	RopeNTK            RopeMethod = 4  // NTK-aware: base * factor^(R/(R-2))
	RopeNTKOld         RopeMethod = 5  // kexue 9675
	RopeNTKFixed       RopeMethod = 6  // kexue 9706
	RopeNTKMixed       RopeMethod = 7  // kexue 9706
	RopeDynamicNTK     RopeMethod = 8  // base grows with length
	RopeDynamicNTKQwen RopeMethod = 9  // Qwen-1
	RopeNTKByParts     RopeMethod = 10 // YaRN's frequencies without its magnitude (Peng et al. 2023)
	RopeYarn           RopeMethod = 11 // NTK-by-parts and a magnitude (Peng et al. 2023)
	RopeDynamicYarn    RopeMethod = 12 // YaRN with factor = length / OriginalContext, plain up to it
	RopeLongRope       RopeMethod = 13 // divisors per pair, short or long by length (Ding et al. 2024)
	RopeLlama3         RopeMethod = 14 // Llama 3.1: three bands by wavelength
	RopeProportional   RopeMethod = 15 // first RotatedFraction of the pairs, exponent over the full width
	RopeXPos           RopeMethod = 16 // xPos / LeX (Sun et al. 2022); causal
	RopePairFactors    RopeMethod = 17 // inv_freq[p] / ShortFactors[p], as GGUF's freq_factors
)

// String is the spelling of the method; "" if there is no such method.
func (m RopeMethod) String() string { return MethodName(PartRope, int32(m)) }

// RemapMethod says which position the rope part sees.
type RemapMethod int32

// The remap methods.
const (
	RemapNone        RemapMethod = 0
	RemapReRope      RemapMethod = 1 // distance >= Window counts as Window (Su 2023)
	RemapLeakyReRope RemapMethod = 2 // distance >= Window: Window + (distance - Window) / Leak
	RemapSelfExtend  RemapMethod = 3 // far positions in groups (Jin et al. 2024)
	RemapDualChunk   RemapMethod = 4 // Dual Chunk Attention (An et al. 2024)
	RemapLMInfinite  RemapMethod = 5 // distance >= Window counts as Limit (Han et al. 2023); with MaskConfig.Sinks
	RemapStreaming   RemapMethod = 6 // StreamingLLM (Xiao et al. 2023); with the mask Sinks = Sinks, WindowLeft = Window
)

// String is the spelling of the method; "" if there is no such method.
func (m RemapMethod) String() string { return MethodName(PartRemap, int32(m)) }

// BiasMethod says what is added to the logit as a function of distance and head.
type BiasMethod int32

// The bias methods.
const (
	BiasNone        BiasMethod = 0
	BiasALiBi       BiasMethod = 1 // -slope[h] * distance (Press et al. 2022)
	BiasT5          BiasMethod = 2 // Values[bucket][h] (Raffel et al. 2020)
	BiasKerpleLog   BiasMethod = 3 // -P[h] ln(1 + A[h] d) (Chi et al. 2022)
	BiasKerplePower BiasMethod = 4 // -A[h] d^P[h]
	BiasSandwich    BiasMethod = 5 // Sandwich (Chi et al. 2023)
	BiasDense       BiasMethod = 6 // a tensor given to Plan.Run: FIRE, or anything additive
)

// String is the spelling of the method; "" if there is no such method.
func (m BiasMethod) String() string { return MethodName(PartBias, int32(m)) }

// Temperature says how the scale of the logit depends on the query's position.
type Temperature int32

// The temperatures; s_i is the scale of query i, L is TrainedLength.
const (
	TemperatureNone        Temperature = 0
	TemperatureLogN        Temperature = 1 // s_i *= max(1, ln(p_i + 1) / ln L) (Su)
	TemperatureLogNTrained Temperature = 2 // s_i *= ln(p_i + 1) / ln L, below 1 too: for models trained so
	TemperatureLogNLong    Temperature = 3 // as LogN, only when length > L (later Qwen-1 revisions)
	TemperatureLlama4      Temperature = 4 // s_i *= 1 + Alpha ln(floor((p_i + 1) / L) + 1)
	TemperatureLength      Temperature = 5 // s *= max(1, Alpha ln(length / L) + 1)^Power
	TemperatureMinistral3  Temperature = 6 // as Llama4, but counted from p_i: s_i *= 1 + Alpha ln(floor(p_i / L) + 1)
)

// String is the spelling of the temperature; "" if there is no such temperature.
func (t Temperature) String() string { return MethodName(PartTemperature, int32(t)) }

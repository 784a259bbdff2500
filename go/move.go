package farspan

import (
	"strings"

	"farspan.io/farspan/internal/raw"
)

// Configurations cross field by field, through the accessors that SWIG made from the header: each line below serves both directions.
type direction bool

// The directions, seen from Go.
const (
	fromC direction = false
	toC   direction = true
)

// number is a type of a field, in Go or in C.
type number interface{ ~int32 | ~int64 | ~float64 }

// move copies one field.
func move[G, C number](d direction, field *G, get func() C, set func(C)) {
	if d == toC {
		set(C(*field))
	} else {
		*field = G(get())
	}
}

// moveFlag copies a field that is 0 or 1 in C.
func moveFlag(d direction, field *bool, get func() int32, set func(int32)) {
	switch {
	case d == fromC:
		*field = get() != 0
	case *field:
		set(1)
	default:
		set(0)
	}
}

// made is in the structs whose zero value means something else than the library's defaults: whoever forgets New...Config is told.
type made bool

func (m *made) move(d direction) {
	if d == fromC {
		*m = true
	}
}

// check refuses a struct that the function of that name did not fill; argument is that of the C function.
func (m made) check(argument int, function string) error {
	if m {
		return nil
	}
	return &Error{ErrParameterRange, argument, "a " + strings.TrimPrefix(function, "New") + " must come from " + function +
		": its zero value has none of the library's defaults"}
}

func (c *RopeConfig) move(d direction, n raw.RopeConfig) {
	c.made.move(d)
	move(d, &c.Method, n.GetMethod, n.SetMethod)
	move(d, &c.Layout, n.GetLayout, n.SetLayout)
	move(d, &c.RotaryDim, n.GetRotary_dim, n.SetRotary_dim)
	move(d, &c.RotaryOffset, n.GetRotary_offset, n.SetRotary_offset)
	move(d, &c.Angle, n.GetAngle, n.SetAngle)
	move(d, &c.Base, n.GetBase, n.SetBase)
	move(d, &c.Factor, n.GetFactor, n.SetFactor)
	move(d, &c.OriginalContext, n.GetOriginal_context, n.SetOriginal_context)
	move(d, &c.BetaFast, n.GetBeta_fast, n.SetBeta_fast)
	move(d, &c.BetaSlow, n.GetBeta_slow, n.SetBeta_slow)
	move(d, &c.ExtrapolationFactor, n.GetExtrapolation_factor, n.SetExtrapolation_factor)
	move(d, &c.Ramp, n.GetRamp, n.SetRamp)
	moveFlag(d, &c.Truncate, n.GetTruncate, n.SetTruncate)
	move(d, &c.Mscale, n.GetMscale, n.SetMscale)
	move(d, &c.MscaleAllDim, n.GetMscale_all_dim, n.SetMscale_all_dim)
	move(d, &c.Magnitude, n.GetMagnitude, n.SetMagnitude)
	move(d, &c.LengthSwitch, n.GetLength_switch, n.SetLength_switch)
	move(d, &c.AttentionFactor, n.GetAttention_factor, n.SetAttention_factor)
	move(d, &c.MixedExponent, n.GetMixed_exponent, n.SetMixed_exponent)
	move(d, &c.LowFreqFactor, n.GetLow_freq_factor, n.SetLow_freq_factor)
	move(d, &c.HighFreqFactor, n.GetHigh_freq_factor, n.SetHigh_freq_factor)
	move(d, &c.RotatedFraction, n.GetRotated_fraction, n.SetRotated_fraction)
	move(d, &c.XPosScaleBase, n.GetXpos_scale_base, n.SetXpos_scale_base)
	move(d, &c.XPosGamma, n.GetXpos_gamma, n.SetXpos_gamma)
	move(d, &c.PairFactorCount, n.GetPair_factor_count, n.SetPair_factor_count)
	move(d, &c.Axes, n.GetAxes, n.SetAxes)
	for axis := range c.AxisSections {
		at := int32(axis)
		move(d, &c.AxisSections[axis], func() int32 { return n.Get_axis_section(at) }, func(pairs int32) { n.Set_axis_section(at, pairs) })
	}
}

func (c *RemapConfig) move(d direction, n raw.RemapConfig) {
	c.made.move(d)
	move(d, &c.Method, n.GetMethod, n.SetMethod)
	move(d, &c.Window, n.GetWindow, n.SetWindow)
	move(d, &c.Group, n.GetGroup, n.SetGroup)
	move(d, &c.Leak, n.GetLeak, n.SetLeak)
	move(d, &c.Chunk, n.GetChunk, n.SetChunk)
	move(d, &c.LocalWindow, n.GetLocal_window, n.SetLocal_window)
	move(d, &c.Limit, n.GetLimit, n.SetLimit)
	move(d, &c.Sinks, n.GetSinks, n.SetSinks)
	moveFlag(d, &c.RealShift, n.GetReal_shift, n.SetReal_shift)
	move(d, &c.PositionScale, n.GetPosition_scale, n.SetPosition_scale)
}

func (c *BiasConfig) move(d direction, n raw.BiasConfig) {
	c.made.move(d)
	move(d, &c.Method, n.GetMethod, n.SetMethod)
	move(d, &c.Heads, n.GetHeads, n.SetHeads)
	move(d, &c.HeadOffset, n.GetHead_offset, n.SetHead_offset)
	moveFlag(d, &c.Bidirectional, n.GetBidirectional, n.SetBidirectional)
	move(d, &c.Buckets, n.GetBuckets, n.SetBuckets)
	move(d, &c.MaxDistance, n.GetMax_distance, n.SetMax_distance)
	move(d, &c.DistanceLimit, n.GetDistance_limit, n.SetDistance_limit)
	move(d, &c.MaxBias, n.GetMax_bias, n.SetMax_bias)
	move(d, &c.Scale, n.GetScale, n.SetScale)
	move(d, &c.TrainedLength, n.GetTrained_length, n.SetTrained_length)
	move(d, &c.Dim, n.GetDim, n.SetDim)
}

func (c *MaskConfig) move(d direction, n raw.MaskConfig) {
	c.made.move(d)
	moveFlag(d, &c.Causal, n.GetCausal, n.SetCausal)
	move(d, &c.WindowLeft, n.GetWindow_left, n.SetWindow_left)
	move(d, &c.WindowRight, n.GetWindow_right, n.SetWindow_right)
	move(d, &c.Sinks, n.GetSinks, n.SetSinks)
	move(d, &c.Chunk, n.GetChunk, n.SetChunk)
	move(d, &c.Prefix, n.GetPrefix, n.SetPrefix)
}

func (c *ScoreConfig) move(d direction, n raw.ScoreConfig) {
	c.made.move(d)
	move(d, &c.Temperature, n.GetTemperature, n.SetTemperature)
	move(d, &c.Scale, n.GetScale, n.SetScale)
	move(d, &c.Multiplier, n.GetMultiplier, n.SetMultiplier)
	move(d, &c.TrainedLength, n.GetTrained_length, n.SetTrained_length)
	move(d, &c.Alpha, n.GetAlpha, n.SetAlpha)
	move(d, &c.Power, n.GetPower, n.SetPower)
	move(d, &c.Softcap, n.GetSoftcap, n.SetSoftcap)
	move(d, &c.SinkHeads, n.GetSink_heads, n.SetSink_heads)
	move(d, &c.SinkHeadOffset, n.GetSink_head_offset, n.SetSink_head_offset)
}

func (o *RopeOptions) move(d direction, n raw.RopeOptions) {
	move(d, &o.Side, n.GetSide, n.SetSide)
	move(d, &o.Branch, n.GetBranch, n.SetBranch)
	move(d, &o.Direction, n.GetDirection, n.SetDirection)
	move(d, &o.Length, n.GetLength, n.SetLength)
	move(d, &o.AxisStride, n.GetAxis_stride, n.SetAxis_stride)
	move(d, &o.XPosCentre, n.GetXpos_centre, n.SetXpos_centre)
}

func (c *FireConfig) move(d direction, n raw.FireConfig) {
	c.made.move(d)
	move(d, &c.Hidden, n.GetHidden, n.SetHidden)
	move(d, &c.Heads, n.GetHeads, n.SetHeads)
	move(d, &c.C, n.GetC, n.SetC)
	move(d, &c.Threshold, n.GetThreshold, n.SetThreshold)
	move(d, &c.Epsilon, n.GetEpsilon, n.SetEpsilon)
}

func (p *Problem) move(d direction, n raw.Problem) {
	p.made.move(d)
	move(d, &p.State, n.GetState, n.SetState)
	move(d, &p.Batch, n.GetBatch, n.SetBatch)
	move(d, &p.QueryHeads, n.GetQuery_heads, n.SetQuery_heads)
	move(d, &p.KeyHeads, n.GetKey_heads, n.SetKey_heads)
	move(d, &p.Queries, n.GetQueries, n.SetQueries)
	move(d, &p.Keys, n.GetKeys, n.SetKeys)
	move(d, &p.HeadDim, n.GetHead_dim, n.SetHead_dim)
	move(d, &p.ValueDim, n.GetValue_dim, n.SetValue_dim)
	move(d, &p.Length, n.GetLength, n.SetLength)
	move(d, &p.QueryPositionStride, n.GetQuery_position_stride, n.SetQuery_position_stride)
	move(d, &p.KeyPositionStride, n.GetKey_position_stride, n.SetKey_position_stride)
	move(d, &p.Segments, n.GetSegments, n.SetSegments)
}

func (c *ContextConfig) move(d direction, n raw.ContextConfig) {
	move(d, &c.Threads, n.GetThreads, n.SetThreads)
	move(d, &c.ISA, n.GetIsa, n.SetIsa)
}

func (p *Probe) move(d direction, n raw.Probe) {
	moveFlag(d, &p.Visible, n.GetVisible, n.SetVisible)
	move(d, &p.Branch, n.GetBranch, n.SetBranch)
	move(d, &p.QueryAnglePosition, n.GetQuery_angle_position, n.SetQuery_angle_position)
	move(d, &p.KeyAnglePosition, n.GetKey_angle_position, n.SetKey_angle_position)
	move(d, &p.RelativePosition, n.GetRelative_position, n.SetRelative_position)
	move(d, &p.Bias, n.GetBias, n.SetBias)
	move(d, &p.Scale, n.GetScale, n.SetScale)
	move(d, &p.Magnitude, n.GetMagnitude, n.SetMagnitude)
}

func (c *CacheConfig) move(d direction, n raw.CacheConfig) {
	c.made.move(d)
	move(d, &c.DType, n.GetDtype, n.SetDtype)
	move(d, &c.Layers, n.GetLayers, n.SetLayers)
	move(d, &c.KeyHeads, n.GetKey_heads, n.SetKey_heads)
	move(d, &c.HeadDim, n.GetHead_dim, n.SetHead_dim)
	move(d, &c.ValueDim, n.GetValue_dim, n.SetValue_dim)
	move(d, &c.MemoryLimit, n.GetMemory_limit, n.SetMemory_limit)
}

func (i *SequenceInfo) move(d direction, n raw.SequenceInfo) {
	move(d, &i.Tokens, n.GetTokens, n.SetTokens)
	move(d, &i.FirstPosition, n.GetFirst_position, n.SetFirst_position)
	move(d, &i.NextPosition, n.GetNext_position, n.SetNext_position)
	move(d, &i.Blocks, n.GetBlocks, n.SetBlocks)
	move(d, &i.SharedBlocks, n.GetShared_blocks, n.SetShared_blocks)
}

func (s *CacheStatistics) move(d direction, n raw.CacheStatistics) {
	move(d, &s.Sequences, n.GetSequences, n.SetSequences)
	move(d, &s.Blocks, n.GetBlocks, n.SetBlocks)
	move(d, &s.FreeBlocks, n.GetFree_blocks, n.SetFree_blocks)
	move(d, &s.BlockBytes, n.GetBlock_bytes, n.SetBlock_bytes)
}

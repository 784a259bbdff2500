package farspan

import (
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// defaultRopeOptions is what nil options mean; it is never changed.
var defaultRopeOptions = NewRopeOptions()

// RopeApply rotates in[b, h, t, :] by position positions[t] into out; features outside the rotary range are copied. in and out have
// the same shape and may be the same tensor; types may differ. positions holds one entry per token (times the number of axes for
// M-RoPE), or is empty for 0, 1, 2 ... Positions lie within +-2^40; only RotateDelta takes negative ones. options may be nil: the
// defaults. context may be nil: the defaults of the library.
func (s *Scheme) RopeApply(context *Context, options *RopeOptions, positions []int64, in, out *Tensor) error {
	c, err := context.native().enter()
	if err != nil {
		return err
	}
	defer context.native().leave()
	scheme, err := s.native().enter()
	if err != nil {
		return err
	}
	defer s.native().leave()
	if options == nil {
		options = defaultRopeOptions
	}
	in, out = in.orAbsent(), out.orAbsent()
	return asError(raw.Rope_apply(c, scheme, int32(options.Side), options.Branch, int32(options.Direction), options.Length,
		options.AxisStride, options.XPosCentre, first(positions), count(positions), in.data, int32(in.dtype), &in.dims, out.data,
		int32(out.dtype), &out.dims))
}

// SinusoidalFill writes out[0, 0, t, :], the encoding of position first + t, for every row of out; the batch and head extents must
// be 1. base is usually 10000. Errors: ErrShape, ErrPositions, ErrParameterRange, ErrMethod.
func SinusoidalFill(layout SinusoidalLayout, first int64, base float64, out *Tensor) error {
	out = out.orAbsent()
	return asError(raw.Sinusoidal_fill(nil, int32(layout), first, base, out.data, int32(out.dtype), &out.dims))
}

// PositionLookup copies learned positions: out[b, 0, t, :] = table[0, 0, positions[t], :]. Empty positions are 0, 1, 2 ... A position
// outside the table is ErrPositions, not a clamp.
func PositionLookup(table *Tensor, positions []int64, out *Tensor) error {
	table, out = table.orAbsent(), out.orAbsent()
	return asError(raw.Position_lookup(nil, table.data, int32(table.dtype), &table.dims, first(positions), count(positions), out.data,
		int32(out.dtype), &out.dims))
}

// FireFill writes out[0, h, i, j] = MLP(x)[h] with x = ln(|c d| + 1) / (ln(|c max(p_i, threshold)| + 1) + epsilon), d = p_i - p_j >= 0
// and MLP = w2 relu(w1 x + b1) + b2. Give out to Plan.Run as a dense bias. Empty positions are 0, 1, 2 ...
// Errors: ErrShape, ErrParameterRange, ErrPositions.
func FireFill(config *FireConfig, queryPositions, keyPositions []int64, out *Tensor) error {
	var native raw.FireConfig
	var arrays FireConfig
	if config != nil {
		if err := config.made.check(2, "NewFireConfig"); err != nil {
			return err
		}
		native = raw.NewFireConfig()
		defer raw.DeleteFireConfig(native)
		config.move(cross.ToC, native)
		arrays = *config
	}
	out = out.orAbsent()
	return asError(raw.Fire_fill(nil, native, first(arrays.W1), count(arrays.W1), first(arrays.B1), count(arrays.B1), first(arrays.W2),
		count(arrays.W2), first(arrays.B2), count(arrays.B2), first(queryPositions), count(queryPositions), first(keyPositions),
		count(keyPositions), out.data, int32(out.dtype), &out.dims))
}

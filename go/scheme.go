package farspan

import (
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// SchemeConfig is the five parts of a scheme. Each may be nil: no rotation, no remap, no bias, a causal mask, and a plain
// 1/sqrt(head_dim) score.
type SchemeConfig struct {
	Rope  *RopeConfig
	Remap *RemapConfig
	Bias  *BiasConfig
	Mask  *MaskConfig
	Score *ScoreConfig
}

// Scheme is a position encoding, checked and immutable. Any number of goroutines may use one at the same time. Close it.
type Scheme struct {
	handle *handle[raw.Scheme]
}

// NewScheme checks the configurations and makes a scheme of them. It copies all slices.
//
// Errors name the field: ErrParameterRange, ErrMethod, ErrRotaryDim, ErrShape for a slice that is too
// short, and ErrCombination for parts that cannot be used together or a field that the method would ignore.
func NewScheme(config SchemeConfig) (*Scheme, error) {
	var (
		rope  raw.RopeConfig
		remap raw.RemapConfig
		bias  raw.BiasConfig
		mask  raw.MaskConfig
		score raw.ScoreConfig

		shortFactors, longFactors, a, p, slopes []float64
		values, sinkLogits                      []float32
	)
	if c := config.Rope; c != nil {
		if err := c.made.check(1, "NewRopeConfig"); err != nil {
			return nil, err
		}
		rope = raw.NewRopeConfig(int32(c.Method))
		defer raw.DeleteRopeConfig(rope)
		c.move(cross.ToC, rope)
		shortFactors, longFactors = c.ShortFactors, c.LongFactors
	}
	if c := config.Remap; c != nil {
		if err := c.made.check(1, "NewRemapConfig"); err != nil {
			return nil, err
		}
		remap = raw.NewRemapConfig(int32(c.Method))
		defer raw.DeleteRemapConfig(remap)
		c.move(cross.ToC, remap)
	}
	if c := config.Bias; c != nil {
		if err := c.made.check(1, "NewBiasConfig"); err != nil {
			return nil, err
		}
		bias = raw.NewBiasConfig(int32(c.Method))
		defer raw.DeleteBiasConfig(bias)
		c.move(cross.ToC, bias)
		values, a, p, slopes = c.Values, c.A, c.P, c.Slopes
	}
	if c := config.Mask; c != nil {
		if err := c.made.check(1, "NewMaskConfig"); err != nil {
			return nil, err
		}
		mask = raw.NewMaskConfig()
		defer raw.DeleteMaskConfig(mask)
		c.move(cross.ToC, mask)
	}
	if c := config.Score; c != nil {
		if err := c.made.check(1, "NewScoreConfig"); err != nil {
			return nil, err
		}
		score = raw.NewScoreConfig()
		defer raw.DeleteScoreConfig(score)
		c.move(cross.ToC, score)
		sinkLogits = c.SinkLogits
	}
	return newScheme(raw.Scheme_create(rope, first(shortFactors), count(shortFactors), first(longFactors), count(longFactors), remap, bias,
		first(values), count(values), first(a), count(a), first(p), count(p), first(slopes), count(slopes), mask, score,
		first(sinkLogits), count(sinkLogits)))
}

// SchemeFromJSON makes the scheme that a text describes: a JSON object of the parts rope, remap, bias, mask and score, whose keys are
// the fields of the C configurations. Methods and other enums are words; what is absent has its default.
//
//	{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 64, "factor": 4, "original_context": 4096}, "mask": {"sinks": 4}}
//
// Errors: ErrFormat with the path, as in "$.rope.basee is not a field of rope", ErrMethod for an unknown word, and those of NewScheme.
func SchemeFromJSON(text []byte) (*Scheme, error) {
	return newScheme(raw.Scheme_from_json(first(text), count(text)))
}

// JSON is the scheme as text: one line, canonical, what differs from the defaults. SchemeFromJSON makes the same scheme of it, bit for
// bit.
func (s *Scheme) JSON() (string, error) {
	scheme, err := s.native().enter()
	if err != nil {
		return "", err
	}
	defer s.native().leave()
	return bridge.Written(256, func(buffer []byte, needed []int64) *raw.Failure {
		return raw.Scheme_to_json(scheme, first(buffer), count(buffer), first(needed), count(needed))
	})
}

func newScheme(made raw.Made) (*Scheme, error) {
	if made.Failure != nil {
		return nil, asError(made.Failure)
	}
	return &Scheme{newHandle[raw.Scheme](raw.SwigcptrScheme(made.Address), raw.DeleteScheme, nil)}, nil
}

// native is nil for a nil scheme, which the C functions refuse.
func (s *Scheme) native() *handle[raw.Scheme] {
	if s == nil {
		return nil
	}
	return s.handle
}

// Close frees the scheme, after the calls that use it now. A second Close does nothing. The error is always nil.
func (s *Scheme) Close() error {
	s.native().close()
	return nil
}

// Axes is the number of positions per token that the rope part reads: 1, or the number of axes for M-RoPE; 0 for a nil or closed
// scheme.
func (s *Scheme) Axes() int {
	scheme, err := s.native().enter()
	if err != nil {
		return 0
	}
	defer s.native().leave()
	return int(raw.Scheme_axes(scheme))
}

// Probe answers for one query position, key position and head. length is the current length of the methods that depend on it;
// 0: the larger position + 1. Errors: ErrPositions, ErrHeadGroups, ErrParameterRange.
func (s *Scheme) Probe(length, query, key int64, head int32) (Probe, error) {
	scheme, err := s.native().enter()
	if err != nil {
		return Probe{}, err
	}
	defer s.native().leave()
	native := raw.NewProbe()
	defer raw.DeleteProbe(native)
	if failure := raw.Scheme_probe(scheme, length, query, key, head, native); failure != nil {
		return Probe{}, asError(failure)
	}
	var probe Probe
	probe.move(cross.FromC, native)
	return probe, nil
}

// Interval is the half-open range [First, Last) of key positions.
type Interval struct{ First, Last int64 }

// Visible gives the visible keys of one query among key positions 0 .. keys-1: at most two intervals, the second empty if there is
// one. Error: ErrPositions.
func (s *Scheme) Visible(query, keys int64) ([2]Interval, error) {
	scheme, err := s.native().enter()
	if err != nil {
		return [2]Interval{}, err
	}
	defer s.native().leave()
	var ends [4]int64
	if failure := raw.Scheme_visible(scheme, query, keys, &ends[0], int64(len(ends))); failure != nil {
		return [2]Interval{}, asError(failure)
	}
	return [2]Interval{{ends[0], ends[1]}, {ends[2], ends[3]}}, nil
}

// RopeFrequencies fills invFreq with radians per position of each rotary pair, RotaryDim/2 of them, and gives the magnitude at the
// current length (0: the trained one, so that dynamic methods are at rest). For xpos the magnitude is 1 (see Probe). Errors: ErrShape
// if invFreq has another length, ErrCombination without a rope part.
func (s *Scheme) RopeFrequencies(length int64, invFreq []float64) (magnitude float64, err error) {
	scheme, err := s.native().enter()
	if err != nil {
		return 0, err
	}
	defer s.native().leave()
	failure := raw.Rope_frequencies(scheme, length, first(invFreq), count(invFreq), &magnitude, 1)
	return magnitude, asError(failure)
}

// BiasFill fills out[n] with the bias of head at distance firstDistance + n. Not for a dense bias. Errors: ErrCombination,
// ErrHeadGroups, ErrParameterRange.
func (s *Scheme) BiasFill(head int32, length, firstDistance int64, out []float32) error {
	scheme, err := s.native().enter()
	if err != nil {
		return err
	}
	defer s.native().leave()
	return asError(raw.Bias_fill(nil, scheme, head, length, firstDistance, first(out), count(out)))
}

package farspan

import (
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
	for _, part := range []interface{ check(int) error }{config.Rope, config.Remap, config.Bias, config.Mask, config.Score} {
		if err := part.check(1); err != nil {
			return nil, err
		}
	}
	rope, bias, score := config.Rope.orEmpty(), config.Bias.orEmpty(), config.Score.orEmpty()
	return newScheme(raw.Scheme_create(config.Rope.native(), cross.Address(rope.ShortFactors), cross.Length(rope.ShortFactors),
		cross.Address(rope.LongFactors), cross.Length(rope.LongFactors), config.Remap.native(), config.Bias.native(),
		cross.Address(bias.Values), cross.Length(bias.Values), cross.Address(bias.A), cross.Length(bias.A), cross.Address(bias.P),
		cross.Length(bias.P), cross.Address(bias.Slopes), cross.Length(bias.Slopes), config.Mask.native(), config.Score.native(),
		cross.Address(score.SinkLogits), cross.Length(score.SinkLogits)))
}

func newScheme(made raw.Made) (*Scheme, error) {
	handle, err := ownScheme(made, nil)
	if err != nil {
		return nil, err
	}
	return &Scheme{handle}, nil
}

// Interval is the half-open range [First, Last) of key positions.
type Interval struct{ First, Last int64 }

// Visible gives the visible keys of one query among key positions 0 .. keys-1: at most two intervals, the second empty if there is
// one. Error: ErrPositions.
func (s *Scheme) Visible(query, keys int64) ([2]Interval, error) {
	ends, err := s.visible(query, keys)
	return [2]Interval{{ends[0], ends[1]}, {ends[2], ends[3]}}, err
}

package eval

import (
	"unsafe"

	"farspan.io/farspan"
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

func asError(failure *raw.Failure) error { return bridge.Error(failure) }

// NewLoss gives sums of nothing, with the library's default for BlockTokens. The zero value is refused, because it has none.
func NewLoss() Loss {
	var native raw.Loss
	raw.Loss_init(&native, int64(unsafe.Sizeof(native)))
	var loss Loss
	loss.read(&native)
	return loss
}

// Add adds losses in text order; bytes is what the scored tokens are in bytes of text (0: unknown). Infinities and NaN are not
// skipped: they reach the result. Errors: ErrShape for negative bytes, ErrParameterRange for a BlockTokens below 1.
func (l *Loss) Add(nll []float64, bytes int64) error { return l.AddScored(nll, nil, 0, bytes) }

// LossCurve is the curve over the context: losses gathered by the number of tokens that the model had read when it made the
// prediction.
type LossCurve struct {
	edges   []int64
	buckets []raw.Loss
}

// NewLossCurve makes a curve whose bucket k takes the losses with edges[k] <= context < edges[k + 1], each gathered as empty says.
// Errors: ErrPositions if the edges do not ascend, ErrShape or ErrNullArgument if there are fewer than two.
func NewLossCurve(edges []int64, empty Loss) (*LossCurve, error) {
	curve := &LossCurve{edges: append([]int64(nil), edges...)}
	curve.buckets = make([]raw.Loss, 0, len(edges)+1)
	for k := 1; k < len(edges); k++ {
		curve.buckets = append(curve.buckets, *empty.native())
	}
	if err := curve.Add(0, nil); err != nil {
		return nil, err
	}
	return curve, nil
}

// Add adds losses: loss n had the context firstContext + n (for a window: FirstRow + 1). Those outside the edges are left out. Error:
// ErrPositions for a negative context.
func (c *LossCurve) Add(firstContext int64, nll []float64) error {
	return c.AddScored(firstContext, nll, nil, 0)
}

// AddScored is Add without the losses whose target is ignoreIndex; nil targets leave out none. Error also: ErrShape if there are fewer
// targets than losses.
func (c *LossCurve) AddScored(firstContext int64, nll []float64, targets []int64, ignoreIndex int64) error {
	return asError(raw.Loss_add_by_context(nil, &c.buckets[:1][0], cross.Length(c.buckets), cross.Address(c.edges),
		cross.Length(c.edges), firstContext, cross.Address(nll), cross.Length(nll), cross.Address(targets), cross.Length(targets),
		ignoreIndex))
}

// Merge adds a curve with the same edges that was gathered elsewhere. Error: ErrCombination for other edges or blocks.
func (c *LossCurve) Merge(from *LossCurve) error {
	if from == nil {
		return &farspan.Error{Code: farspan.ErrNullArgument, Argument: 2, Message: "from is nil"}
	}
	merged, others := c.Buckets(), from.Buckets()
	for k := range c.edges {
		if len(from.edges) != len(c.edges) || from.edges[k] != c.edges[k] {
			return &farspan.Error{Code: farspan.ErrCombination, Argument: 2, Message: "from has other edges"}
		}
	}
	for k := range merged {
		if err := merged[k].Merge(others[k]); err != nil {
			return err
		}
	}
	for k := range merged {
		c.buckets[k] = *merged[k].native()
	}
	return nil
}

// Edges are the bounds of the buckets.
func (c *LossCurve) Edges() []int64 { return append([]int64(nil), c.edges...) }

// Buckets are the losses of each bucket.
func (c *LossCurve) Buckets() []Loss {
	buckets := make([]Loss, len(c.edges)-1)
	for k := range buckets {
		buckets[k].read(&c.buckets[k])
	}
	return buckets
}

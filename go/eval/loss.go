package eval

import (
	"farspan.io/farspan"
	"farspan.io/farspan/internal/raw"
)

// Loss is running sums over the losses of scored tokens: plain data of fixed size, whatever the length of the text. NewLoss makes one;
// the zero value is refused, because it has no BlockTokens.
type Loss struct {
	BlockTokens  int64   // the standard error comes from the means of blocks of so many tokens; set it before the first loss
	Tokens       int64   // scored so far
	Bytes        int64   // of text behind them, 0 if never given
	Sum          float64 // nats, without the open block
	Blocks       int64   // full blocks; their mean and sum of squared deviations from it follow
	BlockMean    float64
	BlockSquares float64
	OpenTokens   int64 // of the block that is not full yet
	OpenSum      float64
}

// How many numbers an accumulator has.
const (
	wholeOfLoss = 5
	realOfLoss  = 4
)

// NewLoss gives sums of nothing, with the library's default for BlockTokens.
func NewLoss() Loss {
	whole, real := make([]int64, wholeOfLoss), make([]float64, realOfLoss)
	raw.Loss_init(first(whole), count(whole), first(real), count(real))
	return lossOf(whole, real)
}

func lossOf(whole []int64, real []float64) Loss {
	return Loss{BlockTokens: whole[0], Tokens: whole[1], Bytes: whole[2], Blocks: whole[3], OpenTokens: whole[4], Sum: real[0],
		BlockMean: real[1], BlockSquares: real[2], OpenSum: real[3]}
}

func (l *Loss) flat() (whole []int64, real []float64) {
	return []int64{l.BlockTokens, l.Tokens, l.Bytes, l.Blocks, l.OpenTokens},
		[]float64{l.Sum, l.BlockMean, l.BlockSquares, l.OpenSum}
}

// Add adds losses in text order; bytes is what the scored tokens are in bytes of text (0: unknown). Infinities and NaN are not
// skipped: they reach the result. Errors: ErrShape for negative bytes, ErrParameterRange for a BlockTokens below 1.
func (l *Loss) Add(nll []float64, bytes int64) error { return l.AddScored(nll, nil, 0, bytes) }

// AddScored is Add without the losses whose target is ignoreIndex; nil targets leave out none. Error also: ErrShape if there are fewer
// targets than losses.
func (l *Loss) AddScored(nll []float64, targets []int64, ignoreIndex, bytes int64) error {
	whole, real := l.flat()
	failure := raw.Loss_add(first(whole), count(whole), first(real), count(real), first(nll), count(nll), first(targets),
		count(targets), ignoreIndex, bytes)
	if failure == nil {
		*l = lossOf(whole, real)
	}
	return asError(failure)
}

// Merge adds what from has gathered elsewhere with the same BlockTokens. The open blocks of both become blocks of their own. Error:
// ErrCombination for other blocks.
func (l *Loss) Merge(from Loss) error {
	whole, real := l.flat()
	fromWhole, fromReal := from.flat()
	failure := raw.Loss_merge(first(whole), count(whole), first(real), count(real), first(fromWhole), count(fromWhole),
		first(fromReal), count(fromReal))
	if failure == nil {
		*l = lossOf(whole, real)
	}
	return asError(failure)
}

// Summary gives the means. Without any token they are NaN.
func (l *Loss) Summary() (LossSummary, error) {
	whole, real := l.flat()
	s := make([]float64, 5)
	if failure := raw.Loss_summarize(first(whole), count(whole), first(real), count(real), first(s), count(s)); failure != nil {
		return LossSummary{}, asError(failure)
	}
	return LossSummary{l.Tokens, s[0], s[1], s[2], s[3], s[4]}, nil
}

// LossCurve is the curve over the context: losses gathered by the number of tokens that the model had read when it made the
// prediction.
type LossCurve struct {
	edges []int64
	whole []int64
	real  []float64
}

// NewLossCurve makes a curve whose bucket k takes the losses with edges[k] <= context < edges[k + 1], each gathered as empty says.
// Errors: ErrPositions if the edges do not ascend, ErrShape or ErrNullArgument if there are fewer than two.
func NewLossCurve(edges []int64, empty Loss) (*LossCurve, error) {
	curve := &LossCurve{edges: append([]int64(nil), edges...)}
	whole, real := empty.flat()
	for k := 0; k+1 < len(edges); k++ {
		curve.whole, curve.real = append(curve.whole, whole...), append(curve.real, real...)
	}
	if len(edges) < 2 {
		curve.whole, curve.real = whole, real // the library says what is wrong with the edges
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
	return asError(raw.Loss_add_by_context(first(c.whole), count(c.whole), first(c.real), count(c.real), first(c.edges),
		count(c.edges), firstContext, first(nll), count(nll), first(targets), count(targets), ignoreIndex))
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
		whole, real := merged[k].flat()
		copy(c.whole[k*wholeOfLoss:], whole)
		copy(c.real[k*realOfLoss:], real)
	}
	return nil
}

// Edges are the bounds of the buckets.
func (c *LossCurve) Edges() []int64 { return append([]int64(nil), c.edges...) }

// Buckets are the losses of each bucket.
func (c *LossCurve) Buckets() []Loss {
	buckets := make([]Loss, len(c.edges)-1)
	for k := range buckets {
		buckets[k] = lossOf(c.whole[k*wholeOfLoss:], c.real[k*realOfLoss:])
	}
	return buckets
}

package eval

import (
	"farspan.io/farspan"
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/raw"
)

// BleuMaxOrder is the largest MaxOrder.
const BleuMaxOrder = 8

// Signature is what must be stated with a score so that others can repeat it, in sacrebleu's form. references: how many, or 0 if that
// varies.
func (c *BleuConfig) Signature(references int32) (string, error) {
	native := c.native()
	defer raw.DeleteBleuConfig(native)
	return written(128, func(buffer []byte, needed []int64) *raw.Failure {
		return raw.Bleu_signature(native, references, first(buffer), count(buffer), first(needed), count(needed))
	})
}

// BleuCounts is what BLEU knows of a corpus: plain data of fixed size. The zero value has counted nothing.
type BleuCounts struct {
	MaxOrder         int32 // of the configuration that counted; 0 before the first segment
	Segments         int64
	HypothesisLength int64               // in tokens
	ReferenceLength  int64               // of each segment's reference that is closest in length
	Correct          [BleuMaxOrder]int64 // n-grams of the hypotheses that are in a reference, clipped; [n - 1]
	Total            [BleuMaxOrder]int64 // n-grams of the hypotheses
}

func (b *BleuCounts) flat() []int64 {
	numbers := []int64{int64(b.MaxOrder), b.Segments, b.HypothesisLength, b.ReferenceLength}
	return append(append(numbers, b.Correct[:]...), b.Total[:]...)
}

func (b *BleuCounts) take(numbers []int64) {
	b.MaxOrder, b.Segments, b.HypothesisLength, b.ReferenceLength = int32(numbers[0]), numbers[1], numbers[2], numbers[3]
	copy(b.Correct[:], numbers[4:])
	copy(b.Total[:], numbers[4+BleuMaxOrder:])
}

// Add counts one segment, usually a sentence or a line, against its references, at least one. Segments are independent: count them in
// any order, in any goroutine, into any counts. Errors: ErrMethod, ErrParameterRange and ErrCombination for the configuration, the
// last also for counts of another MaxOrder; ErrShape without references; ErrNullArgument without a configuration.
func (b *BleuCounts) Add(config *BleuConfig, hypothesis string, references ...string) error {
	native := config.native()
	defer raw.DeleteBleuConfig(native)
	s, numbers := textSegment(hypothesis, references), b.flat()
	failure := raw.Bleu_add(native, first(s.elements), count(s.elements), first(s.lengths), count(s.lengths), first(numbers),
		count(numbers))
	if failure == nil {
		b.take(numbers)
	}
	return asError(failure)
}

// AddTokens does the same on token ids of any meaning; Tokenizer and Lowercase are not read.
func (b *BleuCounts) AddTokens(config *BleuConfig, hypothesis []int64, references ...[]int64) error {
	native := config.native()
	defer raw.DeleteBleuConfig(native)
	s, numbers := idSegment(append([][]int64{hypothesis}, references...)...), b.flat()
	failure := raw.Bleu_add_tokens(native, first(s.elements), count(s.elements), first(s.lengths), count(s.lengths), first(numbers),
		count(numbers))
	if failure == nil {
		b.take(numbers)
	}
	return asError(failure)
}

// Merge adds what was counted elsewhere with the same MaxOrder. Error: ErrCombination for another one.
func (b *BleuCounts) Merge(from BleuCounts) error {
	numbers, other := b.flat(), from.flat()
	failure := raw.Bleu_merge(first(numbers), count(numbers), first(other), count(other))
	if failure == nil {
		b.take(numbers)
	}
	return asError(failure)
}

// Score gives the score of the corpus, or of one sentence if only that was counted. Errors are those of Add.
func (b *BleuCounts) Score(config *BleuConfig) (BleuResult, error) {
	native := config.native()
	defer raw.DeleteBleuConfig(native)
	numbers, whole, real := b.flat(), make([]int64, 2), make([]float64, 2+BleuMaxOrder)
	failure := raw.Bleu_score(native, first(numbers), count(numbers), first(whole), count(whole), first(real), count(real))
	if failure != nil {
		return BleuResult{}, asError(failure)
	}
	result := BleuResult{Score: real[0], BrevityPenalty: real[1], HypothesisLength: whole[0], ReferenceLength: whole[1]}
	copy(result.Precisions[:], real[2:])
	return result, nil
}

// BleuBootstrap gives the interval of corpus BLEU: segments are the counts of single segments, or of groups that belong together.
// config may be nil: the defaults. Errors: those of BootstrapMean and BleuCounts.Score.
func BleuBootstrap(context *farspan.Context, config *BootstrapConfig, bleu *BleuConfig, segments []BleuCounts) (Interval, error) {
	c, leave, err := bridge.Enter(context)
	if err != nil {
		return Interval{}, err
	}
	defer leave()
	sampling, metric := config.native(), bleu.native()
	defer raw.DeleteBootstrapConfig(sampling)
	defer raw.DeleteBleuConfig(metric)
	var numbers []int64
	for n := range segments {
		numbers = append(numbers, segments[n].flat()...)
	}
	values := make([]float64, 4)
	return intervalOf(raw.Bleu_bootstrap(c, sampling, metric, first(numbers), count(numbers), first(values), count(values)), values)
}

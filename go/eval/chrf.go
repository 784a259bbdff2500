package eval

import "farspan.io/farspan/internal/raw"

// ChrfMaxOrders is the most that CharOrder and WordOrder together can be.
const ChrfMaxOrders = 16

// ChrfCounts is what chrF knows of a corpus: plain data of fixed size. The zero value has counted nothing.
type ChrfCounts struct {
	Orders     int32 // CharOrder + WordOrder that counted; 0 before the first segment
	Segments   int64
	Hypothesis [ChrfMaxOrders]int64 // n-grams, orders of characters first
	Reference  [ChrfMaxOrders]int64
	Matches    [ChrfMaxOrders]int64
}

func (c *ChrfCounts) flat() []int64 {
	numbers := append([]int64{int64(c.Orders), c.Segments}, c.Hypothesis[:]...)
	return append(append(numbers, c.Reference[:]...), c.Matches[:]...)
}

func (c *ChrfCounts) take(numbers []int64) {
	c.Orders, c.Segments = int32(numbers[0]), numbers[1]
	copy(c.Hypothesis[:], numbers[2:])
	copy(c.Reference[:], numbers[2+ChrfMaxOrders:])
	copy(c.Matches[:], numbers[2+2*ChrfMaxOrders:])
}

// Add counts one segment against its references, at least one; the one that gives this segment the best score is counted. Errors:
// ErrMethod and ErrParameterRange for the configuration, ErrCombination for counts of other orders, ErrShape without references,
// ErrNullArgument without a configuration.
func (c *ChrfCounts) Add(config *ChrfConfig, hypothesis string, references ...string) error {
	native := config.native()
	defer raw.DeleteChrfConfig(native)
	s, numbers := textSegment(hypothesis, references), c.flat()
	failure := raw.Chrf_add(native, first(s.elements), count(s.elements), first(s.lengths), count(s.lengths), first(numbers),
		count(numbers))
	if failure == nil {
		c.take(numbers)
	}
	return asError(failure)
}

// Merge adds what was counted elsewhere with the same orders. Error: ErrCombination for other ones.
func (c *ChrfCounts) Merge(from ChrfCounts) error {
	numbers, other := c.flat(), from.flat()
	failure := raw.Chrf_merge(first(numbers), count(numbers), first(other), count(other))
	if failure == nil {
		c.take(numbers)
	}
	return asError(failure)
}

// Score gives the score, 0 to 100. Errors are those of Add.
func (c *ChrfCounts) Score(config *ChrfConfig) (float64, error) {
	native := config.native()
	defer raw.DeleteChrfConfig(native)
	numbers, score := c.flat(), make([]float64, 1)
	failure := raw.Chrf_score(native, first(numbers), count(numbers), first(score), count(score))
	return score[0], asError(failure)
}

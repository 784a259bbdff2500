package eval

import "farspan.io/farspan/internal/raw"

// Rouge scores one hypothesis against its references, at least one: the result is that of the reference with the best FMeasure. A
// corpus is the mean over its texts. Only letters a-z and digits count: other scripts need token ids. Errors: ErrMethod,
// ErrParameterRange and ErrCombination for the configuration, ErrShape without references, ErrNullArgument without a configuration.
func Rouge(config *RougeConfig, hypothesis string, references ...string) (RougeResult, error) {
	native := config.native()
	defer raw.DeleteRougeConfig(native)
	s, whole, real := textSegment(hypothesis, references), make([]int64, 1), make([]float64, 3)
	return rougeOf(raw.Rouge(native, first(s.elements), count(s.elements), first(s.lengths), count(s.lengths), first(whole),
		count(whole), first(real), count(real)), whole, real)
}

// RougeTokens does the same on token ids, for RougeN and RougeL without stems: otherwise the error is ErrCombination.
func RougeTokens(config *RougeConfig, hypothesis []int64, references ...[]int64) (RougeResult, error) {
	native := config.native()
	defer raw.DeleteRougeConfig(native)
	s, whole, real := idSegment(append([][]int64{hypothesis}, references...)...), make([]int64, 1), make([]float64, 3)
	return rougeOf(raw.Rouge_tokens(native, first(s.elements), count(s.elements), first(s.lengths), count(s.lengths), first(whole),
		count(whole), first(real), count(real)), whole, real)
}

func rougeOf(failure *raw.Failure, whole []int64, real []float64) (RougeResult, error) {
	if failure != nil {
		return RougeResult{}, asError(failure)
	}
	return RougeResult{int(whole[0]), real[0], real[1], real[2]}, nil
}

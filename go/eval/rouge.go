package eval

import "farspan.io/farspan/internal/raw"

// RougeConfig says how ROUGE is computed. Scores equal rouge-score's with the same options.
type RougeConfig struct {
	Kind  RougeKind
	Order int32 // 1 to 9 [n]
	Stem  bool  // Porter's stemmer, as published scores mostly use
}

// NewRougeConfig gives the defaults of a kind.
func NewRougeConfig(kind RougeKind) *RougeConfig {
	native := raw.NewRougeConfig(int32(kind))
	defer raw.DeleteRougeConfig(native)
	return &RougeConfig{RougeKind(native.GetKind()), native.GetOrder(), native.GetStem() != 0}
}

func (c *RougeConfig) native() raw.RougeConfig {
	if c == nil {
		return raw.SwigcptrRougeConfig(0)
	}
	native := raw.NewRougeConfig(int32(c.Kind))
	native.SetOrder(c.Order)
	native.SetStem(flag(c.Stem))
	return native
}

// RougeResult is the score against the best reference.
type RougeResult struct {
	Reference int     // its index
	Precision float64 // 0 to 1, as the others
	Recall    float64
	FMeasure  float64
}

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

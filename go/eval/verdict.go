package eval

import "farspan.io/farspan/internal/raw"

// String is the word for a verdict, such as "holds"; "" if unknown.
func (v Verdict) String() string { return raw.Verdict_name(int32(v)) }

// VerdictRule is the rule of Judge in words, for reports.
func VerdictRule() string { return raw.Verdict_rule() }

// Judge judges mean losses (nats per token, the same tokens at every length). lengths ascend. A ratio that is not a number is worse
// than any number. Errors: ErrShape if there are not as many losses as lengths, ErrPositions, ErrParameterRange.
func Judge(lengths []int64, nll []float64, trainedLength int64) (Judgement, error) {
	whole, real := make([]int64, 3), make([]float64, 1)
	failure := raw.Judge(first(lengths), count(lengths), first(nll), count(nll), trainedLength, first(whole), count(whole),
		first(real), count(real))
	if failure != nil {
		return Judgement{}, asError(failure)
	}
	return Judgement{Verdict(whole[0]), whole[1], whole[2], real[0]}, nil
}

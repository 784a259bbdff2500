package eval

import "farspan.io/farspan/internal/raw"

// Passkey is a passkey task.
type Passkey struct {
	Text     string // what the model reads
	Key      int64  // what it must answer
	KeyBegin int64  // the sentences that tell the key: bytes [KeyBegin, KeyEnd) of Text
	KeyEnd   int64
	Depth    float64 // as drawn or given
}

// NewPasskey makes a task. Errors: ErrParameterRange, also if Length has no room for it; ErrMethod; ErrNullArgument.
func NewPasskey(config *PasskeyConfig) (Passkey, error) {
	native := config.native()
	defer raw.DeletePasskeyConfig(native)
	whole, real := make([]int64, 4), make([]float64, 1)
	text, err := written(0, func(buffer []byte, needed []int64) *raw.Failure {
		failure := raw.Passkey_make(native, first(buffer), count(buffer), first(whole), count(whole), first(real), count(real))
		needed[0] = whole[3] + 1 // the bytes of the text, and the NUL
		return failure
	})
	if err != nil {
		return Passkey{}, err
	}
	return Passkey{text, whole[0], whole[1], whole[2], real[0]}, nil
}

// CheckPasskey tells whether the first whole number in what the model wrote is the key. Give only what it wrote, usually 10 tokens.
// Error: ErrParameterRange for a negative key.
func CheckPasskey(generated string, key int64) (bool, error) {
	text, correct := []byte(generated), make([]int64, 1)
	failure := raw.Passkey_check(first(text), count(text), key, first(correct), count(correct))
	return correct[0] != 0, asError(failure)
}

// PlaceNeedle puts a needle into a haystack of the caller's own, as token ids. It fills out with the haystack, cut or repeated to fit,
// the needle at depth (0 the start, 1 the end) and the question behind all, and gives the position at which the needle begins.
//
// If boundary is not nil, the needle moves back to just behind the nearest haystack id that equals *boundary (the id of ".", say), so
// that it does not split a sentence; to 0 if there is none. Errors: ErrShape if needle and question do not fit into out, or there is
// room but no haystack; ErrParameterRange for a depth outside 0 to 1.
func PlaceNeedle(haystack, needle, question []int64, depth float64, boundary *int64, out []int64) (position int64, err error) {
	var stop []int64
	if boundary != nil {
		stop = []int64{*boundary}
	}
	s, whole := idSegment(haystack, needle, question), make([]int64, 1)
	failure := raw.Needle_place(first(s.elements), count(s.elements), first(s.lengths), count(s.lengths), depth, first(stop),
		count(stop), first(out), count(out), first(whole), count(whole))
	return whole[0], asError(failure)
}

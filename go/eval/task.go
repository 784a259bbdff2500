package eval

import "farspan.io/farspan/internal/raw"

// PasskeyConfig describes a text that hides a number among repeated sentences and asks for it at the end. The same configuration gives
// the same text everywhere.
type PasskeyConfig struct {
	Form       PasskeyForm
	Length     int64   // bytes of the whole text at most; the text is ASCII
	Seed       uint64  // decides the key, and the depth if that is drawn
	Depth      float64 // where the key stands: 0 the start of the garbage, 1 its end; NaN: drawn
	LowestKey  int64
	HighestKey int64 // below 10^18
}

// NewPasskeyConfig gives the defaults of a form.
func NewPasskeyConfig(form PasskeyForm) *PasskeyConfig {
	native := raw.NewPasskeyConfig(int32(form))
	defer raw.DeletePasskeyConfig(native)
	return &PasskeyConfig{PasskeyForm(native.GetForm()), native.GetLength(), native.GetSeed(), native.GetDepth(),
		native.GetLowest_key(), native.GetHighest_key()}
}

func (c *PasskeyConfig) native() raw.PasskeyConfig {
	if c == nil {
		return raw.SwigcptrPasskeyConfig(0)
	}
	native := raw.NewPasskeyConfig(int32(c.Form))
	native.SetLength(c.Length)
	native.SetSeed(c.Seed)
	native.SetDepth(c.Depth)
	native.SetLowest_key(c.LowestKey)
	native.SetHighest_key(c.HighestKey)
	return native
}

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

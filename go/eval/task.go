package eval

import (
	"unsafe"

	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// BleuMaxOrder is the largest MaxOrder.
const BleuMaxOrder = 8

// ChrfMaxOrders is the most that CharOrder and WordOrder together can be.
const ChrfMaxOrders = 16

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
	native, task := config.native(), raw.Passkey{StructSize: uint32(unsafe.Sizeof(raw.Passkey{}))}
	text, err := bridge.Written(0, func(buffer []byte, needed *int64) *raw.Failure {
		return raw.Passkey_make(nil, native, cross.Address(buffer), cross.Length(buffer), needed, &task)
	})
	if err != nil {
		return Passkey{}, err
	}
	return Passkey{text, task.Key, task.KeyBegin, task.KeyEnd, task.Depth}, nil
}

// CheckPasskey tells whether the first whole number in what the model wrote is the key. Give only what it wrote, usually 10 tokens.
// Error: ErrParameterRange for a negative key.
func CheckPasskey(generated string, key int64) (bool, error) {
	text, correct := []byte(generated), int32(0)
	failure := raw.Passkey_check(nil, cross.Text(text), cross.Length(text), key, &correct)
	return correct != 0, asError(failure)
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
	failure := raw.Needle_place(nil, cross.Address(haystack), cross.Length(haystack), cross.Address(needle), cross.Length(needle),
		cross.Address(question), cross.Length(question), depth, cross.Address(stop), cross.Length(stop), cross.Address(out),
		cross.Length(out), &position)
	return position, asError(failure)
}

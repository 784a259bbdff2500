// Package bridge shows the sub-packages of farspan what that package keeps to itself: the memory of a tensor, the handle of a
// context, the making of errors. Package farspan sets the functions when it is initialised, before any importer runs.
package bridge

import "farspan.io/farspan/internal/raw"

// Memory is a tensor as the C functions take it.
type Memory struct {
	Data  *byte // nil for a nil tensor
	DType int32
	Dims  *[10]int64
}

var (
	// Tensor gives the memory of a *farspan.Tensor, which may be nil.
	Tensor func(tensor any) Memory
	// Enter begins a call with a *farspan.Context, which may be nil; leave must follow unless there is an error.
	Enter func(context any) (native raw.Context, leave func(), err error)
	// Error makes an error of what a call answered; nil stays nil.
	Error func(failure *raw.Failure) error
)

// Written is a text that the library writes into a buffer of a size that only it knows. guess usually suffices.
func Written(guess int, write func(buffer []byte, needed *int64) *raw.Failure) (string, error) {
	for {
		buffer, needed := make([]byte, guess), int64(0)
		if failure := write(buffer, &needed); failure != nil {
			return "", Error(failure)
		}
		if needed <= int64(len(buffer)) {
			return string(buffer[:needed-1]), nil // without the NUL
		}
		guess = int(needed)
	}
}

package farspan

import (
	"errors"

	"farspan.io/farspan/internal/raw"
)

// Status is the kind of a failure. It is an error, so that errors.Is(err, ErrShape) works.
type Status int32

// The kinds of failure.
const (
	ErrNullArgument   Status = 1  // something required is nil
	ErrStructSize     Status = 2  // not from Go: a struct of another version
	ErrDType          Status = 3  // unknown or unsuitable element type
	ErrShape          Status = 4  // a size is zero, negative, too large, or does not match its partner or its slice
	ErrStride         Status = 5  // strides overflow, or an output overlaps itself
	ErrHeadGroups     Status = 6  // query heads are no multiple of key heads, or a bias has other heads
	ErrRotaryDim      Status = 7  // odd, not positive, or outside the head
	ErrParameterRange Status = 8  // a number is outside its range, or NaN
	ErrMethod         Status = 9  // unknown method or option value
	ErrCombination    Status = 10 // parts that cannot be used together
	ErrPositions      Status = 11 // negative, too large, or key positions that decrease
	ErrWorkspaceSize  Status = 12 // the workspace is smaller than Plan.WorkspaceSize
	ErrISAUnsupported Status = 13 // the instruction set is not on this machine or not built in
	ErrOutOfMemory    Status = 14
	ErrCancelled      Status = 15 // Context.Cancel was called; outputs are then unspecified
	ErrInternal       Status = 16 // a defect of the library: please report the message
	ErrFormat         Status = 17 // a model's configuration or GGUF metadata is malformed; the message says where
)

// Error gives the library's short text for the status.
func (s Status) Error() string { return "farspan: " + raw.Status_text(int32(s)) }

// ErrClosed is the error of a call with a scheme, plan, context or cache that was closed before.
var ErrClosed = errors.New("farspan: used after Close")

// Error is a failure that the C library reported.
type Error struct {
	Code     Status
	Argument int    // 1-based index of the offending argument of the C function, 0 if none
	Message  string // names the field, the value and the allowed range
}

// Error gives the message.
func (e *Error) Error() string { return "farspan: " + e.Message }

// Unwrap gives the status.
func (e *Error) Unwrap() error { return e.Code }

// asError makes an error of what a call answered; nil stays nil.
func asError(failure *raw.Failure) error {
	if failure == nil {
		return nil
	}
	return &Error{Status(failure.Code), int(failure.Argument), failure.Message}
}

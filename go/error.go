package farspan

import (
	"errors"

	"farspan.io/farspan/internal/raw"
)

// Error gives the library's short text for the status.
func (s Status) Error() string { return "farspan: " + raw.Status_text(int32(s)) }

// ErrClosed is the error of a call with a scheme, plan, context or cache that was closed before.
var ErrClosed = errors.New("farspan: used after Close")

// Error is a failure that the C library reported.
type Error struct {
	Code     Status
	Argument int    // 1-based index of the offending argument of the C function, 0 if none
	Field    string // the path of the offending field, "problem.key_positions[7]"; empty if none
	Message  string // begins with the path, and gives the value and the allowed range
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
	return &Error{Status(failure.Code), int(failure.Argument), failure.Field, failure.Message}
}

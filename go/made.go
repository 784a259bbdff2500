package farspan

import "strings"

// made is in the structs whose zero value means something else than the library's defaults: whoever forgets New...Config is told.
type made bool

// check refuses a struct that the function of that name did not fill; argument is that of the C function.
func (m made) check(argument int, function string) error {
	if m {
		return nil
	}
	return &Error{Code: ErrParameterRange, Argument: argument, Message: "a " + strings.TrimPrefix(function, "New") + " must come from " + function +
		": its zero value has none of the library's defaults"}
}

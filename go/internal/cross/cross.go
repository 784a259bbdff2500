// Package cross copies the fields of configurations between Go and C, through the accessors that SWIG made from the headers: one line
// serves both directions.
package cross

// Direction says which way a field goes.
type Direction bool

// The directions, seen from Go.
const (
	FromC Direction = false
	ToC   Direction = true
)

// number is a type of a field, in Go or in C.
type number interface {
	~int32 | ~int64 | ~uint64 | ~float64
}

// Number copies one field.
func Number[G, C number](d Direction, field *G, get func() C, set func(C)) {
	if d == ToC {
		set(C(*field))
	} else {
		*field = G(get())
	}
}

// Flag copies a field that is 0 or 1 in C.
func Flag(d Direction, field *bool, get func() int32, set func(int32)) {
	switch {
	case d == FromC:
		*field = get() != 0
	case *field:
		set(1)
	default:
		set(0)
	}
}

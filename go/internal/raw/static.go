//go:build cgo && farspan_static

package raw

/*
#cgo CPPFLAGS: -I${SRCDIR}/include -DFARSPAN_STATIC

// This package file names the archive itself, so that a shared library beside it is not taken.
#cgo pkg-config: farspan-static
*/
import "C"

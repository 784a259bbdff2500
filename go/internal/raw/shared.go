//go:build cgo && !farspan_static

package raw

// #cgo CPPFLAGS: -I${SRCDIR}/include
// #cgo pkg-config: farspan
import "C"

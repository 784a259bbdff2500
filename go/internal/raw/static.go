//go:build cgo && farspan_static

package raw

/*
#cgo CPPFLAGS: -I${SRCDIR}/include -DFARSPAN_STATIC

// The archive comes first and leaves nothing to be resolved by a shared library of the same name.
#cgo LDFLAGS: -Wl,-Bstatic -lfarspan -Wl,-Bdynamic -Wl,--as-needed
#cgo pkg-config: --static farspan
*/
import "C"

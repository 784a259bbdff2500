//go:build cgo

package raw

// #include <stdlib.h>
import "C"

import "unsafe"

// TextOf copies a text of C's; "" for nil.
func TextOf(text *byte) string { return C.GoString((*C.char)(unsafe.Pointer(text))) }

// New gives zeroed memory of C for count values and one more, to be freed; it panics if there is none.
func New[T any](count int) []T {
	var one T
	memory := C.calloc(C.size_t(count+1), C.size_t(unsafe.Sizeof(one)))
	if memory == nil {
		panic("farspan: out of memory")
	}
	return unsafe.Slice((*T)(memory), count+1)[:count]
}

// Free ends the life of what New gave.
func Free[T any](values []T) { C.free(unsafe.Pointer(&values[:1][0])) }

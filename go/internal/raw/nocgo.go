//go:build !cgo

package raw

// Farspan is a C library: build with CGO_ENABLED=1 and a C compiler.
var _ = farspan_needs_cgo_set_CGO_ENABLED_1_and_install_a_C_compiler

// Package farspan computes position encodings and attention over long contexts on CPUs. It is the Go interface of the C library
// libfarspan, whose header farspan.h describes every method with its paper; the words here are the same.
//
// A method is data. A [Scheme] is made from five configurations (rope, remap, bias, mask, score), each of which may be nil. Get
// one from its constructor, which asks the C library for every default of a method, and change what differs:
//
//	rope := farspan.NewRopeConfig(farspan.RopeYarn)
//	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, 64
//	rope.OriginalContext, rope.Factor = 2048, 4
//	scheme, err := farspan.NewScheme(farspan.SchemeConfig{Rope: rope})
//
// Data stays in Go slices. A [Tensor] is a view of one, always [batch, head, sequence, feature], and is checked against the length
// of the slice when it is made. Calls neither copy nor keep it.
//
// Rules that hold for every function:
//
//   - Failure is an error, usually an [*Error] that names the field, its value and the allowed range. No output has then been
//     written. errors.Is(err, farspan.ErrShape) tells the kind.
//   - Schemes, plans, contexts and caches hold C memory: Close them. A forgotten one is freed by the garbage collector some time later.
//     Use after Close is [ErrClosed]; Close while calls run is safe, they end first.
//   - Schemes, plans and contexts are immutable: any number of goroutines may use one at the same time. So they may a [Cache], on which
//     calls on different sequences go on at the same time, and a change of a sequence waits for the calls on that one. Two calls that
//     write the same memory at the same time are a data race, as with any slice.
//   - A nil slice and an empty one are the same: absent.
//   - A call occupies its OS thread until it returns. Context.Cancel ends a long one.
//
// # Building
//
// cgo finds the library with pkg-config (package farspan). Set PKG_CONFIG_PATH if it is not installed in a standard place. The build
// tag farspan_static links the static library. With CGO_ENABLED=0 the package does not compile, and says why.
package farspan

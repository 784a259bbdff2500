// Package cross makes of Go's values what the C functions take: addresses and lengths of slices, lists as one array and their lengths,
// flags as numbers.
package cross

import "unsafe"

// Address is that of a slice's first element, nil if there is none.
func Address[T any](slice []T) *T {
	if len(slice) == 0 {
		return nil
	}
	return &slice[0]
}

// Length is a slice's, as C counts.
func Length[T any](slice []T) int64 { return int64(len(slice)) }

var nothing byte

// Text is the address of a text's first byte; an empty text has one, too.
func Text(text []byte) *byte {
	if len(text) == 0 {
		return &nothing
	}
	return &text[0]
}

// Copied is a slice of what C has at an address; nil if it has nothing.
func Copied[T any](address *T, count int64) []T {
	if address == nil {
		return nil
	}
	return append([]T(nil), unsafe.Slice(address, count)...)
}

// Flag is 0 or 1.
func Flag(set bool) int32 {
	if set {
		return 1
	}
	return 0
}

// Texts are one behind the other, and their lengths.
func Texts(texts []string) (all []byte, lengths []int64) {
	for _, text := range texts {
		all, lengths = append(all, text...), append(lengths, int64(len(text)))
	}
	return all, lengths
}

// IDs are one behind the other, and their lengths.
func IDs(lists [][]int64) (all, lengths []int64) {
	for _, list := range lists {
		all, lengths = append(all, list...), append(lengths, Length(list))
	}
	return all, lengths
}

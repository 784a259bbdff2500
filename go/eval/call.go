package eval

import (
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/raw"
)

func asError(failure *raw.Failure) error { return bridge.Error(failure) }

// written is the text that a function of the library writes into a buffer.
var written = bridge.Written

// first is the address of a slice's first element, nil if there is none.
func first[T any](slice []T) *T {
	if len(slice) == 0 {
		return nil
	}
	return &slice[0]
}

func count[T any](slice []T) int64 { return int64(len(slice)) }

func flag(set bool) int32 {
	if set {
		return 1
	}
	return 0
}

// segment is a hypothesis and its references as the C side takes them: one behind the other, and their lengths.
type segment[E any] struct {
	elements []E
	lengths  []int64
}

func textSegment(hypothesis string, references []string) segment[byte] {
	s := segment[byte]{[]byte(hypothesis), []int64{int64(len(hypothesis))}}
	for _, reference := range references {
		s.elements = append(s.elements, reference...)
		s.lengths = append(s.lengths, int64(len(reference)))
	}
	return s
}

func idSegment(lists ...[]int64) segment[int64] {
	var s segment[int64]
	for _, list := range lists {
		s.elements = append(s.elements, list...)
		s.lengths = append(s.lengths, count(list))
	}
	return s
}

package main

import (
	"fmt"
	"math"
	"reflect"

	"farspan.io/farspan"
)

// memory is an array that a call reads or writes.
type memory interface {
	count() int
	at(n int) float64
	data() any // the slice
	copy() memory
}

type floats []float32

func (m floats) count() int       { return len(m) }
func (m floats) at(n int) float64 { return float64(m[n]) }
func (m floats) data() any        { return []float32(m) }
func (m floats) copy() memory     { return append(floats(nil), m...) }

type doubles []float64

func (m doubles) count() int       { return len(m) }
func (m doubles) at(n int) float64 { return m[n] }
func (m doubles) data() any        { return []float64(m) }
func (m doubles) copy() memory     { return append(doubles(nil), m...) }

type integers []int64

func (m integers) count() int       { return len(m) }
func (m integers) at(n int) float64 { return float64(m[n]) }
func (m integers) data() any        { return []int64(m) }
func (m integers) copy() memory     { return append(integers(nil), m...) }

// characters are a text.
type characters []byte

func (m characters) count() int       { return len(m) }
func (m characters) at(n int) float64 { return float64(m[n]) }
func (m characters) data() any        { return []byte(m) }
func (m characters) copy() memory     { return append(characters{}, m...) }

// sixteen is half precision with 5 bits of exponent, or bfloat16 with 8.
type sixteen struct {
	words        []uint16
	exponentBits int
}

func (m sixteen) count() int   { return len(m.words) }
func (m sixteen) data() any    { return m.words }
func (m sixteen) copy() memory { return sixteen{append([]uint16(nil), m.words...), m.exponentBits} }

func (m sixteen) at(n int) float64 {
	fractionBits := 15 - m.exponentBits
	word, bias := int(m.words[n]), 1<<(m.exponentBits-1)-1
	exponent, fraction := word>>fractionBits&(1<<m.exponentBits-1), word&(1<<fractionBits-1)
	var value float64
	switch exponent {
	case 1<<m.exponentBits - 1:
		value = math.Inf(1)
		if fraction != 0 {
			value = math.NaN()
		}
	case 0:
		value = math.Ldexp(float64(fraction), 1-bias-fractionBits)
	default:
		value = math.Ldexp(float64(fraction+1<<fractionBits), exponent-bias-fractionBits)
	}
	if word>>15 != 0 {
		value = -value
	}
	return value
}

// put stores a value that is exact in the format: zero, or one with a normal exponent.
func (m sixteen) put(n int, value float64) {
	fractionBits := 15 - m.exponentBits
	word := 0
	if value != 0 {
		fraction, exponent := math.Frexp(math.Abs(value)) // fraction in [1/2, 1)
		bias := 1<<(m.exponentBits-1) - 1
		word = (exponent-1+bias)<<fractionBits | int(math.Ldexp(fraction*2-1, fractionBits))
	}
	if value < 0 {
		word |= 1 << 15
	}
	m.words[n] = uint16(word)
}

// tensor describes a tensor and the content of its memory.
type tensor struct {
	DType    string
	Shape    [4]int64
	Stride   *[4]int64
	Offset   int64
	Elements int64
	Seed     *uint64
}

// generated is element n of the memory of a seed: 64 bits.
func generated(seed, n uint64) uint64 {
	z := seed*0x9E3779B97F4A7C15 + n + 1
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// floats makes memory of type f32.
func (t *tensor) floats() floats {
	memory := make(floats, t.elements())
	if t.Seed != nil {
		for n := range memory {
			memory[n] = float32(int64(generated(*t.Seed, uint64(n))>>40)-1<<23) / (1 << 22)
		}
	}
	return memory
}

func (t *tensor) sixteen(exponentBits int) sixteen {
	memory := sixteen{make([]uint16, t.elements()), exponentBits}
	if t.Seed != nil {
		for n := range memory.words {
			memory.put(n, float64(int64(generated(*t.Seed, uint64(n))>>56)-128)/64)
		}
	}
	return memory
}

func (t *tensor) elements() int64 {
	if t.Elements != 0 {
		return t.Elements
	}
	return t.Shape[0] * t.Shape[1] * t.Shape[2] * t.Shape[3]
}

func (t *tensor) view() farspan.View {
	view := farspan.Contiguous(t.Shape[0], t.Shape[1], t.Shape[2], t.Shape[3])
	if t.Stride != nil {
		view.Stride = *t.Stride
	}
	view.Offset = t.Offset
	return view
}

// make gives the tensor and its memory; nil and no memory for an absent one.
func (t *tensor) make() (*farspan.Tensor, memory, error) {
	if t == nil {
		return nil, nil, nil
	}
	switch t.DType {
	case "f32":
		memory := t.floats()
		made, err := farspan.NewTensor(memory, t.view())
		return made, memory, err
	case "f16":
		memory := t.sixteen(5)
		made, err := farspan.NewTensor16(memory.words, farspan.F16, t.view())
		return made, memory, err
	case "bf16":
		memory := t.sixteen(8)
		made, err := farspan.NewTensor16(memory.words, farspan.BF16, t.view())
		return made, memory, err
	}
	return nil, nil, fmt.Errorf("unknown dtype %q", t.DType)
}

// output is memory that a call may write, and what was in it before.
type output struct {
	memory, before memory
}

func written(memories ...memory) []output {
	var outputs []output
	for _, m := range memories {
		if m != nil {
			outputs = append(outputs, output{m, m.copy()})
		}
	}
	return outputs
}

func (o output) unchanged() bool { return reflect.DeepEqual(o.memory.data(), o.before.data()) }

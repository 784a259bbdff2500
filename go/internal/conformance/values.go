package main

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"

	"farspan.io/farspan"
)

// object is an object of the vectors. What a case lacks though it is asked for ends the program, unless a default is given.
type object map[string]json.RawMessage

// number is a JSON number, or one of the strings nan, inf and -inf.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"nan"`:
		*n = number(math.NaN())
	case `"inf"`:
		*n = number(math.Inf(1))
	case `"-inf"`:
		*n = number(math.Inf(-1))
	default:
		return json.Unmarshal(text, (*float64)(n))
	}
	return nil
}

func read[T any](o object, name string) (value T) {
	text, there := o[name]
	if !there {
		panic(fmt.Sprintf("no %s in %v", name, o))
	}
	check(json.Unmarshal(text, &value))
	return value
}

// list is nil if there is none.
func list[T any](o object, name string) (values []T) {
	if text, there := o[name]; there {
		check(json.Unmarshal(text, &values))
	}
	return values
}

func (o object) has(name string) bool         { return o[name] != nil }
func (o object) object(name string) object    { return read[object](o, name) }
func (o object) objects(name string) []object { return read[[]object](o, name) }
func (o object) string(name string) string    { return read[string](o, name) }
func (o object) whole(name string) int64      { return read[int64](o, name) }
func (o object) small(name string) int32      { return read[int32](o, name) }
func (o object) real(name string) float64     { return float64(read[number](o, name)) }
func (o object) wholes(name string) []int64   { return list[int64](o, name) }
func (o object) reals(name string) []float64  { return reals[float64](list[number](o, name)) }
func (o object) floats(name string) []float32 { return reals[float32](list[number](o, name)) }

func (o object) wholeOr(name string, otherwise int64) int64 {
	if o.has(name) {
		return o.whole(name)
	}
	return otherwise
}

func reals[T float32 | float64](given []number) (values []T) {
	for _, value := range given {
		values = append(values, T(value))
	}
	return values
}

// fill sets the fields of the struct that config points to, by their C names: rotary_dim is RotaryDim.
func fill[T any](config *T, fields object) *T {
	for name, text := range fields {
		squashed := strings.ReplaceAll(name, "_", "")
		field := reflect.ValueOf(config).Elem().FieldByNameFunc(func(candidate string) bool { return strings.EqualFold(candidate, squashed) })
		if !field.IsValid() {
			panic(fmt.Sprintf("%T has no field for %s", config, name))
		}
		switch to := field.Addr().Interface().(type) {
		case *bool:
			*to = fields.whole(name) != 0
		case *float64:
			*to = fields.real(name)
		case *[]float64:
			*to = fields.reals(name)
		case *[]float32:
			*to = fields.floats(name)
		default:
			check(json.Unmarshal(text, to))
		}
	}
	return config
}

// generated is element n of the memory of a seed: 64 bits.
func generated(seed, n uint64) uint64 {
	z := seed*0x9E3779B97F4A7C15 + n + 1
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// single makes memory of float32: zeros, or the content of a seed.
func (o object) single() []float32 {
	memory := make([]float32, o.elements())
	for n := range memory {
		if o.has("seed") {
			memory[n] = float32(int64(generated(uint64(o.whole("seed")), uint64(n))>>40)-1<<23) / (1 << 22)
		}
	}
	return memory
}

// half makes memory of float16 or bfloat16. A multiple of 1/64 below 2 is zero or a normal number of both.
func (o object) half(dtype farspan.DType) []uint16 {
	memory := make([]uint16, o.elements())
	for n := range memory {
		if !o.has("seed") {
			continue
		}
		value := float32(int64(generated(uint64(o.whole("seed")), uint64(n))>>56)-128) / 64
		bits := math.Float32bits(value)
		switch {
		case dtype == farspan.BF16:
			memory[n] = uint16(bits >> 16)
		case value != 0:
			memory[n] = uint16(bits>>16&0x8000 | (bits>>23&0xff-112)<<10 | bits>>13&0x3ff)
		}
	}
	return memory
}

func (o object) elements() int64 {
	if o.has("elements") {
		return o.whole("elements")
	}
	n := o.wholes("shape")
	return n[0] * n[1] * n[2] * n[3]
}

// tensor makes the tensor and its memory of an object; nil if it is not there.
func (c *call) tensor(name string, isOutput bool) *farspan.Tensor {
	if !c.has(name) {
		return nil
	}
	o := c.object.object(name)
	shape := o.wholes("shape")
	view := farspan.Contiguous(shape[0], shape[1], shape[2], shape[3])
	if stride := o.wholes("stride"); stride != nil {
		view.Stride = [4]int64{stride[0], stride[1], stride[2], stride[3]}
	}
	view.Offset = o.wholeOr("offset", 0)
	kind := o.string("dtype")
	if kind == "f32" {
		memory := o.single()
		if isOutput {
			c.add(kind, memory)
		}
		return must(farspan.NewTensor(memory, view))
	}
	dtype := map[string]farspan.DType{"f16": farspan.F16, "bf16": farspan.BF16}[kind]
	memory := o.half(dtype)
	if isOutput {
		c.add(kind, memory)
	}
	return must(farspan.NewTensor16(memory, dtype, view))
}

func (c *call) in(name string) *farspan.Tensor  { return c.tensor(name, false) }
func (c *call) out(name string) *farspan.Tensor { return c.tensor(name, true) }

// inOut gives an input and an output, which are the same if the output is not named.
func (c *call) inOut(in, out string) (*farspan.Tensor, *farspan.Tensor) {
	if c.has(out) {
		return c.in(in), c.out(out)
	}
	both := c.out(in)
	return both, both
}

// lse adds the output of log-sum-exps if it is wanted, one for each row of q.
func (c *call) lse() []float32 {
	if !c.has("lse") {
		return nil
	}
	n := c.object.object("q").wholes("shape")
	return fresh[float32](c, "f32", n[0]*n[1]*n[2])
}

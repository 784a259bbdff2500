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

// config fills a configuration with what an object among the arguments says.
func config[T any](c *call, name string, made *T) *T { return fill(made, c.object.object(name)) }

// generated is element n of the memory of a seed: 64 bits.
func generated(seed, n uint64) uint64 {
	z := seed*0x9E3779B97F4A7C15 + n + 1
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// content makes memory: zeros, or the content of a seed.
func (o object) content() any {
	count, dtype := o.whole("elements"), o.string("dtype")
	z := func(n int) uint64 { return generated(uint64(o.whole("seed")), uint64(n)) }
	switch dtype {
	case "f64":
		return make([]float64, count)
	case "i64":
		return make([]int64, count)
	case "f32":
		memory := make([]float32, count)
		for n := 0; n < len(memory) && o.has("seed"); n++ {
			memory[n] = float32(int64(z(n)>>40)-1<<23) / (1 << 22)
		}
		return memory
	}
	memory, halves := make([]uint16, count), list[uint16](o, "halves")
	for n := 0; n < len(memory) && o.has("seed"); n++ {
		memory[n] = halves[z(n)>>56]
	}
	return memory
}

// memory makes that of an object, or takes an output before; what is written is the next output.
func (c *call) memory(name string, isOutput bool) any {
	o := c.object.object(name)
	if o.has("output") {
		return c.outputs[o.whole("output")].data
	}
	made := o.content()
	if isOutput {
		c.add(o.string("dtype"), made)
	}
	return made
}

// array is nil if it is not there.
func array[T any](c *call, name string, isOutput bool) []T {
	if !c.has(name) {
		return nil
	}
	return c.memory(name, isOutput).([]T)
}

// tensor makes the tensor and its memory of an object; nil if it is not there.
func (c *call) tensor(name string, isOutput bool) *farspan.Tensor {
	if !c.has(name) {
		return nil
	}
	o := c.object.object(name)
	view := farspan.View{Shape: read[[4]int64](o, "shape"), Stride: read[[4]int64](o, "stride"), Offset: o.whole("offset")}
	switch memory := c.memory(name, isOutput).(type) {
	case []float32:
		return must(farspan.NewTensor(memory, view))
	case []uint16:
		dtype := map[string]farspan.DType{"f16": farspan.F16, "bf16": farspan.BF16}[o.string("dtype")]
		return must(farspan.NewTensor16(memory, dtype, view))
	}
	panic(name + " is no tensor")
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

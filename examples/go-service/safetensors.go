package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// weights reads tensors of type F16 from a safetensors file.
type weights struct {
	entries map[string]entry
	data    []byte
}

type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

func openWeights(path string) (*weights, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(file) < 8 || binary.LittleEndian.Uint64(file) > uint64(len(file)-8) {
		return nil, fmt.Errorf("%s: not a safetensors file", path)
	}
	end := 8 + binary.LittleEndian.Uint64(file)
	w := &weights{data: file[end:]}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(file[8:end], &header); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	delete(header, "__metadata__")
	w.entries = make(map[string]entry, len(header))
	for name, text := range header {
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, name, err)
		}
		w.entries[name] = e
	}
	return w, nil
}

// read gives a tensor of the shape that the model's configuration asks for, row-major.
func (w *weights) read(name string, shape ...int) ([]float32, error) {
	e, found := w.entries[name]
	size := 1
	for _, extent := range shape {
		size *= extent
	}
	first, last := e.Offsets[0], e.Offsets[1]
	if !found || e.DType != "F16" || fmt.Sprint(e.Shape) != fmt.Sprint(shape) || first < 0 || last > len(w.data) || last-first != 2*size {
		return nil, fmt.Errorf("tensor %s must be F16 of shape %v, it is %+v", name, shape, e)
	}
	values := make([]float32, size)
	for n := range values {
		values[n] = fromHalf(binary.LittleEndian.Uint16(w.data[first+2*n:]))
	}
	return values, nil
}

// fromHalf widens a half precision number.
func fromHalf(half uint16) float32 {
	sign, exponent, fraction := uint32(half&0x8000)<<16, uint32(half>>10&31), uint32(half&1023)
	switch exponent {
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	case 0:
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// A model trained on 2048 tokens reads 8192: plain RoPE, YaRN and Self-Extend side by side, without further training.
package main

import (
	"fmt"
	"log"

	"farspan.io/farspan"
)

const heads, keyHeads, queries, keys, dim, trained = 4, 2, 16, 8192, 64, 2048

func tensor(heads, tokens int64, seed uint32) (*farspan.Tensor, []float32) {
	data := make([]float32, heads*tokens*dim)
	for n := range data {
		seed = seed*1664525 + 1013904223
		data[n] = float32(seed>>8)/8388608 - 1
	}
	made, err := farspan.NewTensor(data, farspan.Contiguous(1, heads, tokens, dim))
	if err != nil {
		log.Fatal(err)
	}
	return made, data
}

func run(name string, rope *farspan.RopeConfig, remap *farspan.RemapConfig, q, k, v *farspan.Tensor) error {
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{Rope: rope, Remap: remap})
	if err != nil {
		return err
	}
	defer scheme.Close()
	probe, err := scheme.Probe(keys, keys-1, 0, 0) // what the scheme does to the last query and the first key
	if err != nil {
		return err
	}
	out, data := tensor(heads, queries, 0)
	if err := farspan.Attention(nil, scheme, q, k, v, out); err != nil {
		return err
	}
	fmt.Printf("%-12s distance %d is seen as %g, magnitude %.4f, output %.6f ...\n", name, keys-1, probe.RelativePosition,
		probe.Magnitude, data[len(data)-dim:][:2])
	return nil
}

func main() {
	q, _ := tensor(heads, queries, 1) // the last 16 positions
	k, _ := tensor(keyHeads, keys, 2)
	v, _ := tensor(keyHeads, keys, 3)
	plain, yarn := farspan.NewRopeConfig(farspan.RopeBase), farspan.NewRopeConfig(farspan.RopeYarn)
	plain.Layout, yarn.Layout = farspan.LayoutHalf, farspan.LayoutHalf
	plain.RotaryDim, yarn.RotaryDim = dim, dim
	yarn.OriginalContext, yarn.Factor = trained, float64(keys)/trained
	selfExtend := farspan.NewRemapConfig(farspan.RemapSelfExtend)
	selfExtend.Window, selfExtend.Group = 512, 8
	for _, err := range []error{run("rope", plain, nil, q, k, v), run("yarn", yarn, nil, q, k, v), run("self_extend", plain, selfExtend, q, k, v)} {
		if err != nil {
			log.Fatal(err)
		}
	}
}

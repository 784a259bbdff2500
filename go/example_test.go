package farspan_test

import (
	"errors"
	"fmt"
	"log"

	"farspan.io/farspan"
)

// Rotates one query vector by its position under YaRN.
func ExampleScheme_RopeApply() {
	rope := farspan.NewRopeConfig(farspan.RopeYarn)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, 8
	rope.Factor, rope.OriginalContext = 4, 32768
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{Rope: rope})
	if err != nil {
		log.Fatal(err)
	}
	defer scheme.Close()

	x := []float32{1, 2, 3, 4, 5, 6, 7, 8}
	row, err := farspan.NewTensor(x, farspan.Contiguous(1, 1, 1, 8)) // batch, heads, sequence, features
	if err != nil {
		log.Fatal(err)
	}
	if err := scheme.RopeApply(nil, nil, []int64{100000}, row, row); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", x)
	// Output: [-1.341 -0.080 -4.670 7.274 -5.649 -7.201 7.307 7.128]
}

// Plans once and runs often, without allocating.
func ExamplePlan_Run() {
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{}) // plain causal attention
	if err != nil {
		log.Fatal(err)
	}
	defer scheme.Close()
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, 2, 2, 2
	plan, err := farspan.NewPlan(nil, scheme, problem)
	if err != nil {
		log.Fatal(err)
	}
	defer plan.Close()

	view := farspan.Contiguous(1, 1, 2, 2)
	q, _ := farspan.NewTensor([]float32{0, 0, 0, 0}, view)
	k, _ := farspan.NewTensor([]float32{1, 0, 0, 1}, view)
	v, _ := farspan.NewTensor([]float32{1, 2, 3, 4}, view)
	result := make([]float32, 4)
	out, _ := farspan.NewTensor(result, view)
	options := &farspan.RunOptions{Workspace: make([]byte, plan.WorkspaceSize())}
	if err := plan.Run(nil, q, k, v, out, options); err != nil {
		log.Fatal(err)
	}
	fmt.Println(result) // the first query sees the first key only
	// Output: [1 2 2 3]
}

// What a loss says about the inputs of attention, of which it is the sum of all outputs.
func ExamplePlan_Backward() {
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{}) // plain causal attention
	if err != nil {
		log.Fatal(err)
	}
	defer scheme.Close()
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, 2, 2, 2
	plan, err := farspan.NewPlan(nil, scheme, problem)
	if err != nil {
		log.Fatal(err)
	}
	defer plan.Close()

	view := farspan.Contiguous(1, 1, 2, 2)
	q, _ := farspan.NewTensor([]float32{0, 0, 0, 0}, view)
	k, _ := farspan.NewTensor([]float32{1, 0, 1, 0}, view)
	v, _ := farspan.NewTensor([]float32{1, 2, 3, 4}, view)
	out, _ := farspan.NewTensor(make([]float32, 4), view)
	dOut, _ := farspan.NewTensor([]float32{1, 1, 1, 1}, view)
	result := make([]float32, 4)
	dV, _ := farspan.NewTensor(result, view)
	lse := make([]float32, 2)
	if err := plan.Run(nil, q, k, v, out, &farspan.RunOptions{LSE: lse}); err != nil {
		log.Fatal(err)
	}
	if err := plan.Backward(nil, &farspan.AttentionGradient{Q: q, K: k, V: v, Out: out, LSE: lse, DOut: dOut, DV: dV}); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", result) // the first key has the weights 1 and 1/2, the second one 1/2
	// Output: [1.500 1.500 0.500 0.500]
}

// Asks what Self-Extend does to a pair of query and key.
func ExampleScheme_Probe() {
	remap := farspan.NewRemapConfig(farspan.RemapSelfExtend)
	remap.Window, remap.Group = 512, 8
	rope := farspan.NewRopeConfig(farspan.RopeBase)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, 64
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{Rope: rope, Remap: remap})
	if err != nil {
		log.Fatal(err)
	}
	defer scheme.Close()
	probe, err := scheme.Probe(0, 8191, 0, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("distance 8191 is seen as %g\n", probe.RelativePosition)
	// Output: distance 8191 is seen as 1471
}

func ExampleError() {
	_, err := farspan.NewScheme(farspan.SchemeConfig{Rope: farspan.NewRopeConfig(farspan.RopeYarn)})
	var failure *farspan.Error
	fmt.Println(errors.As(err, &failure), errors.Is(err, farspan.ErrShape))
	fmt.Println(failure)
	// Output:
	// true false
	// farspan: rope.layout is 0: must be half (1) or interleaved (2)
}

// Decodes token by token: the cache keeps keys without their positions, and the newest query sees all tokens so far.
func ExampleCache() {
	config := farspan.NewCacheConfig()
	config.KeyHeads, config.HeadDim = 1, 4
	cache, err := farspan.NewCache(config)
	if err != nil {
		log.Fatal(err)
	}
	defer cache.Close()
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer scheme.Close()
	sequence, err := cache.CreateSequence()
	if err != nil {
		log.Fatal(err)
	}
	batch := farspan.CacheBatch{Sequences: []farspan.Sequence{sequence}} // one new row
	kv, query, answer := make([]float32, 4), make([]float32, 2*4), make([]float32, 2*4)
	keys, err := farspan.NewTensor(kv, farspan.Contiguous(1, 1, 1, 4))
	if err != nil {
		log.Fatal(err)
	}
	q, err := farspan.NewTensor(query, farspan.Contiguous(1, 2, 1, 4))
	if err != nil {
		log.Fatal(err)
	}
	out, err := farspan.NewTensor(answer, farspan.Contiguous(1, 2, 1, 4))
	if err != nil {
		log.Fatal(err)
	}
	for token := 1; token <= 3; token++ {
		kv[0] = float32(token) // of the model's projections
		if err := cache.Append(batch, nil); err != nil {
			log.Fatal(err)
		}
		if err := cache.Write(nil, 0, batch, keys, keys); err != nil {
			log.Fatal(err)
		}
		if err := cache.Decode(nil, scheme, 0, batch, q, out, nil); err != nil {
			log.Fatal(err)
		}
		fmt.Println(answer[0])
	}
	// Output:
	// 1
	// 1.5
	// 2
}

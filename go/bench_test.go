package farspan

import (
	"testing"
	"time"
)

// The costs that scripts/bench-go.sh prints: a call that only answers, a small call, and a large one.

func BenchmarkStatus(b *testing.B) {
	for n := 0; n < b.N; n++ {
		_ = ISAScalar.Supported()
	}
}

func benchmarkScheme(b *testing.B) (*Context, *Scheme) {
	b.Helper()
	config := NewContextConfig()
	config.Threads = 1
	context, err := NewContext(config)
	if err != nil {
		b.Fatal(err)
	}
	rope := NewRopeConfig(RopeBase)
	rope.Layout, rope.RotaryDim = LayoutHalf, 64
	scheme, err := NewScheme(SchemeConfig{Rope: rope})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { scheme.Close(); context.Close() })
	return context, scheme
}

func benchmarkTensor(b *testing.B, heads, sequence, features int64) *Tensor {
	b.Helper()
	data := make([]float32, heads*sequence*features)
	for n := range data {
		data[n] = float32(n%17)/16 - 0.5
	}
	tensor, err := NewTensor(data, Contiguous(1, heads, sequence, features))
	if err != nil {
		b.Fatal(err)
	}
	return tensor
}

func BenchmarkRopeApply(b *testing.B) {
	context, scheme := benchmarkScheme(b)
	in, out := benchmarkTensor(b, 8, 1, 64), benchmarkTensor(b, 8, 1, 64)
	positions := []int64{1000}
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n++ {
		if err := scheme.RopeApply(context, nil, positions, in, out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrefill(b *testing.B) {
	context, scheme := benchmarkScheme(b)
	q, k := benchmarkTensor(b, 8, 2048, 64), benchmarkTensor(b, 8, 2048, 64)
	v, out := benchmarkTensor(b, 8, 2048, 64), benchmarkTensor(b, 8, 2048, 64)
	problem := NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 8, 8, 2048, 2048, 64
	plan, err := NewPlan(context, scheme, problem)
	if err != nil {
		b.Fatal(err)
	}
	defer plan.Close()
	options := &RunOptions{Workspace: make([]byte, plan.WorkspaceSize())}
	b.ReportAllocs()
	b.ResetTimer()
	least := time.Hour
	for n := 0; n < b.N; n++ {
		start := time.Now()
		if err := plan.Run(context, q, k, v, out, options); err != nil {
			b.Fatal(err)
		}
		if taken := time.Since(start); taken < least {
			least = taken
		}
	}
	b.ReportMetric(float64(least.Nanoseconds()), "least-ns/op")
}

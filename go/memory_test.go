package farspan_test

import (
	"runtime"
	"testing"

	"farspan.io/farspan"
)

// cache holds arrays beside pointers, as a Go program would keep a layer's state. An untyped address into it would make cgo panic
// ("cgo argument has Go pointer to unpinned Go pointer").
type cache struct {
	name      *string
	x         [8]float32
	halves    [8]uint16
	positions [1]int64
	workspace [1 << 18]byte
	lse       [1]float32
	sinks     [1]float32
	next      *cache
}

func TestArraysBesidePointers(t *testing.T) {
	name := "layer 0"
	c := &cache{name: &name, next: &cache{name: &name}}
	scheme := ropeScheme(t)
	x := dense(c.x[:], 1, 1, 1, 8)
	check(t, scheme.RopeApply(nil, nil, c.positions[:], x, x))
	halves := must(farspan.NewTensor16(c.halves[:], farspan.F16, farspan.Contiguous(1, 1, 1, 8)))
	check(t, scheme.RopeApply(nil, nil, c.positions[:], halves, x))

	score := farspan.NewScoreConfig()
	score.SinkLogits = c.sinks[:]
	sunk := must(farspan.NewScheme(farspan.SchemeConfig{Score: score}))
	defer sunk.Close()
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, 1, 1, 8
	problem.QueryPositions, problem.KeyPositions = c.positions[:], c.positions[:]
	plan := must(farspan.NewPlan(nil, sunk, problem))
	defer plan.Close()
	check(t, plan.Run(nil, x, x, x, dense(c.next.x[:], 1, 1, 1, 8),
		&farspan.RunOptions{LSE: c.lse[:], Workspace: c.workspace[:plan.WorkspaceSize()]}))
	frequencies := struct {
		values [4]float64
		owner  *cache
	}{owner: c}
	must(scheme.RopeFrequencies(0, frequencies.values[:]))
	if frequencies.values[0] != 1 {
		t.Errorf("frequencies are %v", frequencies.values)
	}
}

// A stack moves when it grows; arrays that cross must not be on it, or be found again.
func TestLocalArraysWhileStacksGrow(t *testing.T) {
	scheme := ropeScheme(t)
	together(8, func(n int) {
		for depth := 1; depth < 200; depth++ {
			if !rotateDeep(scheme, depth) {
				t.Errorf("a local array of goroutine %d is lost at depth %d", n, depth)
				return
			}
		}
	})
}

func rotateDeep(scheme *farspan.Scheme, depth int) bool {
	var local [8]float32
	local[0] = 1
	tensor := must(farspan.NewTensor(local[:], farspan.Contiguous(1, 1, 1, 8)))
	if depth > 0 && !rotateDeep(scheme, depth-1) {
		return false
	}
	if err := scheme.RopeApply(nil, nil, []int64{0}, tensor, tensor); err != nil {
		return false
	}
	return local[0] == 1
}

// A tensor keeps its slice, though nothing else does.
func TestTensorsKeepTheirSlices(t *testing.T) {
	scheme := ropeScheme(t)
	var tensors []*farspan.Tensor
	for n := 0; n < 100; n++ {
		tensors = append(tensors, dense(random(1<<10, int64(n)), 1, 1, 128, 8))
	}
	for n := 0; n < 5; n++ {
		runtime.GC()
	}
	for n, tensor := range tensors {
		want, got := random(1<<10, int64(n)), make([]float32, 1<<10)
		check(t, scheme.RopeApply(nil, nil, make([]int64, 128), tensor, dense(got, 1, 1, 128, 8)))
		for e := range want {
			if got[e] != want[e] {
				t.Fatalf("element %d of tensor %d is %v, not %v", e, n, got[e], want[e])
			}
		}
	}
}

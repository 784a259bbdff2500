package farspan_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"farspan.io/farspan"
)

// together runs f on many goroutines at the same time.
func together(goroutines int, f func(n int)) {
	var group sync.WaitGroup
	for n := 0; n < goroutines; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			f(n)
		}(n)
	}
	group.Wait()
}

// A goroutine may change its thread between two calls: the message must come back in the call that failed.
func TestEachFailureHasItsOwnMessage(t *testing.T) {
	scheme := ropeScheme(t)
	together(64, func(n int) {
		frequencies := make([]float64, n+5)
		for call := 0; call < 500; call++ {
			_, err := scheme.RopeFrequencies(0, frequencies)
			var failure *farspan.Error
			if !errors.As(err, &failure) || !strings.Contains(failure.Message, fmt.Sprintf("is %d:", len(frequencies))) {
				t.Errorf("goroutine %d reads %v", n, err)
				return
			}
			if call%7 == 0 {
				runtime.Gosched()
			}
		}
	})
}

func TestOneSchemeAndPlanServeManyGoroutines(t *testing.T) {
	f := newFixture(t)
	check(t, f.plan.Run(nil, f.q, f.k, f.v, f.out, nil))
	want := append([]float32(nil), f.outData...)
	together(16, func(int) {
		out := make([]float32, len(want))
		tensor := dense(out, 1, 2, 3, 8)
		for call := 0; call < 100; call++ {
			if err := f.plan.Run(nil, f.q, f.k, f.v, tensor, nil); err != nil {
				t.Error(err)
				return
			}
			for n := range want {
				if out[n] != want[n] {
					t.Errorf("element %d is %v, not %v", n, out[n], want[n])
					return
				}
			}
		}
	})
}

func TestCloseWhileCallsRun(t *testing.T) {
	f := newFixture(t)
	for round := 0; round < 50; round++ {
		context := must(farspan.NewContext(nil))
		plan := must(farspan.NewPlan(context, f.scheme, f.problem))
		together(8, func(n int) {
			out := dense(make([]float32, 2*3*8), 1, 2, 3, 8)
			for call := 0; call < 10; call++ {
				if n == 0 && call == 5 {
					plan.Close()
				}
				if n == 1 && call == 7 {
					context.Close()
				}
				if err := plan.Run(context, f.q, f.k, f.v, out, nil); err != nil && !errors.Is(err, farspan.ErrClosed) {
					t.Error(err)
				}
			}
		})
		plan.Close()
		context.Close()
	}
}

// A long run ends soon when another goroutine cancels it.
func TestCancelFromAnotherGoroutine(t *testing.T) {
	const tokens, dim = 8192, 16
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{}))
	defer scheme.Close()
	context := must(farspan.NewContext(nil))
	defer context.Close()
	x, out := dense(random(tokens*dim, 1), 1, 1, tokens, dim), dense(make([]float32, tokens*dim), 1, 1, tokens, dim)
	started, done := make(chan bool), make(chan error)
	go func() {
		close(started)
		for {
			if err := farspan.Attention(context, scheme, x, x, x, out); err != nil {
				done <- err
				return
			}
		}
	}()
	<-started
	context.Cancel()
	expectStatus(t, <-done, farspan.ErrCancelled)
}

// residentBytes is the memory of this process.
func residentBytes(t *testing.T) int {
	t.Helper()
	var total, resident int
	text, err := os.ReadFile("/proc/self/statm")
	check(t, err)
	if _, err := fmt.Sscan(string(text), &total, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * os.Getpagesize()
}

// 200 plans that nobody closes, of 4 MiB of angles each and more.
func TestForgottenPlansAreFreed(t *testing.T) {
	const tokens = 16384
	const angles = tokens * 64 * 4
	rope := farspan.NewRopeConfig(farspan.RopeBase)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, 64
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{Rope: rope}))
	defer scheme.Close()
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, tokens, tokens, 64
	before := residentBytes(t)
	for n := 0; n < 200; n++ {
		must(farspan.NewPlan(nil, scheme, problem))
		if n%10 == 9 {
			runtime.GC()
		}
	}
	if grown := residentBytes(t) - before; grown > 60*angles {
		t.Errorf("200 forgotten plans of %d bytes and more still hold %d bytes", angles, grown)
	}
}

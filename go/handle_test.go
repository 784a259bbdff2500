package farspan

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// counting makes a handle that counts how often its object is destroyed.
func counting() (*handle[int], *atomic.Int32) {
	destroyed := new(atomic.Int32)
	return newHandle(7, func(int) { destroyed.Add(1) }, nil), destroyed
}

func TestCloseWaitsForRunningCalls(t *testing.T) {
	h, destroyed := counting()
	for call := 0; call < 2; call++ {
		if native, err := h.enter(); native != 7 || err != nil {
			t.Fatalf("enter gives %v, %v", native, err)
		}
	}
	h.close()
	h.close()
	if _, err := h.enter(); !errors.Is(err, ErrClosed) {
		t.Errorf("enter after close gives %v", err)
	}
	h.leave()
	if destroyed.Load() != 0 {
		t.Error("destroyed while a call runs")
	}
	h.leave()
	h.close()
	if destroyed.Load() != 1 {
		t.Errorf("destroyed %d times", destroyed.Load())
	}
}

func TestManyCallersAndClosersDestroyOnce(t *testing.T) {
	for round := 0; round < 200; round++ {
		h, destroyed := counting()
		var inside atomic.Int32
		var group sync.WaitGroup
		for caller := 0; caller < 8; caller++ {
			group.Add(1)
			go func(closes bool) {
				defer group.Done()
				for call := 0; call < 20; call++ {
					if closes && call == 10 {
						h.close()
					}
					if _, err := h.enter(); err != nil {
						return
					}
					inside.Add(1)
					if destroyed.Load() != 0 {
						t.Error("destroyed while a call runs")
					}
					inside.Add(-1)
					h.leave()
				}
			}(caller%2 == 0)
		}
		group.Wait()
		if destroyed.Load() != 1 {
			t.Fatalf("destroyed %d times", destroyed.Load())
		}
	}
}

func TestForgottenHandlesAreDestroyed(t *testing.T) {
	var destroyed atomic.Int32
	for n := 0; n < 100; n++ {
		newHandle(n, func(int) { destroyed.Add(1) }, nil)
	}
	for deadline := time.Now().Add(10 * time.Second); destroyed.Load() < 100 && time.Now().Before(deadline); {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if destroyed.Load() != 100 {
		t.Errorf("%d of 100 were destroyed", destroyed.Load())
	}
}

// A plan made with a context reads the context's flag when it runs without one, also after the context is gone.
func TestPlansKeepTheCancelFlag(t *testing.T) {
	context, err := NewContext(nil)
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := NewScheme(SchemeConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer scheme.Close()
	problem := NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, 1, 1, 4
	plan, err := NewPlan(context, scheme, problem)
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	context.Cancel()
	context.Close()
	x, err := NewTensor(make([]float32, 4), Contiguous(1, 1, 1, 4))
	if err != nil {
		t.Fatal(err)
	}
	out, err := NewTensor(make([]float32, 4), Contiguous(1, 1, 1, 4))
	if err != nil {
		t.Fatal(err)
	}
	flagged := plan.handle.needs == any(context.flag)
	runtime.GC()
	if err := plan.Run(nil, x, x, x, out, nil); !flagged || !errors.Is(err, ErrCancelled) {
		t.Errorf("the plan of a cancelled context answers %v", err)
	}
}

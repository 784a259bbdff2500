package eval_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"farspan.io/farspan"
	"farspan.io/farspan/eval"
)

func together(number int, work func(n int)) {
	var group sync.WaitGroup
	for n := 0; n < number; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			work(n)
		}(n)
	}
	group.Wait()
}

// A context, a schedule and a configuration serve many goroutines; each has its own counts.
func TestGoroutinesShareWhatIsNotChanged(t *testing.T) {
	context := must(farspan.NewContext(nil))
	defer context.Close()
	values := make([]float32, 64*100)
	for n := range values {
		values[n] = float32(n*37%101) / 16
	}
	in, targets, want := logits(values, 64, 100), make([]int64, 64), make([]float64, 64)
	check(t, eval.TokenNLL(context, in, targets, -1, want))
	schedule := eval.NewWindowsConfig(eval.WindowsBlocks)
	schedule.BOS, schedule.Tokens, schedule.Length = eval.BOSFirst, 1000, 10
	windows, bleu := must(eval.NewWindows(schedule)), eval.NewBleuConfig()
	counts := make([]eval.BleuCounts, 8)
	together(8, func(g int) {
		nll := make([]float64, 64)
		for repeat := 0; repeat < 20; repeat++ {
			if err := eval.TokenNLL(context, in, targets, -1, nll); err != nil || nll[63] != want[63] {
				t.Errorf("%v, %v", err, nll[63])
			}
			if w, err := windows.At(int64(repeat)); err != nil || w.End != int64(10*repeat+10) {
				t.Errorf("%v, %+v", err, w)
			}
			if err := counts[g].Add(bleu, "a b c d e", "a b c d f"); err != nil {
				t.Error(err)
			}
		}
	})
	var all eval.BleuCounts
	for _, one := range counts {
		check(t, all.Merge(one))
	}
	if all.Segments != 160 || all.Correct[0] != 640 {
		t.Errorf("%+v", all)
	}
}

func TestACancelledContextStopsTheCalls(t *testing.T) {
	context := must(farspan.NewContext(nil))
	defer context.Close()
	context.Cancel()
	err := eval.TokenNLL(context, logits([]float32{1, 2}, 1, 2), []int64{0}, -1, make([]float64, 1))
	if !errors.Is(err, farspan.ErrCancelled) {
		t.Errorf("token losses: %v", err)
	}
	if _, err := eval.BootstrapMean(context, nil, []float64{1, 2}); !errors.Is(err, farspan.ErrCancelled) {
		t.Errorf("resampling: %v", err)
	}
	context.Resume()
	if _, err := eval.BootstrapMean(context, nil, []float64{1, 2}); err != nil {
		t.Error(err)
	}
}

// Closing while calls run lets them end; later ones are refused.
func TestAContextClosesWhileItIsUsed(t *testing.T) {
	values := make([]float64, 1000)
	for repeat := 0; repeat < 10; repeat++ {
		context := must(farspan.NewContext(nil))
		together(4, func(g int) {
			if g == 0 {
				context.Close()
				return
			}
			if _, err := eval.BootstrapMean(context, nil, values); err != nil && !errors.Is(err, farspan.ErrClosed) {
				t.Error(err)
			}
		})
	}
}

// state holds arrays beside pointers: an untyped address into it would make cgo panic.
type state struct {
	owner   *state
	logits  [4]float32
	targets [2]int64
	nll     [2]float64
	edges   [3]int64
	out     [4]int64
}

func TestArraysBesidePointers(t *testing.T) {
	s := &state{edges: [3]int64{1, 2, 3}}
	s.owner = s
	check(t, eval.TokenNLL(nil, logits(s.logits[:], 2, 2), s.targets[:], -1, s.nll[:]))
	loss := eval.NewLoss()
	check(t, loss.AddScored(s.nll[:], s.targets[:], -1, 0))
	curve := must(eval.NewLossCurve(s.edges[:], loss))
	check(t, curve.Add(1, s.nll[:]))
	must(eval.PlaceNeedle(s.edges[:], s.targets[:], nil, 0.5, &s.edges[0], s.out[:]))
	must(eval.BootstrapMean(nil, nil, s.nll[:]))
}

// The memory of logits lives as long as the call, though nothing else refers to it.
func TestTensorsAreKeptAliveByTheirCall(t *testing.T) {
	together(4, func(int) {
		for repeat := 0; repeat < 50; repeat++ {
			nll := make([]float64, 1)
			check(t, eval.TokenNLL(nil, logits(make([]float32, 1000), 1, 1000), []int64{7}, -1, nll))
			if !close(nll[0], 6.907755278982137, 5e-7) {
				t.Errorf("ln 1000 is %v", nll[0])
			}
			runtime.GC()
		}
	})
}

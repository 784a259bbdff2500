package farspan_test

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"farspan.io/farspan"
)

const sessionHeads, sessionKeyHeads, sessionDim = 4, 2, 32

func sessionCache(t testing.TB) (*farspan.Cache, *farspan.Scheme) {
	t.Helper()
	config := farspan.NewCacheConfig()
	config.KeyHeads, config.HeadDim, config.Layers = sessionKeyHeads, sessionDim, 2
	cache := must(farspan.NewCache(config))
	t.Cleanup(func() { cache.Close() })
	rope := farspan.NewRopeConfig(farspan.RopeBase)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, sessionDim
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{Rope: rope}))
	t.Cleanup(func() { scheme.Close() })
	return cache, scheme
}

// extend appends tokens to each sequence of a batch, and gives what they attend to, of both layers.
func extend(cache *farspan.Cache, scheme *farspan.Scheme, batch farspan.CacheBatch, rows int, seed int64) ([]float32, error) {
	if err := cache.Append(batch, nil); err != nil {
		return nil, err
	}
	plan, err := farspan.NewCachePlan(nil, scheme, cache, batch, sessionHeads, nil)
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	var all []float32
	numbers := func(heads int64) *farspan.Tensor {
		seed++
		return dense(random(int(heads)*rows*sessionDim, seed), 1, heads, int64(rows), sessionDim)
	}
	for layer := int64(0); layer < 2; layer++ {
		if err := cache.Write(nil, layer, batch, numbers(sessionKeyHeads), numbers(sessionKeyHeads)); err != nil {
			return nil, err
		}
		out := make([]float32, sessionHeads*rows*sessionDim)
		if err := plan.Run(nil, layer, numbers(sessionHeads), dense(out, 1, sessionHeads, int64(rows), sessionDim), nil); err != nil {
			return nil, err
		}
		all = append(all, out...)
	}
	return all, nil
}

// session forks from a prompt, decodes, forks again, forgets, saves and restores: what it reads.
func session(cache *farspan.Cache, scheme *farspan.Scheme, prompt farspan.Sequence, number int) (all []float32, err error) {
	defer func() {
		if failure, ok := recover().(error); ok {
			err = failure
		}
	}()
	grow := func(sequence farspan.Sequence, rows, seed int) {
		all = append(all, must(extend(cache, scheme, rowsOf(sequence, rows), rows, int64(1000*number+seed)))...)
	}
	none := func(err error) struct{} { return must(struct{}{}, err) }
	for round := 0; round < 6; round++ {
		seed := 100 * round
		child := must(cache.Fork(prompt))
		grow(child, 1, seed)
		none(cache.Evict(child, 20, 30))
		grow(child, 5, seed+10)
		restored := must(cache.Restore(must(cache.Save(child))))
		none(cache.DestroySequence(child))
		none(cache.Keep(restored, 4, 40))
		grow(restored, 70, seed+20)
		none(cache.DestroySequence(restored))
		grow(prompt, 1, seed+30)
	}
	none(cache.DestroySequence(prompt))
	return all, nil
}

func sameBits(got, want []float32) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d numbers, not %d", len(got), len(want))
	}
	for n := range want {
		if math.Float32bits(got[n]) != math.Float32bits(want[n]) {
			return fmt.Errorf("number %d is %v, not %v", n, got[n], want[n])
		}
	}
	return nil
}

// Eight sessions at the same time, whose sequences share the blocks of a prompt, read what each reads alone.
func TestSessionsBesideEachOtherReadWhatTheyReadAlone(t *testing.T) {
	cache, scheme := sessionCache(t)
	prompt := must(cache.CreateSequence())
	must(extend(cache, scheme, rowsOf(prompt, 100), 100, 1))
	const sessions = 8
	var alone [sessions][]float32
	for n := range alone {
		alone[n] = must(session(cache, scheme, must(cache.Fork(prompt)), n))
	}
	for round := 0; round < 5; round++ {
		var forks [sessions]farspan.Sequence
		for n := range forks {
			forks[n] = must(cache.Fork(prompt))
		}
		together(sessions, func(n int) {
			got, err := session(cache, scheme, forks[n], n)
			if err == nil {
				err = sameBits(got, alone[n])
			}
			if err != nil {
				t.Errorf("session %d: %v", n, err)
			}
		})
	}
	if n := must(cache.Statistics()).Sequences; n != 1 {
		t.Errorf("%d sequences are left", n)
	}
}

// A run that would take a minute does not keep another session waiting.
func TestOneSessionGoesOnWhileAnotherRuns(t *testing.T) {
	const rows = 1 << 16
	config := farspan.NewCacheConfig()
	config.KeyHeads, config.HeadDim = 1, 64
	cache, scheme := must(farspan.NewCache(config)), plainScheme(t)
	defer cache.Close()
	context := must(farspan.NewContext(&farspan.ContextConfig{Threads: 1}))
	defer context.Close()
	long, short := must(cache.CreateSequence()), must(cache.CreateSequence())
	check(t, cache.Append(rowsOf(long, rows), nil))
	plan := must(farspan.NewCachePlan(nil, scheme, cache, rowsOf(long, rows), 1, nil))
	defer plan.Close()
	q, out := dense(make([]float32, rows*64), 1, 1, rows, 64), dense(make([]float32, rows*64), 1, 1, rows, 64)
	done := make(chan error, 1)
	go func() { done <- plan.Run(context, 0, q, out, nil) }()
	time.Sleep(300 * time.Millisecond)
	for n := 0; n < 100; n++ {
		check(t, cache.Append(newest(short), nil))
	}
	check(t, cache.DestroySequence(must(cache.Fork(short))))
	must(cache.Statistics())
	_, err := cache.Fork(9999) // is refused without waiting either
	expectStatus(t, err, farspan.ErrParameterRange)
	select {
	case err := <-done:
		t.Fatalf("the short session waited for the long run, which gave %v", err)
	default:
	}
	context.Cancel()
	expectStatus(t, <-done, farspan.ErrCancelled)
}

// Calls on one sequence take turns: no token is lost, whatever runs beside. Batches overlap in any order, without a deadlock.
func TestCallsOnTheSameSequencesTakeTurns(t *testing.T) {
	cache, scheme := sessionCache(t)
	sequences := []farspan.Sequence{must(cache.CreateSequence()), must(cache.CreateSequence()), must(cache.CreateSequence())}
	for _, sequence := range sequences {
		must(extend(cache, scheme, newest(sequence), 1, 1))
	}
	q := dense(random(sessionHeads*sessionDim, 2), 1, sessionHeads, 1, sessionDim)
	var appended [3]atomic.Int64
	together(12, func(n int) {
		out := dense(make([]float32, 2*sessionHeads*sessionDim), 1, sessionHeads, 1, sessionDim)
		for call := 0; call < 200; call++ {
			var err error
			switch pair := newest(sequences[n%3], sequences[(n+1+call%2)%3]); n % 4 {
			case 0:
				err = cache.Append(pair, nil)
				for _, sequence := range pair.Sequences {
					appended[sequence-sequences[0]].Add(1)
				}
			case 1:
				err = cache.Decode(nil, scheme, 0, newest(sequences[n%3]), q, out, nil)
			case 2:
				var child farspan.Sequence
				if child, err = cache.Fork(sequences[n%3]); err == nil {
					err = cache.DestroySequence(child)
				}
			default:
				_, err = cache.Save(sequences[n%3])
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	for n, sequence := range sequences {
		if got, want := must(cache.SequenceInfo(sequence)).Tokens, 1+appended[n].Load(); got != want {
			t.Errorf("sequence %d has %d tokens, not %d", n, got, want)
		}
	}
	expectStatus(t, cache.Append(newest(sequences[0], sequences[0]), nil), farspan.ErrCombination)
}

// Numbers that are no sequence yet, or no longer, are refused, also while the sequence is being made.
func TestGuessedSequencesAreRefusedOrWait(t *testing.T) {
	cache, _ := sessionCache(t)
	var stop atomic.Bool
	var group sync.WaitGroup
	for n := 0; n < 2; n++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for guess := farspan.Sequence(1); !stop.Load(); guess = guess%2000 + 1 {
				cache.SequenceInfo(guess)
				cache.Evict(guess, 0, 1)
			}
		}()
	}
	for n := 0; n < 1000; n++ {
		sequence := must(cache.CreateSequence())
		check(t, cache.Append(newest(sequence), nil))
		check(t, cache.DestroySequence(sequence))
	}
	stop.Store(true)
	group.Wait()
}

func TestClearEndsTheSequencesOfAllSessions(t *testing.T) {
	cache, scheme := sessionCache(t)
	var growing atomic.Int64
	growing.Store(4)
	together(5, func(n int) {
		if n == 4 {
			for growing.Load() > 0 {
				time.Sleep(2 * time.Millisecond)
				if err := cache.Clear(); err != nil {
					t.Error(err)
				}
			}
			return
		}
		defer growing.Add(-1)
		for refused := 0; refused < 5; refused++ {
			sequence := must(cache.CreateSequence())
			var err error
			for err == nil {
				_, err = extend(cache, scheme, newest(sequence), 1, int64(n))
			}
			if !errors.Is(err, farspan.ErrParameterRange) && !errors.Is(err, farspan.ErrCombination) {
				t.Error(err)
			}
		}
	})
	check(t, cache.Clear())
	if n := must(cache.Statistics()).Sequences; n != 0 {
		t.Errorf("%d sequences after Clear", n)
	}
}

// Command soak makes small calls without end, as a server does:
//
//	soak LOAD THREADS SECONDS
//
// LOAD and the work of each goroutine are those of tests/soak/soak.c. After each second it prints how many calls have been made so far;
// tests/soak/soak.py reads that, and the process's memory.
package main

import (
	"fmt"
	"log"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"farspan.io/farspan"
)

const heads, keyHeads, dim, keys, longest = 32, 8, 128, 64, 180

var (
	scheme          *farspan.Scheme
	cache           *farspan.Cache
	attends, caches bool
	grown           sync.WaitGroup // every session has had its most memory
)

type worker struct {
	calls                    atomic.Int64
	q, k, v, out, key, value *farspan.Tensor
	number                   float32 // that all its values are: what attention must give
	answer                   []float32
	sequence                 farspan.Sequence
	tokens                   int
	_                        [64]byte // workers do not share a cache line
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func filled(heads, rows int, value float32) (*farspan.Tensor, []float32) {
	data := make([]float32, heads*rows*dim)
	for n := range data {
		data[n] = value
	}
	made, err := farspan.NewTensor(data, farspan.Contiguous(1, int64(heads), int64(rows), dim))
	must(err)
	return made, data
}

func newWorker(index int) *worker {
	w := &worker{number: float32(index + 1)}
	w.q, _ = filled(heads, 1, 0.5)
	w.k, _ = filled(keyHeads, keys, 0.25)
	w.v, _ = filled(keyHeads, keys, w.number)
	w.key, _ = filled(keyHeads, 1, 0.25)
	w.value, _ = filled(keyHeads, 1, w.number)
	w.out, w.answer = filled(heads, 1, 0)
	return w
}

// expect: every value is the same number, and so is every mean of them, up to rounding.
func (w *worker) expect(call string) {
	for _, got := range []float32{w.answer[0], w.answer[len(w.answer)-1]} {
		if math.Abs(float64(got-w.number)) > 1e-4*float64(w.number) {
			log.Fatalf("%s gave %v, not %v", call, got, w.number)
		}
	}
}

func (w *worker) attend() {
	must(farspan.Attention(nil, scheme, w.q, w.k, w.v, w.out))
	w.expect("Attention")
}

func (w *worker) addToken(sequence farspan.Sequence) {
	newest := farspan.CacheBatch{Sequences: []farspan.Sequence{sequence}}
	must(cache.Append(newest, nil))
	plan, err := farspan.NewCachePlan(nil, scheme, cache, newest, heads, nil)
	must(err)
	defer plan.Close()
	must(cache.Write(nil, 0, newest, w.key, w.value))
	must(plan.Run(nil, 0, w.q, w.out, nil))
	w.expect("CachePlan.Run")
}

func (w *worker) begin() {
	var err error
	w.sequence, err = cache.CreateSequence()
	must(err)
	w.tokens = 0
}

// decode adds a token; at the longest, a fork goes on for a token, in a copy of the block that it shares, and both end.
func (w *worker) decode() {
	w.addToken(w.sequence)
	if w.tokens++; w.tokens == longest/2 {
		must(cache.Keep(w.sequence, 4, 32))
	}
	if w.tokens < longest {
		return
	}
	child, err := cache.Fork(w.sequence)
	must(err)
	w.addToken(child)
	must(cache.DestroySequence(child))
	must(cache.DestroySequence(w.sequence))
	w.begin()
}

func (w *worker) work() {
	if caches { // the most memory that the sessions can need together comes first
		w.begin()
		must(cache.Append(farspan.CacheBatch{Sequences: []farspan.Sequence{w.sequence}, Offsets: []int64{0, 256}}, nil))
		grown.Done()
		grown.Wait()
		must(cache.DestroySequence(w.sequence))
		w.begin()
	}
	for {
		if attends {
			w.attend()
			w.calls.Add(1)
		}
		if caches {
			w.decode()
			w.calls.Add(1)
		}
	}
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: soak LOAD THREADS SECONDS")
	}
	attends, caches = os.Args[1] != "cache", os.Args[1] != "attention"
	threads, err := strconv.Atoi(os.Args[2])
	must(err)
	seconds, err := strconv.Atoi(os.Args[3])
	must(err)

	rope := farspan.NewRopeConfig(farspan.RopeBase)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, dim
	scheme, err = farspan.NewScheme(farspan.SchemeConfig{Rope: rope})
	must(err)
	config := farspan.NewCacheConfig()
	config.KeyHeads, config.HeadDim = keyHeads, dim
	cache, err = farspan.NewCache(config)
	must(err)

	workers := make([]*worker, threads)
	grown.Add(threads)
	for n := range workers {
		workers[n] = newWorker(n)
		go workers[n].work()
	}
	// Garbage that waits for its collection is no leak: it goes back to the system each second, so that what grows is what nobody
	// frees. Beside the clock, which it could hold up.
	go func() {
		for {
			debug.FreeOSMemory()
			time.Sleep(time.Second)
		}
	}()
	tick := time.NewTicker(time.Second)
	for second := 0; second < seconds; second++ {
		<-tick.C
		var calls int64
		for _, w := range workers {
			calls += w.calls.Load()
		}
		fmt.Println(calls)
	}
}

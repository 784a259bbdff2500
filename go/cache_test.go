package farspan_test

import (
	"errors"
	"math"
	"runtime"
	"testing"
	"time"

	"farspan.io/farspan"
)

const cacheDim = 8

func cacheConfig() *farspan.CacheConfig {
	config := farspan.NewCacheConfig()
	config.DType, config.KeyHeads, config.HeadDim = farspan.F32, 1, cacheDim
	return config
}

func newCache(t testing.TB) *farspan.Cache {
	t.Helper()
	cache := must(farspan.NewCache(cacheConfig()))
	t.Cleanup(func() { cache.Close() })
	return cache
}

func plainScheme(t testing.TB) *farspan.Scheme {
	t.Helper()
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{}))
	t.Cleanup(func() { scheme.Close() })
	return scheme
}

func rowsOf(sequence farspan.Sequence, rows int) farspan.CacheBatch {
	return farspan.CacheBatch{Sequences: []farspan.Sequence{sequence}, Offsets: []int64{0, int64(rows)}}
}

func newest(sequences ...farspan.Sequence) farspan.CacheBatch {
	return farspan.CacheBatch{Sequences: sequences}
}

// grow appends a token for each value, which all features of its key and value have.
func grow(cache *farspan.Cache, sequence farspan.Sequence, values ...float32) error {
	batch := rowsOf(sequence, len(values))
	data := make([]float32, len(values)*cacheDim)
	for n := range data {
		data[n] = values[n/cacheDim]
	}
	if err := cache.Append(batch, nil); err != nil {
		return err
	}
	rows := dense(data, 1, 1, int64(len(values)), cacheDim)
	return cache.Write(nil, 0, batch, rows, rows)
}

// meanOf is what the newest token sees: with a query of zeros, the mean of the values.
func meanOf(cache *farspan.Cache, scheme *farspan.Scheme, sequence farspan.Sequence) (float64, error) {
	q, out := make([]float32, 2*cacheDim), make([]float32, 2*cacheDim)
	err := cache.Decode(nil, scheme, 0, newest(sequence), dense(q, 1, 2, 1, cacheDim), dense(out, 1, 2, 1, cacheDim), nil)
	return float64(out[2*cacheDim-1]), err
}

func TestCacheSequencesGrowForkAndForget(t *testing.T) {
	cache, scheme := newCache(t), plainScheme(t)
	first := must(cache.CreateSequence())
	check(t, grow(cache, first, 1, 2, 3, 6))
	near(t, "the mean", must(meanOf(cache, scheme, first)), 3, 1e-6)
	child := must(cache.Fork(first))
	if got, want := must(cache.SequenceInfo(child)), (farspan.SequenceInfo{Tokens: 4, NextPosition: 4, Blocks: 1, SharedBlocks: 1}); got != want {
		t.Errorf("the fork is %+v, expected %+v", got, want)
	}
	check(t, grow(cache, child, 8))
	near(t, "the fork's mean", must(meanOf(cache, scheme, child)), 4, 1e-6)
	near(t, "the mean after the fork", must(meanOf(cache, scheme, first)), 3, 1e-6)
	check(t, cache.Evict(child, 1, 3))
	near(t, "the mean without the middle", must(meanOf(cache, scheme, child)), 5, 1e-6)
	check(t, cache.Evict(first, 2, math.MaxInt64))
	check(t, grow(cache, first, 9))
	near(t, "the mean after truncation", must(meanOf(cache, scheme, first)), 4, 1e-6)
	check(t, cache.Keep(child, 1, 1))
	if info := must(cache.SequenceInfo(child)); info.Tokens != 2 || info.NextPosition != 5 {
		t.Errorf("after keep: %+v", info)
	}
	statistics := must(cache.Statistics())
	if statistics.Sequences != 2 || statistics.Blocks != 2 || statistics.BlockBytes < 2*64*cacheDim*4 {
		t.Errorf("%+v", statistics)
	}
	check(t, cache.DestroySequence(first))
	check(t, cache.Clear())
	if statistics = must(cache.Statistics()); statistics.Sequences != 0 || statistics.FreeBlocks != 0 {
		t.Errorf("after clear: %+v", statistics)
	}
}

func TestCachePlanServesAllLayersAndBatches(t *testing.T) {
	config := cacheConfig()
	config.Layers = 2
	cache, scheme := must(farspan.NewCache(config)), plainScheme(t)
	defer cache.Close()
	batch := farspan.CacheBatch{Sequences: []farspan.Sequence{must(cache.CreateSequence()), must(cache.CreateSequence())}, Offsets: []int64{0, 1, 3}}
	check(t, cache.Append(batch, []int64{5, 7, 9}))
	plan := must(farspan.NewCachePlan(nil, scheme, cache, batch, 2, nil))
	defer plan.Close()
	q := dense(make([]float32, 2*3*cacheDim), 1, 2, 3, cacheDim)
	options := &farspan.CacheRunOptions{LSE: make([]float32, 6), Workspace: make([]byte, plan.WorkspaceSize())}
	for layer := int64(0); layer < 2; layer++ {
		data, out := make([]float32, 3*cacheDim), make([]float32, 2*3*cacheDim)
		for n := range data {
			data[n] = float32(layer) + float32(n/cacheDim)
		}
		rows := dense(data, 1, 1, 3, cacheDim)
		check(t, cache.Write(nil, layer, batch, rows, rows))
		check(t, plan.Run(nil, layer, q, dense(out, 1, 2, 3, cacheDim), options))
		near(t, "row 0", float64(out[0]), float64(layer), 0)
		near(t, "row 1", float64(out[cacheDim]), float64(layer)+1, 0)
		near(t, "row 2", float64(out[2*cacheDim]), float64(layer)+1.5, 1e-6)
		near(t, "lse of row 2", float64(options.LSE[2]), math.Ln2, 1e-6)
	}
	// A query of its own position, before the last token.
	own := must(farspan.NewCachePlan(nil, scheme, cache, newest(batch.Sequences[1]), 2, &farspan.CachePlanOptions{Positions: []int64{8}, Length: 20}))
	defer own.Close()
	out := make([]float32, 2*cacheDim)
	check(t, own.Run(nil, 0, dense(make([]float32, 2*cacheDim), 1, 2, 1, cacheDim), dense(out, 1, 2, 1, cacheDim), nil))
	near(t, "the row at position 8", float64(out[0]), 1, 0)
}

func TestSavedSequencesComeBack(t *testing.T) {
	cache, other, scheme := newCache(t), newCache(t), plainScheme(t)
	sequence := must(cache.CreateSequence())
	check(t, grow(cache, sequence, 2, 4, 9))
	saved := must(cache.Save(sequence))
	if len(saved) != cache.SaveSize(sequence) || len(saved) == 0 {
		t.Fatalf("%d bytes, announced were %d", len(saved), cache.SaveSize(sequence))
	}
	near(t, "the mean", must(meanOf(other, scheme, must(other.Restore(saved)))), 5, 1e-6)
	flipped := append([]byte(nil), saved...)
	flipped[len(saved)/2] ^= 1
	for name, damaged := range map[string][]byte{"cut": saved[:40], "longer": append(saved[:len(saved):len(saved)], 0), "a bit": flipped} {
		_, err := other.Restore(damaged)
		t.Run(name, func(t *testing.T) { expectStatus(t, err, farspan.ErrParameterRange) })
	}
	config := cacheConfig()
	config.Layers = 2
	wide := must(farspan.NewCache(config))
	defer wide.Close()
	_, err := wide.Restore(saved)
	expectStatus(t, err, farspan.ErrShape)
	if n := must(other.Statistics()).Sequences; n != 1 {
		t.Errorf("%d sequences after refused bytes", n)
	}
}

func TestCacheMemoryLimitChangesNothing(t *testing.T) {
	config := cacheConfig()
	config.MemoryLimit = must(newCache(t).Statistics()).BlockBytes * 5 / 2
	cache, scheme := must(farspan.NewCache(config)), plainScheme(t)
	defer cache.Close()
	sequence := must(cache.CreateSequence())
	check(t, grow(cache, sequence, 1, 3))
	expectStatus(t, cache.Append(rowsOf(sequence, 200), nil), farspan.ErrOutOfMemory)
	near(t, "the mean", must(meanOf(cache, scheme, sequence)), 2, 1e-6)
}

func TestWrongUseOfACache(t *testing.T) {
	cache, scheme := newCache(t), plainScheme(t)
	sequence := must(cache.CreateSequence())
	check(t, grow(cache, sequence, 1))
	one, rows := newest(sequence), dense(make([]float32, cacheDim), 1, 1, 1, cacheDim)
	outData := make([]float32, 2*cacheDim)
	q, out := dense(make([]float32, 2*cacheDim), 1, 2, 1, cacheDim), dense(outData, 1, 2, 1, cacheDim)
	wrongType, wrongSize := cacheConfig(), cacheConfig()
	wrongType.DType, wrongSize.HeadDim = farspan.F64, -1
	offsets := func(offsets ...int64) farspan.CacheBatch {
		return farspan.CacheBatch{Sequences: one.Sequences, Offsets: offsets}
	}
	second := func(_ any, err error) error { return err }
	for name, c := range map[string]struct {
		err  error
		want farspan.Status
	}{
		"nil config":       {second(farspan.NewCache(nil)), farspan.ErrNullArgument},
		"f64":              {second(farspan.NewCache(wrongType)), farspan.ErrDType},
		"negative head":    {second(farspan.NewCache(wrongSize)), farspan.ErrShape},
		"unknown sequence": {second(cache.Fork(99)), farspan.ErrParameterRange},
		"unknown to save":  {second(cache.Save(99)), farspan.ErrParameterRange},
		"no bytes":         {second(cache.Restore(nil)), farspan.ErrNullArgument},
		"empty batch":      {cache.Append(farspan.CacheBatch{}, nil), farspan.ErrShape},
		"short offsets":    {cache.Append(offsets(0), nil), farspan.ErrShape},
		"falling offsets":  {cache.Append(offsets(0, math.MinInt64), nil), farspan.ErrShape},
		"short positions":  {cache.Append(offsets(0, 2), []int64{5}), farspan.ErrShape},
		"long positions":   {cache.Append(one, []int64{5, 6, 7}), farspan.ErrShape},
		"long offsets":     {cache.Append(offsets(0, 1, 2), nil), farspan.ErrShape},
		"huge offsets":     {cache.Append(offsets(0, math.MaxInt64), []int64{5}), farspan.ErrShape},
		"old position":     {cache.Append(one, []int64{0}), farspan.ErrPositions},
		"no such layer":    {cache.Write(nil, 1, one, rows, rows), farspan.ErrParameterRange},
		"nil keys":         {cache.Write(nil, 0, one, nil, rows), farspan.ErrNullArgument},
		"wide values":      {cache.Write(nil, 0, one, rows, q), farspan.ErrShape},
		"nil scheme":       {cache.Decode(nil, nil, 0, one, q, out, nil), farspan.ErrNullArgument},
		"nil query":        {cache.Decode(nil, scheme, 0, one, nil, out, nil), farspan.ErrNullArgument},
		"short lse":        {cache.Decode(nil, scheme, 0, one, q, out, make([]float32, 1)), farspan.ErrShape},
		"odd heads":        {second(farspan.NewCachePlan(nil, scheme, cache, one, 0, nil)), farspan.ErrHeadGroups},
		"short queries": {second(farspan.NewCachePlan(nil, scheme, cache, offsets(0, 1), 2,
			&farspan.CachePlanOptions{Positions: []int64{}, Length: -1})), farspan.ErrParameterRange},
		"i8 tensor": {second(farspan.NewTensor16(make([]uint16, 8), farspan.I8, farspan.Contiguous(1, 1, 1, 8))), farspan.ErrDType},
	} {
		t.Run(name, func(t *testing.T) { expectStatus(t, c.err, c.want) })
	}
	for _, value := range outData {
		if value != 0 {
			t.Fatal("a refused call wrote its output")
		}
	}
	if got, want := must(cache.SequenceInfo(sequence)), (farspan.SequenceInfo{Tokens: 1, NextPosition: 1, Blocks: 1}); got != want {
		t.Errorf("refused calls left %+v", got)
	}
}

func TestNilAndClosedCaches(t *testing.T) {
	closed, scheme := newCache(t), plainScheme(t)
	sequence := must(closed.CreateSequence())
	check(t, grow(closed, sequence, 1))
	plan := must(farspan.NewCachePlan(nil, scheme, closed, newest(sequence), 1, nil))
	q, out := dense(make([]float32, cacheDim), 1, 1, 1, cacheDim), dense(make([]float32, cacheDim), 1, 1, 1, cacheDim)
	check(t, plan.Run(nil, 0, q, out, nil))
	closed.Close()
	closed.Close()
	calls := func(cache *farspan.Cache) []error {
		second := func(_ any, err error) error { return err }
		return []error{second(cache.CreateSequence()), cache.DestroySequence(1), second(cache.Fork(1)), cache.Evict(1, 0, 1), cache.Keep(1, 0, 1),
			cache.Clear(), second(cache.SequenceInfo(1)), second(cache.Statistics()), cache.Append(newest(1), nil),
			cache.Write(nil, 0, newest(1), q, q), second(cache.Save(1)), second(cache.Restore([]byte{1})),
			cache.Decode(nil, scheme, 0, newest(1), q, out, nil), second(farspan.NewCachePlan(nil, scheme, cache, newest(1), 1, nil))}
	}
	for n, err := range calls(closed) {
		if !errors.Is(err, farspan.ErrClosed) {
			t.Errorf("call %d of a closed cache: %v", n, err)
		}
	}
	for n, err := range calls(nil) {
		if !errors.Is(err, farspan.ErrNullArgument) {
			t.Errorf("call %d of a nil cache: %v", n, err)
		}
	}
	if err := plan.Run(nil, 0, q, out, nil); !errors.Is(err, farspan.ErrClosed) {
		t.Errorf("a plan of a closed cache: %v", err)
	}
	if plan.WorkspaceSize() == 0 || closed.SaveSize(sequence) != 0 {
		t.Error("sizes after Close")
	}
	plan.Close()
	if err := plan.Run(nil, 0, q, out, nil); !errors.Is(err, farspan.ErrClosed) {
		t.Errorf("a closed plan: %v", err)
	}
	expectStatus(t, (*farspan.CachePlan)(nil).Run(nil, 0, q, out, nil), farspan.ErrNullArgument)
}

func TestCachePlansAreForTheirSequencesAsTheyAre(t *testing.T) {
	cache, scheme := newCache(t), plainScheme(t)
	sequence := must(cache.CreateSequence())
	check(t, grow(cache, sequence, 1, 2))
	plan := must(farspan.NewCachePlan(nil, scheme, cache, newest(sequence), 1, nil))
	defer plan.Close()
	q, out := dense(make([]float32, cacheDim), 1, 1, 1, cacheDim), dense(make([]float32, cacheDim), 1, 1, 1, cacheDim)
	expectStatus(t, plan.Run(nil, 0, q, out, &farspan.CacheRunOptions{Workspace: make([]byte, 1)}), farspan.ErrWorkspaceSize)
	// What happens to other sequences does not matter.
	other := must(cache.CreateSequence())
	check(t, grow(cache, other, 7))
	check(t, plan.Run(nil, 0, q, out, nil))
	check(t, cache.Evict(other, 0, 1))
	check(t, cache.DestroySequence(other))
	check(t, plan.Run(nil, 0, q, out, nil))
	check(t, cache.Append(newest(sequence), nil))
	expectStatus(t, plan.Run(nil, 0, q, out, nil), farspan.ErrCombination)
}

func TestCloseACacheWhileOthersDecode(t *testing.T) {
	scheme := plainScheme(t)
	for round := 0; round < 30; round++ {
		cache := must(farspan.NewCache(cacheConfig()))
		sequence := must(cache.CreateSequence())
		check(t, grow(cache, sequence, 1))
		plan := must(farspan.NewCachePlan(nil, scheme, cache, newest(sequence), 1, nil))
		together(3, func(n int) {
			var err error
			for err == nil {
				switch n {
				case 0:
					time.Sleep(time.Millisecond)
					err = cache.Close()
					return
				case 1:
					_, err = meanOf(cache, scheme, sequence)
				default:
					out := make([]float32, cacheDim)
					err = plan.Run(nil, 0, dense(out, 1, 1, 1, cacheDim), dense(make([]float32, cacheDim), 1, 1, 1, cacheDim), nil)
				}
			}
			if !errors.Is(err, farspan.ErrClosed) {
				t.Errorf("a call beside Close: %v", err)
			}
		})
		plan.Close()
	}
}

// The finalizers of a cache and its plan run in any order.
func TestForgottenCachesAreFreed(t *testing.T) {
	scheme := plainScheme(t)
	config := cacheConfig()
	config.Layers = 64
	before := residentBytes(t)
	const blocks, rounds = 10, 60
	var each int
	for round := 0; round < rounds; round++ {
		cache := must(farspan.NewCache(config))
		sequence := must(cache.CreateSequence())
		check(t, cache.Append(rowsOf(sequence, 64*blocks), nil))
		must(farspan.NewCachePlan(nil, scheme, cache, newest(sequence), 1, nil))
		each = int(must(cache.Statistics()).BlockBytes) * blocks
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
	}
	if kept := residentBytes(t) - before; kept > rounds*each/2 {
		t.Errorf("%d forgotten caches of %d bytes left %d", rounds, each, kept)
	}
}

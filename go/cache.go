package farspan

import (
	"unsafe"

	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// Sequence is a number that is never used again in its cache: one that has ended is refused, never mistaken for another.
type Sequence int64

// CacheBatch describes new rows of some sequences: Sequences[s] owns the rows Offsets[s] .. Offsets[s+1]-1 of the tensors, its newest
// tokens in order. A sequence occurs at most once.
type CacheBatch struct {
	Sequences []Sequence
	Offsets   []int64 // len(Sequences) + 1, from 0, not decreasing; empty: one row each
}

func (b CacheBatch) sequences() *int64 { return (*int64)(unsafe.Pointer(cross.Address(b.Sequences))) }

// Cache holds keys and values of many sequences for decoding, without their positions: keys are rotated when they are read. Every
// scheme is therefore right on every cache: dynamic frequencies at the current length, remaps, a switch of scheme in mid-sequence,
// eviction in the middle. A sequence is a set of tokens, each at a position that it keeps; positions only grow.
//
// Any number of goroutines may use one. Calls on different sequences go on at the same time, even of forks that share blocks: so one
// session may append while another runs. On the same sequence, forks, reads and runs go on at the same time, and a call that changes it
// (Append, Write, Evict, Keep, DestroySequence) waits for the calls on it that are inside and keeps others waiting. A batch is a call on
// each of its sequences. Clear waits for all calls. Whoever needs the steps of a sequence in an order gives it to one goroutine at a
// time. Close it.
type Cache struct {
	handle *handle[raw.Cache]
	turns  turns
}

func newCache(made raw.Made) (*Cache, error) {
	handle, err := ownCache(made, nil)
	if err != nil {
		return nil, err
	}
	return &Cache{handle: handle}, nil
}

// enter begins a call on sequences, which are in order; leave with the same arguments must follow. A nil cache is C's NULL, which the C
// function judges.
func (c *Cache) enter(how access, sequences ...Sequence) (raw.Cache, error) {
	cache, err := c.native().enter()
	if c != nil && err == nil {
		c.turns.enter(how, sequences)
	}
	return cache, err
}

func (c *Cache) leave(how access, sequences ...Sequence) {
	if c != nil {
		c.turns.leave(how, sequences)
		c.handle.leave()
	}
}

// enterAlone begins a call on all sequences; leaveAlone must follow, after which no sequence lives.
func (c *Cache) enterAlone() (raw.Cache, error) {
	cache, err := c.native().enter()
	if c != nil && err == nil {
		c.turns.enterAlone()
	}
	return cache, err
}

func (c *Cache) leaveAlone() {
	if c != nil {
		c.turns.leaveAlone()
		c.handle.leave()
	}
}

// Save gives a sequence as bytes, all layers, with a version and a checksum. The form does not depend on the machine. Errors:
// ErrParameterRange.
func (c *Cache) Save(sequence Sequence) ([]byte, error) { return c.SaveContext(nil, sequence) }

// SaveContext is Save with the threads, the instruction set and the flag of a context, which may be nil. Errors also: ErrCancelled.
func (c *Cache) SaveContext(context *Context, sequence Sequence) ([]byte, error) {
	entered, err := context.native().enter()
	if err != nil {
		return nil, err
	}
	defer context.native().leave()
	cache, err := c.enter(reading, sequence)
	if err != nil {
		return nil, err
	}
	defer c.leave(reading, sequence)
	saved := make([]byte, raw.Cache_save_size(cache, int64(sequence)))
	if failure := raw.Cache_save(entered, cache, int64(sequence), cross.Address(saved), cross.Length(saved)); failure != nil {
		return nil, asError(failure)
	}
	return saved, nil
}

// CachePlanOptions say more about the queries of a plan.
type CachePlanOptions struct {
	// Positions of the queries, one for each row, 0 .. 2^40 - 1. They need not be in the cache: so parts of one sequence in several caches
	// can be merged by their log-sum-exps. Empty: the rows are the newest tokens of their sequences.
	Positions []int64
	// Length is the current length n of dynamic methods; 0: of each sequence its own.
	Length int64
	// HeadOffset: head 0 is this head of the layer, for the bias and the sink logits.
	HeadOffset int64
}

// CachePlan is the attention of the rows of a batch to all cached tokens of their sequences, prepared for all layers. It is for these
// sequences as they are: when tokens of one have been appended or evicted since, or it has ended, a run is ErrCombination until
// CachePlan.Advance. Writing does not count, unless a fork has come to share the block since, nor does what happens to other sequences.
// Any number of goroutines may run one at the same time. Close it.
type CachePlan struct {
	handle    *handle[raw.CachePlan]
	cache     *Cache
	sequences []Sequence // in order
}

func newCachePlan(made raw.Made, context *Context, cache *Cache, batch CacheBatch) (*CachePlan, error) {
	handle, err := ownCachePlan(made, context.cancelFlag())
	if err != nil {
		return nil, err
	}
	return &CachePlan{handle, cache, inOrder(batch.Sequences)}, nil
}

// enter begins a call that also reads the cache; leave must follow.
func (p *CachePlan) enter() (raw.CachePlan, error) {
	plan, err := p.native().enter()
	if p == nil || err != nil {
		return plan, err
	}
	if _, err := p.cache.enter(reading, p.sequences...); err != nil {
		p.handle.leave()
		return nil, err
	}
	return plan, nil
}

func (p *CachePlan) leave() {
	if p != nil {
		p.cache.leave(reading, p.sequences...)
		p.handle.leave()
	}
}

// CacheRunOptions are what a run over a cache may have beside its tensors. Both may be nil.
type CacheRunOptions struct {
	// LSE receives ln(sum of exp(logit)), sinks included: [query_heads][rows].
	LSE []float32
	// Workspace of CachePlan.WorkspaceSize bytes makes the run not allocate. It serves one run at a time.
	Workspace []byte
}

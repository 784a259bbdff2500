package farspan

import "farspan.io/farspan/internal/raw"

// CachePlanOptions say more about the queries of a plan.
type CachePlanOptions struct {
	// Positions of the queries, one for each row, 0 .. 2^40 - 1. They need not be in the cache: so parts of one sequence in several caches
	// can be merged by their log-sum-exps. Empty: the rows are the newest tokens of their sequences.
	Positions []int64
	// Length is the current length n of dynamic methods; 0: of each sequence its own.
	Length int64
}

// CachePlan is the attention of the rows of a batch to all cached tokens of their sequences, prepared for all layers. It is for these
// sequences as they are: when tokens of one have been appended or evicted since, or it has ended, a run is ErrCombination. Writing does
// not count, unless a fork has come to share the block since, nor does what happens to other sequences. Any number of goroutines may run
// one at the same time. Close it.
type CachePlan struct {
	handle    *handle[raw.CachePlan]
	cache     *Cache
	sequences []Sequence // in order
}

// NewCachePlan prepares an attention under any scheme but one with a dense bias or several position axes. queryHeads is a multiple of
// the cache's KeyHeads. context and options may be nil. The scheme and the context may be closed afterwards; when the cache is closed,
// runs are ErrClosed. Errors: ErrShape, ErrHeadGroups, ErrRotaryDim, ErrPositions, ErrParameterRange, ErrCombination.
func NewCachePlan(context *Context, scheme *Scheme, cache *Cache, batch CacheBatch, queryHeads int64,
	options *CachePlanOptions) (*CachePlan, error) {
	c, err := context.native().enter()
	if err != nil {
		return nil, err
	}
	defer context.native().leave()
	s, err := scheme.native().enter()
	if err != nil {
		return nil, err
	}
	defer scheme.native().leave()
	sequences := inOrder(batch.Sequences)
	from, err := cache.enter(reading, sequences...)
	if err != nil {
		return nil, err
	}
	defer cache.leave(reading, sequences...)
	if options == nil {
		options = new(CachePlanOptions)
	}
	made := raw.Cache_plan_create(c, s, from, batch.sequences(), count(batch.Sequences), first(batch.Offsets), count(batch.Offsets),
		queryHeads, first(options.Positions), count(options.Positions), options.Length)
	if made.Failure != nil {
		return nil, asError(made.Failure)
	}
	native := raw.SwigcptrCachePlan(made.Address)
	return &CachePlan{newHandle[raw.CachePlan](native, raw.DeleteCachePlan, context.cancelFlag()), cache, sequences}, nil
}

func (p *CachePlan) native() *handle[raw.CachePlan] {
	if p == nil {
		return nil
	}
	return p.handle
}

// Close frees the plan, after the runs that use it now. A second Close does nothing. The error is always nil.
func (p *CachePlan) Close() error {
	p.native().close()
	return nil
}

// WorkspaceSize is the number of bytes of scratch that one Run needs; 0 for a nil or closed plan.
func (p *CachePlan) WorkspaceSize() int {
	plan, err := p.native().enter()
	if err != nil {
		return 0
	}
	defer p.native().leave()
	return int(raw.Cache_plan_workspace_size(plan))
}

// CacheRunOptions are what a run over a cache may have beside its tensors. Both may be nil.
type CacheRunOptions struct {
	// LSE receives ln(sum of exp(logit)), sinks included: [query_heads][rows].
	LSE []float32
	// Workspace of CachePlan.WorkspaceSize bytes makes the run not allocate. It serves one run at a time.
	Workspace []byte
}

// Run computes out = softmax(logits) v over the cached tokens of one layer.
//
//	q [1, query_heads, rows, head_dim] not rotated    out [1, query_heads, rows, value_dim]    F32, F16 or BF16
//
// A row that sees no token gives 0 and lse = -infinity. For one instruction set, the bits depend on the sequence's tokens and the scheme,
// not on the threads, the batch, or the history of forks and evictions. context and options may be nil. Errors: ErrShape, ErrStride,
// ErrDType, ErrParameterRange, ErrCombination, ErrWorkspaceSize, ErrCancelled.
func (p *CachePlan) Run(context *Context, layer int64, q, out *Tensor, options *CacheRunOptions) error {
	c, err := context.native().enter()
	if err != nil {
		return err
	}
	defer context.native().leave()
	plan, err := p.native().enter()
	if err != nil {
		return err
	}
	defer p.native().leave()
	if p != nil {
		if _, err := p.cache.enter(reading, p.sequences...); err != nil {
			return err
		}
		defer p.cache.leave(reading, p.sequences...)
	}
	if options == nil {
		options = new(CacheRunOptions)
	}
	q, out = q.orAbsent(), out.orAbsent()
	return asError(raw.Cache_run(c, plan, layer, q.data, int32(q.dtype), &q.dims, out.data, int32(out.dtype), &out.dims,
		first(options.LSE), count(options.LSE), first(options.Workspace), count(options.Workspace)))
}

// Decode plans, runs and closes in one call: the attention of the newest tokens of the batch in one layer. scheme may be another than at
// the last call. lse is [query_heads][rows], or nil. context may be nil. Errors: those of NewCachePlan and CachePlan.Run.
func (c *Cache) Decode(context *Context, scheme *Scheme, layer int64, batch CacheBatch, q, out *Tensor, lse []float32) error {
	entered, err := context.native().enter()
	if err != nil {
		return err
	}
	defer context.native().leave()
	s, err := scheme.native().enter()
	if err != nil {
		return err
	}
	defer scheme.native().leave()
	sequences := inOrder(batch.Sequences)
	cache, err := c.enter(reading, sequences...)
	if err != nil {
		return err
	}
	defer c.leave(reading, sequences...)
	q, out = q.orAbsent(), out.orAbsent()
	return asError(raw.Attention_decode(entered, s, cache, layer, batch.sequences(), count(batch.Sequences), first(batch.Offsets),
		count(batch.Offsets), q.data, int32(q.dtype), &q.dims, out.data, int32(out.dtype), &out.dims, first(lse), count(lse)))
}

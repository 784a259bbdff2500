package farspan

import "farspan.io/farspan/internal/raw"

// Problem is the shape of an attention, and its positions.
type Problem struct {
	State      State // rotated needs a scheme without remap and not xpos
	Batch      int64
	QueryHeads int64 // a multiple of KeyHeads; head h reads key head h / (QueryHeads / KeyHeads)
	KeyHeads   int64
	Queries    int64
	Keys       int64
	HeadDim    int64 // 1 .. 512
	ValueDim   int64 // 1 .. 512; 0: HeadDim
	Length     int64 // current length n for dynamic methods; 0: largest position + 1

	// Positions, 0 .. 2^40. Empty: keys 0 .. Keys-1, queries the last Queries of them. Key positions must not decrease (within a
	// segment). The batch stride is in elements; 0 shares one row between all batches.
	QueryPositions      []int64
	KeyPositions        []int64
	QueryPositionStride int64
	KeyPositionStride   int64

	// M-RoPE: [axes][Queries] and [axes][Keys] rotary positions, shared by all batches; the slices above then serve mask and bias only.
	QueryAxisPositions []int64
	KeyAxisPositions   []int64

	// Packed sequences: segment s owns the queries [QueryOffsets[s], QueryOffsets[s+1]) and the keys [KeyOffsets[s], KeyOffsets[s+1])
	// and sees nothing else. Default positions then restart in each segment.
	Segments     int64 // 0: not packed
	QueryOffsets []int64
	KeyOffsets   []int64

	// Padding: [Batch][2] half-open ranges of valid keys. Empty: all.
	KeyRanges []int64

	made made
}

// NewProblem gives the defaults. Heads, queries, keys and HeadDim have none.
func NewProblem() *Problem {
	native := raw.NewProblem()
	defer raw.DeleteProblem(native)
	problem := new(Problem)
	problem.move(fromC, native)
	return problem
}

// Plan is all that does not depend on the data: rotation tables, bias tables, intervals, tiles. Its memory grows linearly with queries
// + keys. Plan once, run often, from any number of goroutines. Close it.
type Plan struct {
	handle *handle[raw.Plan]
}

// NewPlan prepares an attention. context may be nil. The scheme and the context may be closed afterwards.
// Errors: ErrShape, ErrHeadGroups, ErrRotaryDim, ErrPositions, ErrParameterRange, ErrCombination.
func NewPlan(context *Context, scheme *Scheme, problem *Problem) (*Plan, error) {
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
	var native raw.Problem
	var arrays Problem
	if problem != nil {
		if err := problem.made.check(3, "NewProblem"); err != nil {
			return nil, err
		}
		native = raw.NewProblem()
		defer raw.DeleteProblem(native)
		problem.move(toC, native)
		arrays = *problem
	}
	made := raw.Plan_create(c, s, native, first(arrays.QueryPositions), count(arrays.QueryPositions), first(arrays.KeyPositions),
		count(arrays.KeyPositions), first(arrays.QueryAxisPositions), count(arrays.QueryAxisPositions), first(arrays.KeyAxisPositions),
		count(arrays.KeyAxisPositions), first(arrays.QueryOffsets), count(arrays.QueryOffsets), first(arrays.KeyOffsets),
		count(arrays.KeyOffsets), first(arrays.KeyRanges), count(arrays.KeyRanges))
	if made.Failure != nil {
		return nil, asError(made.Failure)
	}
	return &Plan{newHandle[raw.Plan](raw.SwigcptrPlan(made.Address), raw.DeletePlan, context.cancelFlag())}, nil
}

func (p *Plan) native() *handle[raw.Plan] {
	if p == nil {
		return nil
	}
	return p.handle
}

// Close frees the plan, after the runs that use it now. A second Close does nothing. The error is always nil.
func (p *Plan) Close() error {
	p.native().close()
	return nil
}

// WorkspaceSize is the number of bytes of scratch that one Run needs; 0 for a nil or closed plan.
func (p *Plan) WorkspaceSize() int {
	plan, err := p.native().enter()
	if err != nil {
		return 0
	}
	defer p.native().leave()
	return int(raw.Plan_workspace_size(plan))
}

// TileCounts is how the work divides, for one batch and head.
type TileCounts struct {
	Skipped  int64 // hidden by the mask
	Whole    int64 // wholly visible
	Edge     int64 // on a mask edge
	Boundary int64 // of the last two, crossed by a branch boundary
}

// TileCounts tells how the work divides.
func (p *Plan) TileCounts() (TileCounts, error) {
	plan, err := p.native().enter()
	if err != nil {
		return TileCounts{}, err
	}
	defer p.native().leave()
	var counts [4]int64
	if failure := raw.Plan_tile_counts(plan, &counts[0], int64(len(counts))); failure != nil {
		return TileCounts{}, asError(failure)
	}
	return TileCounts{counts[0], counts[1], counts[2], counts[3]}, nil
}

package farspan

import (
	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

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
		problem.move(cross.ToC, native)
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

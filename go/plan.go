package farspan

import "farspan.io/farspan/internal/raw"

// Plan is all that does not depend on the data: rotation tables, bias tables, intervals, tiles. Its memory grows linearly with queries
// + keys. Plan once, run often, from any number of goroutines. Close it.
type Plan struct {
	handle *handle[raw.Plan]
}

func newPlan(made raw.Made, context *Context) (*Plan, error) {
	handle, err := ownPlan(made, context.cancelFlag())
	if err != nil {
		return nil, err
	}
	return &Plan{handle}, nil
}

// RunOptions are what a run may have beside its four tensors. All may be nil.
type RunOptions struct {
	// Bias is for a scheme with BiasDense: [batch or 1, query_heads or 1, queries, keys]; -infinity hides a key.
	Bias *Tensor
	// LSE receives ln(sum of exp(logit)), sinks included: [batch][query_heads][queries].
	LSE []float32
	// Workspace of Plan.WorkspaceSize bytes makes the run not allocate. It serves one run at a time.
	Workspace []byte
}

// TileCounts is how the work divides, for one batch and head.
type TileCounts struct {
	Skipped  int64 // hidden by the mask
	Whole    int64 // wholly visible
	Edge     int64 // on a mask edge
	Boundary int64 // of the last two, crossed by a branch boundary
}

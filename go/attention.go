package farspan

import "farspan.io/farspan/internal/raw"

// RunOptions are what a run may have beside its four tensors. All may be nil.
type RunOptions struct {
	// Bias is for a scheme with BiasDense: [batch or 1, query_heads or 1, queries, keys]; -infinity hides a key.
	Bias *Tensor
	// LSE receives ln(sum of exp(logit)), sinks included: [batch][query_heads][queries].
	LSE []float32
	// Workspace of Plan.WorkspaceSize bytes makes the run not allocate. It serves one run at a time.
	Workspace []byte
}

// Run computes out = softmax(logits) v.
//
//	q [batch, query_heads, queries, head_dim]   k   [batch, key_heads, keys, head_dim]
//	v [batch, key_heads, keys, value_dim]       out [batch, query_heads, queries, value_dim]
//
// F32, F16 or BF16, mixed as you like; arithmetic and accumulation are float32. A query that sees no key gives 0 and lse = -infinity
// (with a sink: 0 and lse = sink). out must not overlap the inputs. For one instruction set, the bits do not depend on the number of
// threads. context may be nil, options too. Errors: ErrShape, ErrStride, ErrDType, ErrCombination, ErrWorkspaceSize, ErrCancelled.
func (p *Plan) Run(context *Context, q, k, v, out *Tensor, options *RunOptions) error {
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
	if options == nil {
		options = new(RunOptions)
	}
	q, k, v, out = q.orAbsent(), k.orAbsent(), v.orAbsent(), out.orAbsent()
	bias := options.Bias.orAbsent()
	return asError(raw.Attention_run(c, plan, q.data, int32(q.dtype), &q.dims, k.data, int32(k.dtype), &k.dims, v.data, int32(v.dtype),
		&v.dims, bias.data, int32(bias.dtype), &bias.dims, out.data, int32(out.dtype), &out.dims, first(options.LSE),
		count(options.LSE), first(options.Workspace), count(options.Workspace)))
}

// Attention plans, runs and closes in one call, with the problem read off the tensors and default positions. context may be nil.
func Attention(context *Context, scheme *Scheme, q, k, v, out *Tensor) error {
	c, err := context.native().enter()
	if err != nil {
		return err
	}
	defer context.native().leave()
	s, err := scheme.native().enter()
	if err != nil {
		return err
	}
	defer scheme.native().leave()
	q, k, v, out = q.orAbsent(), k.orAbsent(), v.orAbsent(), out.orAbsent()
	return asError(raw.Attention(c, s, q.data, int32(q.dtype), &q.dims, k.data, int32(k.dtype), &k.dims, v.data, int32(v.dtype), &v.dims,
		out.data, int32(out.dtype), &out.dims))
}

// AttentionMerge merges a partial result over other keys into (outA, lseA): L = ln(e^lseA + e^lseB), outA = e^(lseA - L) outA +
// e^(lseB - L) outB, lseA = L. Both tensors have the same shape [batch, heads, queries, value_dim], each lse is
// [batch][heads][queries]. Give a sink to one part only. Errors: ErrNullArgument, ErrShape, ErrStride, ErrDType.
func AttentionMerge(outA *Tensor, lseA []float32, outB *Tensor, lseB []float32) error {
	outA, outB = outA.orAbsent(), outB.orAbsent()
	return asError(raw.Attention_merge(nil, outA.data, int32(outA.dtype), &outA.dims, first(lseA), count(lseA), outB.data, int32(outB.dtype),
		&outB.dims, first(lseB), count(lseB)))
}

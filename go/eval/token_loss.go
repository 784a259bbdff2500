package eval

import (
	"runtime"

	"farspan.io/farspan"
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/raw"
)

// TokenNLL writes the negative log-likelihood of each target: nll[b, h, t] = ln(sum_v exp(logits[b, h, t, v])) - logits[b, h, t, target].
//
// logits is [batch, heads, tokens, vocabulary] of type F32, F16 or BF16 with any strides; heads is 1 unless a model predicts several
// tokens. targets and nll have an entry for each row [batch][heads][tokens]. A target that equals ignoreIndex, a number outside the
// vocabulary (-100 by custom), gives 0, and its logits are not read. A row with NaN or +infinity, or with nothing but -infinity, gives
// NaN. The error is below 5e-7 absolute for vocabularies up to 300,000; for one instruction set the bits do not depend on the number
// of threads. context may be nil. Errors: ErrShape, ErrParameterRange, ErrDType, ErrNullArgument, ErrCancelled.
func TokenNLL(context *farspan.Context, logits *farspan.Tensor, targets []int64, ignoreIndex int64, nll []float64) error {
	c, leave, err := bridge.Enter(context)
	if err != nil {
		return err
	}
	defer leave()
	in := bridge.Tensor(logits)
	failure := raw.Token_nll(c, in.Data, in.DType, in.Dims, first(targets), count(targets), ignoreIndex, first(nll), count(nll))
	runtime.KeepAlive(logits)
	return asError(failure)
}

// TokenNLLGrad writes the gradient of sum(weights * nll): grad[b, h, t, v] = weights[b, h, t] * (softmax(logits[b, h, t])[v] - (v ==
// target)); 0 where the target is ignored.
//
// weights has an entry for each row; nil is 1 everywhere, and 1 / number of scored tokens makes it the gradient of the mean. grad has
// the shape of logits and may be the same tensor; its type may differ. Other arguments and errors are those of TokenNLL.
func TokenNLLGrad(context *farspan.Context, logits *farspan.Tensor, targets []int64, ignoreIndex int64, weights []float32,
	grad *farspan.Tensor) error {
	c, leave, err := bridge.Enter(context)
	if err != nil {
		return err
	}
	defer leave()
	in, out := bridge.Tensor(logits), bridge.Tensor(grad)
	failure := raw.Token_nll_grad(c, in.Data, in.DType, in.Dims, first(targets), count(targets), ignoreIndex, first(weights),
		count(weights), out.Data, out.DType, out.Dims)
	runtime.KeepAlive(logits)
	runtime.KeepAlive(grad)
	return asError(failure)
}

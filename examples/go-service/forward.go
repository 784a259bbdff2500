package main

import (
	"math"

	"farspan.io/farspan"
)

// forward runs windows of one length through the model under one scheme. The arrays are reused from window to window; q, k, v and
// attended are views of them, so that attention reads and writes in place.
type forward struct {
	*model
	context *farspan.Context
	plan    *farspan.Plan
	options farspan.RunOptions

	length                           int
	x, normed, qkv, heads, mid, gate []float32
	logits                           []float32
	q, k, v, attended                *farspan.Tensor
}

func newForward(m *model, context *farspan.Context, scheme *farspan.Scheme, length int) (*forward, error) {
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads = int64(m.Heads), int64(m.KeyHeads)
	problem.Queries, problem.Keys, problem.HeadDim = int64(length), int64(length), int64(m.HeadDim)
	plan, err := farspan.NewPlan(context, scheme, problem)
	if err != nil {
		return nil, err
	}
	array := func(width int) []float32 { return make([]float32, length*width) }
	f := &forward{model: m, context: context, plan: plan, length: length, x: array(m.Width), normed: array(m.Width), qkv: array(m.qkvWidth()),
		heads: array(m.Heads * m.HeadDim), mid: array(2 * m.Hidden), gate: array(m.Hidden), logits: array(m.Vocabulary)}
	f.options.Workspace = make([]byte, plan.WorkspaceSize())
	return f, f.viewHeads()
}

// viewHeads makes [batch, head, sequence, feature] tensors of arrays [token][head][feature].
func (f *forward) viewHeads() (failure error) {
	view := func(data []float32, rowWidth, firstHead, heads int) *farspan.Tensor {
		tensor, err := farspan.NewTensor(data, farspan.View{
			Shape:  [4]int64{1, int64(heads), int64(f.length), int64(f.HeadDim)},
			Stride: [4]int64{0, int64(f.HeadDim), int64(rowWidth), 1},
			Offset: int64(firstHead * f.HeadDim),
		})
		if failure == nil {
			failure = err
		}
		return tensor
	}
	f.q = view(f.qkv, f.qkvWidth(), 0, f.Heads)
	f.k = view(f.qkv, f.qkvWidth(), f.Heads, f.KeyHeads)
	f.v = view(f.qkv, f.qkvWidth(), f.Heads+f.KeyHeads, f.KeyHeads)
	f.attended = view(f.heads, f.Heads*f.HeadDim, 0, f.Heads)
	return failure
}

func (f *forward) Close() error { return f.plan.Close() }

// losses gives -ln of the probability of targets[t] after window[0] .. window[t], in nats.
func (f *forward) losses(window, targets []byte) ([]float64, error) {
	for t, token := range window {
		copy(f.x[t*f.Width:(t+1)*f.Width], f.embedding[int(token)*f.Width:])
	}
	for n := range f.layers {
		if err := f.layer(&f.layers[n]); err != nil {
			return nil, err
		}
	}
	f.normalize(f.norm)
	multiply(f.normed, f.head, f.Width, f.Vocabulary, f.logits, false)
	losses := make([]float64, len(targets))
	for t, target := range targets {
		losses[t] = loss(f.logits[t*f.Vocabulary:(t+1)*f.Vocabulary], target)
	}
	return losses, nil
}

func (f *forward) layer(w *layer) error {
	f.normalize(w.attentionNorm)
	multiply(f.normed, w.qkv, f.Width, f.qkvWidth(), f.qkv, false)
	if err := f.plan.Run(f.context, f.q, f.k, f.v, f.attended, &f.options); err != nil {
		return err
	}
	multiply(f.heads, w.output, f.Heads*f.HeadDim, f.Width, f.x, true)
	f.normalize(w.mlpNorm)
	multiply(f.normed, w.gateUp, f.Width, 2*f.Hidden, f.mid, false)
	for t := 0; t < f.length; t++ {
		gate, up := f.mid[2*t*f.Hidden:(2*t+1)*f.Hidden], f.mid[(2*t+1)*f.Hidden:(2*t+2)*f.Hidden]
		for n, g := range gate {
			f.gate[t*f.Hidden+n] = g / (1 + float32(math.Exp(-float64(g)))) * up[n]
		}
	}
	multiply(f.gate, w.down, f.Hidden, f.Width, f.x, true)
	return nil
}

// normalize is RMSNorm of every row of x.
func (f *forward) normalize(weight []float32) {
	for first := 0; first < len(f.x); first += f.Width {
		row, sum := f.x[first:first+f.Width], float32(0)
		for _, value := range row {
			sum += value * value
		}
		factor := 1 / float32(math.Sqrt(float64(sum/float32(f.Width)+f.NormEpsilon)))
		for n, value := range row {
			f.normed[first+n] = value * factor * weight[n]
		}
	}
}

// loss is the cross entropy of one row of logits.
func loss(logits []float32, target byte) float64 {
	most, sum := logits[0], 0.0
	for _, logit := range logits {
		if logit > most {
			most = logit
		}
	}
	for _, logit := range logits {
		sum += math.Exp(float64(logit - most))
	}
	return math.Log(sum) + float64(most) - float64(logits[target])
}

// multiply computes out[row][o] (+)= sum of x[row][i] weight[o][i]. Four outputs at a time share the loads of x.
func multiply(x, weight []float32, inputs, outputs int, out []float32, add bool) {
	for row := 0; row < len(x)/inputs; row++ {
		a, result := x[row*inputs:(row+1)*inputs], out[row*outputs:(row+1)*outputs]
		for o := 0; o < outputs; o += 4 {
			w := weight[o*inputs:]
			w0, w1, w2, w3 := w[:len(a)], w[inputs:][:len(a)], w[2*inputs:][:len(a)], w[3*inputs:][:len(a)]
			var s0, s1, s2, s3 float32
			for i, value := range a {
				s0 += value * w0[i]
				s1 += value * w1[i]
				s2 += value * w2[i]
				s3 += value * w3[i]
			}
			if add {
				s0, s1, s2, s3 = s0+result[o], s1+result[o+1], s2+result[o+2], s3+result[o+3]
			}
			result[o], result[o+1], result[o+2], result[o+3] = s0, s1, s2, s3
		}
	}
}

package farspan_test

import (
	"math"
	"reflect"
	"regexp"
	"sync"
	"testing"

	"farspan.io/farspan"
)

// oneQuery is an attention whose gradients can be written down: two query heads over one key head, a query, and two keys that are equal.
// So both weights are 1/2, and with d_logit = p (<d_out, v> - <d_out, out> + d_lse), by heads: -1/4 and 3/4, -1 and 1.
type oneQuery struct {
	plan *farspan.Plan
	data farspan.AttentionGradient
	// What Backward writes.
	dQ, dK, dV []float32
}

func numbers(values ...float32) []float32 {
	spread := make([]float32, 4*len(values))
	for n, value := range values {
		spread[4*n] = value
	}
	return spread
}

func newOneQuery(t *testing.T, config farspan.SchemeConfig) *oneQuery {
	t.Helper()
	scheme := must(farspan.NewScheme(config))
	defer scheme.Close()
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 2, 1, 1, 2, 4
	one := &oneQuery{plan: must(farspan.NewPlan(nil, scheme, problem)), dQ: make([]float32, 8), dK: make([]float32, 8), dV: make([]float32, 8)}
	t.Cleanup(func() { one.plan.Close() })
	one.data = farspan.AttentionGradient{
		Q: dense(numbers(2, 4), 1, 2, 1, 4), K: dense(numbers(1, 1), 1, 1, 2, 4), V: dense(numbers(1, 3), 1, 1, 2, 4),
		Out: dense(make([]float32, 8), 1, 2, 1, 4), LSE: make([]float32, 2),
		DOut: dense(numbers(1, 2), 1, 2, 1, 4), DLSE: []float32{0.5, 0},
		DQ: dense(one.dQ, 1, 2, 1, 4), DK: dense(one.dK, 1, 1, 2, 4), DV: dense(one.dV, 1, 1, 2, 4),
	}
	return one
}

// run fills Out and LSE.
func (o *oneQuery) run(t *testing.T) {
	t.Helper()
	check(t, o.plan.Run(nil, o.data.Q, o.data.K, o.data.V, o.data.Out, &farspan.RunOptions{Bias: o.data.Bias, LSE: o.data.LSE}))
}

func nearAll(t *testing.T, what string, got []float32, want ...float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d numbers, not %d", what, len(got), len(want))
	}
	for n := range want {
		near(t, what, float64(got[n]), want[n], 1e-6*math.Max(1, math.Abs(want[n])))
	}
}

// firsts are the first features of rows of 4; the others must be 0.
func firsts(t *testing.T, rows []float32) (values []float32) {
	t.Helper()
	for n, value := range rows {
		if n%4 == 0 {
			values = append(values, value)
		} else if value != 0 {
			t.Errorf("element %d is %v", n, value)
		}
	}
	return values
}

func TestBackwardIsWhatItsDefinitionSays(t *testing.T) {
	one := newOneQuery(t, farspan.SchemeConfig{})
	one.run(t)
	one.data.Workspace = make([]byte, one.plan.BackwardWorkspaceSize())
	check(t, one.plan.Backward(nil, &one.data))
	nearAll(t, "dQ", firsts(t, one.dQ), 0.25, 0)
	nearAll(t, "dK", firsts(t, one.dK), -2.25, 2.75)
	nearAll(t, "dV", firsts(t, one.dV), 1.5, 1.5)
	withContext := must(farspan.NewContext(nil))
	defer withContext.Close()
	dK := append([]float32(nil), one.dK...)
	check(t, one.plan.Backward(withContext, &one.data))
	if !reflect.DeepEqual(dK, one.dK) {
		t.Errorf("with a context dK is %v, was %v", one.dK, dK)
	}
}

func TestBackwardWritesWhatIsWanted(t *testing.T) {
	one := newOneQuery(t, farspan.SchemeConfig{})
	one.run(t)
	one.data.DQ, one.data.DK, one.data.DLSE = nil, nil, nil
	check(t, one.plan.Backward(nil, &one.data))
	nearAll(t, "dV", firsts(t, one.dV), 1.5, 1.5)
	nearAll(t, "dQ and dK", append(one.dQ, one.dK...), make([]float64, 16)...)
}

func TestBackwardOfSinkLogits(t *testing.T) {
	score := farspan.NewScoreConfig()
	score.SinkLogits = []float32{1, 2} // as the logits: each weight is 1/3
	one := newOneQuery(t, farspan.SchemeConfig{Score: score})
	one.run(t)
	one.data.DSinkLogits = make([]float32, 2)
	check(t, one.plan.Backward(nil, &one.data))
	nearAll(t, "dSinkLogits", one.data.DSinkLogits, -5./18, -8./9)
	nearAll(t, "dV", firsts(t, one.dV), 1, 1)
}

func TestBackwardOfBiases(t *testing.T) {
	t5 := farspan.NewBiasConfig(farspan.BiasT5)
	t5.Heads, t5.Buckets, t5.MaxDistance, t5.Values = 2, 4, 8, make([]float32, 8)
	one := newOneQuery(t, farspan.SchemeConfig{Bias: t5})
	one.run(t)
	one.data.DBiasValues = make([]float32, 8)
	check(t, one.plan.Backward(nil, &one.data))
	nearAll(t, "dBiasValues", one.data.DBiasValues, 0.75, 1, -0.25, -1, 0, 0, 0, 0) // by distance, then by head

	shared := newOneQuery(t, farspan.SchemeConfig{Bias: farspan.NewBiasConfig(farspan.BiasDense)})
	dBias := make([]float32, 2)
	shared.data.Bias, shared.data.DBias = dense(make([]float32, 2), 1, 1, 1, 2), dense(dBias, 1, 1, 1, 2)
	shared.run(t)
	check(t, shared.plan.Backward(nil, &shared.data))
	nearAll(t, "dBias", dBias, -1.25, 1.75)
}

func TestBackwardIn16Bits(t *testing.T) {
	one := newOneQuery(t, farspan.SchemeConfig{})
	one.run(t)
	dK, dV := make([]uint16, 8), make([]uint16, 8)
	one.data.DK = must(farspan.NewTensor16(dK, farspan.F16, farspan.Contiguous(1, 1, 2, 4)))
	one.data.DV = must(farspan.NewTensor16(dV, farspan.BF16, farspan.Contiguous(1, 1, 2, 4)))
	one.data.V = must(farspan.NewTensor16([]uint16{0x3c00, 0, 0, 0, 0x4200, 0, 0, 0}, farspan.F16, farspan.Contiguous(1, 1, 2, 4)))
	check(t, one.plan.Backward(nil, &one.data))
	if dK[0] != 0xc080 || dK[4] != 0x4180 { // -2.25 and 2.75
		t.Errorf("dK is %#x", dK)
	}
	if dV[0] != 0x3fc0 || dV[4] != 0x3fc0 { // 1.5
		t.Errorf("dV is %#x", dV)
	}
}

// expectField is expectStatus with the field that the message begins with.
func expectField(t *testing.T, err error, want farspan.Status, argument int, field string) {
	t.Helper()
	expectStatus(t, err, want)
	if failure := err.(*farspan.Error); failure.Field != field || failure.Argument != argument {
		t.Errorf("argument %d, field %q, expected %d and %q", failure.Argument, failure.Field, argument, field)
	}
}

func TestBackwardRefuses(t *testing.T) {
	one := newOneQuery(t, farspan.SchemeConfig{})
	one.run(t)
	for field, bad := range map[string]struct {
		change func(*farspan.AttentionGradient)
		want   farspan.Status
	}{
		"data.q":             {func(d *farspan.AttentionGradient) { d.Q = nil }, farspan.ErrNullArgument},
		"data.lse":           {func(d *farspan.AttentionGradient) { d.LSE = nil }, farspan.ErrNullArgument},
		"data.d_q":           {func(d *farspan.AttentionGradient) { d.DQ, d.DK, d.DV = nil, nil, nil }, farspan.ErrNullArgument},
		"data.lse_count":     {func(d *farspan.AttentionGradient) { d.LSE = d.LSE[:1] }, farspan.ErrShape},
		"data.d_lse_count":   {func(d *farspan.AttentionGradient) { d.DLSE = make([]float32, 3) }, farspan.ErrShape},
		"data.d_v":           {func(d *farspan.AttentionGradient) { d.DK = d.DV }, farspan.ErrStride},
		"data.d_v.shape[1]":  {func(d *farspan.AttentionGradient) { d.DV = d.DQ }, farspan.ErrShape},
		"data.bias":          {func(d *farspan.AttentionGradient) { d.Bias = d.Q }, farspan.ErrCombination},
		"data.d_bias":        {func(d *farspan.AttentionGradient) { d.DBias = d.DV }, farspan.ErrCombination},
		"data.d_bias_values": {func(d *farspan.AttentionGradient) { d.DBiasValues = make([]float32, 2) }, farspan.ErrCombination},
		"data.d_sink_logits": {func(d *farspan.AttentionGradient) { d.DSinkLogits = make([]float32, 2) }, farspan.ErrCombination},
		"data.workspace":     {func(d *farspan.AttentionGradient) { d.Workspace = make([]byte, 1) }, farspan.ErrWorkspaceSize},
	} {
		data := one.data
		bad.change(&data)
		err := one.plan.Backward(nil, &data)
		expectStatus(t, err, bad.want)
		if got := err.(*farspan.Error).Field; !regexp.MustCompile(`^` + regexp.QuoteMeta(field)).MatchString(got) {
			t.Errorf("field %q, expected %q", got, field)
		}
	}
	expectField(t, one.plan.Backward(nil, nil), farspan.ErrNullArgument, 3, "data.q")
	nearAll(t, "what a refused call wrote", append(append(one.dQ, one.dK...), one.dV...), make([]float64, 24)...)
	one.plan.Close()
	if err := one.plan.Backward(nil, &one.data); err == nil {
		t.Error("a closed plan is used")
	}
}

func TestManyGoroutinesRunBackwardOfOnePlan(t *testing.T) {
	one := newOneQuery(t, farspan.SchemeConfig{})
	one.run(t)
	var group sync.WaitGroup
	for n := 0; n < 8; n++ {
		group.Add(1)
		go func() {
			defer group.Done()
			dK := make([]float32, 8)
			data := one.data
			data.DQ, data.DV, data.DK = nil, nil, dense(dK, 1, 1, 2, 4)
			for times := 0; times < 50; times++ {
				if err := one.plan.Backward(nil, &data); err != nil || math.Abs(float64(dK[0])+2.25) > 1e-5 {
					t.Errorf("dK is %v, error %v", dK, err)
				}
			}
		}()
	}
	group.Wait()
}

// Equal sums share what the loss says by halves; where the parts differ, the sums move.
func TestMergeBackward(t *testing.T) {
	dOutA, dOutB := make([]float32, 4), make([]float32, 4)
	data := &farspan.MergeGradient{
		OutA: dense(numbers(1), 1, 1, 1, 4), LSEA: []float32{0.25}, OutB: dense(numbers(3), 1, 1, 1, 4), LSEB: []float32{0.25},
		DOut: dense(numbers(1), 1, 1, 1, 4), DLSE: []float32{1},
		DOutA: dense(dOutA, 1, 1, 1, 4), DLSEA: make([]float32, 1), DOutB: dense(dOutB, 1, 1, 1, 4), DLSEB: make([]float32, 1),
	}
	check(t, farspan.AttentionMergeBackward(data))
	nearAll(t, "dOutA", firsts(t, dOutA), 0.5)
	nearAll(t, "dOutB", firsts(t, dOutB), 0.5)
	nearAll(t, "the sums", append(data.DLSEA, data.DLSEB...), 0, 1)
	withContext := must(farspan.NewContext(nil))
	defer withContext.Close()
	only := *data
	only.DOutA, only.DLSEA, only.DOutB, only.DLSE = nil, nil, nil, nil
	check(t, farspan.AttentionMergeBackwardContext(withContext, &only))
	nearAll(t, "DLSEB", only.DLSEB, 0.5)

	only.DLSEB = nil
	expectField(t, farspan.AttentionMergeBackward(&only), farspan.ErrNullArgument, 2, "data.d_out_a")
	only.DLSEB = make([]float32, 2)
	expectField(t, farspan.AttentionMergeBackward(&only), farspan.ErrShape, 2, "data.d_lse_b_count")
	expectField(t, farspan.AttentionMergeBackward(nil), farspan.ErrNullArgument, 2, "data.out_a")
}

// Every field of the structs of C is one of Go's.
func TestGradientsHaveEveryField(t *testing.T) {
	structs := map[string]reflect.Type{
		"attention_gradient": reflect.TypeOf(farspan.AttentionGradient{}),
		"merge_gradient":     reflect.TypeOf(farspan.MergeGradient{}),
	}
	places := regexp.MustCompile(`AT\(farspan_(\w+_gradient), (\w+), \d+\)`).FindAllStringSubmatch(read(t, "../tests/abi/layout_1.c"), -1)
	found := 0
	for _, place := range places {
		kind, name := structs[place[1]], place[2]
		if regexp.MustCompile(`_(count|bytes|size)$|^reserved$`).MatchString(name) {
			continue
		}
		if _, has := kind.FieldByNameFunc(func(field string) bool { return squash(field) == squash(name) }); !has {
			t.Errorf("%s has no %s", kind, name)
		}
		found++
	}
	if found != 15+10 {
		t.Errorf("%d fields", found)
	}
}

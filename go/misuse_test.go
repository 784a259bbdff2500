package farspan_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"farspan.io/farspan"
)

func TestTensorsMustLieInTheirSlice(t *testing.T) {
	data, halves := make([]float32, 24), make([]uint16, 24)
	view := func(shape, stride [4]int64, offset int64) farspan.View {
		return farspan.View{Shape: shape, Stride: stride, Offset: offset}
	}
	shape, stride := [4]int64{1, 2, 3, 4}, [4]int64{24, 12, 4, 1}
	for name, c := range map[string]struct {
		view farspan.View
		want farspan.Status
	}{
		"one element too long":   {view([4]int64{1, 2, 3, 4}, [4]int64{24, 12, 4, 1}, 1), farspan.ErrShape},
		"before the slice":       {view(shape, [4]int64{24, 12, -4, 1}, 7), farspan.ErrShape},
		"negative offset":        {view(shape, stride, -1), farspan.ErrShape},
		"stride beyond the end":  {view(shape, [4]int64{24, 13, 4, 1}, 0), farspan.ErrShape},
		"a size of 0":            {view([4]int64{1, 0, 3, 4}, stride, 0), farspan.ErrShape},
		"a negative size":        {view([4]int64{1, 2, -3, 4}, stride, 0), farspan.ErrShape},
		"addresses that wrap":    {view(shape, [4]int64{0, math.MaxInt64, math.MaxInt64, 1}, 0), farspan.ErrStride},
		"contiguous that wraps":  {farspan.Contiguous(1, 1<<39, 1<<39, 1<<39), farspan.ErrStride},
		"an offset that wraps":   {view(shape, stride, math.MaxInt64), farspan.ErrShape},
		"the smallest offset":    {view(shape, stride, math.MinInt64), farspan.ErrShape},
		"an empty shape":         {farspan.View{}, farspan.ErrShape},
		"more than can be there": {farspan.Contiguous(1, 2, 3, 5), farspan.ErrShape},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := farspan.NewTensor(data, c.view)
			expectStatus(t, err, c.want)
			_, err = farspan.NewTensor16(halves, farspan.F16, c.view)
			expectStatus(t, err, c.want)
		})
	}
	for name, empty := range map[string][]float32{"nil": nil, "empty": {}} {
		_, err := farspan.NewTensor(empty, farspan.Contiguous(1, 1, 1, 1))
		t.Run(name, func(t *testing.T) { expectStatus(t, err, farspan.ErrShape) })
	}
	for _, dtype := range []farspan.DType{farspan.F32, farspan.F64, 0, 99, -1} {
		_, err := farspan.NewTensor16(halves, dtype, farspan.Contiguous(1, 1, 1, 1))
		expectStatus(t, err, farspan.ErrDType)
	}
}

// fixture is a valid problem, to be spoilt in one place.
type fixture struct {
	scheme        *farspan.Scheme
	problem       *farspan.Problem
	plan          *farspan.Plan
	q, k, v, out  *farspan.Tensor
	outData       []float32
	bigger, wider *farspan.Tensor
}

func newFixture(t *testing.T) fixture {
	f := fixture{scheme: ropeScheme(t), problem: farspan.NewProblem(), outData: random(2*3*8, 4)}
	f.problem.QueryHeads, f.problem.KeyHeads, f.problem.Queries, f.problem.Keys, f.problem.HeadDim = 2, 1, 3, 5, 8
	f.plan = must(farspan.NewPlan(nil, f.scheme, f.problem))
	t.Cleanup(func() { f.plan.Close() })
	f.q, f.k, f.v = dense(random(2*3*8, 1), 1, 2, 3, 8), dense(random(5*8, 2), 1, 1, 5, 8), dense(random(5*8, 3), 1, 1, 5, 8)
	f.out = dense(f.outData, 1, 2, 3, 8)
	f.bigger, f.wider = dense(random(2*4*8, 5), 1, 2, 4, 8), dense(random(2*3*16, 6), 1, 2, 3, 16)
	return f
}

func TestRunRefusesWrongTensors(t *testing.T) {
	f := newFixture(t)
	before := append([]float32(nil), f.outData...)
	short := &farspan.RunOptions{LSE: make([]float32, 5)}
	small := &farspan.RunOptions{Workspace: make([]byte, 1)}
	for name, c := range map[string]struct {
		err  error
		want farspan.Status
	}{
		"q of another length": {f.plan.Run(nil, f.bigger, f.k, f.v, f.out, nil), farspan.ErrShape},
		"k of another width":  {f.plan.Run(nil, f.q, f.wider, f.v, f.out, nil), farspan.ErrShape},
		"nil q":               {f.plan.Run(nil, nil, f.k, f.v, f.out, nil), farspan.ErrNullArgument},
		"nil out":             {f.plan.Run(nil, f.q, f.k, f.v, nil, nil), farspan.ErrNullArgument},
		"zero tensor":         {f.plan.Run(nil, f.q, new(farspan.Tensor), f.v, f.out, nil), farspan.ErrNullArgument},
		"short lse":           {f.plan.Run(nil, f.q, f.k, f.v, f.out, short), farspan.ErrShape},
		"bias without scheme": {f.plan.Run(nil, f.q, f.k, f.v, f.out, &farspan.RunOptions{Bias: f.wider}), farspan.ErrCombination},
		"nil tensors":         {farspan.Attention(nil, f.scheme, nil, nil, nil, nil), farspan.ErrNullArgument},
		"other shape":         {farspan.Attention(nil, f.scheme, f.q, f.k, f.v, f.bigger), farspan.ErrShape},
		"in place":            {f.plan.Run(nil, f.out, f.k, f.v, f.out, nil), farspan.ErrStride},
		"merge, short lse":    {farspan.AttentionMerge(f.out, make([]float32, 6), f.out, make([]float32, 5)), farspan.ErrShape},
		"merge, nil lse":      {farspan.AttentionMerge(f.out, nil, f.q, make([]float32, 6)), farspan.ErrNullArgument},
	} {
		t.Run(name, func(t *testing.T) { expectStatus(t, c.err, c.want) })
	}
	if f.plan.WorkspaceSize() > 1 {
		expectStatus(t, f.plan.Run(nil, f.q, f.k, f.v, f.out, small), farspan.ErrWorkspaceSize)
	}
	for n := range before {
		if f.outData[n] != before[n] {
			t.Fatal("a failing call wrote its output")
		}
	}
}

func TestShortPositionsAreRefused(t *testing.T) {
	f := newFixture(t)
	expectStatus(t, f.scheme.RopeApply(nil, nil, []int64{1, 2}, f.q, f.out), farspan.ErrShape)
	expectStatus(t, f.scheme.RopeApply(nil, nil, []int64{0, -1, 1}, f.q, f.out), farspan.ErrPositions)
	options := farspan.NewRopeOptions()
	options.AxisStride = -1
	expectStatus(t, f.scheme.RopeApply(nil, options, []int64{0, 1, 2}, f.q, f.out), farspan.ErrStride)
	expectStatus(t, farspan.PositionLookup(f.k, []int64{0}, f.out), farspan.ErrShape)
	for name, spoil := range map[string]func(*farspan.Problem){
		"query positions":   func(p *farspan.Problem) { p.QueryPositions = []int64{1, 2} },
		"key positions":     func(p *farspan.Problem) { p.KeyPositions = []int64{1, 2, 3, 4} },
		"strided positions": func(p *farspan.Problem) { p.Batch, p.KeyPositions, p.KeyPositionStride = 2, make([]int64, 9), 5 },
		"offsets": func(p *farspan.Problem) {
			p.Segments, p.QueryOffsets, p.KeyOffsets = 2, []int64{0, 1}, []int64{0, 1, 5}
		},
		"key ranges":      func(p *farspan.Problem) { p.KeyRanges = []int64{0} },
		"endless queries": func(p *farspan.Problem) { p.Queries, p.QueryPositions = math.MaxInt64, []int64{1} },
	} {
		problem := *f.problem
		spoil(&problem)
		t.Run(name, func(t *testing.T) {
			_, err := farspan.NewPlan(nil, f.scheme, &problem)
			expectStatus(t, err, farspan.ErrShape)
		})
	}
	negative := *f.problem
	negative.QueryPositions, negative.QueryPositionStride = []int64{0, 1, 2}, -3
	_, err := farspan.NewPlan(nil, f.scheme, &negative)
	expectStatus(t, err, farspan.ErrStride)
}

func TestShortConfigurationArraysAreRefused(t *testing.T) {
	rope := farspan.NewRopeConfig(farspan.RopePairFactors)
	rope.Layout, rope.RotaryDim, rope.ShortFactors = farspan.LayoutHalf, 8, []float64{1, 1, 1}
	bias := farspan.NewBiasConfig(farspan.BiasT5)
	bias.Heads, bias.Values = 2, make([]float32, 63)
	slopes := farspan.NewBiasConfig(farspan.BiasALiBi)
	slopes.Heads, slopes.Slopes = 3, []float64{0, 0}
	for name, config := range map[string]farspan.SchemeConfig{
		"factors": {Rope: rope}, "values": {Bias: bias}, "slopes": {Bias: slopes},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := farspan.NewScheme(config)
			expectStatus(t, err, farspan.ErrShape)
		})
	}
	fire := farspan.NewFireConfig()
	fire.Hidden, fire.Heads, fire.W1, fire.B1, fire.W2, fire.B2 = 2, 2, make([]float32, 2), make([]float32, 2), make([]float32, 3), make([]float32, 2)
	expectStatus(t, farspan.FireFill(fire, nil, nil, dense(make([]float32, 8), 1, 2, 2, 2)), farspan.ErrShape)
	expectStatus(t, farspan.FireFill(nil, nil, nil, dense(make([]float32, 8), 1, 2, 2, 2)), farspan.ErrNullArgument)
	strange := farspan.NewBiasConfig(99)
	_, err := farspan.NewScheme(farspan.SchemeConfig{Rope: farspan.NewRopeConfig(farspan.RopeNone), Bias: strange})
	expectStatus(t, err, farspan.ErrMethod)
}

// A struct that no New function filled has none of the library's defaults: the message says which function does.
func TestZeroStructsSayWhatToUse(t *testing.T) {
	scheme := func(config farspan.SchemeConfig) error {
		_, err := farspan.NewScheme(config)
		return err
	}
	_, cache := farspan.NewCache(&farspan.CacheConfig{KeyHeads: 2, HeadDim: 64})
	plain, err := farspan.NewScheme(farspan.SchemeConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	_, plan := farspan.NewPlan(nil, plain, &farspan.Problem{QueryHeads: 1, KeyHeads: 1, Queries: 1, Keys: 1, HeadDim: 8})
	for function, err := range map[string]error{
		"NewRopeConfig":  scheme(farspan.SchemeConfig{Rope: &farspan.RopeConfig{Method: farspan.RopeYarn, Layout: farspan.LayoutHalf}}),
		"NewRemapConfig": scheme(farspan.SchemeConfig{Remap: new(farspan.RemapConfig)}),
		"NewBiasConfig":  scheme(farspan.SchemeConfig{Bias: &farspan.BiasConfig{Method: farspan.BiasALiBi, Heads: 4}}),
		"NewMaskConfig":  scheme(farspan.SchemeConfig{Mask: new(farspan.MaskConfig)}),
		"NewScoreConfig": scheme(farspan.SchemeConfig{Score: new(farspan.ScoreConfig)}),
		"NewCacheConfig": cache,
		"NewProblem":     plan,
		"NewFireConfig":  farspan.FireFill(new(farspan.FireConfig), nil, nil, dense(make([]float32, 8), 1, 2, 2, 2)),
	} {
		expectStatus(t, err, farspan.ErrParameterRange)
		if !strings.Contains(err.Error(), "must come from "+function) {
			t.Errorf("%s: %v", function, err)
		}
	}
	copied := *farspan.NewMaskConfig() // a copy is as good as what it is a copy of
	copied.WindowLeft = 7
	if err := scheme(farspan.SchemeConfig{Mask: &copied}); err != nil {
		t.Error(err)
	}
}

func TestNaNIsRefused(t *testing.T) {
	nan := math.NaN()
	rope := farspan.NewRopeConfig(farspan.RopeYarn)
	rope.Layout, rope.RotaryDim, rope.OriginalContext, rope.Factor = farspan.LayoutHalf, 8, 100, nan
	score := farspan.NewScoreConfig()
	score.Softcap = nan
	remap := farspan.NewRemapConfig(farspan.RemapLeakyReRope)
	remap.Window, remap.Leak = 5, nan
	for name, config := range map[string]farspan.SchemeConfig{"rope": {Rope: rope}, "score": {Score: score}, "remap": {Remap: remap}} {
		t.Run(name, func(t *testing.T) {
			_, err := farspan.NewScheme(config)
			expectStatus(t, err, farspan.ErrParameterRange)
		})
	}
	expectStatus(t, farspan.SinusoidalFill(farspan.SinusoidalBlocks, 0, nan, dense(make([]float32, 4), 1, 1, 1, 4)), farspan.ErrParameterRange)
}

func TestNilAndZeroHandles(t *testing.T) {
	f := newFixture(t)
	for name, scheme := range map[string]*farspan.Scheme{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			expectStatus(t, scheme.RopeApply(nil, nil, nil, f.q, f.out), farspan.ErrNullArgument)
			_, err := scheme.Probe(0, 1, 0, 0)
			expectStatus(t, err, farspan.ErrNullArgument)
			_, err = scheme.Visible(1, 1)
			expectStatus(t, err, farspan.ErrNullArgument)
			_, err = scheme.RopeFrequencies(0, make([]float64, 4))
			expectStatus(t, err, farspan.ErrNullArgument)
			expectStatus(t, scheme.BiasFill(0, 0, 0, make([]float32, 1)), farspan.ErrNullArgument)
			expectStatus(t, farspan.Attention(nil, scheme, f.q, f.k, f.v, f.out), farspan.ErrNullArgument)
			_, err = farspan.NewPlan(nil, scheme, f.problem)
			expectStatus(t, err, farspan.ErrNullArgument)
			if scheme.Axes() != 0 || scheme.Close() != nil {
				t.Error("Axes or Close do not bear it")
			}
		})
	}
	for name, plan := range map[string]*farspan.Plan{"nil plan": nil, "zero plan": {}} {
		t.Run(name, func(t *testing.T) {
			expectStatus(t, plan.Run(nil, f.q, f.k, f.v, f.out, nil), farspan.ErrNullArgument)
			_, err := plan.TileCounts()
			expectStatus(t, err, farspan.ErrNullArgument)
			if plan.WorkspaceSize() != 0 || plan.Close() != nil {
				t.Error("WorkspaceSize or Close do not bear it")
			}
		})
	}
	_, err := farspan.NewPlan(nil, f.scheme, nil)
	expectStatus(t, err, farspan.ErrNullArgument)
	var context *farspan.Context
	context.Cancel()
	context.Resume()
	check(t, context.Close())
	check(t, new(farspan.Context).Close())
	check(t, f.scheme.RopeApply(new(farspan.Context), nil, nil, f.q, f.out))
}

func TestUseAfterClose(t *testing.T) {
	f := newFixture(t)
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{}))
	plan := must(farspan.NewPlan(nil, f.scheme, f.problem))
	context := must(farspan.NewContext(nil))
	for _, closer := range []interface{ Close() error }{scheme, plan, context, scheme, plan, context} {
		check(t, closer.Close())
	}
	_, probeErr := scheme.Probe(0, 1, 0, 0)
	_, visibleErr := scheme.Visible(1, 1)
	_, frequenciesErr := scheme.RopeFrequencies(0, make([]float64, 4))
	_, planErr := farspan.NewPlan(nil, scheme, f.problem)
	_, contextErr := farspan.NewPlan(context, f.scheme, f.problem)
	_, countsErr := plan.TileCounts()
	for name, err := range map[string]error{
		"RopeApply":          scheme.RopeApply(nil, nil, nil, f.q, f.out),
		"Probe":              probeErr,
		"Visible":            visibleErr,
		"RopeFrequencies":    frequenciesErr,
		"BiasFill":           scheme.BiasFill(0, 0, 0, make([]float32, 1)),
		"Attention":          farspan.Attention(nil, scheme, f.q, f.k, f.v, f.out),
		"NewPlan, scheme":    planErr,
		"NewPlan, context":   contextErr,
		"Run":                plan.Run(nil, f.q, f.k, f.v, f.out, nil),
		"Run, context":       f.plan.Run(context, f.q, f.k, f.v, f.out, nil),
		"RopeApply, context": f.scheme.RopeApply(context, nil, nil, f.q, f.out),
		"Attention, context": farspan.Attention(context, f.scheme, f.q, f.k, f.v, f.out),
		"TileCounts":         countsErr,
	} {
		if !errors.Is(err, farspan.ErrClosed) {
			t.Errorf("%s answers %v", name, err)
		}
	}
	context.Cancel()
	if scheme.Axes() != 0 || plan.WorkspaceSize() != 0 || context.Threads() != 0 || context.ISA() != farspan.ISABest {
		t.Error("a closed handle still answers")
	}
}

func TestContextRefusesNonsense(t *testing.T) {
	config := farspan.NewContextConfig()
	config.ISA = 99
	_, err := farspan.NewContext(config)
	if err == nil {
		t.Error("instruction set 99 is accepted")
	}
	config = farspan.NewContextConfig()
	config.Threads = -1
	_, err = farspan.NewContext(config)
	expectStatus(t, err, farspan.ErrParameterRange)
	for isa := farspan.ISAScalar; isa.String() != ""; isa++ {
		if !isa.Supported() {
			_, err := farspan.NewContext(&farspan.ContextConfig{ISA: isa})
			expectStatus(t, err, farspan.ErrISAUnsupported)
		}
	}
}

func TestErrorText(t *testing.T) {
	_, err := farspan.NewScheme(farspan.SchemeConfig{Rope: farspan.NewRopeConfig(farspan.RopeBase)})
	var failure *farspan.Error
	if !errors.As(err, &failure) || failure.Argument != 1 || err.Error() != "farspan: "+failure.Message {
		t.Errorf("the error is %#v", err)
	}
	if errors.Is(err, farspan.ErrShape) || farspan.ErrShape.Error() == farspan.ErrStride.Error() {
		t.Error("kinds of errors are confused")
	}
}

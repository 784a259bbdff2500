package farspan_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand"
	"testing"

	"farspan.io/farspan"
)

// must fails the test at once; the value is for the caller.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// expectStatus fails unless err is a *farspan.Error of that kind with a message.
func expectStatus(t *testing.T, err error, want farspan.Status) {
	t.Helper()
	var failure *farspan.Error
	if !errors.As(err, &failure) {
		t.Fatalf("error is %v, expected %v", err, want)
	}
	if failure.Code != want || !errors.Is(err, want) || failure.Message == "" {
		t.Fatalf("error is %#v, expected %v", failure, want)
	}
}

func random(count int, seed int64) []float32 {
	source := rand.New(rand.NewSource(seed))
	values := make([]float32, count)
	for n := range values {
		values[n] = source.Float32()*2 - 1
	}
	return values
}

func dense(data []float32, batch, heads, sequence, features int64) *farspan.Tensor {
	return must(farspan.NewTensor(data, farspan.Contiguous(batch, heads, sequence, features)))
}

// ropeScheme is plain RoPE over 8 features.
func ropeScheme(t *testing.T) *farspan.Scheme {
	t.Helper()
	rope := farspan.NewRopeConfig(farspan.RopeBase)
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, 8
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{Rope: rope}))
	t.Cleanup(func() { scheme.Close() })
	return scheme
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, expected %v within %v", what, got, want, tolerance)
	}
}

func TestRopeApplyRotatesEachPair(t *testing.T) {
	scheme := ropeScheme(t)
	x, out, position := random(8, 1), make([]float32, 8), int64(1000)
	check(t, scheme.RopeApply(nil, nil, []int64{position}, dense(x, 1, 1, 1, 8), dense(out, 1, 1, 1, 8)))
	for p := 0; p < 4; p++ {
		sin, cos := math.Sincos(float64(position) * math.Pow(10000, -2*float64(p)/8))
		u, v := float64(x[p]), float64(x[p+4])
		near(t, "u", float64(out[p]), u*cos-v*sin, 1e-6)
		near(t, "v", float64(out[p+4]), v*cos+u*sin, 1e-6)
	}
}

func TestRopeApplyOptions(t *testing.T) {
	scheme := ropeScheme(t)
	x := random(3*8, 2)
	turned, back := make([]float32, len(x)), make([]float32, len(x))
	positions := []int64{5, 0, 77}
	check(t, scheme.RopeApply(nil, nil, positions, dense(x, 1, 1, 3, 8), dense(turned, 1, 1, 3, 8)))
	options := farspan.NewRopeOptions()
	options.Direction = farspan.RotateInverse
	check(t, scheme.RopeApply(nil, options, positions, dense(turned, 1, 1, 3, 8), dense(back, 1, 1, 3, 8)))
	for n := range x {
		near(t, "the inverse", float64(back[n]), float64(x[n]), 1e-6)
	}
	options.Branch = 1
	expectStatus(t, scheme.RopeApply(nil, options, positions, dense(turned, 1, 1, 3, 8), dense(back, 1, 1, 3, 8)), farspan.ErrMethod)
}

// attention is causal softmax attention in float64, one batch and head, q and k already rotated.
func attention(q, k, v []float32, queries, keys, dim int) []float64 {
	out := make([]float64, queries*dim)
	for i := 0; i < queries; i++ {
		visible := keys - queries + i + 1
		weights, sum := make([]float64, visible), 0.0
		for j := range weights {
			dot := 0.0
			for d := 0; d < dim; d++ {
				dot += float64(q[i*dim+d]) * float64(k[j*dim+d])
			}
			weights[j] = math.Exp(dot / math.Sqrt(float64(dim)))
			sum += weights[j]
		}
		for j, weight := range weights {
			for d := 0; d < dim; d++ {
				out[i*dim+d] += weight / sum * float64(v[j*dim+d])
			}
		}
	}
	return out
}

func TestAttentionAgreesWithTheFormula(t *testing.T) {
	const queries, keys, dim = 5, 13, 8
	q, k, v := random(queries*dim, 3), random(keys*dim, 4), random(keys*dim, 5)
	plain := must(farspan.NewScheme(farspan.SchemeConfig{}))
	defer plain.Close()
	want := attention(q, k, v, queries, keys, dim)

	out := make([]float32, queries*dim)
	check(t, farspan.Attention(nil, plain, dense(q, 1, 1, queries, dim), dense(k, 1, 1, keys, dim), dense(v, 1, 1, keys, dim),
		dense(out, 1, 1, queries, dim)))
	problem := farspan.NewProblem()
	problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, queries, keys, dim
	plan := must(farspan.NewPlan(nil, plain, problem))
	defer plan.Close()
	planned := make([]float32, queries*dim)
	options := &farspan.RunOptions{LSE: make([]float32, queries), Workspace: make([]byte, plan.WorkspaceSize())}
	check(t, plan.Run(nil, dense(q, 1, 1, queries, dim), dense(k, 1, 1, keys, dim), dense(v, 1, 1, keys, dim),
		dense(planned, 1, 1, queries, dim), options))
	for n := range want {
		near(t, "attention", float64(out[n]), want[n], 1e-6)
		if planned[n] != out[n] {
			t.Errorf("element %d: %v in one call, %v with a plan", n, out[n], planned[n])
		}
	}
	if options.LSE[0] == 0 || math.IsNaN(float64(options.LSE[queries-1])) {
		t.Errorf("lse is %v", options.LSE)
	}
}

// Attention over all keys is the merge of those over the first and the last keys.
func TestAttentionMerge(t *testing.T) {
	const keys, dim = 12, 8
	q, k, v := random(dim, 6), random(keys*dim, 7), random(keys*dim, 8)
	plain := must(farspan.NewScheme(farspan.SchemeConfig{}))
	defer plain.Close()
	part := func(first, last int) ([]float32, []float32) {
		problem := farspan.NewProblem()
		problem.QueryHeads, problem.KeyHeads, problem.Queries, problem.Keys, problem.HeadDim = 1, 1, 1, int64(last-first), dim
		plan := must(farspan.NewPlan(nil, plain, problem))
		defer plan.Close()
		out, lse := make([]float32, dim), make([]float32, 1)
		check(t, plan.Run(nil, dense(q, 1, 1, 1, dim), dense(k[first*dim:last*dim], 1, 1, int64(last-first), dim),
			dense(v[first*dim:last*dim], 1, 1, int64(last-first), dim), dense(out, 1, 1, 1, dim), &farspan.RunOptions{LSE: lse}))
		return out, lse
	}
	whole, wholeLSE := part(0, keys)
	a, lseA := part(0, 5)
	b, lseB := part(5, keys)
	check(t, farspan.AttentionMerge(dense(a, 1, 1, 1, dim), lseA, dense(b, 1, 1, 1, dim), lseB))
	near(t, "lse", float64(lseA[0]), float64(wholeLSE[0]), 1e-6)
	for n := range whole {
		near(t, "out", float64(a[n]), float64(whole[n]), 1e-6)
	}
}

func TestSchemeAnswers(t *testing.T) {
	rope := farspan.NewRopeConfig(farspan.RopeBase)
	rope.Layout, rope.RotaryDim = farspan.LayoutInterleaved, 4
	remap := farspan.NewRemapConfig(farspan.RemapReRope)
	remap.Window = 10
	mask := farspan.NewMaskConfig()
	mask.WindowLeft, mask.Sinks = 20, 2
	bias := farspan.NewBiasConfig(farspan.BiasALiBi)
	bias.Heads = 2
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{Rope: rope, Remap: remap, Bias: bias, Mask: mask}))
	defer scheme.Close()

	if axes := scheme.Axes(); axes != 1 {
		t.Errorf("%d axes", axes)
	}
	probe := must(scheme.Probe(0, 100, 85, 1))
	if !probe.Visible || probe.Branch != 1 || probe.RelativePosition != 10 || probe.Bias != -15.0/256 || probe.Magnitude != 1 {
		t.Errorf("probe is %+v", probe)
	}
	if probe := must(scheme.Probe(0, 100, 50, 0)); probe.Visible {
		t.Errorf("probe is %+v", probe)
	}
	if visible := must(scheme.Visible(100, 200)); visible != [2]farspan.Interval{{0, 2}, {80, 101}} {
		t.Errorf("visible are %v", visible)
	}
	frequencies := make([]float64, 2)
	if m := must(scheme.RopeFrequencies(0, frequencies)); m != 1 || frequencies[0] != 1 {
		t.Errorf("frequencies are %v, magnitude %v", frequencies, m)
	}
	near(t, "the second frequency", frequencies[1], 0.01, 1e-15)
	slopes := make([]float32, 3)
	check(t, scheme.BiasFill(0, 0, 1, slopes))
	if slopes[0] != -1.0/16 || slopes[2] != -3.0/16 {
		t.Errorf("bias is %v", slopes)
	}
}

func TestFills(t *testing.T) {
	table := make([]float32, 2*4)
	check(t, farspan.SinusoidalFill(farspan.SinusoidalInterleaved, 3, 10000, dense(table, 1, 1, 2, 4)))
	near(t, "sin 3", float64(table[0]), math.Sin(3), 1e-7)
	near(t, "cos 4", float64(table[5]), math.Cos(4), 1e-7)

	rows := make([]float32, 3*4)
	check(t, farspan.PositionLookup(dense(table, 1, 1, 2, 4), []int64{1, 0, 1}, dense(rows, 1, 1, 3, 4)))
	if rows[0] != table[4] || rows[4] != table[0] || rows[11] != table[7] {
		t.Errorf("rows are %v of %v", rows, table)
	}

	fire := farspan.NewFireConfig()
	fire.Hidden, fire.Heads = 1, 1
	fire.W1, fire.B1, fire.W2, fire.B2 = []float32{1}, []float32{0}, []float32{2}, []float32{0.5}
	bias := make([]float32, 4)
	check(t, farspan.FireFill(fire, nil, nil, dense(bias, 1, 1, 2, 2)))
	near(t, "FIRE on the diagonal", float64(bias[0]), 0.5, 1e-7)
	x := math.Log(fire.C+1) / (math.Log(fire.C*fire.Threshold+1) + fire.Epsilon)
	near(t, "FIRE at distance 1", float64(bias[2]), 2*x+0.5, 1e-6)
}

func TestHalfPrecision(t *testing.T) {
	scheme := ropeScheme(t)
	one := map[farspan.DType]uint16{farspan.F16: 0x3c00, farspan.BF16: 0x3f80}
	for dtype, word := range one {
		data := []uint16{word, 0, 0, 0, 0, 0, 0, 0}
		in := must(farspan.NewTensor16(data, dtype, farspan.Contiguous(1, 1, 1, 8)))
		out := make([]float32, 8)
		check(t, scheme.RopeApply(nil, nil, []int64{1}, in, dense(out, 1, 1, 1, 8)))
		near(t, "cos 1", float64(out[0]), math.Cos(1), 1e-6)
		near(t, "sin 1", float64(out[4]), math.Sin(1), 1e-6)
		if in.DType() != dtype || in.View() != farspan.Contiguous(1, 1, 1, 8) {
			t.Errorf("the tensor is %v, %v", in.DType(), in.View())
		}
	}
}

func TestStridedViews(t *testing.T) {
	scheme := ropeScheme(t)
	x := random(2*8, 9)
	backwards := farspan.View{Shape: [4]int64{1, 1, 2, 8}, Stride: [4]int64{0, 0, -8, 1}, Offset: 8}
	out, swapped := make([]float32, 16), make([]float32, 16)
	check(t, scheme.RopeApply(nil, nil, []int64{4, 9}, dense(x, 1, 1, 2, 8), dense(out, 1, 1, 2, 8)))
	check(t, scheme.RopeApply(nil, nil, []int64{9, 4}, must(farspan.NewTensor(x, backwards)), must(farspan.NewTensor(swapped, backwards))))
	for n := range out {
		if out[n] != swapped[n] {
			t.Fatalf("backwards gives %v, forwards %v", swapped, out)
		}
	}
}

func TestLibrary(t *testing.T) {
	if farspan.Version() == 0 || farspan.VersionText() == "" || farspan.ABIVersion() != 1 {
		t.Errorf("version %d, %q, ABI %d", farspan.Version(), farspan.VersionText(), farspan.ABIVersion())
	}
	var found struct{ Version string }
	if text := farspan.Diagnose(); json.Unmarshal([]byte(text), &found) != nil || found.Version != farspan.VersionText() {
		t.Errorf("diagnose gives %q", text)
	}
	if !farspan.ISAScalar.Supported() || farspan.ISA(99).Supported() || farspan.ISAAVX2.String() != "avx2" || farspan.ISA(99).String() != "" {
		t.Error("wrong answers about instruction sets")
	}
	config := farspan.NewContextConfig()
	config.Threads, config.ISA = 1, farspan.ISAScalar
	context := must(farspan.NewContext(config))
	defer context.Close()
	if context.Threads() != 1 || context.ISA() != farspan.ISAScalar {
		t.Errorf("%d threads, %v", context.Threads(), context.ISA())
	}
	var defaults *farspan.Context
	if defaults.Threads() < 1 || defaults.ISA() == farspan.ISABest {
		t.Errorf("the defaults have %d threads, %v", defaults.Threads(), defaults.ISA())
	}
	farspan.Shutdown()
}

func TestMethodNames(t *testing.T) {
	if farspan.RopeYarn.String() != "yarn" || farspan.RopeMethod(99).String() != "" {
		t.Errorf("names are %q, %q", farspan.RopeYarn, farspan.RopeMethod(99))
	}
	for part := farspan.PartRope; part <= farspan.PartTemperature; part++ {
		for method := int32(0); method < farspan.MethodCount(part); method++ {
			if name := farspan.MethodName(part, method); name == "" || farspan.FindMethod(part, name) != method {
				t.Errorf("method %d of part %d is called %q", method, part, name)
			}
		}
	}
	for _, name := range []string{"no such", "", "yarn\x00", "YARN"} {
		if farspan.FindMethod(farspan.PartRope, name) != -1 {
			t.Errorf("a method %q is found that is not there", name)
		}
	}
}

func TestCancel(t *testing.T) {
	scheme := ropeScheme(t)
	context := must(farspan.NewContext(nil))
	defer context.Close()
	x := random(8, 10)
	call := func() error { return scheme.RopeApply(context, nil, nil, dense(x, 1, 1, 1, 8), dense(x, 1, 1, 1, 8)) }
	check(t, call())
	context.Cancel()
	expectStatus(t, call(), farspan.ErrCancelled)
	context.Resume()
	check(t, call())
}

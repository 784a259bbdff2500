package eval_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"farspan.io/farspan"
	"farspan.io/farspan/eval"
)

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

func close(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

func logits(values []float32, tokens, vocabulary int64) *farspan.Tensor {
	return must(farspan.NewTensor(values, farspan.Contiguous(1, 1, tokens, vocabulary)))
}

func TestLossAndGradientOfATwoWayChoice(t *testing.T) {
	values := []float32{0, float32(math.Log(3)), 5, 5, 1, 2}
	in, nll := logits(values, 3, 2), make([]float64, 3)
	targets := []int64{1, 0, -100}
	check(t, eval.TokenNLL(nil, in, targets, -100, nll))
	for n, want := range []float64{math.Log(4.0 / 3), math.Ln2, 0} {
		if !close(nll[n], want, 5e-7) {
			t.Errorf("nll[%d] is %v, not %v", n, nll[n], want)
		}
	}
	gradient := make([]float32, 6)
	check(t, eval.TokenNLLGrad(nil, in, targets, -100, []float32{1, 2, 1}, logits(gradient, 3, 2)))
	for n, want := range []float64{0.25, -0.25, -1, 1, 0, 0} {
		if !close(float64(gradient[n]), want, 2e-6) {
			t.Errorf("gradient[%d] is %v, not %v", n, gradient[n], want)
		}
	}
	check(t, eval.TokenNLLGrad(nil, in, targets, -100, []float32{1, 2, 1}, in))
	for n := range values {
		if values[n] != gradient[n] {
			t.Errorf("in place, gradient[%d] is %v, not %v", n, values[n], gradient[n])
		}
	}
}

func TestSixteenBitLogits(t *testing.T) {
	view := farspan.Contiguous(1, 1, 1, 2)
	for dtype, one := range map[farspan.DType]uint16{farspan.F16: 0x3c00, farspan.BF16: 0x3f80} {
		nll := make([]float64, 1)
		check(t, eval.TokenNLL(nil, must(farspan.NewTensor16([]uint16{one, 0}, dtype, view)), []int64{1}, -1, nll))
		if want := math.Log(1 + math.E); !close(nll[0], want, 5e-7) {
			t.Errorf("dtype %d: %v, not %v", dtype, nll[0], want)
		}
	}
}

func TestWindowsGoThroughTheText(t *testing.T) {
	config := eval.NewWindowsConfig(eval.WindowsSliding)
	config.BOS, config.Tokens, config.Length, config.Stride = eval.BOSEvery, 20, 8, 4
	windows := must(eval.NewWindows(config))
	config.Tokens = 3 // a copy was taken
	next, number := int64(0), int64(0)
	for window, more := windows.Next(); more; window, more = windows.Next() {
		if window.FirstScored != next || window.End-window.Rows+window.FirstRow != window.FirstScored || !window.BOS {
			t.Errorf("window %+v after token %d", window, next)
		}
		if window != must(windows.At(number)) {
			t.Errorf("window %d differs when it is asked for", number)
		}
		next = window.End
		number++
	}
	if next != 20 || number != windows.Count() || number != 4 {
		t.Errorf("%d windows up to token %d", number, next)
	}
	if _, more := windows.Next(); more {
		t.Error("there is a window behind the last")
	}
}

func TestLossesAccumulateAndMerge(t *testing.T) {
	loss, half := eval.NewLoss(), eval.NewLoss()
	if loss.BlockTokens != 128 {
		t.Errorf("blocks of %d tokens: the header says 128", loss.BlockTokens)
	}
	loss.BlockTokens, half.BlockTokens = 2, 2
	check(t, loss.Add([]float64{1, 1, 1, 1}, 8))
	check(t, half.AddScored([]float64{3, 9, 3, 3, 3}, []int64{1, -100, 1, 1, 1}, -100, 8))
	check(t, loss.Merge(half))
	s := must(loss.Summary())
	if s.Tokens != 8 || s.NLL != 2 || !close(s.StandardError, math.Sqrt(1.0/3), 1e-12) || !close(s.Perplexity, math.Exp(2), 1e-12) ||
		!close(s.BitsPerByte, 1/math.Ln2, 1e-12) {
		t.Errorf("summary %+v", s)
	}
	none := eval.NewLoss()
	if s := must(none.Summary()); !math.IsNaN(s.NLL) {
		t.Errorf("the mean of nothing is %v", s.NLL)
	}
}

func TestCurveSortsByContext(t *testing.T) {
	curve := must(eval.NewLossCurve([]int64{1, 3, 100}, eval.NewLoss()))
	check(t, curve.Add(0, []float64{50, 1, 3, 5, 5, 5}))
	other := must(eval.NewLossCurve(curve.Edges(), eval.NewLoss()))
	check(t, other.AddScored(99, []float64{5, 50}, []int64{0, 0}, 1))
	check(t, curve.Merge(other))
	narrow := must(eval.NewLossCurve([]int64{1, 3}, eval.NewLoss()))
	for _, wrong := range []*eval.LossCurve{nil, narrow} {
		if curve.Merge(wrong) == nil {
			t.Errorf("%v is merged", wrong)
		}
	}
	buckets := curve.Buckets()
	for k, want := range []eval.LossSummary{{Tokens: 2, NLL: 2}, {Tokens: 4, NLL: 5}} {
		if got := must(buckets[k].Summary()); got.Tokens != want.Tokens || got.NLL != want.NLL {
			t.Errorf("bucket %d: %+v", k, got)
		}
	}
}

func TestVerdict(t *testing.T) {
	j := must(eval.Judge([]int64{512, 1024, 2048}, []float64{3, 3, 3.05}, 1024))
	if j.Verdict != eval.VerdictHolds || j.ReferenceLength != 1024 || j.WorstLength != 2048 || !close(j.WorstRatio, math.Exp(0.05), 1e-12) {
		t.Errorf("%+v", j)
	}
	if j.Verdict.String() != "holds" || eval.Verdict(77).String() != "" || !strings.Contains(eval.VerdictRule(), "1.10") {
		t.Errorf("%v, rule %q", j.Verdict, eval.VerdictRule())
	}
}

func TestTextsMayHoldAnything(t *testing.T) {
	for text, want := range map[string]string{
		"":              "",
		"a\x00b":        "a \x00 b",
		"\xff\xfe":      "\uFFFD \uFFFD",
		"\xed\xa0\x80x": "\uFFFD \uFFFD \uFFFD x", // a surrogate is no UTF-8
		"𝔊ß":            "𝔊 ß",
	} {
		if got := must(eval.Tokenize(eval.TokenizerChar, false, text)); got != want {
			t.Errorf("%q gives %q, not %q", text, got, want)
		}
	}
	if got := must(eval.Tokenize(eval.TokenizerIntl, true, strings.Repeat("Ä,", 1000))); got != strings.TrimSpace(strings.Repeat("ä , ", 1000)) {
		t.Errorf("a long text gives %q", got)
	}
}

// The corpus is that of sacrebleu's documentation, with its score.
func TestScoresOfTexts(t *testing.T) {
	config := eval.NewBleuConfig()
	var counts, other eval.BleuCounts
	check(t, counts.Add(config, "The dog bit the man.", "The dog bit the man.", "The dog had bit the man."))
	check(t, other.Add(config, "It wasn't surprising.", "It was not unexpected.", "No one was surprised."))
	check(t, counts.Merge(other))
	check(t, counts.Add(config, "The man had just bitten him.", "The man bit him first.", "The man had bitten the dog."))
	result := must(counts.Score(config))
	if !close(result.Score, 48.530827009929865, 1e-9) || result.HypothesisLength != 17 || result.ReferenceLength != 18 {
		t.Errorf("%+v", result)
	}
	var ids eval.BleuCounts
	check(t, ids.AddTokens(config, []int64{1, 2, 3, 4, 5}, []int64{1, 2, 3, 4, 5}, []int64{}))
	if got := must(ids.Score(config)).Score; !close(got, 100, 1e-9) {
		t.Errorf("equal ids score %v", got)
	}
	var characters eval.ChrfCounts
	chrf := eval.NewChrfConfig()
	check(t, characters.Add(chrf, "abcdef ghi", "abcdef ghi"))
	if got := must(characters.Score(chrf)); !close(got, 100, 1e-9) {
		t.Errorf("equal texts score %v", got)
	}
	rouge := must(eval.Rouge(eval.NewRougeConfig(eval.RougeL), "the cat sat down", "nobody", "the cat sat"))
	if rouge.Reference != 1 || rouge.Precision != 0.75 || rouge.Recall != 1 {
		t.Errorf("%+v", rouge)
	}
	if got := must(eval.RougeTokens(eval.NewRougeConfig(eval.RougeN), []int64{1, 2}, []int64{2, 3})); got.FMeasure != 0.5 {
		t.Errorf("%+v", got)
	}
}

func TestIntervalsOfASeed(t *testing.T) {
	values := []float64{1, 2, 4, 3, 7}
	first := must(eval.BootstrapMean(nil, nil, values))
	again := must(eval.BootstrapMean(nil, eval.NewBootstrapConfig(), values))
	if first != again || !(first.Low < first.Median && first.Median < first.High) {
		t.Errorf("%+v and %+v", first, again)
	}
	other := eval.NewBootstrapConfig()
	other.Seed = math.MaxUint64
	if must(eval.BootstrapMean(nil, other, values)) == first {
		t.Error("another seed gives the same interval")
	}
	bleu, segments := eval.NewBleuConfig(), make([]eval.BleuCounts, 2)
	for n := range segments {
		check(t, segments[n].Add(bleu, "the cat sat on the mat", "the cat sat on the mat"))
	}
	if i := must(eval.BleuBootstrap(nil, nil, bleu, segments)); !close(i.Low, 100, 1e-9) || !close(i.High, 100, 1e-9) {
		t.Errorf("%+v", i)
	}
}

func TestTasksHideWhatTheyAskFor(t *testing.T) {
	config := eval.NewPasskeyConfig(eval.PasskeyLandmark)
	config.Length, config.Seed = 5000, math.MaxUint64
	task := must(eval.NewPasskey(config))
	if len(task.Text) != 5000 || !strings.HasPrefix(task.Text[task.KeyBegin:task.KeyEnd], "The pass key is") {
		t.Errorf("%+v", task)
	}
	if must(eval.CheckPasskey("the number is 7", task.Key)) || !must(eval.CheckPasskey(" 4711.", 4711)) {
		t.Error("the wrong number is the key")
	}
	out, stop := make([]int64, 8), int64(9)
	if at := must(eval.PlaceNeedle([]int64{1, 2, 3, 9, 4}, []int64{100, 101}, []int64{200}, 1, &stop, out)); at != 4 || out[4] != 100 {
		t.Errorf("the needle is at %d of %v", at, out)
	}
}

func TestMisuseIsAnError(t *testing.T) {
	context := must(farspan.NewContext(nil))
	check(t, context.Close())
	in, nll, none := logits([]float32{1, 2}, 1, 2), []float64{-7}, []int64(nil)
	windows := eval.NewWindowsConfig(eval.WindowsBlocks)
	windows.Tokens, windows.Length = 10, 4
	three := eval.BleuCounts{MaxOrder: 3, Segments: 1}
	zero := eval.Loss{}
	for what, test := range map[string]struct {
		err  error
		want error
		word string
	}{
		"a closed context":   {eval.TokenNLL(context, in, []int64{0}, -1, nll), farspan.ErrClosed, ""},
		"no logits":          {eval.TokenNLL(nil, nil, []int64{0}, -1, nll), farspan.ErrNullArgument, "logits"},
		"no targets":         {eval.TokenNLL(nil, in, nil, -1, nll), farspan.ErrNullArgument, "targets"},
		"few targets":        {eval.TokenNLL(nil, logits([]float32{1, 2}, 2, 1), []int64{0}, -1, make([]float64, 2)), farspan.ErrShape, "targets_count is 1"},
		"few losses":         {eval.TokenNLL(nil, logits([]float32{1, 2}, 2, 1), []int64{0, 0}, -1, nll), farspan.ErrShape, "nll_count is 1"},
		"a target outside":   {eval.TokenNLL(nil, in, []int64{2}, -1, nll), farspan.ErrParameterRange, "targets[0] is 2"},
		"NaN weight":         {eval.TokenNLLGrad(nil, in, []int64{0}, -1, []float32{float32(math.NaN())}, in), farspan.ErrParameterRange, "weights"},
		"no windows":         {second(eval.NewWindows(nil)), farspan.ErrNullArgument, "config"},
		"no BOS policy":      {second(eval.NewWindows(windows)), farspan.ErrMethod, "bos"},
		"no blocks":          {zero.Add([]float64{1}, 0), farspan.ErrParameterRange, "block_tokens"},
		"loss targets":       {pointer(eval.NewLoss()).AddScored([]float64{1, 2}, []int64{1}, 0, 0), farspan.ErrShape, "targets_count is 1"},
		"edges":              {second(eval.NewLossCurve([]int64{3, 3}, eval.NewLoss())), farspan.ErrPositions, "edges"},
		"no edges":           {second(eval.NewLossCurve(none, eval.NewLoss())), farspan.ErrShape, "curve_count is 0"},
		"lengths":            {second(eval.Judge([]int64{1, 2}, []float64{1}, 1)), farspan.ErrShape, "nll_count is 1"},
		"a tokenizer":        {second(eval.Tokenize(99, false, "x")), farspan.ErrMethod, "tokenizer is 99"},
		"no references":      {new(eval.BleuCounts).Add(eval.NewBleuConfig(), "x"), farspan.ErrShape, "references_count is 0"},
		"no configuration":   {new(eval.BleuCounts).Add(nil, "x", "y"), farspan.ErrNullArgument, "config"},
		"other counts":       {three.Add(eval.NewBleuConfig(), "x", "y"), farspan.ErrCombination, "max_order is 3"},
		"no chrF":            {new(eval.ChrfCounts).Add(nil, "x", "y"), farspan.ErrNullArgument, "config"},
		"sentences of ids":   {second(eval.RougeTokens(eval.NewRougeConfig(eval.RougeLsum), none, none)), farspan.ErrCombination, "LSUM"},
		"no values":          {second(eval.BootstrapMean(nil, nil, nil)), farspan.ErrShape, "count is 0"},
		"closed resampling":  {second(eval.BootstrapMean(context, nil, nll)), farspan.ErrClosed, ""},
		"no segments":        {second(eval.BleuBootstrap(nil, nil, eval.NewBleuConfig(), nil)), farspan.ErrShape, "count is 0"},
		"a short passkey":    {second(eval.NewPasskey(eval.NewPasskeyConfig(eval.PasskeyLandmark))), farspan.ErrParameterRange, "length"},
		"no passkey":         {second(eval.NewPasskey(nil)), farspan.ErrNullArgument, "config"},
		"a negative key":     {second(eval.CheckPasskey("1", -1)), farspan.ErrParameterRange, "key is -1"},
		"no room for needle": {second(eval.PlaceNeedle(none, []int64{1}, none, 0, nil, none)), farspan.ErrShape, "is 0"},
		"NaN depth":          {second(eval.PlaceNeedle(none, none, none, math.NaN(), nil, make([]int64, 1))), farspan.ErrShape, "haystack"},
	} {
		if !errors.Is(test.err, test.want) || !strings.Contains(test.err.Error(), test.word) {
			t.Errorf("%s: %v", what, test.err)
		}
	}
	if nll[0] != -7 || zero != (eval.Loss{}) || three != (eval.BleuCounts{MaxOrder: 3, Segments: 1}) {
		t.Error("a failing call wrote something")
	}
}

func second[T any](_ T, err error) error { return err }

func pointer[T any](value T) *T { return &value }

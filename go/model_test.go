package farspan_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"farspan.io/farspan"
)

const (
	gemma = `{"model_type": "gemma3_text", "hidden_size": 640, "num_hidden_layers": 6, "num_attention_heads": 4,
		"num_key_value_heads": 1, "head_dim": 256, "max_position_embeddings": 32768, "rope_theta": 1000000,
		"rope_local_base_freq": 10000, "sliding_window": 512, "sliding_window_pattern": 6}`
	llama = `{"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 2, "num_attention_heads": 32,
		"max_position_embeddings": 4096}`
	smallT5 = `{"model_type": "t5", "d_model": 16, "num_heads": 2, "d_kv": 8, "num_layers": 1,
		"relative_attention_num_buckets": 4}`
	hybrid = `{"model_type": "qwen3_next", "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2,
		"head_dim": 256, "num_hidden_layers": 4, "max_position_embeddings": 262144, "full_attention_interval": 4}`
)

func readModel(t *testing.T, text string, options *farspan.ModelOptions) *farspan.Model {
	t.Helper()
	model, err := farspan.ModelFromConfigJSON([]byte(text), options)
	check(t, err)
	t.Cleanup(func() { model.Close() })
	return model
}

// expectRefused fails unless err has the status, and a message with the words.
func expectRefused(t *testing.T, err error, want farspan.Status, words string) {
	t.Helper()
	expectStatus(t, err, want)
	if !strings.Contains(err.Error(), words) {
		t.Errorf("%q lacks %q", err, words)
	}
}

func hasNote(t *testing.T, model *farspan.Model, code farspan.NoteCode) bool {
	t.Helper()
	for _, note := range must(model.Notes()) {
		if note.Code == code {
			return note.Text != "" && (note.Severity == farspan.SeverityWarning) == (code >= farspan.NoteUnknownField)
		}
	}
	return false
}

func TestLayersHaveTheirOwnSchemes(t *testing.T) {
	model := readModel(t, gemma, nil)
	info := must(model.Info())
	if info.Family != "gemma3_text" || info.Layers != 6 || info.LayerKinds != 2 || info.UsableContext != 32768 ||
		info.Absolute != farspan.AbsoluteNone {
		t.Errorf("%+v", info)
	}
	near, far := must(model.Layer(0)), must(model.Layer(5))
	if near.Kind != farspan.LayerSliding || near.Window != 512 || near.Rope.Base != 10000 || near.Mask.WindowLeft != 511 {
		t.Errorf("%+v", near)
	}
	if far.Kind != farspan.LayerFull || far.Window != 0 || far.Rope.Base != 1e6 || far.Alike != 5 || far.AttentionScale != 0.0625 {
		t.Errorf("%+v", far)
	}
	if again := must(model.Layer(4)); again.Alike != 0 || !reflect.DeepEqual(again, near) {
		t.Errorf("%+v is not %+v", again, near)
	}
	scheme := must(model.Scheme(0))
	defer scheme.Close()
	if visible := must(scheme.Visible(1000, 1001)); visible[0] != (farspan.Interval{First: 489, Last: 1001}) {
		t.Errorf("visible are %v", visible)
	}
}

func TestASchemeNeedsNoModel(t *testing.T) {
	model := readModel(t, llama, nil)
	layer, scheme := must(model.Layer(1)), must(model.Scheme(1))
	notes := must(model.Notes())
	check(t, model.Close())
	defer scheme.Close()
	if probe := must(scheme.Probe(0, 9000, 0, 0)); probe.RelativePosition != 9000 {
		t.Errorf("%+v", probe)
	}
	if len(notes) == 0 || notes[0].Text == "" {
		t.Errorf("%v", notes)
	}
	layer.Remap = farspan.NewRemapConfig(farspan.RemapReRope)
	layer.Remap.Window = 1024
	changed := must(farspan.NewScheme(layer.SchemeConfig))
	defer changed.Close()
	if probe := must(changed.Probe(0, 9000, 0, 0)); probe.RelativePosition != 1024 {
		t.Errorf("%+v", probe)
	}
}

func TestArraysOfALayerComeAlong(t *testing.T) {
	layer := must(readModel(t, `{"model_type": "phi3", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
		"max_position_embeddings": 64, "original_max_position_embeddings": 16,
		"rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [1, 1.5, 2, 2.5]}}`, nil).Layer(0))
	if !reflect.DeepEqual(layer.Rope.ShortFactors, []float64{1, 1, 1, 1}) ||
		!reflect.DeepEqual(layer.Rope.LongFactors, []float64{1, 1.5, 2, 2.5}) || layer.Rope.Method != farspan.RopeLongRope {
		t.Errorf("%+v", layer.Rope)
	}
	options := farspan.NewModelOptions()
	options.T5Encoder, options.T5Decoder = []float32{0, 1, 2, 3, 4, 5, 6, 7}, []float32{7, 6, 5, 4, 3, 2, 1, 0}
	model := readModel(t, smallT5, options)
	if bias := must(model.Layer(1)).Bias; !reflect.DeepEqual(bias.Values, options.T5Decoder) || bias.Buckets != 4 {
		t.Errorf("%+v", bias)
	}
	if hasNote(t, model, farspan.NoteWeights) || !hasNote(t, readModel(t, smallT5, nil), farspan.NoteWeights) {
		t.Error("the note on weights")
	}
	options.T5Decoder = options.T5Decoder[:7]
	_, err := farspan.ModelFromConfigJSON([]byte(smallT5), options)
	expectRefused(t, err, farspan.ErrShape, "options.t5_decoder_count is 7")
}

func TestModelOptionsAreApplied(t *testing.T) {
	options := farspan.NewModelOptions()
	options.Extension, options.TargetLength, options.Angle = farspan.ExtensionYarn, 16384, farspan.AngleFloat32
	model := readModel(t, llama, options)
	if rope := must(model.Layer(0)).Rope; rope.Method != farspan.RopeYarn || rope.Factor != 4 || rope.Angle != farspan.AngleFloat32 {
		t.Errorf("%+v", rope)
	}
	if must(model.Info()).UsableContext != 16384 || !hasNote(t, model, farspan.NoteDerived) {
		t.Error("the extension is not told")
	}
	options.Extension = farspan.ExtensionNone
	_, err := farspan.ModelFromConfigJSON([]byte(llama), options)
	expectRefused(t, err, farspan.ErrCombination, "options.target_length is 16384")
	options = farspan.NewModelOptions()
	options.Release = 99
	_, err = farspan.ModelFromConfigJSON([]byte(llama), options)
	expectRefused(t, err, farspan.ErrMethod, "options.release is 99")
}

func llamaMetadata(heads any) []farspan.Metadata {
	return []farspan.Metadata{{"general.architecture", "llama"}, {"llama.block_count", uint32(1)},
		{"llama.embedding_length", int16(64)}, {"llama.context_length", 4096}, {"llama.attention.head_count", heads},
		{"tokenizer.ggml.tokens", []string{"", "\u00e9\U0001f600"}}, {"tokenizer.ggml.scores", []float32{1, 2}},
		{"tokenizer.ggml.add_bos_token", true}}
}

func TestMetadata(t *testing.T) {
	for _, heads := range []any{4, uint8(4), int64(4), []int32{4}, [1]uint64{4}} {
		model, err := farspan.ModelFromMetadata(llamaMetadata(heads), nil)
		check(t, err)
		if info := must(model.Info()); info.QueryHeads != 4 || info.HeadDim != 16 {
			t.Errorf("%T: %+v", heads, info)
		}
		model.Close()
	}
	for _, c := range []struct {
		heads any
		want  farspan.Status
		words string
	}{
		{"4", farspan.ErrFormat, `head_count is "4"`},
		{math.NaN(), farspan.ErrParameterRange, "head_count is NaN"},
		{[]float64{}, farspan.ErrShape, "head_count has 0 entries"},
		{[]string{"a"}, farspan.ErrFormat, "head_count"},
		{"a\x00b", farspan.ErrFormat, `llama.attention.head_count is "a\u0000b"`},
		{nil, farspan.ErrDType, "head_count has a value of type <nil>"},
		{struct{}{}, farspan.ErrDType, "struct {}"},
		{[]any{1}, farspan.ErrDType, "[]interface {}"},
		{uint64(math.MaxUint64), farspan.ErrParameterRange, "18446744073709551615"},
	} {
		_, err := farspan.ModelFromMetadata(llamaMetadata(c.heads), nil)
		expectRefused(t, err, c.want, c.words)
	}
	_, err := farspan.ModelFromMetadata([]farspan.Metadata{{"general.architecture\x00", "llama"}}, nil)
	expectRefused(t, err, farspan.ErrFormat, "general.architecture is absent")
	_, err = farspan.ModelFromMetadata(append(llamaMetadata(4), farspan.Metadata{Key: "llama.block_count", Value: 1}), nil)
	expectRefused(t, err, farspan.ErrFormat, "llama.block_count")
	_, err = farspan.ModelFromMetadata(nil, nil)
	expectRefused(t, err, farspan.ErrShape, "count is 0")
}

func TestAnyBytesAreSafe(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  farspan.Status
		words string
	}{{"", farspan.ErrFormat, "$"}, {"{\"a\": \xff}", farspan.ErrFormat, "$.a"}, {"{\"a\": 1\x00}", farspan.ErrFormat, "$"},
		{`{"model_type": "nonesuch"}`, farspan.ErrMethod, "$.model_type"}} {
		_, err := farspan.ModelFromConfigJSON([]byte(c.text), nil)
		expectRefused(t, err, c.want, c.words)
		_, err = farspan.SchemeFromConfigJSON([]byte(c.text), 0)
		expectRefused(t, err, c.want, c.words)
	}
	_, err := farspan.ModelFromConfigJSON(nil, nil)
	expectRefused(t, err, farspan.ErrFormat, "$")
	for _, file := range [][]byte{nil, {}, []byte("GGUF"), []byte("GGUF\x03\x00\x00\x00")} {
		_, err := farspan.ModelFromGGUF(file, nil)
		expectStatus(t, err, farspan.ErrFormat)
	}
	for end := range llama[:len(llama)-1] {
		_, err := farspan.ModelFromConfigJSON([]byte(llama[:end]), nil)
		expectStatus(t, err, farspan.ErrFormat)
	}
	model := readModel(t, llama, nil)
	for _, index := range []int64{2, -1, math.MaxInt64, math.MinInt64} {
		_, err := model.Layer(index)
		expectRefused(t, err, farspan.ErrParameterRange, fmt.Sprintf("index is %d", index))
		_, err = model.Scheme(index)
		expectRefused(t, err, farspan.ErrParameterRange, fmt.Sprintf("index is %d", index))
	}
}

func TestGGUFFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.gguf")
	check(t, os.WriteFile(path, []byte("GGUF, but not really"), 0o600))
	_, err := farspan.ModelFromGGUFFile(path, nil)
	expectStatus(t, err, farspan.ErrFormat)
	check(t, os.Truncate(path, 20<<20)) // more than is read at first
	_, err = farspan.ModelFromGGUFFile(path, nil)
	expectStatus(t, err, farspan.ErrFormat)
	_, err = farspan.ModelFromGGUFFile(path+"x", nil)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestLayersWithoutAttentionHaveNoScheme(t *testing.T) {
	model := readModel(t, hybrid, nil)
	if layer := must(model.Layer(0)); layer.Kind != farspan.LayerOther || layer.SchemeConfig != (farspan.SchemeConfig{}) {
		t.Errorf("%+v", layer)
	}
	_, err := model.Scheme(0)
	expectRefused(t, err, farspan.ErrCombination, "layer 0 has no softmax attention")
	must(model.Scheme(3)).Close()
}

func TestClosedAndNilModels(t *testing.T) {
	closed := must(farspan.ModelFromConfigJSON([]byte(llama), nil))
	check(t, closed.Close())
	check(t, closed.Close())
	var none *farspan.Model
	check(t, none.Close())
	for name, model := range map[string]*farspan.Model{"closed": closed, "nil": none, "zero": {}} {
		_, info := model.Info()
		_, layer := model.Layer(0)
		_, scheme := model.Scheme(0)
		_, notes := model.Notes()
		for _, err := range []error{info, layer, scheme, notes} {
			if name == "closed" && !errors.Is(err, farspan.ErrClosed) || name != "closed" && !errors.Is(err, farspan.ErrNullArgument) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestModelsAreSharedAndClosedByMany(t *testing.T) {
	for round := 0; round < 20; round++ {
		model := must(farspan.ModelFromConfigJSON([]byte(gemma), nil))
		var group sync.WaitGroup
		for worker := 0; worker < 4; worker++ {
			group.Add(1)
			go func(worker int) {
				defer group.Done()
				for n := int64(0); ; n++ {
					scheme, err := model.Scheme(n % 6)
					if errors.Is(err, farspan.ErrClosed) {
						return
					}
					if err != nil || scheme.Axes() != 1 {
						t.Error(err)
						return
					}
					scheme.Close()
					if worker == 0 && n == 30 {
						model.Close()
					}
				}
			}(worker)
		}
		group.Wait()
	}
}

package farspan

import (
	"io"
	"os"

	"farspan.io/farspan/internal/raw"
)

// Model is a model's own configuration, read into the scheme of each layer. A key that is absent takes the default of the model's class,
// with a note that says so; an unknown model_type or rope type is refused. It is immutable: any number of goroutines may use one at the
// same time. Close it; its schemes, layers and notes are copies that stay.
//
// Any bytes are safe. A malformed document is ErrFormat, a number outside its range ErrParameterRange, an unknown name ErrMethod,
// sizes that contradict each other ErrShape or ErrHeadGroups; the message has the JSON path or the key.
type Model struct {
	handle *handle[raw.Model]
}

func newModel(made raw.Made) (*Model, error) {
	handle, err := ownModel(made, nil)
	if err != nil {
		return nil, err
	}
	return &Model{handle}, nil
}

// ModelFromGGUFFile reads a GGUF file, of which only the beginning is loaded: 16 MB, or up to 256 MB if that is not enough.
func ModelFromGGUFFile(path string, options *ModelOptions) (*Model, error) {
	const least, most = 16 << 20, 256 << 20
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	beginning, err := io.ReadAll(io.LimitReader(file, least))
	if err != nil {
		return nil, err
	}
	model, refused := ModelFromGGUF(beginning, options)
	if refused == nil || len(beginning) < least {
		return model, refused
	}
	rest, err := io.ReadAll(io.LimitReader(file, most-least))
	if err != nil {
		return nil, err
	}
	return ModelFromGGUF(append(beginning, rest...), options)
}

// SchemeFromConfigJSON gives the scheme of one layer of a model by its config.json. For several layers, or to see the notes, read a
// Model.
func SchemeFromConfigJSON(text []byte, layer int64) (*Scheme, error) {
	model, err := ModelFromConfigJSON(text, nil)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	return model.Scheme(layer)
}

// ModelLayer is one layer of a model. Its SchemeConfig is what its scheme is made of, a copy: change it (sinks, another remap ...) and
// give it to NewScheme. For LayerOther all five parts are nil.
type ModelLayer struct {
	Kind           LayerKind
	Alike          int64 // the first layer with the same settings; equal numbers mean the same scheme
	QueryHeads     int64
	KeyHeads       int64
	HeadDim        int64
	ValueDim       int64
	Window         int64   // keys that a query sees at most, itself included; 0: all before it
	AttentionScale float64 // factor on <q, k>, without temperature and without the rope part's magnitude
	SchemeConfig
}

func (l *ModelLayer) read(n *raw.ModelLayer) {
	*l = ModelLayer{Kind: LayerKind(n.Kind), Alike: n.Alike, QueryHeads: n.QueryHeads, KeyHeads: n.KeyHeads, HeadDim: n.HeadDim,
		ValueDim: n.ValueDim, Window: n.Window, AttentionScale: n.AttentionScale}
	if n.Scheme == 0 {
		return
	}
	l.SchemeConfig = SchemeConfig{&RopeConfig{made: true}, &RemapConfig{made: true}, &BiasConfig{made: true}, &MaskConfig{made: true},
		&ScoreConfig{made: true}}
	l.Rope.read(n.Rope)
	l.Remap.read(n.Remap)
	l.Bias.read(n.Bias)
	l.Mask.read(n.Mask)
	l.Score.read(n.Score)
}

// Scheme makes the scheme of a layer, 0 .. Layers-1; close it. It does not need the model. Layers of equal Alike need only one. Errors:
// ErrParameterRange, ErrCombination for a layer without softmax attention.
func (m *Model) Scheme(layer int64) (*Scheme, error) {
	model, err := m.native().enter()
	if err != nil {
		return nil, err
	}
	defer m.native().leave()
	return newScheme(raw.Model_layer_scheme(model, layer))
}

// Notes gives what reading had to say: defaults taken, numbers derived, and warnings of what looks wrong.
func (m *Model) Notes() ([]ModelNote, error) {
	info, err := m.Info()
	notes := make([]ModelNote, info.Notes)
	for n := range notes {
		if err == nil {
			notes[n], err = m.Note(int64(n))
		}
	}
	return notes, err
}

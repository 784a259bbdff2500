package farspan

import (
	"io"
	"os"

	"farspan.io/farspan/internal/cross"
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

// ModelFromConfigJSON reads the text of a Hugging Face config.json. Nested text models (text_config, llm_config ...) are found; what
// they say wins over the top level. options may be nil: the defaults.
func ModelFromConfigJSON(text []byte, options *ModelOptions) (*Model, error) {
	options, native := options.native()
	defer raw.DeleteModelOptions(native)
	return newModel(raw.Model_from_config(first(text), count(text), native, first(options.T5Encoder), count(options.T5Encoder),
		first(options.T5Decoder), count(options.T5Decoder), first(options.RopeFreqs), count(options.RopeFreqs),
		first(options.RopeShort), count(options.RopeShort), first(options.RopeLong), count(options.RopeLong)))
}

// ModelFromMetadata reads GGUF metadata: general.architecture and the keys of that architecture; other keys may be there. options may
// be nil: the defaults. It fails with ErrDType if a value is of a type that Metadata does not name.
func ModelFromMetadata(entries []Metadata, options *ModelOptions) (*Model, error) {
	list, err := metadataList(entries)
	defer raw.DeleteMetadata(list)
	if err != nil {
		return nil, err
	}
	options, native := options.native()
	defer raw.DeleteModelOptions(native)
	return newModel(raw.Model_from_metadata(list, native, first(options.T5Encoder), count(options.T5Encoder), first(options.T5Decoder),
		count(options.T5Decoder), first(options.RopeFreqs), count(options.RopeFreqs), first(options.RopeShort),
		count(options.RopeShort), first(options.RopeLong), count(options.RopeLong)))
}

// ModelFromGGUF reads the beginning of a GGUF file, version 2 or 3, little-endian: header, metadata and the list of tensors must be in
// it. options may be nil: the defaults.
func ModelFromGGUF(file []byte, options *ModelOptions) (*Model, error) {
	options, native := options.native()
	defer raw.DeleteModelOptions(native)
	return newModel(raw.Model_from_gguf(first(file), count(file), native, first(options.T5Encoder), count(options.T5Encoder),
		first(options.T5Decoder), count(options.T5Decoder), first(options.RopeFreqs), count(options.RopeFreqs),
		first(options.RopeShort), count(options.RopeShort), first(options.RopeLong), count(options.RopeLong)))
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

func newModel(made raw.Made) (*Model, error) {
	if made.Failure != nil {
		return nil, asError(made.Failure)
	}
	return &Model{newHandle[raw.Model](raw.SwigcptrModel(made.Address), raw.DeleteModel, nil)}, nil
}

// native is nil for a nil model, which the C functions refuse.
func (m *Model) native() *handle[raw.Model] {
	if m == nil {
		return nil
	}
	return m.handle
}

// Close frees the model, after the calls that use it now. A second Close does nothing. The error is always nil.
func (m *Model) Close() error {
	m.native().close()
	return nil
}

// Info gives what the configuration says as a whole.
func (m *Model) Info() (ModelInfo, error) {
	model, err := m.native().enter()
	if err != nil {
		return ModelInfo{}, err
	}
	defer m.native().leave()
	info, _, err := describe(model)
	return info, err
}

// describe gives the information and the number of notes.
func describe(model raw.Model) (info ModelInfo, notes int64, err error) {
	native := raw.NewModelInfo()
	defer raw.DeleteModelInfo(native)
	if failure := raw.Model_describe(model, native); failure != nil {
		return ModelInfo{}, 0, asError(failure)
	}
	info.move(cross.FromC, native)
	return info, native.GetNotes(), nil
}

// Layer gives one layer, 0 .. Layers-1, and the configurations that its scheme is made of. Error: ErrParameterRange.
func (m *Model) Layer(index int64) (ModelLayer, error) {
	model, err := m.native().enter()
	if err != nil {
		return ModelLayer{}, err
	}
	defer m.native().leave()
	native := raw.NewModelLayer()
	defer raw.DeleteModelLayer(native)
	if failure := raw.Model_layer_at(model, index, native); failure != nil {
		return ModelLayer{}, asError(failure)
	}
	var layer ModelLayer
	layer.read(native)
	if layer.Kind == LayerOther {
		return layer, nil
	}
	layer.SchemeConfig, err = layerParts(model, index)
	return layer, err
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
	model, err := m.native().enter()
	if err != nil {
		return nil, err
	}
	defer m.native().leave()
	_, count, err := describe(model)
	if err != nil {
		return nil, err
	}
	native := raw.NewModelNote()
	defer raw.DeleteModelNote(native)
	notes := make([]ModelNote, count)
	for n := range notes {
		if failure := raw.Model_note_at(model, int64(n), native); failure != nil {
			return nil, asError(failure)
		}
		notes[n] = ModelNote{Severity(native.GetSeverity()), NoteCode(native.GetCode()), native.GetPath(), native.GetText()}
	}
	return notes, nil
}

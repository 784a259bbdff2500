package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"farspan.io/farspan"
)

// model is where the model of a case comes from, and the layer whose scheme the call takes.
type model struct {
	Config   string
	Metadata []entry
	GGUF     string
	Options  fields
	Layer    int64
}

// entry is one key of GGUF metadata, as the C header types it.
type entry struct {
	Key     string
	Type    int
	IsArray int `json:"is_array"`
	Values  json.RawMessage
}

// value gives the value of an entry as Go has it.
func (e *entry) value() (any, error) {
	var (
		integers []int64
		reals    []float64
		texts    []string
		err      error
	)
	array := e.IsArray == 1
	switch e.Type {
	case 1:
		err = json.Unmarshal(e.Values, &integers)
		if err == nil && !array {
			return integers[0], nil
		}
		return integers, err
	case 2:
		err = json.Unmarshal(e.Values, &reals)
		if err == nil && !array {
			return reals[0], nil
		}
		return reals, err
	case 3:
		err = json.Unmarshal(e.Values, &texts)
		if err == nil && !array {
			return texts[0], nil
		}
		return texts, err
	}
	return nil, fmt.Errorf("unknown type %d", e.Type)
}

func (m *model) read() (*farspan.Model, error) {
	options := farspan.NewModelOptions()
	if err := m.Options.fill(options); err != nil {
		return nil, err
	}
	stage := "model_from_config"
	var made *farspan.Model
	var err error
	switch {
	case m.Metadata != nil:
		stage = "model_from_metadata"
		var list []farspan.Metadata
		for n := range m.Metadata {
			value, err := m.Metadata[n].value()
			if err != nil {
				return nil, err
			}
			list = append(list, farspan.Metadata{Key: m.Metadata[n].Key, Value: value})
		}
		made, err = farspan.ModelFromMetadata(list, options)
	case m.GGUF != "":
		stage = "model_from_gguf"
		file, wrong := hex.DecodeString(m.GGUF)
		if wrong != nil {
			return nil, wrong
		}
		made, err = farspan.ModelFromGGUF(file, options)
	default:
		made, err = farspan.ModelFromConfigJSON([]byte(m.Config), options)
	}
	if err != nil {
		return nil, &stageError{stage, err}
	}
	return made, nil
}

func (m *model) scheme() (*farspan.Scheme, error) {
	made, err := m.read()
	if err != nil {
		return nil, err
	}
	defer made.Close()
	return made.Scheme(m.Layer)
}

func (s *session) modelDescribe() ([]output, error) {
	made, err := s.Model.read()
	if err != nil {
		return nil, err
	}
	defer made.Close()
	i, err := made.Info()
	return written(integers{int64(i.Absolute), i.Layers, i.EncoderLayers, i.QueryHeads, i.KeyHeads, i.HeadDim, i.ValueDim, i.Hidden,
		i.Vocabulary, i.Context, i.TrainedContext, i.UsableContext, i.UsableContextMost, i.AbsoluteRows, i.AbsoluteOffset, i.LayerKinds},
		doubles{i.FinalSoftcap}), err
}

func (s *session) modelLayerAt() ([]output, error) {
	made, err := s.Model.read()
	if err != nil {
		return nil, err
	}
	defer made.Close()
	l, err := made.Layer(s.Arguments.Layer)
	if err != nil {
		return nil, err
	}
	whole := integers{int64(l.Kind), l.Alike, l.QueryHeads, l.KeyHeads, l.HeadDim, l.ValueDim, l.Window, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	real := doubles{l.AttentionScale, 0, 0, 0}
	if l.Rope != nil {
		copy(whole[7:], integers{int64(l.Rope.Method), int64(l.Rope.Layout), int64(l.Rope.RotaryDim), int64(l.Rope.RotaryOffset),
			int64(l.Remap.Method), int64(l.Bias.Method), l.Mask.WindowLeft, l.Mask.Chunk, int64(l.Score.Temperature)})
		copy(real[1:], doubles{l.Rope.Base, l.Score.Softcap, l.Score.TrainedLength})
	}
	return written(whole, real), nil
}

func (s *session) modelNoteAt() ([]output, error) {
	made, err := s.Model.read()
	if err != nil {
		return nil, err
	}
	defer made.Close()
	notes, err := made.Notes()
	found := integers{-1, 0}
	for _, note := range notes {
		if int32(note.Code) != s.Arguments.Code || note.Path != s.Arguments.Path {
			continue
		}
		found[0] = int64(note.Severity)
		found[1]++
		for n := 0; n < len(note.Text) && found[1] == 1; n++ {
			found = append(found, int64(note.Text[n]))
		}
	}
	return written(found), err
}

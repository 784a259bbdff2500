package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// model is a Llama in small over bytes: see models/README.md. Matrices are row-major [out][in].
type model struct {
	config
	embedding, norm, head []float32
	layers                []layer
}

type config struct {
	Vocabulary    int     `json:"vocab_size"`
	Width         int     `json:"hidden_size"`
	Hidden        int     `json:"intermediate_size"`
	Layers        int     `json:"num_hidden_layers"`
	Heads         int     `json:"num_attention_heads"`
	KeyHeads      int     `json:"num_key_value_heads"`
	HeadDim       int     `json:"head_dim"`
	NormEpsilon   float32 `json:"rms_norm_eps"`
	SoftmaxScale  float64 `json:"softmax_scale"`
	TrainedLength int64   `json:"trained_length"`
	Position      struct {
		Method    string
		Base      float64
		RotaryDim int32 `json:"rotary_dim"`
		Layout    string
	}
}

// layer has the matrices that read the same input stacked: query, key, value and gate, up.
type layer struct {
	attentionNorm, qkv, output, mlpNorm, gateUp, down []float32
}

// qkvWidth is the width of query, key and value of a token, one behind the other.
func (c *config) qkvWidth() int { return (c.Heads + 2*c.KeyHeads) * c.HeadDim }

func loadModel(folder string) (*model, error) {
	m := new(model)
	text, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &m.config); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if m.Position.Method != "rope" || m.Position.Layout != "half" || m.Vocabulary != 256 {
		return nil, fmt.Errorf("%s: the service runs byte models with rotary positions in the half layout", folder)
	}
	if m.Width%4 != 0 || m.Hidden%4 != 0 || m.HeadDim%4 != 0 {
		return nil, fmt.Errorf("%s: widths must be multiples of 4", folder)
	}
	w, err := openWeights(filepath.Join(folder, "model.safetensors"))
	if err != nil {
		return nil, err
	}
	return m, m.read(w)
}

// read takes all weights; the first failure is the answer.
func (m *model) read(w *weights) (failure error) {
	tensor := func(name string, shape ...int) []float32 {
		values, err := w.read(name+".weight", shape...)
		if failure == nil {
			failure = err
		}
		return values
	}
	m.embedding = tensor("model.embed_tokens", m.Vocabulary, m.Width)
	m.norm = tensor("model.norm", m.Width)
	m.head = tensor("lm_head", m.Vocabulary, m.Width)
	queries, keys := m.Heads*m.HeadDim, m.KeyHeads*m.HeadDim
	for n := 0; n < m.Layers; n++ {
		name := fmt.Sprintf("model.layers.%d.", n)
		qkv := tensor(name+"self_attn.q_proj", queries, m.Width)
		qkv = append(qkv, tensor(name+"self_attn.k_proj", keys, m.Width)...)
		qkv = append(qkv, tensor(name+"self_attn.v_proj", keys, m.Width)...)
		gateUp := append(tensor(name+"mlp.gate_proj", m.Hidden, m.Width), tensor(name+"mlp.up_proj", m.Hidden, m.Width)...)
		m.layers = append(m.layers, layer{
			attentionNorm: tensor(name+"input_layernorm", m.Width),
			qkv:           qkv,
			output:        tensor(name+"self_attn.o_proj", m.Width, queries),
			mlpNorm:       tensor(name+"post_attention_layernorm", m.Width),
			gateUp:        gateUp,
			down:          tensor(name+"mlp.down_proj", m.Width, m.Hidden),
		})
	}
	return failure
}

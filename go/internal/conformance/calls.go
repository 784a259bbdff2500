package main

import (
	"encoding/json"

	"farspan.io/farspan"
)

// session is one case and what it runs with.
type session struct {
	*testCase
	context *farspan.Context
}

// stageError is a failure before the call itself.
type stageError struct {
	stage string
	error
}

func (e *stageError) Unwrap() error { return e.error }

// calls answer with the outputs in the order of the README, also if they fail.
var calls = map[string]func(*session) ([]output, error){
	"rope_frequencies": (*session).ropeFrequencies,
	"scheme_probe":     (*session).schemeProbe,
	"scheme_visible":   (*session).schemeVisible,
	"scheme_to_json":   (*session).schemeToJSON,
	"rope_apply":       (*session).ropeApply,
	"bias_fill":        (*session).biasFill,
	"sinusoidal_fill":  (*session).sinusoidalFill,
	"position_lookup":  (*session).positionLookup,
	"fire_fill":        (*session).fireFill,
	"attention_run":    (*session).attentionRun,
	"plan_tile_counts": (*session).planTileCounts,
	"attention":        (*session).attention,
	"attention_merge":  (*session).attentionMerge,
	"cache_history":    (*session).cacheHistory,
	"model_describe":   (*session).modelDescribe,
	"model_layer_at":   (*session).modelLayerAt,
	"model_note_at":    (*session).modelNoteAt,
}

func (s *session) scheme() (*farspan.Scheme, error) {
	if s.Model != nil {
		return s.Model.scheme()
	}
	text := []byte("{}")
	switch {
	case len(s.Scheme) == 0:
	case s.Scheme[0] == '"': // a text as it stands
		var quoted string
		if err := json.Unmarshal(s.Scheme, &quoted); err != nil {
			return nil, err
		}
		text = []byte(quoted)
	default:
		text = s.Scheme
	}
	scheme, err := farspan.SchemeFromJSON(text)
	if err != nil {
		return nil, &stageError{"scheme_from_json", err}
	}
	return scheme, nil
}

func (s *session) plan() (*farspan.Plan, *farspan.Problem, error) {
	scheme, err := s.scheme()
	if err != nil {
		return nil, nil, err
	}
	defer scheme.Close()
	problem := farspan.NewProblem()
	if err := s.Arguments.Problem.fill(problem); err != nil {
		return nil, nil, err
	}
	plan, err := farspan.NewPlan(s.context, scheme, problem)
	if err != nil {
		return nil, nil, &stageError{"plan_create", err}
	}
	return plan, problem, nil
}

// tensors makes several at once.
func tensors(given ...*tensor) (made []*farspan.Tensor, memories []memory, err error) {
	for _, t := range given {
		tensor, memory, err := t.make()
		if err != nil {
			return nil, nil, &stageError{"tensor", err}
		}
		made, memories = append(made, tensor), append(memories, memory)
	}
	return made, memories, nil
}

func (s *session) ropeFrequencies() ([]output, error) {
	frequencies, magnitude := make(doubles, s.Arguments.Count), make(doubles, 1)
	outputs := written(frequencies, magnitude)
	scheme, err := s.scheme()
	if err != nil {
		return outputs, err
	}
	defer scheme.Close()
	magnitude[0], err = scheme.RopeFrequencies(s.Arguments.Length, frequencies)
	return outputs, err
}

func (s *session) schemeProbe() ([]output, error) {
	scheme, err := s.scheme()
	if err != nil {
		return nil, err
	}
	defer scheme.Close()
	var answers doubles
	for _, pair := range s.Arguments.Pairs {
		p, err := scheme.Probe(s.Arguments.Length, pair[0], pair[1], int32(pair[2]))
		if err != nil {
			return nil, err
		}
		visible := 0.0
		if p.Visible {
			visible = 1
		}
		answers = append(answers, visible, float64(p.Branch), p.QueryAnglePosition, p.KeyAnglePosition, p.RelativePosition, p.Bias,
			p.Scale, p.Magnitude)
	}
	return written(answers), nil
}

func (s *session) schemeVisible() ([]output, error) {
	scheme, err := s.scheme()
	if err != nil {
		return nil, err
	}
	defer scheme.Close()
	var answers integers
	for _, query := range s.Arguments.Queries {
		visible, err := scheme.Visible(query, s.Arguments.Keys)
		if err != nil {
			return nil, err
		}
		answers = append(answers, visible[0].First, visible[0].Last, visible[1].First, visible[1].Last)
	}
	return written(answers), nil
}

func (s *session) schemeToJSON() ([]output, error) {
	scheme, err := s.scheme()
	if err != nil {
		return nil, err
	}
	defer scheme.Close()
	text, err := scheme.JSON()
	return written(characters(text)), err
}

func (s *session) ropeApply() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.In, a.Out)
	if err != nil {
		return nil, err
	}
	in, out, outMemory := made[0], made[1], memories[1]
	if a.Out == nil {
		out, outMemory = in, memories[0]
	}
	outputs := written(outMemory)
	scheme, err := s.scheme()
	if err != nil {
		return outputs, err
	}
	defer scheme.Close()
	options := farspan.NewRopeOptions()
	options.Side, options.Branch, options.Direction = farspan.Side(a.Side), a.Branch, farspan.Direction(a.Direction)
	options.Length, options.AxisStride, options.XPosCentre = a.Length, a.AxisStride, float64(a.XPosCentre)
	return outputs, scheme.RopeApply(s.context, options, a.Positions, in, out)
}

func (s *session) biasFill() ([]output, error) {
	out := make(floats, s.Arguments.Count)
	outputs := written(out)
	scheme, err := s.scheme()
	if err != nil {
		return outputs, err
	}
	defer scheme.Close()
	return outputs, scheme.BiasFill(s.Arguments.Head, s.Arguments.Length, s.Arguments.FirstDistance, out)
}

func (s *session) sinusoidalFill() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.Out)
	if err != nil {
		return nil, err
	}
	return written(memories...), farspan.SinusoidalFill(farspan.SinusoidalLayout(a.Layout), a.First, float64(a.Base), made[0])
}

func (s *session) positionLookup() ([]output, error) {
	made, memories, err := tensors(s.Arguments.Table, s.Arguments.Out)
	if err != nil {
		return nil, err
	}
	outputs := written(memories[1])
	return outputs, farspan.PositionLookup(made[0], s.Arguments.Positions, made[1])
}

func (s *session) fireFill() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.Out)
	if err != nil {
		return nil, err
	}
	outputs := written(memories...)
	config := farspan.NewFireConfig()
	if err := a.Config.fill(config); err != nil {
		return nil, err
	}
	return outputs, farspan.FireFill(config, a.QueryPositions, a.KeyPositions, made[0])
}

func (s *session) attentionRun() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.Q, a.K, a.V, a.Bias, a.Out)
	if err != nil {
		return nil, err
	}
	outputs := written(memories[4])
	plan, problem, err := s.plan()
	if err != nil {
		return outputs, err
	}
	defer plan.Close()
	options := &farspan.RunOptions{Bias: made[3]}
	if a.LSE {
		lse := make(floats, problem.Batch*problem.QueryHeads*problem.Queries)
		outputs = append(outputs, written(lse)...)
		options.LSE = lse
	}
	if a.Workspace {
		options.Workspace = make([]byte, plan.WorkspaceSize())
	}
	return outputs, plan.Run(s.context, made[0], made[1], made[2], made[4], options)
}

func (s *session) planTileCounts() ([]output, error) {
	plan, _, err := s.plan()
	if err != nil {
		return nil, err
	}
	defer plan.Close()
	counts, err := plan.TileCounts()
	return written(integers{counts.Skipped, counts.Whole, counts.Edge, counts.Boundary}), err
}

func (s *session) attention() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.Q, a.K, a.V, a.Out)
	if err != nil {
		return nil, err
	}
	outputs := written(memories[3])
	scheme, err := s.scheme()
	if err != nil {
		return outputs, err
	}
	defer scheme.Close()
	return outputs, farspan.Attention(s.context, scheme, made[0], made[1], made[2], made[3])
}

func (s *session) attentionMerge() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.OutA, a.OutB)
	if err != nil {
		return nil, err
	}
	lseA, lseB := a.LSEA.floats(), a.LSEB.floats()
	outputs := written(memories[0], lseA)
	return outputs, farspan.AttentionMerge(made[0], lseA, made[1], lseB)
}

package main

import (
	"encoding/json"
	"fmt"

	"farspan.io/farspan/eval"
)

// evalArguments are those of the calls of eval.h.
type evalArguments struct {
	Logits, Grad    *tensor
	Targets         []int64
	IgnoreIndex     int64 `json:"ignore_index"`
	Weights         []number
	Indices         []int64
	BlockTokens     int64  `json:"block_tokens"`
	FromBlockTokens *int64 `json:"from_block_tokens"`
	Parts, From     []lossPart
	Edges           []int64
	Lengths         []int64
	NLL             []number
	TrainedLength   int64 `json:"trained_length"`
	Verdict         int32
	Tokenizer       int32
	Lowercase       int
	Text            string
	Segments        []segment
	Hypothesis      json.RawMessage
	References      json.RawMessage // of one segment, or their number
	Bleu            fields
	Values          []number
	Generated       string
	Key             int64
	Haystack        []int64
	Needle          []int64
	Question        []int64
	Depth           number
	Boundary        *int64
}

// lossPart is what one call adds to an accumulator.
type lossPart struct {
	NLL          []number
	Targets      []int64
	IgnoreIndex  int64 `json:"ignore_index"`
	Bytes        int64
	FirstContext int64 `json:"first_context"`
}

// segment holds texts, or token ids.
type segment struct {
	Hypothesis, References json.RawMessage
}

// read gives either texts or ids. A missing reference is left out.
func (s segment) read() (text *string, texts []string, ids []int64, idLists [][]int64, err error) {
	if json.Unmarshal(s.Hypothesis, &text) == nil {
		var given []*string
		err = json.Unmarshal(s.References, &given)
		for _, one := range given {
			if one != nil {
				texts = append(texts, *one)
			}
		}
		return text, texts, nil, nil, err
	}
	text = nil
	if err = json.Unmarshal(s.Hypothesis, &ids); err != nil {
		return nil, nil, nil, nil, err
	}
	var given []*[]int64
	err = json.Unmarshal(s.References, &given)
	for _, one := range given {
		if one != nil {
			idLists = append(idLists, *one)
		}
	}
	return nil, nil, ids, idLists, err
}

func float64s(given []number) []float64 {
	values := make([]float64, len(given))
	for n, value := range given {
		values[n] = float64(value)
	}
	return values
}

func float32s(given []number) []float32 {
	var values []float32
	for _, value := range given {
		values = append(values, float32(value))
	}
	return values
}

var evalCalls = map[string]func(*session) ([]output, error){
	"token_nll":           (*session).tokenNLL,
	"token_nll_grad":      (*session).tokenNLLGrad,
	"windows_count":       (*session).windows,
	"windows_get":         (*session).windows,
	"loss_add":            (*session).loss,
	"loss_merge":          (*session).loss,
	"loss_add_by_context": (*session).curve,
	"judge":               (*session).judge,
	"verdict_name":        (*session).verdictName,
	"tokenize":            (*session).tokenize,
	"bleu_score":          (*session).bleu,
	"bleu_merge":          (*session).bleu,
	"bleu_add_tokens":     (*session).bleu,
	"bleu_signature":      (*session).signature,
	"chrf_score":          (*session).chrf,
	"chrf_merge":          (*session).chrf,
	"rouge":               (*session).rouge,
	"rouge_tokens":        (*session).rouge,
	"bootstrap_mean":      (*session).bootstrapMean,
	"bleu_bootstrap":      (*session).bleuBootstrap,
	"passkey_make":        (*session).passkeyMake,
	"passkey_check":       (*session).passkeyCheck,
	"needle_place":        (*session).needlePlace,
}

func (s *session) tokenNLL() ([]output, error) {
	a := &s.Arguments
	logits, _, err := a.Logits.make()
	if err != nil {
		return nil, err
	}
	nll := make(doubles, len(a.Targets))
	return written(nll), eval.TokenNLL(s.context, logits, a.Targets, a.IgnoreIndex, nll)
}

func (s *session) tokenNLLGrad() ([]output, error) {
	a := &s.Arguments
	made, memories, err := tensors(a.Logits, a.Grad)
	if err != nil {
		return nil, err
	}
	logits, grad, memory := made[0], made[1], memories[1]
	if a.Grad == nil {
		grad, memory = logits, memories[0]
	}
	outputs := written(memory)
	return outputs, eval.TokenNLLGrad(s.context, logits, a.Targets, a.IgnoreIndex, float32s(a.Weights), grad)
}

func (s *session) windows() ([]output, error) {
	config := eval.NewWindowsConfig(0)
	if err := s.Arguments.Config.fill(config); err != nil {
		return nil, err
	}
	windows, err := eval.NewWindows(config)
	if err != nil {
		return nil, &stageError{"windows_count", err}
	}
	if s.Call == "windows_count" {
		return written(integers{windows.Count()}), nil
	}
	var answers integers
	for _, index := range s.Arguments.Indices {
		w, err := windows.At(index)
		if err != nil {
			return nil, err
		}
		bos := int64(0)
		if w.BOS {
			bos = 1
		}
		answers = append(answers, bos, w.Begin, w.End, w.FirstScored, w.Rows, w.FirstRow)
	}
	return written(answers), nil
}

func summaries(losses ...eval.Loss) ([]output, error) {
	tokens, means := integers{}, doubles{}
	for n := range losses {
		summary, err := losses[n].Summary()
		if err != nil {
			return nil, &stageError{"loss_summarize", err}
		}
		tokens = append(tokens, summary.Tokens)
		means = append(means, summary.NLL, summary.StandardError, summary.Perplexity, summary.BitsPerToken, summary.BitsPerByte)
	}
	return written(tokens, means), nil
}

func gather(blockTokens int64, parts []lossPart) (eval.Loss, error) {
	loss := eval.NewLoss()
	loss.BlockTokens = blockTokens
	for _, part := range parts {
		if err := loss.AddScored(float64s(part.NLL), part.Targets, part.IgnoreIndex, part.Bytes); err != nil {
			return loss, &stageError{"loss_add", err}
		}
	}
	return loss, nil
}

func (s *session) loss() ([]output, error) {
	a := &s.Arguments
	loss, err := gather(a.BlockTokens, a.Parts)
	if err != nil {
		return nil, err
	}
	if s.Call == "loss_merge" {
		blockTokens := a.BlockTokens
		if a.FromBlockTokens != nil {
			blockTokens = *a.FromBlockTokens
		}
		from, err := gather(blockTokens, a.From)
		if err == nil {
			err = loss.Merge(from)
		}
		if err != nil {
			return nil, err
		}
	}
	return summaries(loss)
}

func (s *session) curve() ([]output, error) {
	empty := eval.NewLoss()
	empty.BlockTokens = s.Arguments.BlockTokens
	curve, err := eval.NewLossCurve(s.Arguments.Edges, empty)
	if err != nil {
		return nil, err
	}
	for _, part := range s.Arguments.Parts {
		if err := curve.AddScored(part.FirstContext, float64s(part.NLL), part.Targets, part.IgnoreIndex); err != nil {
			return nil, err
		}
	}
	return summaries(curve.Buckets()...)
}

func (s *session) judge() ([]output, error) {
	a := &s.Arguments
	j, err := eval.Judge(a.Lengths, float64s(a.NLL), a.TrainedLength)
	if err != nil {
		return nil, err
	}
	return written(integers{int64(j.Verdict), j.ReferenceLength, j.WorstLength}, doubles{j.WorstRatio}), nil
}

func (s *session) verdictName() ([]output, error) {
	return written(characters(eval.Verdict(s.Arguments.Verdict).String())), nil
}

func (s *session) tokenize() ([]output, error) {
	a := &s.Arguments
	tokens, err := eval.Tokenize(eval.Tokenizer(a.Tokenizer), a.Lowercase != 0, a.Text)
	return written(characters(tokens)), err
}

func count(config *eval.BleuConfig, s segment, counts *eval.BleuCounts) error {
	text, texts, ids, lists, err := s.read()
	switch {
	case err != nil:
		return err
	case text != nil:
		if err := counts.Add(config, *text, texts...); err != nil {
			return &stageError{"bleu_add", err}
		}
		return nil
	default:
		return counts.AddTokens(config, ids, lists...)
	}
}

func (s *session) bleu() ([]output, error) {
	config := eval.NewBleuConfig()
	if err := s.Arguments.Config.fill(config); err != nil {
		return nil, err
	}
	var counts [2]eval.BleuCounts
	for n, segment := range s.Arguments.Segments {
		half := 0
		if s.Call == "bleu_merge" {
			half = n % 2
		}
		if err := count(config, segment, &counts[half]); err != nil {
			return nil, err
		}
	}
	if err := counts[0].Merge(counts[1]); err != nil {
		return nil, &stageError{"bleu_merge", err}
	}
	r, err := counts[0].Score(config)
	if err != nil {
		return nil, err
	}
	values := append(doubles{r.Score, r.BrevityPenalty}, r.Precisions[:]...)
	return written(append(values, float64(r.HypothesisLength), float64(r.ReferenceLength))), nil
}

func (s *session) signature() ([]output, error) {
	config := eval.NewBleuConfig()
	if err := s.Arguments.Config.fill(config); err != nil {
		return nil, err
	}
	var references int32
	if err := json.Unmarshal(s.Arguments.References, &references); err != nil {
		return nil, err
	}
	text, err := config.Signature(references)
	return written(characters(text)), err
}

func (s *session) chrf() ([]output, error) {
	config := eval.NewChrfConfig()
	if err := s.Arguments.Config.fill(config); err != nil {
		return nil, err
	}
	var counts [2]eval.ChrfCounts
	for n, segment := range s.Arguments.Segments {
		half := 0
		if s.Call == "chrf_merge" {
			half = n % 2
		}
		text, texts, _, _, err := segment.read()
		if err != nil {
			return nil, err
		}
		if err := counts[half].Add(config, *text, texts...); err != nil {
			return nil, &stageError{"chrf_add", err}
		}
	}
	if err := counts[0].Merge(counts[1]); err != nil {
		return nil, &stageError{"chrf_merge", err}
	}
	score, err := counts[0].Score(config)
	return written(doubles{score}), err
}

func (s *session) rouge() ([]output, error) {
	var kind eval.RougeKind
	if err := json.Unmarshal(s.Arguments.Config["kind"], &kind); err != nil {
		return nil, fmt.Errorf("kind: %w", err)
	}
	config := eval.NewRougeConfig(kind)
	if err := s.Arguments.Config.fill(config); err != nil {
		return nil, err
	}
	text, texts, ids, lists, err := segment{s.Arguments.Hypothesis, s.Arguments.References}.read()
	if err != nil {
		return nil, err
	}
	var r eval.RougeResult
	if text != nil {
		r, err = eval.Rouge(config, *text, texts...)
	} else {
		r, err = eval.RougeTokens(config, ids, lists...)
	}
	if err != nil {
		return nil, err
	}
	return written(doubles{r.Precision, r.Recall, r.FMeasure, float64(r.Reference)}), nil
}

func (s *session) bootstrap() (*eval.BootstrapConfig, error) {
	config := eval.NewBootstrapConfig()
	return config, s.Arguments.Config.fill(config)
}

func interval(i eval.Interval, err error) ([]output, error) {
	if err != nil {
		return nil, err
	}
	return written(doubles{i.Low, i.Median, i.High, i.Mean}), nil
}

func (s *session) bootstrapMean() ([]output, error) {
	config, err := s.bootstrap()
	if err != nil {
		return nil, err
	}
	return interval(eval.BootstrapMean(s.context, config, float64s(s.Arguments.Values)))
}

func (s *session) bleuBootstrap() ([]output, error) {
	config, err := s.bootstrap()
	if err != nil {
		return nil, err
	}
	bleu := eval.NewBleuConfig()
	if err := s.Arguments.Bleu.fill(bleu); err != nil {
		return nil, err
	}
	segments := make([]eval.BleuCounts, len(s.Arguments.Segments))
	for n := range segments {
		if err := count(bleu, s.Arguments.Segments[n], &segments[n]); err != nil {
			return nil, err
		}
	}
	return interval(eval.BleuBootstrap(s.context, config, bleu, segments))
}

func (s *session) passkeyMake() ([]output, error) {
	var form eval.PasskeyForm
	if err := json.Unmarshal(s.Arguments.Config["form"], &form); err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	config := eval.NewPasskeyConfig(form)
	if err := s.Arguments.Config.fill(config); err != nil {
		return nil, err
	}
	p, err := eval.NewPasskey(config)
	if err != nil {
		return nil, err
	}
	return written(characters(p.Text), integers{p.Key, p.KeyBegin, p.KeyEnd, int64(len(p.Text))}, doubles{p.Depth}), nil
}

func (s *session) passkeyCheck() ([]output, error) {
	correct, err := eval.CheckPasskey(s.Arguments.Generated, s.Arguments.Key)
	answer := integers{0}
	if correct {
		answer[0] = 1
	}
	return written(answer), err
}

func (s *session) needlePlace() ([]output, error) {
	a := &s.Arguments
	out, position := make(integers, a.Length), make(integers, 1)
	outputs := written(out, position)
	var err error
	position[0], err = eval.PlaceNeedle(a.Haystack, a.Needle, a.Question, float64(a.Depth), a.Boundary, out)
	return outputs, err
}

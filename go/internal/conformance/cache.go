package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"farspan.io/farspan"
)

// step is one call of a history of a cache. Sequences are counted in the order in which the steps made them.
type step struct {
	Call      string
	Config    fields
	Sequence  int
	Sequences []int
	Offsets   []int64
	Positions []int64
	First     int64
	Last      *int64
	Sinks     int64
	Window    int64
	Layer     int64
	Length    int64
	Scheme    json.RawMessage
	LSE       bool
	Workspace bool
	Saved     int
	Damage    *int
	Bytes     *int
	Status    int32
	Argument  int32

	K, V, Q, Out *tensor
}

// history is a cache while the steps of a case change it.
type history struct {
	context   *farspan.Context
	cache     *farspan.Cache
	sequences []farspan.Sequence
	saved     [][]byte
	outputs   []output
}

var steps = map[string]func(*history, *step) error{
	"cache_create":           (*history).create,
	"cache_sequence_create":  (*history).createSequence,
	"cache_sequence_destroy": func(h *history, s *step) error { return h.cache.DestroySequence(h.sequences[s.Sequence]) },
	"cache_fork":             (*history).fork,
	"cache_evict":            (*history).evict,
	"cache_keep":             func(h *history, s *step) error { return h.cache.Keep(h.sequences[s.Sequence], s.Sinks, s.Window) },
	"cache_clear":            func(h *history, s *step) error { return h.cache.Clear() },
	"cache_append":           func(h *history, s *step) error { return h.cache.Append(h.batch(s), s.Positions) },
	"cache_write":            (*history).write,
	"cache_save":             (*history).save,
	"cache_restore":          (*history).restore,
	"cache_sequence_info":    (*history).info,
	"cache_get_statistics":   (*history).statistics,
	"cache_run":              (*history).run,
	"attention_decode":       (*history).decode,
}

func (s *session) cacheHistory() ([]output, error) {
	h := &history{context: s.context}
	defer func() { h.cache.Close() }()
	for n := range s.Arguments.Steps {
		if err := h.step(&s.Arguments.Steps[n]); err != nil {
			return h.outputs, err
		}
	}
	return h.outputs, nil
}

func (h *history) step(s *step) error {
	call, known := steps[s.Call]
	if !known {
		return fmt.Errorf("unknown step %q", s.Call)
	}
	err := call(h, s)
	if s.Status != 0 { // it must fail, after which the history goes on
		var failure *farspan.Error
		if !errors.As(err, &failure) {
			failure = new(farspan.Error)
		}
		h.give(int64(failure.Code), int64(failure.Argument))
		return nil
	}
	var staged *stageError
	if err != nil && !errors.As(err, &staged) {
		err = &stageError{s.Call, err}
	}
	return err
}

func (h *history) give(values ...int64) { h.outputs = append(h.outputs, written(integers(values))...) }

func (h *history) adopt(sequence farspan.Sequence, err error) error {
	if err == nil {
		h.sequences = append(h.sequences, sequence)
	}
	return err
}

func (h *history) batch(s *step) farspan.CacheBatch {
	batch := farspan.CacheBatch{Offsets: s.Offsets}
	for _, index := range s.Sequences {
		batch.Sequences = append(batch.Sequences, h.sequences[index])
	}
	return batch
}

func (h *history) create(s *step) error {
	config := farspan.NewCacheConfig()
	if err := s.Config.fill(config); err != nil {
		return err
	}
	h.cache.Close()
	h.sequences = nil
	made, err := farspan.NewCache(config)
	h.cache = made
	return err
}

func (h *history) createSequence(*step) error { return h.adopt(h.cache.CreateSequence()) }

func (h *history) fork(s *step) error { return h.adopt(h.cache.Fork(h.sequences[s.Sequence])) }

func (h *history) evict(s *step) error {
	last := int64(math.MaxInt64)
	if s.Last != nil {
		last = *s.Last
	}
	return h.cache.Evict(h.sequences[s.Sequence], s.First, last)
}

func (h *history) write(s *step) error {
	made, _, err := tensors(s.K, s.V)
	if err != nil {
		return err
	}
	return h.cache.Write(h.context, s.Layer, h.batch(s), made[0], made[1])
}

func (h *history) save(s *step) error {
	saved, err := h.cache.Save(h.sequences[s.Sequence])
	h.saved = append(h.saved, saved)
	return err
}

// restore takes what was saved: all, perhaps with an inverted byte, or its beginning.
func (h *history) restore(s *step) error {
	saved := append([]byte(nil), h.saved[s.Saved]...)
	if s.Bytes != nil {
		saved = saved[:*s.Bytes]
	}
	if s.Damage != nil {
		saved[*s.Damage] ^= 0xff
	}
	return h.adopt(h.cache.Restore(saved))
}

func (h *history) info(s *step) error {
	info, err := h.cache.SequenceInfo(h.sequences[s.Sequence])
	if err == nil {
		h.give(info.Tokens, info.FirstPosition, info.NextPosition, info.Blocks, info.SharedBlocks)
	}
	return err
}

func (h *history) statistics(*step) error {
	answer, err := h.cache.Statistics()
	if err == nil {
		h.give(answer.Sequences, answer.Blocks, answer.FreeBlocks, answer.BlockBytes)
	}
	return err
}

// attend makes the tensors, the outputs and the scheme of an attention.
func (h *history) attend(s *step) (q, out *farspan.Tensor, lse []float32, scheme *farspan.Scheme, err error) {
	made, memories, err := tensors(s.Q, s.Out)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	h.outputs = append(h.outputs, written(memories[1])...)
	if s.LSE {
		sums := make(floats, s.Q.Shape[0]*s.Q.Shape[1]*s.Q.Shape[2])
		h.outputs = append(h.outputs, written(sums)...)
		lse = sums
	}
	scheme, err = (&session{&testCase{Scheme: s.Scheme}, h.context}).scheme()
	return made[0], made[1], lse, scheme, err
}

func (h *history) run(s *step) error {
	q, out, lse, scheme, err := h.attend(s)
	if err != nil {
		return err
	}
	defer scheme.Close()
	options := &farspan.CachePlanOptions{Positions: s.Positions, Length: s.Length}
	plan, err := farspan.NewCachePlan(h.context, scheme, h.cache, h.batch(s), s.Q.Shape[1], options)
	if err != nil {
		return &stageError{"cache_plan_create", err}
	}
	defer plan.Close()
	var workspace []byte
	if s.Workspace {
		workspace = make([]byte, plan.WorkspaceSize())
	}
	return plan.Run(h.context, s.Layer, q, out, &farspan.CacheRunOptions{LSE: lse, Workspace: workspace})
}

func (h *history) decode(s *step) error {
	q, out, lse, scheme, err := h.attend(s)
	if err != nil {
		return err
	}
	defer scheme.Close()
	return h.cache.Decode(h.context, scheme, s.Layer, h.batch(s), q, out, lse)
}

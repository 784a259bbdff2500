// Eight sessions decode in a pool of goroutines, all on one cache: each appends to its own sequence while the others run. What they get
// is bit for bit what they get one after the other.
package main

import (
	"fmt"
	"log"
	"math"
	"reflect"

	"farspan.io/farspan"
)

const (
	sessions, workers, tokens    = 8, 4, 100
	layers, heads, keyHeads, dim = 2, 8, 2, 64
)

// project stands for a model: anything that depends on the session, the token, the layer, and which projection it is.
func project(data []float32, session, token, layer, which int) {
	seed := uint32(((session*tokens+token)*layers+layer)*3 + which)
	for n := range data {
		seed = seed*1664525 + 1013904223
		data[n] = float32(seed>>8)/8388608 - 1
	}
}

func tensor(heads int64) (*farspan.Tensor, []float32, error) {
	data := make([]float32, heads*dim)
	made, err := farspan.NewTensor(data, farspan.Contiguous(1, heads, 1, dim))
	return made, data, err
}

// session is one sequence of the cache and its tensors, for one goroutine at a time.
type session struct {
	number                       int
	cache                        *farspan.Cache
	newest                       farspan.CacheBatch
	plan                         *farspan.CachePlan // for all layers, of the sequence as it is now
	q, k, v, out                 *farspan.Tensor
	qData, kData, vData, outData []float32
	all                          []uint32 // the bits of what the last layer computed, token by token
}

func newSession(cache *farspan.Cache, number int) (*session, error) {
	s := &session{number: number, cache: cache}
	for _, part := range []struct {
		heads  int64
		tensor **farspan.Tensor
		data   *[]float32
	}{{heads, &s.q, &s.qData}, {keyHeads, &s.k, &s.kData}, {keyHeads, &s.v, &s.vData}, {heads, &s.out, &s.outData}} {
		var err error
		if *part.tensor, *part.data, err = tensor(part.heads); err != nil {
			return nil, err
		}
	}
	sequence, err := cache.CreateSequence()
	s.newest = farspan.CacheBatch{Sequences: []farspan.Sequence{sequence}}
	return s, err
}

// step adds a token.
func (s *session) step(scheme *farspan.Scheme, token int) error {
	if err := s.cache.Append(s.newest, nil); err != nil {
		return err
	}
	var err error
	if s.plan == nil {
		s.plan, err = farspan.NewCachePlan(nil, scheme, s.cache, s.newest, heads, nil)
	} else {
		err = s.plan.Advance(nil)
	}
	if err != nil {
		return err
	}
	for layer := 0; layer < layers; layer++ {
		project(s.qData, s.number, token, layer, 0)
		project(s.kData, s.number, token, layer, 1)
		project(s.vData, s.number, token, layer, 2)
		if err := s.cache.Write(nil, int64(layer), s.newest, s.k, s.v); err != nil {
			return err
		}
		if err := s.plan.Run(nil, int64(layer), s.q, s.out, nil); err != nil {
			return err
		}
	}
	for _, number := range s.outData {
		s.all = append(s.all, math.Float32bits(number))
	}
	return nil
}

// decode is a whole session.
func decode(cache *farspan.Cache, scheme *farspan.Scheme, number int) ([]uint32, error) {
	s, err := newSession(cache, number)
	if err != nil {
		return nil, err
	}
	for token := 0; token < tokens && err == nil; token++ {
		err = s.step(scheme, token)
	}
	if s.plan != nil {
		s.plan.Close()
	}
	if err != nil {
		return nil, err
	}
	return s.all, cache.DestroySequence(s.newest.Sequences[0])
}

// serve runs all sessions in a pool of so many goroutines.
func serve(cache *farspan.Cache, scheme *farspan.Scheme, pool int) ([sessions][]uint32, error) {
	var results [sessions][]uint32
	waiting, failed := make(chan int, sessions), make(chan error, pool)
	for n := 0; n < sessions; n++ {
		waiting <- n
	}
	close(waiting)
	for n := 0; n < pool; n++ {
		go func() {
			var err error
			for number := range waiting {
				if results[number], err = decode(cache, scheme, number); err != nil {
					break
				}
			}
			failed <- err
		}()
	}
	var first error
	for n := 0; n < pool; n++ {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return results, first
}

func run() error {
	rope, config := farspan.NewRopeConfig(farspan.RopeBase), farspan.NewCacheConfig() // bf16
	rope.Layout, rope.RotaryDim = farspan.LayoutHalf, dim
	config.Layers, config.KeyHeads, config.HeadDim = layers, keyHeads, dim
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{Rope: rope})
	if err != nil {
		return err
	}
	defer scheme.Close()
	cache, err := farspan.NewCache(config)
	if err != nil {
		return err
	}
	defer cache.Close()
	together, err := serve(cache, scheme, workers)
	if err != nil {
		return err
	}
	alone, err := serve(cache, scheme, 1)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(together, alone) {
		return fmt.Errorf("%d sessions at the same time gave other numbers than one after the other", sessions)
	}
	fmt.Printf("%d sessions of %d tokens on %d threads: the same numbers as one after the other\n", sessions, tokens, workers)
	return nil
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

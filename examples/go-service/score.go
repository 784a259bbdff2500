package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"farspan.io/farspan"
)

// request is what a client wants scored.
type request struct {
	text   []byte
	method string
	length int // of the windows; 0: the whole text is one
	bytes  int // about how many to score; 0: 16384
}

// score is the answer.
type score struct {
	Method     string  `json:"method"`
	Length     int     `json:"length"`
	Tokens     int     `json:"tokens"`
	NLL        float64 `json:"nll"`        // mean negative log likelihood per byte, in nats
	Perplexity float64 `json:"perplexity"` // e^nll
}

const (
	longestWindow = 16384
	defaultBytes  = 16384
)

// errBadRequest is the client's mistake.
var errBadRequest = errors.New("bad request")

// starts of windows of equal length that do not overlap, spread evenly over the text: the stretches of `farspan report`. A window of n
// bytes needs n + 1 of text, because each byte is scored by the one after it.
func starts(textBytes, bytes, length int) []int {
	count, most := bytes/length, (textBytes-1)/length
	if count > most {
		count = most
	}
	last := textBytes - length - 1
	if count <= 1 {
		return []int{last / 2}
	}
	all := make([]int, count)
	for n := range all {
		all[n] = last * n / (count - 1)
	}
	return all
}

// run scores a request. It stops soon after ctx is done.
func (m *model) run(ctx context.Context, r request) (*score, error) {
	if r.length == 0 {
		r.length = len(r.text) - 1
	}
	if r.bytes == 0 {
		r.bytes = defaultBytes
	}
	if r.length < 2 || r.length > longestWindow || r.length >= len(r.text) || r.bytes < 1 {
		return nil, fmt.Errorf("%w: windows of %d bytes in a text of %d: they must have 2 to %d bytes, fewer than the text", errBadRequest,
			r.length, len(r.text), longestWindow)
	}
	scheme, err := newScheme(m, r.method, int64(r.length))
	if err != nil {
		return nil, err
	}
	defer scheme.Close()
	// One thread per request: the server runs many at a time.
	native, err := farspan.NewContext(&farspan.ContextConfig{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer native.Close()
	finished := make(chan struct{})
	defer close(finished)
	go func() {
		select {
		case <-ctx.Done():
			native.Cancel()
		case <-finished:
		}
	}()
	f, err := newForward(m, native, scheme, r.length)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.mean(r)
}

func (f *forward) mean(r request) (*score, error) {
	answer := &score{Method: r.method, Length: r.length}
	for _, start := range starts(len(r.text), r.bytes, r.length) {
		losses, err := f.losses(r.text[start:start+r.length], r.text[start+1:start+r.length+1])
		if err != nil {
			return nil, err
		}
		answer.Tokens += len(losses)
		for _, loss := range losses {
			answer.NLL += loss
		}
	}
	answer.NLL /= float64(answer.Tokens)
	answer.Perplexity = math.Exp(answer.NLL)
	return answer, nil
}

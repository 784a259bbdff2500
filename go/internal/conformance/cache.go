package main

import (
	"math"

	"farspan.io/farspan"
)

// history is a cache while the steps of a case change it.
type history struct {
	*call
	cache     *farspan.Cache
	sequences []farspan.Sequence // in the order in which the steps made them
	saved     [][]byte
}

var steps = map[string]func(*history){
	"cache_create": func(h *history) {
		config := fill(farspan.NewCacheConfig(), h.object.object("config"))
		h.cache.Close()
		h.cache, h.sequences = nil, nil
		h.cache = must(farspan.NewCache(config))
	},
	"cache_sequence_create":  func(h *history) { h.adopt(must(h.cache.CreateSequence())) },
	"cache_sequence_destroy": func(h *history) { check(h.cache.DestroySequence(h.sequence())) },
	"cache_fork":             func(h *history) { h.adopt(must(h.cache.Fork(h.sequence()))) },
	"cache_evict": func(h *history) {
		check(h.cache.Evict(h.sequence(), h.whole("first"), h.wholeOr("last", math.MaxInt64)))
	},
	"cache_keep":   func(h *history) { check(h.cache.Keep(h.sequence(), h.whole("sinks"), h.whole("recent"))) },
	"cache_clear":  func(h *history) { check(h.cache.Clear()) },
	"cache_append": func(h *history) { check(h.cache.Append(h.batch(), h.wholes("positions"))) },
	"cache_write":  func(h *history) { check(h.cache.Write(h.context, h.whole("layer"), h.batch(), h.in("k"), h.in("v"))) },
	"cache_save":   func(h *history) { h.saved = append(h.saved, must(h.cache.Save(h.sequence()))) },
	"cache_restore": func(h *history) { // of what was saved: all, perhaps with an inverted byte, or its beginning
		saved := append([]byte(nil), h.saved[h.whole("saved")]...)
		if h.has("damage") {
			saved[h.whole("damage")] ^= 0xff
		}
		h.adopt(must(h.cache.Restore(saved[:h.wholeOr("bytes", int64(len(saved)))])))
	},
	"cache_sequence_info":  func(h *history) { h.give(must(h.cache.SequenceInfo(h.sequence()))) },
	"cache_get_statistics": func(h *history) { h.give(must(h.cache.Statistics())) },
	"cache_run": func(h *history) {
		q, out, lse, scheme := h.in("q"), h.out("out"), h.lse(), h.scheme()
		options := &farspan.CachePlanOptions{Positions: h.wholes("positions"), Length: h.wholeOr("length", 0)}
		heads := h.object.object("q").wholes("shape")[1]
		plan := during(h.call, "cache_plan_create", func() (*farspan.CachePlan, error) {
			return farspan.NewCachePlan(h.context, scheme, h.cache, h.batch(), heads, options)
		})
		defer plan.Close()
		var workspace []byte
		if h.has("workspace") {
			workspace = make([]byte, plan.WorkspaceSize())
		}
		check(plan.Run(h.context, h.whole("layer"), q, out, &farspan.CacheRunOptions{LSE: lse, Workspace: workspace}))
	},
	"attention_decode": func(h *history) {
		q, out, lse := h.in("q"), h.out("out"), h.lse()
		check(h.cache.Decode(h.context, h.scheme(), h.whole("layer"), h.batch(), q, out, lse))
	},
}

func (h *history) sequence() farspan.Sequence { return h.sequences[h.whole("sequence")] }

func (h *history) adopt(made farspan.Sequence) { h.sequences = append(h.sequences, made) }

func (h *history) batch() farspan.CacheBatch {
	batch := farspan.CacheBatch{Offsets: h.wholes("offsets")}
	for _, index := range h.wholes("sequences") {
		batch.Sequences = append(batch.Sequences, h.sequences[index])
	}
	return batch
}

func cacheHistory(c *call) {
	h := &history{call: c}
	defer func() { h.cache.Close() }()
	c.each("steps", func() {
		c.stage = c.string("call")
		if !c.has("status") {
			steps[c.stage](h)
		} else { // it must fail, after which the history goes on
			failure := try(func() { steps[c.stage](h) })
			if failure == nil {
				failure = new(farspan.Error)
			}
			c.give(failure.Code, failure.Argument)
		}
		c.flush()
	})
}

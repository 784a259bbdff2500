package main

import (
	"encoding/hex"
	"io"

	"farspan.io/farspan"
	"farspan.io/farspan/eval"
)

// most is how many losses and counts a case has at most.
const most = 8

// state is what the calls of a case made.
type state struct {
	scheme     *farspan.Scheme
	plan       *farspan.Plan
	model      *farspan.Model
	cache      *farspan.Cache
	cachePlan  *farspan.CachePlan
	sequences  []farspan.Sequence // in the order in which calls made them
	saved      [][]byte
	loss       []eval.Loss
	curve      *eval.LossCurve
	bleuCounts [most]eval.BleuCounts
	chrfCounts [most]eval.ChrfCounts
	made       []io.Closer
}

var calls = map[string]func(*call){
	"scheme_visible": func(c *call) { c.give(must(c.scheme.Visible(c.whole("query"), c.whole("keys")))) },
	"cache_save":     func(c *call) { c.saved = append(c.saved, must(c.cache.Save(c.sequence()))) },
	"cache_restore": func(c *call) { // of what was saved: all, perhaps with an inverted byte, or its beginning
		saved := append([]byte(nil), c.saved[c.whole("saved")]...)
		if c.has("damage") {
			saved[c.whole("damage")] ^= 0xff
		}
		if c.has("bytes") {
			saved = saved[:c.whole("bytes")]
		}
		c.sequences = append(c.sequences, must(c.cache.Restore(saved)))
	},
	"windows_count": func(c *call) { c.give(c.windows().Count()) },
	"windows_get":   func(c *call) { c.give(must(c.windows().At(c.whole("index")))) },
	"loss_init": func(c *call) {
		loss := eval.NewLoss()
		loss.BlockTokens = c.whole("block_tokens")
		c.loss = append(c.loss, loss)
	},
	"loss_add_by_context": func(c *call) {
		if c.curve == nil {
			empty := eval.NewLoss()
			empty.BlockTokens = c.whole("block_tokens")
			c.curve = must(eval.NewLossCurve(c.wholes("edges"), empty))
		}
		check(c.curve.AddScored(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.whole("ignore_index")))
		c.loss = c.curve.Buckets()
	},
	"verdict_name": func(c *call) { c.text(eval.Verdict(c.small("verdict")).String()) },
	"passkey_make": func(c *call) {
		p := must(eval.NewPasskey(config(c, "config", eval.NewPasskeyConfig(eval.PasskeyForm(c.selector("form"))))))
		c.text(p.Text)
		c.give(p.Key, p.KeyBegin, p.KeyEnd, len(p.Text), p.Depth)
	},
	"passkey_check": func(c *call) { c.give(must(eval.CheckPasskey(c.string("generated"), c.whole("key")))) },
	"needle_place": func(c *call) {
		var boundary *int64
		if list := c.wholes("boundaries"); len(list) > 0 {
			boundary = &list[0]
		}
		out := array[int64](c, "out", true)
		c.give(must(eval.PlaceNeedle(c.wholes("haystack"), c.wholes("needle"), c.wholes("question"), c.real("depth"), boundary, out)))
	},
	"model_from_metadata": func(c *call) {
		var entries []farspan.Metadata
		for _, one := range c.objects("entries") {
			entries = append(entries, entry(one))
		}
		c.model = keep(c, must(farspan.ModelFromMetadata(entries, config(c, "options", farspan.NewModelOptions()))))
	},
	"model_scheme":   func(c *call) { c.scheme = must(c.model.Scheme(c.whole("layer"))) },
	"model_layer_at": func(c *call) { c.give(must(c.model.Layer(c.whole("layer")))) }, // and what its scheme is made of
	"model_note_at": func(c *call) {
		found := []int64{-1, 0}
		for _, note := range must(c.model.Notes()) {
			if int32(note.Code) != c.small("code") || note.Path != c.string("path") {
				continue
			}
			found[0] = int64(note.Severity)
			found[1]++
			for n := 0; n < len(note.Text) && found[1] == 1; n++ {
				found = append(found, int64(note.Text[n]))
			}
		}
		c.give(found)
	},
}

func (c *call) sequence() farspan.Sequence { return c.sequences[c.whole("sequence")] }

func (c *call) workspace(size int) []byte {
	if c.has("workspace") {
		return make([]byte, size)
	}
	return nil
}

func (c *call) bytes(name string) []byte { return must(hex.DecodeString(c.string(name))) }

// keep closes what a call made when the case ends.
func keep[T io.Closer](c *call, made T) T {
	c.made = append(c.made, made)
	return made
}

func (c *call) batch() farspan.CacheBatch {
	batch := farspan.CacheBatch{Offsets: c.wholes("offsets")}
	for _, index := range c.wholes("sequences") {
		batch.Sequences = append(batch.Sequences, c.sequences[index])
	}
	return batch
}

func (c *call) windows() *eval.Windows {
	return must(eval.NewWindows(config(c, "config", eval.NewWindowsConfig(eval.WindowsKind(c.selector("kind"))))))
}

// selector is the field of a configuration that its maker takes.
func (c *call) selector(name string) int32 { return c.object.object("config").small(name) }

// texts and ids leave out those that are missing.
func (c *call) texts(name string) []string { return present(list[*string](c.object, name)) }
func (c *call) ids(name string) [][]int64  { return present(list[*[]int64](c.object, name)) }

func present[T any](given []*T) (values []T) {
	for _, one := range given {
		if one != nil {
			values = append(values, *one)
		}
	}
	return values
}

// entry gives an entry of GGUF metadata as Go has it.
func entry(o object) farspan.Metadata {
	made, isArray := farspan.Metadata{Key: o.string("key")}, o.whole("is_array") == 1
	switch o.whole("type") {
	case 1:
		made.Value = oneOrAll(o.wholes("values"), isArray)
	case 2:
		made.Value = oneOrAll(o.reals("values"), isArray)
	default:
		made.Value = oneOrAll(list[string](o, "values"), isArray)
	}
	return made
}

func oneOrAll[T any](values []T, all bool) any {
	if all {
		return values
	}
	return values[0]
}

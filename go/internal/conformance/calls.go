package main

import (
	"encoding/hex"
	"encoding/json"

	"farspan.io/farspan"
)

var calls = map[string]func(*call){
	"rope_frequencies": func(c *call) {
		frequencies := fresh[float64](c, "f64", c.whole("count"))
		c.give(must(c.scheme().RopeFrequencies(c.whole("length"), frequencies)))
	},
	"scheme_probe": func(c *call) {
		scheme := c.scheme()
		for _, pair := range read[[][3]int64](c.object, "pairs") {
			c.give(must(scheme.Probe(c.whole("length"), pair[0], pair[1], int32(pair[2]))))
		}
	},
	"scheme_visible": func(c *call) {
		scheme := c.scheme()
		for _, query := range c.wholes("queries") {
			c.give(must(scheme.Visible(query, c.whole("keys"))))
		}
	},
	"scheme_to_json": func(c *call) { c.text(string(must(c.scheme().JSON()))) },
	"rope_apply": func(c *call) {
		in, out := c.inOut("in", "out")
		check(c.scheme().RopeApply(c.context, fill(farspan.NewRopeOptions(), c.object.object("options")), c.wholes("positions"), in, out))
	},
	"bias_fill": func(c *call) {
		out := fresh[float32](c, "f32", c.whole("count"))
		check(c.scheme().BiasFill(c.small("head"), c.whole("length"), c.whole("first_distance"), out))
	},
	"sinusoidal_fill": func(c *call) {
		check(farspan.SinusoidalFill(farspan.SinusoidalLayout(c.small("layout")), c.whole("first"), c.real("base"), c.out("out")))
	},
	"position_lookup": func(c *call) {
		check(farspan.PositionLookup(c.in("table"), c.wholes("positions"), c.out("out")))
	},
	"fire_fill": func(c *call) {
		config := fill(farspan.NewFireConfig(), c.object.object("config"))
		check(farspan.FireFill(config, c.wholes("query_positions"), c.wholes("key_positions"), c.out("out")))
	},
	"attention_run": func(c *call) {
		out, lse := c.out("out"), c.lse()
		plan := c.plan()
		defer plan.Close()
		options := &farspan.RunOptions{Bias: c.in("bias"), LSE: lse}
		if c.has("workspace") {
			options.Workspace = make([]byte, plan.WorkspaceSize())
		}
		check(plan.Run(c.context, c.in("q"), c.in("k"), c.in("v"), out, options))
	},
	"plan_tile_counts": func(c *call) {
		plan := c.plan()
		defer plan.Close()
		c.give(must(plan.TileCounts()))
	},
	"attention": func(c *call) {
		check(farspan.Attention(c.context, c.scheme(), c.in("q"), c.in("k"), c.in("v"), c.out("out")))
	},
	"attention_merge": func(c *call) {
		a, lseA := c.out("out_a"), c.object.object("lse_a").single()
		c.add("f32", lseA)
		check(farspan.AttentionMerge(a, lseA, c.in("out_b"), c.object.object("lse_b").single()))
	},
	"cache_history":  cacheHistory,
	"model_describe": func(c *call) { c.give(must(c.model().Info())) },
	"model_layer_at": func(c *call) {
		l := must(c.model().Layer(c.whole("layer")))
		c.give(l.Kind, l.Alike, l.QueryHeads, l.KeyHeads, l.HeadDim, l.ValueDim, l.Window, l.AttentionScale)
		if l.Rope == nil {
			c.give([9]int64{}, [3]float64{})
			return
		}
		c.give(l.Rope.Method, l.Rope.Layout, l.Rope.RotaryDim, l.Rope.RotaryOffset, l.Remap.Method, l.Bias.Method,
			l.Mask.WindowLeft, l.Mask.Chunk, l.Score.Temperature, l.Rope.Base, l.Score.Softcap, l.Score.TrainedLength)
	},
	"model_note_at": func(c *call) {
		found := []int64{-1, 0}
		for _, note := range must(c.model().Notes()) {
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

// during names the function that make calls.
func during[T any](c *call, stage string, make func() (T, error)) T {
	before := c.stage
	c.stage = stage
	made := must(make())
	c.stage = before
	return made
}

// scheme is that of the layer of the case's model, or of the case or step.
func (c *call) scheme() *farspan.Scheme {
	if c.one.has("model") {
		return must(c.model().Scheme(c.one.object("model").whole("layer")))
	}
	holder := c.one
	if c.has("call") { // a step
		holder = c.object
	}
	text := []byte("{}")
	if given := holder["scheme"]; given != nil {
		text = given
		var quoted string // a text as it stands
		if json.Unmarshal(given, &quoted) == nil {
			text = []byte(quoted)
		}
	}
	return during(c, "scheme_from_json", func() (*farspan.Scheme, error) { return farspan.SchemeFromJSON(text) })
}

func (c *call) plan() *farspan.Plan {
	scheme := c.scheme()
	defer scheme.Close()
	problem := fill(farspan.NewProblem(), c.object.object("problem"))
	return during(c, "plan_create", func() (*farspan.Plan, error) { return farspan.NewPlan(c.context, scheme, problem) })
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

func (c *call) model() *farspan.Model {
	given, options := c.one.object("model"), farspan.NewModelOptions()
	if given.has("options") {
		fill(options, given.object("options"))
	}
	switch {
	case given.has("metadata"):
		var entries []farspan.Metadata
		for _, one := range given.objects("metadata") {
			entries = append(entries, entry(one))
		}
		return during(c, "model_from_metadata", func() (*farspan.Model, error) { return farspan.ModelFromMetadata(entries, options) })
	case given.has("gguf"):
		file := must(hex.DecodeString(given.string("gguf")))
		return during(c, "model_from_gguf", func() (*farspan.Model, error) { return farspan.ModelFromGGUF(file, options) })
	}
	text := []byte(given.string("config"))
	return during(c, "model_from_config", func() (*farspan.Model, error) { return farspan.ModelFromConfigJSON(text, options) })
}

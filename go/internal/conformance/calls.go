package main

import (
	"encoding/hex"

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
	losses     []eval.Loss
	curve      *eval.LossCurve
	bleuCounts [most]eval.BleuCounts
	chrfCounts [most]eval.ChrfCounts
}

var calls = map[string]func(*call){
	"scheme_from_json": func(c *call) { c.scheme = must(farspan.SchemeFromJSON([]byte(c.string("text")))) },
	"scheme_to_json":   func(c *call) { c.text(string(must(c.scheme.JSON()))) },
	"scheme_probe": func(c *call) {
		c.give(must(c.scheme.Probe(c.whole("length"), c.whole("query"), c.whole("key"), c.small("head"))))
	},
	"scheme_visible": func(c *call) { c.give(must(c.scheme.Visible(c.whole("query"), c.whole("keys")))) },
	"rope_frequencies": func(c *call) {
		c.give(must(c.scheme.RopeFrequencies(c.whole("length"), array[float64](c, "inv_freq", true))))
	},
	"rope_apply": func(c *call) {
		in, out := c.inOut("in", "out")
		check(c.scheme.RopeApply(c.context, config(c, "options", farspan.NewRopeOptions()), c.wholes("positions"), in, out))
	},
	"bias_fill": func(c *call) {
		check(c.scheme.BiasFill(c.small("head"), c.whole("length"), c.whole("first_distance"), array[float32](c, "out", true)))
	},
	"sinusoidal_fill": func(c *call) {
		check(farspan.SinusoidalFill(farspan.SinusoidalLayout(c.small("layout")), c.whole("first"), c.real("base"), c.out("out")))
	},
	"position_lookup": func(c *call) {
		check(farspan.PositionLookup(c.in("table"), c.wholes("positions"), c.out("out")))
	},
	"fire_fill": func(c *call) {
		weights := config(c, "config", farspan.NewFireConfig())
		check(farspan.FireFill(weights, c.wholes("query_positions"), c.wholes("key_positions"), c.out("out")))
	},
	"plan_create": func(c *call) {
		c.plan = must(farspan.NewPlan(c.context, c.scheme, config(c, "problem", farspan.NewProblem())))
	},
	"plan_tile_counts": func(c *call) { c.give(must(c.plan.TileCounts())) },
	"attention_run": func(c *call) {
		out := c.out("out")
		options := &farspan.RunOptions{Bias: c.in("bias"), LSE: array[float32](c, "lse", true)}
		if c.has("workspace") {
			options.Workspace = make([]byte, c.plan.WorkspaceSize())
		}
		check(c.plan.Run(c.context, c.in("q"), c.in("k"), c.in("v"), out, options))
	},
	"attention": func(c *call) {
		check(farspan.Attention(c.context, c.scheme, c.in("q"), c.in("k"), c.in("v"), c.out("out")))
	},
	"attention_merge": func(c *call) {
		a, lse := c.out("out_a"), array[float32](c, "lse_a", true)
		check(farspan.AttentionMerge(a, lse, c.in("out_b"), array[float32](c, "lse_b", false)))
	},

	"cache_create": func(c *call) {
		c.cache.Close()
		c.cache, c.sequences = nil, nil
		c.cache = must(farspan.NewCache(config(c, "config", farspan.NewCacheConfig())))
	},
	"cache_sequence_create":  func(c *call) { c.adopt(must(c.cache.CreateSequence())) },
	"cache_sequence_destroy": func(c *call) { check(c.cache.DestroySequence(c.sequence())) },
	"cache_fork":             func(c *call) { c.adopt(must(c.cache.Fork(c.sequence()))) },
	"cache_evict":            func(c *call) { check(c.cache.Evict(c.sequence(), c.whole("first"), c.whole("last"))) },
	"cache_keep":             func(c *call) { check(c.cache.Keep(c.sequence(), c.whole("sinks"), c.whole("recent"))) },
	"cache_clear":            func(c *call) { check(c.cache.Clear()) },
	"cache_append":           func(c *call) { check(c.cache.Append(c.batch(), c.wholes("positions"))) },
	"cache_write": func(c *call) {
		check(c.cache.Write(c.context, c.whole("layer"), c.batch(), c.in("k"), c.in("v")))
	},
	"cache_save": func(c *call) { c.saved = append(c.saved, must(c.cache.Save(c.sequence()))) },
	"cache_restore": func(c *call) { // of what was saved: all, perhaps with an inverted byte, or its beginning
		saved := append([]byte(nil), c.saved[c.whole("saved")]...)
		if c.has("damage") {
			saved[c.whole("damage")] ^= 0xff
		}
		if c.has("bytes") {
			saved = saved[:c.whole("bytes")]
		}
		c.adopt(must(c.cache.Restore(saved)))
	},
	"cache_sequence_info":  func(c *call) { c.give(must(c.cache.SequenceInfo(c.sequence()))) },
	"cache_get_statistics": func(c *call) { c.give(must(c.cache.Statistics())) },
	"cache_plan_create": func(c *call) {
		problem := c.object.object("problem")
		options := &farspan.CachePlanOptions{Positions: problem.wholes("positions"), Length: problem.whole("length")}
		c.cachePlan = must(farspan.NewCachePlan(c.context, c.scheme, c.cache, c.batch(), problem.whole("query_heads"), options))
	},
	"cache_run": func(c *call) {
		q, out, lse := c.in("q"), c.out("out"), array[float32](c, "lse", true)
		var workspace []byte
		if c.has("workspace") {
			workspace = make([]byte, c.cachePlan.WorkspaceSize())
		}
		check(c.cachePlan.Run(c.context, c.whole("layer"), q, out, &farspan.CacheRunOptions{LSE: lse, Workspace: workspace}))
	},
	"attention_decode": func(c *call) {
		q, out, lse := c.in("q"), c.out("out"), array[float32](c, "lse", true)
		check(c.cache.Decode(c.context, c.scheme, c.whole("layer"), c.batch(), q, out, lse))
	},

	"token_nll": func(c *call) {
		nll := array[float64](c, "nll", true)
		check(eval.TokenNLL(c.context, c.in("logits"), c.wholes("targets"), c.whole("ignore_index"), nll))
	},
	"token_nll_grad": func(c *call) {
		logits, grad := c.inOut("logits", "grad")
		check(eval.TokenNLLGrad(c.context, logits, c.wholes("targets"), c.whole("ignore_index"), c.floats("weights"), grad))
	},
	"windows_count": func(c *call) { c.give(c.windows().Count()) },
	"windows_get":   func(c *call) { c.give(must(c.windows().At(c.whole("index")))) },
	"loss_init": func(c *call) {
		loss := eval.NewLoss()
		loss.BlockTokens = c.whole("block_tokens")
		c.losses = append(c.losses, loss)
	},
	"loss_add": func(c *call) {
		check(c.loss().AddScored(c.reals("nll"), c.wholes("targets"), c.whole("ignore_index"), c.whole("bytes")))
	},
	"loss_merge":     func(c *call) { check(c.loss().Merge(c.losses[c.whole("from")])) },
	"loss_summarize": func(c *call) { c.give(must(c.loss().Summary())) },
	"loss_add_by_context": func(c *call) {
		if c.curve == nil {
			empty := eval.NewLoss()
			empty.BlockTokens = c.whole("block_tokens")
			c.curve = must(eval.NewLossCurve(c.wholes("edges"), empty))
		}
		check(c.curve.AddScored(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.whole("ignore_index")))
		c.losses = c.curve.Buckets()
	},
	"judge": func(c *call) {
		c.give(must(eval.Judge(c.wholes("lengths"), c.reals("nll"), c.whole("trained_length"))))
	},
	"verdict_name": func(c *call) { c.text(eval.Verdict(c.small("verdict")).String()) },
	"tokenize": func(c *call) {
		c.text(must(eval.Tokenize(eval.Tokenizer(c.small("tokenizer")), c.whole("lowercase") != 0, c.string("text"))))
	},
	"bleu_add": func(c *call) { check(c.bleu("counts").Add(c.bleuConfig(), c.string("hypothesis"), c.references()...)) },
	"bleu_add_tokens": func(c *call) {
		check(c.bleu("counts").AddTokens(c.bleuConfig(), c.wholes("hypothesis"), c.ids()...))
	},
	"bleu_merge":     func(c *call) { check(c.bleu("counts").Merge(*c.bleu("from"))) },
	"bleu_score":     func(c *call) { c.give(must(c.bleu("counts").Score(c.bleuConfig()))) },
	"bleu_signature": func(c *call) { c.text(must(c.bleuConfig().Signature(c.small("references")))) },
	"chrf_add":       func(c *call) { check(c.chrf("counts").Add(c.chrfConfig(), c.string("hypothesis"), c.references()...)) },
	"chrf_merge":     func(c *call) { check(c.chrf("counts").Merge(*c.chrf("from"))) },
	"chrf_score":     func(c *call) { c.give(must(c.chrf("counts").Score(c.chrfConfig()))) },
	"rouge":          func(c *call) { c.give(must(eval.Rouge(c.rougeConfig(), c.string("hypothesis"), c.references()...))) },
	"rouge_tokens": func(c *call) {
		c.give(must(eval.RougeTokens(c.rougeConfig(), c.wholes("hypothesis"), c.ids()...)))
	},
	"bootstrap_mean": func(c *call) {
		c.give(must(eval.BootstrapMean(c.context, config(c, "config", eval.NewBootstrapConfig()), c.reals("values"))))
	},
	"bleu_bootstrap": func(c *call) {
		samples, bleu := config(c, "config", eval.NewBootstrapConfig()), config(c, "bleu", eval.NewBleuConfig())
		c.give(must(eval.BleuBootstrap(c.context, samples, bleu, c.bleuCounts[:c.whole("segments")])))
	},
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

	"model_from_config": func(c *call) {
		c.model = must(farspan.ModelFromConfigJSON([]byte(c.string("text")), config(c, "options", farspan.NewModelOptions())))
	},
	"model_from_gguf": func(c *call) {
		file := must(hex.DecodeString(c.string("file")))
		c.model = must(farspan.ModelFromGGUF(file, config(c, "options", farspan.NewModelOptions())))
	},
	"model_from_metadata": func(c *call) {
		var entries []farspan.Metadata
		for _, one := range c.objects("entries") {
			entries = append(entries, entry(one))
		}
		c.model = must(farspan.ModelFromMetadata(entries, config(c, "options", farspan.NewModelOptions())))
	},
	"model_scheme":   func(c *call) { c.scheme = must(c.model.Scheme(c.whole("layer"))) },
	"model_describe": func(c *call) { c.give(must(c.model.Info())) },
	"model_layer_at": func(c *call) {
		l := must(c.model.Layer(c.whole("layer")))
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

func (c *call) adopt(made farspan.Sequence) { c.sequences = append(c.sequences, made) }

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

func (c *call) loss() *eval.Loss { return &c.losses[c.whole("loss")] }

func (c *call) bleu(name string) *eval.BleuCounts { return &c.bleuCounts[c.whole(name)] }
func (c *call) chrf(name string) *eval.ChrfCounts { return &c.chrfCounts[c.whole(name)] }
func (c *call) bleuConfig() *eval.BleuConfig      { return config(c, "config", eval.NewBleuConfig()) }
func (c *call) chrfConfig() *eval.ChrfConfig      { return config(c, "config", eval.NewChrfConfig()) }
func (c *call) rougeConfig() *eval.RougeConfig {
	return config(c, "config", eval.NewRougeConfig(eval.RougeKind(c.selector("kind"))))
}

// selector is the field of a configuration that its maker takes.
func (c *call) selector(name string) int32 { return c.object.object("config").small(name) }

// references and ids leave out those that are missing.
func (c *call) references() []string { return present(list[*string](c.object, "references")) }
func (c *call) ids() [][]int64       { return present(list[*[]int64](c.object, "references")) }

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

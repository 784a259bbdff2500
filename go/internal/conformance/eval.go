package main

import (
	"encoding/json"

	"farspan.io/farspan/eval"
)

var evalCalls = map[string]func(*call){
	"token_nll": func(c *call) {
		nll := fresh[float64](c, "f64", int64(len(c.wholes("targets"))))
		check(eval.TokenNLL(c.context, c.in("logits"), c.wholes("targets"), c.whole("ignore_index"), nll))
	},
	"token_nll_grad": func(c *call) {
		logits, grad := c.inOut("logits", "grad")
		check(eval.TokenNLLGrad(c.context, logits, c.wholes("targets"), c.whole("ignore_index"), c.floats("weights"), grad))
	},
	"windows_count": func(c *call) { c.give(c.windows().Count()) },
	"windows_get": func(c *call) {
		windows := c.windows()
		for _, index := range c.wholes("indices") {
			c.give(must(windows.At(index)))
		}
	},
	"loss_add":   accumulate,
	"loss_merge": accumulate,
	"loss_add_by_context": func(c *call) {
		empty := eval.NewLoss()
		empty.BlockTokens = c.whole("block_tokens")
		curve := must(eval.NewLossCurve(c.wholes("edges"), empty))
		c.each("parts", func() {
			check(curve.AddScored(c.whole("first_context"), c.reals("nll"), c.wholes("targets"), c.wholeOr("ignore_index", 0)))
		})
		c.summarize(curve.Buckets()...)
	},
	"judge": func(c *call) {
		c.give(must(eval.Judge(c.wholes("lengths"), c.reals("nll"), c.whole("trained_length"))))
	},
	"verdict_name": func(c *call) { c.text(eval.Verdict(c.small("verdict")).String()) },
	"tokenize": func(c *call) {
		c.text(must(eval.Tokenize(eval.Tokenizer(c.small("tokenizer")), c.whole("lowercase") != 0, c.string("text"))))
	},
	"bleu_score":      bleu,
	"bleu_merge":      bleu,
	"bleu_add_tokens": bleu,
	"bleu_signature":  func(c *call) { c.text(must(c.bleuConfig("config").Signature(c.small("references")))) },
	"chrf_score":      chrf,
	"chrf_merge":      chrf,
	"rouge":           rouge,
	"rouge_tokens":    rouge,
	"bootstrap_mean":  func(c *call) { c.give(must(eval.BootstrapMean(c.context, c.bootstrap(), c.reals("values")))) },
	"bleu_bootstrap": func(c *call) {
		config, segments := c.bleuConfig("bleu"), []eval.BleuCounts{}
		c.each("segments", func() {
			var counts eval.BleuCounts
			c.count(config, &counts)
			segments = append(segments, counts)
		})
		c.stage = "bleu_bootstrap"
		c.give(must(eval.BleuBootstrap(c.context, c.bootstrap(), config, segments)))
	},
	"passkey_make": func(c *call) {
		config := c.object.object("config")
		p := must(eval.NewPasskey(fill(eval.NewPasskeyConfig(eval.PasskeyForm(config.small("form"))), config)))
		c.text(p.Text)
		c.give(p.Key, p.KeyBegin, p.KeyEnd, len(p.Text), p.Depth)
	},
	"passkey_check": func(c *call) { c.give(must(eval.CheckPasskey(c.string("generated"), c.whole("key")))) },
	"needle_place": func(c *call) {
		var boundary *int64
		if c.has("boundary") {
			boundary = new(int64)
			*boundary = c.whole("boundary")
		}
		out := fresh[int64](c, "i64", c.whole("length"))
		c.give(must(eval.PlaceNeedle(c.wholes("haystack"), c.wholes("needle"), c.wholes("question"), c.real("depth"), boundary, out)))
	},
}

func (c *call) windows() *eval.Windows {
	config := c.object.object("config")
	filled := fill(eval.NewWindowsConfig(eval.WindowsKind(config.small("kind"))), config)
	return during(c, "windows_count", func() (*eval.Windows, error) { return eval.NewWindows(filled) })
}

func (c *call) summarize(losses ...eval.Loss) {
	c.stage = "loss_summarize"
	for n := range losses {
		c.give(must(losses[n].Summary()))
	}
}

func (c *call) gather(parts, blockTokens string) eval.Loss {
	loss := eval.NewLoss()
	loss.BlockTokens = c.wholeOr(blockTokens, c.whole("block_tokens"))
	c.stage = "loss_add"
	c.each(parts, func() {
		check(loss.AddScored(c.reals("nll"), c.wholes("targets"), c.wholeOr("ignore_index", 0), c.whole("bytes")))
	})
	return loss
}

func accumulate(c *call) {
	loss := c.gather("parts", "block_tokens")
	if c.has("from") {
		from := c.gather("from", "from_block_tokens")
		c.stage = "loss_merge"
		check(loss.Merge(from))
	}
	c.summarize(loss)
}

func (c *call) bleuConfig(name string) *eval.BleuConfig {
	return fill(eval.NewBleuConfig(), c.object.object(name))
}

func (c *call) bootstrap() *eval.BootstrapConfig {
	return fill(eval.NewBootstrapConfig(), c.object.object("config"))
}

// texts gives the hypothesis and the references if they are texts. A missing reference is left out.
func (c *call) texts() (hypothesis string, references []string, are bool) {
	if json.Unmarshal(c.object["hypothesis"], &hypothesis) != nil {
		return "", nil, false
	}
	return hypothesis, present(list[*string](c.object, "references")), true
}

func (c *call) ids() [][]int64 { return present(list[*[]int64](c.object, "references")) }

func present[T any](given []*T) (values []T) {
	for _, one := range given {
		if one != nil {
			values = append(values, *one)
		}
	}
	return values
}

func (c *call) count(config *eval.BleuConfig, counts *eval.BleuCounts) {
	if hypothesis, references, are := c.texts(); are {
		c.stage = "bleu_add"
		check(counts.Add(config, hypothesis, references...))
		return
	}
	c.stage = "bleu_add_tokens"
	check(counts.AddTokens(config, c.wholes("hypothesis"), c.ids()...))
}

// half is where the next segment is counted: by turns if halves are to be merged.
func (c *call) half(turn *int) int {
	*turn++
	if c.one.string("call") == "bleu_merge" || c.one.string("call") == "chrf_merge" {
		return *turn % 2
	}
	return 0
}

func bleu(c *call) {
	config, turn := c.bleuConfig("config"), 1
	var counts [2]eval.BleuCounts
	c.each("segments", func() { c.count(config, &counts[c.half(&turn)]) })
	check(counts[0].Merge(counts[1]))
	c.give(must(counts[0].Score(config)))
}

func chrf(c *call) {
	config, turn := fill(eval.NewChrfConfig(), c.object.object("config")), 1
	var counts [2]eval.ChrfCounts
	c.stage = "chrf_add"
	c.each("segments", func() {
		hypothesis, references, _ := c.texts()
		check(counts[c.half(&turn)].Add(config, hypothesis, references...))
	})
	check(counts[0].Merge(counts[1]))
	c.give(must(counts[0].Score(config)))
}

func rouge(c *call) {
	given := c.object.object("config")
	config := fill(eval.NewRougeConfig(eval.RougeKind(given.small("kind"))), given)
	if hypothesis, references, are := c.texts(); are {
		c.give(must(eval.Rouge(config, hypothesis, references...)))
		return
	}
	c.give(must(eval.RougeTokens(config, c.wholes("hypothesis"), c.ids()...)))
}

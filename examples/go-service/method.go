package main

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"farspan.io/farspan"
)

// A method makes the scheme of a longer window of what the model was trained with. The rules are those of `farspan report
// --list-methods`: L is the trained length, n the length of the window. Up to L every method leaves the model as it is.
type method func(c *farspan.SchemeConfig, trained, length int64)

var methods = map[string]method{
	"none": func(*farspan.SchemeConfig, int64, int64) {},
	"pi": func(c *farspan.SchemeConfig, trained, length int64) {
		scaled(c, farspan.RopeLinear).Factor = float64(length) / float64(trained)
	},
	"ntk": func(c *farspan.SchemeConfig, trained, length int64) {
		scaled(c, farspan.RopeNTK).Factor = float64(length) / float64(trained)
	},
	"yarn": func(c *farspan.SchemeConfig, trained, length int64) {
		rope := scaled(c, farspan.RopeYarn)
		rope.Factor, rope.OriginalContext = float64(length)/float64(trained), trained
		rope.BetaFast = clamp(32*float64(trained)/2048, 2, 32)
	},
	"rerope": func(c *farspan.SchemeConfig, trained, _ int64) {
		c.Remap = farspan.NewRemapConfig(farspan.RemapReRope)
		c.Remap.Window = trained / 2
	},
	"self-extend": func(c *farspan.SchemeConfig, trained, length int64) {
		c.Remap = farspan.NewRemapConfig(farspan.RemapSelfExtend)
		window, group := trained/4, int64(1)
		for group*(trained-window+window/group) < length {
			group++
		}
		c.Remap.Window, c.Remap.Group = window, group
	},
	"window": func(c *farspan.SchemeConfig, trained, _ int64) { c.Mask.WindowLeft = trained - 1 },
	"streaming": func(c *farspan.SchemeConfig, trained, _ int64) {
		c.Remap = farspan.NewRemapConfig(farspan.RemapStreaming)
		c.Remap.Sinks, c.Remap.Recent = 4, trained-5
		c.Mask.Sinks, c.Mask.WindowLeft = 4, trained-5
	},
}

// scaled replaces the rope method and keeps the model's base, layout and width.
func scaled(c *farspan.SchemeConfig, method farspan.RopeMethod) *farspan.RopeConfig {
	rope := farspan.NewRopeConfig(method)
	rope.Base, rope.Layout, rope.RotaryDim = c.Rope.Base, c.Rope.Layout, c.Rope.RotaryDim
	c.Rope = rope
	return rope
}

func clamp(value, least, most float64) float64 {
	switch {
	case value < least:
		return least
	case value > most:
		return most
	}
	return value
}

var errUnknownMethod = errors.New("unknown method")

// newScheme makes the scheme of a method for windows of a length.
func newScheme(m *model, name string, length int64) (*farspan.Scheme, error) {
	apply, found := methods[name]
	if !found {
		var known []string
		for method := range methods {
			known = append(known, method)
		}
		sort.Strings(known)
		return nil, fmt.Errorf("%w %q; known are %s", errUnknownMethod, name, strings.Join(known, ", "))
	}
	config := farspan.SchemeConfig{Rope: farspan.NewRopeConfig(farspan.RopeBase), Mask: farspan.NewMaskConfig(), Score: farspan.NewScoreConfig()}
	config.Rope.Base, config.Rope.Layout, config.Rope.RotaryDim = m.Position.Base, farspan.LayoutHalf, m.Position.RotaryDim
	config.Score.Scale = m.SoftmaxScale
	if length > m.TrainedLength {
		apply(&config, m.TrainedLength, length)
	}
	return farspan.NewScheme(config)
}

// The three additions of the rehearsal, from Go.
package main

import (
	"errors"

	"farspan.io/farspan"
)

func must(holds bool) {
	if !holds {
		panic("the rehearsal failed")
	}
}

func main() {
	must(farspan.TemperatureRehearsal.String() == "rehearsal")
	score, mask := farspan.NewScoreConfig(), farspan.NewMaskConfig()
	score.Temperature, score.Scale = farspan.TemperatureRehearsal, 3
	mask.WindowLeft, mask.Rehearsal = 1, 2
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{Score: score, Mask: mask})
	must(err == nil)
	defer scheme.Close()
	seen, err := scheme.Probe(0, 9, 1, 0)
	must(err == nil && seen.Scale == 6 && seen.Visible)
	hidden, err := scheme.Probe(0, 9, 2, 0)
	must(err == nil && !hidden.Visible)

	right := []float32{10, 20}
	must(farspan.AddArrays(scheme, []float32{1, 2}, right) == nil && right[0] == 11 && right[1] == 22)
	var failure *farspan.Error
	must(errors.As(farspan.AddArrays(scheme, []float32{1}, right), &failure) && failure.Code == farspan.ErrShape && failure.Argument == 3)
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"farspan.io/farspan"
)

const vectors = "../../../tests/vectors/conformance"

func TestAllVectorsOnEveryInstructionSet(t *testing.T) {
	for isa := farspan.ISAScalar; isa.String() != ""; isa++ {
		if !isa.Supported() {
			continue
		}
		for _, threads := range []string{"1", "2"} {
			if failed, err := run([]string{vectors, isa.String(), threads}); failed || err != nil {
				t.Errorf("%s, %s threads: failed %v, %v", isa, threads, failed, err)
			}
		}
	}
}

// Whatever is changed in a case must be noticed.
func TestWrongExpectationsFail(t *testing.T) {
	good := `{"cases": [
		{"name": "ok", "call": "rope_frequencies", "scheme": {"rope": {"method": "base", "layout": "half", "rotary_dim": 4, "base": 100}},
		 "arguments": {"length": 0, "count": 2}, "outputs": [{"values": [1, 0.1], "tolerance": 1e-9}, {"values": [1], "tolerance": 0}]},
		{"name": "bad", "call": "rope_frequencies", "arguments": {"length": 0, "count": 2},
		 "status": 10, "argument": 1, "failing": "rope_frequencies"}]}`
	if failed, err := runText(t, good); failed || err != nil {
		t.Fatalf("unchanged: failed %v, %v", failed, err)
	}
	for _, change := range [][2]string{
		{"[1, 0.1]", "[1, 0.2]"}, {"[1, 0.1]", "[1]"}, {`"values": [1]`, `"values": ["inf"]`}, {`"status": 10`, `"status": 4`},
		{`"argument": 1`, `"argument": 2`}, {`"failing": "rope_f`, `"failing": "f`}, {`"count": 2}, "outputs"`, `"count": 3}, "outputs"`},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatalf("%s is not in the case", change[0])
		}
		if failed, err := runText(t, text); !failed || err != nil {
			t.Errorf("%s instead of %s: failed %v, %v", change[1], change[0], failed, err)
		}
	}
	if _, err := runText(t, strings.Replace(good, `"length": 0`, `"lengthh": 0`, 1)); err == nil {
		t.Error("an unknown key is accepted")
	}
}

func runText(t *testing.T, text string) (bool, error) {
	t.Helper()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "cases.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return run([]string{directory, "scalar", "1"})
}

// The first values of seed 1, from the README of the vectors.
func TestGenerator(t *testing.T) {
	seed := uint64(1)
	four := &tensor{Shape: [4]int64{1, 1, 1, 4}, Seed: &seed}
	f32 := []float64{0.26624608039855957, 0.3647587299346924, -1.546198844909668, -0.27417683601379395}
	f16 := []float64{0.265625, 0.359375, -1.546875, -0.28125}
	for n := range f32 {
		if got := four.floats().at(n); got != f32[n] {
			t.Errorf("f32 element %d is %v, not %v", n, got, f32[n])
		}
		for _, exponentBits := range []int{5, 8} {
			if got := four.sixteen(exponentBits).at(n); got != f16[n] {
				t.Errorf("element %d with %d bits of exponent is %v, not %v", n, exponentBits, got, f16[n])
			}
		}
	}
}

package farspan_test

import (
	"errors"
	"strings"
	"testing"

	"farspan.io/farspan"
)

func TestSchemesAreText(t *testing.T) {
	rope := farspan.NewRopeConfig(farspan.RopeYarn)
	rope.Layout, rope.RotaryDim, rope.Factor, rope.OriginalContext = farspan.LayoutHalf, 64, 4, 4096
	mask := farspan.NewMaskConfig()
	mask.Sinks = 4
	scheme := must(farspan.NewScheme(farspan.SchemeConfig{Rope: rope, Mask: mask}))
	defer scheme.Close()
	text := must(scheme.JSON())
	want := `{"rope": {"method": "yarn", "layout": "half", "rotary_dim": 64, "factor": 4, "original_context": 4096}, "mask": {"sinks": 4}}`
	if text != want {
		t.Errorf("the text is %s", text)
	}
	same := must(farspan.SchemeFromJSON([]byte(text)))
	if must(same.JSON()) != text {
		t.Errorf("it comes back as %s", must(same.JSON()))
	}
	same.Close()
	if _, err := same.JSON(); !errors.Is(err, farspan.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	long := must(farspan.SchemeFromJSON([]byte(`{"score": {"sinks": [` + strings.Repeat("0.5, ", 999) + `0.5]}}`)))
	defer long.Close()
	if len(must(long.JSON())) < 2000 {
		t.Error("a text longer than the first buffer")
	}
	_, err := farspan.SchemeFromJSON([]byte(`{"rope": {"basee": 1}}`))
	expectStatus(t, err, farspan.ErrFormat)
	if err.Error() != "farspan: $.rope.basee is not a field of rope" {
		t.Error(err)
	}
	_, err = farspan.SchemeFromJSON(nil)
	expectStatus(t, err, farspan.ErrFormat)
}

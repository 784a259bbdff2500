package farspan

import (
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"farspan.io/farspan/internal/raw"
)

// distinct sets each field that crosses to another value.
func distinct(config reflect.Value) {
	for n := 0; n < config.NumField(); n++ {
		field := config.Field(n)
		if !field.CanSet() {
			continue // no field of C
		}
		switch field.Kind() {
		case reflect.Int32, reflect.Int64:
			field.SetInt(int64(100 + n))
		case reflect.Float64:
			field.SetFloat(0.5 + float64(n))
		case reflect.Bool:
			field.SetBool(!field.Bool())
		case reflect.Array:
			for e := 0; e < field.Len(); e++ {
				field.Index(e).SetInt(int64(1000 + e))
			}
		}
	}
}

// crosses sends a configuration to a C struct and reads it back.
func crosses[Config, Native any](t *testing.T, config *Config, native func(*Config) *Native, read func(*Config, *Native)) {
	t.Helper()
	distinct(reflect.ValueOf(config).Elem())
	back := new(Config)
	read(back, native(config))
	made := reflect.ValueOf(back).Elem().FieldByName("made")
	if made.IsValid() {
		*(*bool)(made.Addr().UnsafePointer()) = true
	}
	if !reflect.DeepEqual(back, config) {
		t.Errorf("%T comes back as %+v, was %+v", config, back, config)
	}
}

// Every field reaches the C struct and comes back from there, and no two share a place.
func TestEveryFieldCrosses(t *testing.T) {
	crosses(t, NewRopeConfig(RopeYarn), (*RopeConfig).native, (*RopeConfig).read)
	crosses(t, NewRemapConfig(RemapSelfExtend), (*RemapConfig).native, (*RemapConfig).read)
	crosses(t, NewBiasConfig(BiasT5), (*BiasConfig).native, (*BiasConfig).read)
	crosses(t, NewMaskConfig(), (*MaskConfig).native, (*MaskConfig).read)
	crosses(t, NewScoreConfig(), (*ScoreConfig).native, (*ScoreConfig).read)
	crosses(t, NewRopeOptions(), (*RopeOptions).native, (*RopeOptions).read)
	crosses(t, NewFireConfig(), (*FireConfig).native, (*FireConfig).read)
	crosses(t, NewProblem(), (*Problem).native, (*Problem).read)
	crosses(t, NewContextConfig(), (*ContextConfig).native, (*ContextConfig).read)
}

// A struct of C lies in Go as the frozen layout of ABI 1 says, but for fields that came later.
func TestStructsLieAsInC(t *testing.T) {
	structs := map[string]reflect.Type{}
	for _, one := range []any{raw.RopeConfig{}, raw.RemapConfig{}, raw.BiasConfig{}, raw.MaskConfig{}, raw.ScoreConfig{}, raw.Probe{},
		raw.RopeOptions{}, raw.FireConfig{}, raw.Problem{}, raw.ContextConfig{}, raw.CacheConfig{}, raw.SequenceInfo{},
		raw.CacheStatistics{}, raw.WindowsConfig{}, raw.Window{}, raw.Loss{}, raw.LossSummary{}, raw.BleuConfig{},
		raw.BleuCounts{}, raw.BleuResult{}, raw.ChrfConfig{}, raw.ChrfCounts{}, raw.RougeConfig{}, raw.RougeResult{}, raw.BootstrapConfig{},
		raw.Interval{}, raw.PasskeyConfig{}, raw.Passkey{}, raw.ModelOptions{}, raw.ModelInfo{}, raw.ModelLayer{}, raw.ModelNote{},
		raw.Metadata{}, raw.Text{}} {
		structs[strings.ToLower(reflect.TypeOf(one).Name())] = reflect.TypeOf(one)
	}
	text, err := os.ReadFile("../tests/abi/layout_1.c")
	if err != nil {
		t.Fatal(err)
	}
	places := regexp.MustCompile(`AT\(farspan_(\w+), (\w+), (\d+)\)`).FindAllStringSubmatch(string(text), -1)
	checked := 0
	for _, place := range places {
		kind := structs[strings.ReplaceAll(place[1], "_", "")]
		if kind == nil {
			continue
		}
		field, found := kind.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, strings.ReplaceAll(place[2], "_", "")) })
		if !found || strconv.Itoa(int(field.Offset)) != place[3] {
			t.Errorf("%s.%s is at %v, not %s", place[1], place[2], field.Offset, place[3])
		}
		checked++
	}
	if checked < 200 {
		t.Errorf("only %d fields were found", checked)
	}
}

func TestDefaultsComeFromTheLibrary(t *testing.T) {
	rope, mask, problem := NewRopeConfig(RopeYarn), NewMaskConfig(), NewProblem()
	if rope.Method != RopeYarn || rope.Base != 10000 || rope.BetaFast != 32 || !rope.Truncate || rope.Layout != 0 {
		t.Errorf("rope is %+v", rope)
	}
	if !mask.Causal || mask.WindowLeft != -1 || problem.Batch != 1 {
		t.Errorf("mask is %+v, problem %+v", mask, problem)
	}
}

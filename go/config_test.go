package farspan

import (
	"reflect"
	"testing"

	"farspan.io/farspan/internal/cross"
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
func crosses[Config, Native any](t *testing.T, config *Config, native Native, free func(Native), move func(*Config, cross.Direction, Native)) {
	t.Helper()
	defer free(native)
	distinct(reflect.ValueOf(config).Elem())
	move(config, cross.ToC, native)
	back := new(Config)
	move(back, cross.FromC, native)
	if !reflect.DeepEqual(back, config) {
		t.Errorf("%T comes back as %+v, was %+v", config, back, config)
	}
}

// Every field reaches the C struct and comes back from there, and no two share a place.
func TestEveryFieldCrosses(t *testing.T) {
	crosses(t, NewRopeConfig(RopeYarn), raw.NewRopeConfig(0), raw.DeleteRopeConfig, (*RopeConfig).move)
	crosses(t, NewRemapConfig(RemapSelfExtend), raw.NewRemapConfig(0), raw.DeleteRemapConfig, (*RemapConfig).move)
	crosses(t, NewBiasConfig(BiasT5), raw.NewBiasConfig(0), raw.DeleteBiasConfig, (*BiasConfig).move)
	crosses(t, NewMaskConfig(), raw.NewMaskConfig(), raw.DeleteMaskConfig, (*MaskConfig).move)
	crosses(t, NewScoreConfig(), raw.NewScoreConfig(), raw.DeleteScoreConfig, (*ScoreConfig).move)
	crosses(t, NewRopeOptions(), raw.NewRopeOptions(), raw.DeleteRopeOptions, (*RopeOptions).move)
	crosses(t, NewFireConfig(), raw.NewFireConfig(), raw.DeleteFireConfig, (*FireConfig).move)
	crosses(t, NewProblem(), raw.NewProblem(), raw.DeleteProblem, (*Problem).move)
	crosses(t, NewContextConfig(), raw.NewContextConfig(), raw.DeleteContextConfig, (*ContextConfig).move)
	crosses(t, new(Probe), raw.NewProbe(), raw.DeleteProbe, (*Probe).move)
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

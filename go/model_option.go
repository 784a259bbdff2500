package farspan

import (
	"fmt"
	"math"
	"reflect"

	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// native gives the options, the defaults for nil, in both forms; the second is to be deleted.
func (o *ModelOptions) native() (*ModelOptions, raw.ModelOptions) {
	if o == nil {
		o = NewModelOptions()
	}
	native := raw.NewModelOptions()
	o.move(cross.ToC, native)
	return o, native
}

// Metadata is one key of GGUF metadata. The value is a bool, an integer, a float or a string, or a slice or an array of one of these.
type Metadata struct {
	Key   string // "llama.rope.freq_base"
	Value any
}

// metadataList copies entries into C memory, to be deleted also on failure.
func metadataList(entries []Metadata) (raw.Metadata, error) {
	list := raw.NewMetadata()
	for _, entry := range entries {
		if err := entry.add(list); err != nil {
			return list, err
		}
	}
	return list, nil
}

func (m *Metadata) add(list raw.Metadata) error {
	value, isArray := reflect.ValueOf(m.Value), int32(0)
	element := reflect.TypeOf(m.Value)
	if element != nil && (element.Kind() == reflect.Slice || element.Kind() == reflect.Array) {
		isArray, element = 1, element.Elem()
	} else if element != nil {
		one := reflect.MakeSlice(reflect.SliceOf(element), 1, 1)
		one.Index(0).Set(value)
		value = one
	}
	key := []byte(m.Key)
	switch {
	case element == nil:
	case element.Kind() == reflect.String:
		return addTexts(list, key, isArray, value)
	case element.Kind() == reflect.Bool || value.Len() == 0 || value.Index(0).CanInt() || value.Index(0).CanUint():
		integers, err := integersOf(m.Key, value)
		if err != nil {
			return err
		}
		return asError(raw.Metadata_integers(list, first(key), count(key), isArray, first(integers), count(integers)))
	case value.Index(0).CanFloat():
		reals := make([]float64, value.Len())
		for n := range reals {
			reals[n] = value.Index(n).Float()
		}
		return asError(raw.Metadata_reals(list, first(key), count(key), isArray, first(reals), count(reals)))
	}
	return &Error{Code: ErrDType, Argument: 1, Message: fmt.Sprintf("%s has a value of type %T: must be a bool, a number or a string, or a slice of one of these",
		m.Key, m.Value)}
}

func integersOf(key string, values reflect.Value) ([]int64, error) {
	integers := make([]int64, values.Len())
	for n := range integers {
		switch value := values.Index(n); {
		case value.Kind() == reflect.Bool && value.Bool():
			integers[n] = 1
		case value.Kind() == reflect.Bool:
		case value.CanInt():
			integers[n] = value.Int()
		case value.Uint() > math.MaxInt64:
			return nil, &Error{Code: ErrParameterRange, Argument: 1, Message: fmt.Sprintf("%s is %d: must be at most %d", key, value.Uint(), math.MaxInt64)}
		default:
			integers[n] = int64(value.Uint())
		}
	}
	return integers, nil
}

func addTexts(list raw.Metadata, key []byte, isArray int32, values reflect.Value) error {
	if failure := raw.Metadata_texts(list, first(key), count(key), isArray, int64(values.Len())); failure != nil {
		return asError(failure)
	}
	for n := 0; n < values.Len(); n++ {
		text := []byte(values.Index(n).String())
		if failure := raw.Metadata_text(list, int64(n), first(text), count(text)); failure != nil {
			return asError(failure)
		}
	}
	return nil
}

package farspan

import (
	"fmt"
	"math"
	"reflect"

	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// Metadata is one key of GGUF metadata. The value is a bool, an integer, a float or a string, or a slice or an array of one of these.
type Metadata struct {
	Key   string // "llama.rope.freq_base"
	Value any
}

// The types of values.
const (
	integers int32 = iota + 1
	reals
	texts
)

// ModelFromMetadata reads GGUF metadata: general.architecture and the keys of that architecture; other keys may be there. options may
// be nil: the defaults. It fails with ErrDType if a value is of a type that Metadata does not name.
func ModelFromMetadata(entries []Metadata, options *ModelOptions) (*Model, error) {
	list := metadataList{entries: raw.New[raw.Metadata](len(entries))}
	defer list.free()
	for n := range entries {
		if err := list.set(n, &entries[n]); err != nil {
			return nil, err
		}
	}
	o := options.orEmpty()
	return newModel(raw.Model_from_metadata(nil, &list.entries[:1][0], cross.Length(entries), options.native(),
		cross.Address(o.T5Encoder), cross.Length(o.T5Encoder), cross.Address(o.T5Decoder), cross.Length(o.T5Decoder),
		cross.Address(o.RopeFreqs), cross.Length(o.RopeFreqs), cross.Address(o.RopeShort), cross.Length(o.RopeShort),
		cross.Address(o.RopeLong), cross.Length(o.RopeLong)))
}

// metadataList is entries in memory of C, with all that they point to: memory of Go may not point to more of it.
type metadataList struct {
	entries []raw.Metadata
	freed   []func()
}

func (l *metadataList) free() {
	for _, free := range l.freed {
		free()
	}
	raw.Free(l.entries)
}

// copied is a slice in memory of C.
func copied[T any](l *metadataList, values []T) (*T, int64) {
	copies := raw.New[T](len(values))
	l.freed = append(l.freed, func() { raw.Free(copies) })
	copy(copies, values)
	return &copies[:1][0], int64(len(values))
}

func (l *metadataList) set(n int, m *Metadata) error {
	values, entry := reflect.ValueOf(m.Value), &l.entries[n]
	element := reflect.TypeOf(m.Value)
	if element != nil && (element.Kind() == reflect.Slice || element.Kind() == reflect.Array) {
		entry.IsArray, element = 1, element.Elem()
	} else if element != nil {
		one := reflect.MakeSlice(reflect.SliceOf(element), 1, 1)
		one.Index(0).Set(values)
		values = one
	}
	entry.Key, entry.KeyBytes = copied(l, []byte(m.Key))
	switch {
	case element == nil:
	case element.Kind() == reflect.String:
		parts := raw.New[raw.Text](values.Len())
		l.freed = append(l.freed, func() { raw.Free(parts) })
		for i := range parts {
			parts[i].Data, parts[i].Bytes = copied(l, []byte(values.Index(i).String()))
		}
		entry.Type, entry.Texts, entry.TextsCount = texts, &parts[:1][0], int64(len(parts))
		return nil
	case element.Kind() == reflect.Bool || values.Len() == 0 || values.Index(0).CanInt() || values.Index(0).CanUint():
		numbers, err := integersOf(m.Key, values)
		entry.Type = integers
		entry.Integers, entry.IntegersCount = copied(l, numbers)
		return err
	case values.Index(0).CanFloat():
		numbers := make([]float64, values.Len())
		for i := range numbers {
			numbers[i] = values.Index(i).Float()
		}
		entry.Type = reals
		entry.Reals, entry.RealsCount = copied(l, numbers)
		return nil
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

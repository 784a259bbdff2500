package main

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// A testCase is one object of the vectors; the keys are those of their README.
type testCase struct {
	Name      string
	Call      string
	Scheme    json.RawMessage
	Model     *model
	Arguments arguments
	Status    int32
	Argument  int32
	Failing   string
	Message   string
	Outputs   []expected
}

type arguments struct {
	Length         int64
	Count          int
	Pairs          [][3]int64
	Keys           int64
	Queries        []int64
	Side           int32
	Branch         int32
	Direction      int32
	AxisStride     int64  `json:"axis_stride"`
	XPosCentre     number `json:"xpos_centre"`
	Head           int32
	FirstDistance  int64 `json:"first_distance"`
	Layout         int32
	First          int64
	Base           number
	Positions      []int64
	Config         fields
	Problem        fields
	QueryPositions []int64 `json:"query_positions"`
	KeyPositions   []int64 `json:"key_positions"`
	LSE            bool
	Workspace      bool
	Steps          []step
	Layer          int64
	Code           int32
	Path           string

	In, Out, Table *tensor
	Q, K, V, Bias  *tensor
	OutA           *tensor `json:"out_a"`
	OutB           *tensor `json:"out_b"`
	LSEA           *tensor `json:"lse_a"`
	LSEB           *tensor `json:"lse_b"`

	evalArguments
}

// number is a JSON number, or one of the strings nan, inf and -inf.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"nan"`:
		*n = number(math.NaN())
	case `"inf"`:
		*n = number(math.Inf(1))
	case `"-inf"`:
		*n = number(math.Inf(-1))
	default:
		return json.Unmarshal(text, (*float64)(n))
	}
	return nil
}

// fields are the fields of a configuration that differ from the defaults, by their C names.
type fields map[string]json.RawMessage

// fill sets the fields of the struct that config points to. rotary_dim is RotaryDim.
func (f fields) fill(config any) error {
	for name, text := range f {
		squashed := strings.ReplaceAll(name, "_", "")
		field := reflect.ValueOf(config).Elem().FieldByNameFunc(func(candidate string) bool { return strings.EqualFold(candidate, squashed) })
		if !field.IsValid() {
			return fmt.Errorf("%T has no field for %s", config, name)
		}
		if err := set(field, text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func set(field reflect.Value, text json.RawMessage) error {
	switch field.Kind() {
	case reflect.Bool:
		var flag int
		if err := json.Unmarshal(text, &flag); err != nil {
			return err
		}
		field.SetBool(flag != 0)
	case reflect.Float64:
		var value number
		if err := json.Unmarshal(text, &value); err != nil {
			return err
		}
		field.SetFloat(float64(value))
	case reflect.Slice:
		return setSlice(field, text)
	default:
		return json.Unmarshal(text, field.Addr().Interface())
	}
	return nil
}

func setSlice(field reflect.Value, text json.RawMessage) error {
	if field.Type().Elem().Kind() == reflect.Int64 {
		return json.Unmarshal(text, field.Addr().Interface())
	}
	var values []number
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	slice := reflect.MakeSlice(field.Type(), len(values), len(values))
	for n, value := range values {
		slice.Index(n).SetFloat(float64(value))
	}
	field.Set(slice)
	return nil
}

// expected is what an output must be.
type expected struct {
	Text      *string
	At        []int
	Values    []number
	Tolerance tolerance
}

// tolerance is one number for all values, or one for each.
type tolerance []float64

func (t *tolerance) UnmarshalJSON(text []byte) error {
	var one float64
	if json.Unmarshal(text, &one) == nil {
		*t = tolerance{one}
		return nil
	}
	return json.Unmarshal(text, (*[]float64)(t))
}

func (t tolerance) of(n int) float64 {
	if len(t) == 1 {
		return t[0]
	}
	return t[n]
}

func (e *expected) compare(got memory) error {
	if e.Text != nil {
		if text := got.data(); !reflect.DeepEqual(text, []byte(*e.Text)) {
			return fmt.Errorf("is %q: expected is %q", text, *e.Text)
		}
		return nil
	}
	if e.At == nil && got.count() != len(e.Values) {
		return fmt.Errorf("has %d elements: %d are expected", got.count(), len(e.Values))
	}
	if len(e.Tolerance) != 1 && len(e.Tolerance) != len(e.Values) {
		return fmt.Errorf("%d tolerances for %d values", len(e.Tolerance), len(e.Values))
	}
	for n, value := range e.Values {
		at := n
		if e.At != nil {
			at = e.At[n]
		}
		want, have := float64(value), got.at(at)
		if have != want && !(math.Abs(have-want) <= e.Tolerance.of(n)) {
			return fmt.Errorf("element %d is %v: expected is %v within %v", at, have, want, e.Tolerance.of(n))
		}
	}
	return nil
}

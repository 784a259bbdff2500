// Command conformance answers the conformance cases through the public Go interface: see tests/vectors/conformance/README.md.
//
//	conformance ISA THREADS FILE
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"

	"farspan.io/farspan"
)

func main() {
	config := farspan.NewContextConfig()
	for config.ISA.String() != os.Args[1] && config.ISA.String() != "" {
		config.ISA++
	}
	threads := must(strconv.ParseInt(os.Args[2], 10, 32))
	config.Threads = int32(threads)
	context := must(farspan.NewContext(config))
	defer context.Close()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var cases [][][]object
	check(json.Unmarshal(must(os.ReadFile(os.Args[3])), &cases))
	for _, groups := range cases {
		c := &call{context: context}
		c.write(out, c.run(groups))
		for _, made := range c.made {
			made.Close()
		}
	}
}

// call is one case while it runs.
type call struct {
	object // the arguments of the call that is being made
	state
	context *farspan.Context
	outputs []output
	// numbers that were answered: outputs behind a group
	answered struct {
		wholes []int64
		reals  []float64
	}
}

// output is a slice that a call may write, and what was in it before.
type output struct {
	kind   string
	data   any
	before []byte
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// try gives the failure of the library that ends work; any other ends the program.
func try(work func()) (failure *farspan.Error) {
	defer func() {
		if cause := recover(); cause != nil {
			if err, is := cause.(error); !is || !errors.As(err, &failure) {
				panic(cause)
			}
		}
	}()
	work()
	return nil
}

// run makes the calls of each group until one fails, unless it must.
func (c *call) run(groups [][]object) *farspan.Error {
	for _, group := range groups {
		failure := try(func() {
			for _, c.object = range group {
				work, byHand := calls[c.string("call")]
				if !byHand {
					work = regularCalls[c.string("call")]
				}
				work(c)
			}
		})
		if group[len(group)-1].has("status") {
			if failure == nil {
				failure = new(farspan.Error)
			}
			c.give(failure.Code, failure.Argument)
		} else if failure != nil {
			return failure
		}
		c.flush()
	}
	return nil
}

func (c *call) write(out *bufio.Writer, failure *farspan.Error) {
	if failure != nil {
		untouched := 1
		for _, o := range c.outputs {
			if !bytes.Equal(raw(o.data), o.before) {
				untouched = 0
			}
		}
		fmt.Fprintf(out, "%d %d %d %s %d 0\n%s", failure.Code, failure.Argument, untouched, c.string("call"), len(failure.Message), failure.Message)
		return
	}
	fmt.Fprintf(out, "0 0 1 - 0 %d\n", len(c.outputs))
	for _, o := range c.outputs {
		content := raw(o.data)
		fmt.Fprintf(out, "%s %d\n", o.kind, len(content))
		must(out.Write(content))
	}
}

func raw(slice any) []byte {
	var content bytes.Buffer
	check(binary.Write(&content, binary.LittleEndian, slice))
	return content.Bytes()
}

func (c *call) add(kind string, slice any) {
	c.outputs = append(c.outputs, output{kind, slice, raw(slice)})
}

func (c *call) text(text string) { c.add("text", []byte(text)) }

// give takes numbers, and structs and arrays of them, for outputs: the whole ones, then the real ones.
func (c *call) give(answers ...any) {
	for _, answer := range answers {
		c.giveValue(reflect.ValueOf(answer))
	}
}

func (c *call) giveValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		whole := int64(0)
		if v.Bool() {
			whole = 1
		}
		c.answered.wholes = append(c.answered.wholes, whole)
	case reflect.Int, reflect.Int32, reflect.Int64:
		c.answered.wholes = append(c.answered.wholes, v.Int())
	case reflect.Float64:
		c.answered.reals = append(c.answered.reals, v.Float())
	case reflect.Pointer:
		if !v.IsNil() {
			c.giveValue(v.Elem())
		}
	case reflect.Array, reflect.Slice:
		for n := 0; n < v.Len(); n++ {
			c.giveValue(v.Index(n))
		}
	case reflect.Struct:
		for n := 0; n < v.NumField(); n++ {
			// Without lists, and without the notes, which model_note_at asks for.
			field := v.Type().Field(n)
			if field.IsExported() && field.Type.Kind() != reflect.Slice && field.Name != "Notes" {
				c.giveValue(v.Field(n))
			}
		}
	}
}

func (c *call) flush() {
	if len(c.answered.wholes) > 0 {
		c.add("i64", c.answered.wholes)
	}
	if len(c.answered.reals) > 0 {
		c.add("f64", c.answered.reals)
	}
	c.answered.wholes, c.answered.reals = nil, nil
}

// Command conformance answers the conformance cases through the public Go interface: see tests/vectors/conformance/README.md.
//
//	conformance ISA THREADS FILE...
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
	for _, path := range os.Args[3:] {
		var file struct{ Cases []object }
		check(json.Unmarshal(must(os.ReadFile(path)), &file))
		for _, one := range file.Cases {
			c := &call{object: one.object("arguments"), one: one, context: context, stage: one.string("call")}
			c.write(out, c.run())
		}
	}
}

// call is one case while it runs.
type call struct {
	object         // the arguments: of the case, or of one of its steps or parts
	one     object // the case
	context *farspan.Context
	stage   string // the function that is being called
	outputs []output
	// numbers that were answered: outputs at the end
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

func (c *call) run() *farspan.Error {
	work, known := calls[c.stage]
	if !known {
		work, known = evalCalls[c.stage]
	}
	if !known {
		panic("unknown call " + c.stage)
	}
	failure := try(func() { work(c) })
	c.flush()
	return failure
}

func (c *call) write(out *bufio.Writer, failure *farspan.Error) {
	if failure != nil {
		untouched := 1
		for _, o := range c.outputs {
			if !bytes.Equal(raw(o.data), o.before) {
				untouched = 0
			}
		}
		fmt.Fprintf(out, "%d %d %d %s %d 0\n%s", failure.Code, failure.Argument, untouched, c.stage, len(failure.Message), failure.Message)
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

// fresh adds an output of zeros.
func fresh[T any](c *call, kind string, count int64) []T {
	made := make([]T, count)
	c.add(kind, made)
	return made
}

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
	case reflect.Array, reflect.Slice:
		for n := 0; n < v.Len(); n++ {
			c.giveValue(v.Index(n))
		}
	case reflect.Struct:
		for n := 0; n < v.NumField(); n++ {
			if v.Type().Field(n).Name != "Notes" { // which model_note_at asks for
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

// each goes over a list of objects, from each of which arguments are read.
func (c *call) each(name string, use func()) {
	holder := c.object
	for _, item := range holder.objects(name) {
		c.object = item
		use()
	}
	c.object = holder
}

// Command conformance goes over the conformance vectors through the public Go interface: see tests/vectors/conformance/README.md.
//
//	conformance DIRECTORY ISA THREADS
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"farspan.io/farspan"
)

func main() {
	failed, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

func run(arguments []string) (failed bool, err error) {
	if len(arguments) != 3 {
		return false, errors.New("usage: conformance DIRECTORY ISA THREADS")
	}
	context, err := newContext(arguments[1], arguments[2])
	if err != nil {
		return false, err
	}
	defer context.Close()
	cases, err := readCases(arguments[0])
	if err != nil {
		return false, err
	}
	digest, count := sha256.New(), 0
	for _, c := range cases {
		if err := c.check(context, digest); err != nil {
			fmt.Fprintf(os.Stderr, "FAILED %s: %v\n", c.Name, err)
			count++
		}
	}
	fmt.Printf("go %s %s %d %d %x\n", arguments[1], arguments[2], len(cases), count, digest.Sum(nil))
	return count > 0, nil
}

func newContext(isa, threads string) (*farspan.Context, error) {
	config := farspan.NewContextConfig()
	found := false
	for candidate := farspan.ISABest; candidate.String() != ""; candidate++ {
		if candidate.String() == isa {
			config.ISA, found = candidate, true
		}
	}
	if !found {
		return nil, fmt.Errorf("unknown instruction set %q", isa)
	}
	count, err := strconv.ParseInt(threads, 10, 32)
	if err != nil {
		return nil, err
	}
	config.Threads = int32(count)
	return farspan.NewContext(config)
}

// readCases reads all files of a directory in the order of their names.
func readCases(directory string) ([]testCase, error) {
	paths, err := filepath.Glob(filepath.Join(directory, "*.json"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no vectors in %q", directory)
	}
	var all []testCase
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var file struct {
			Cases []testCase `json:"cases"`
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, file.Cases...)
	}
	return all, nil
}

// check runs a case, adds its answer to the digest, and compares it with what is expected.
func (c *testCase) check(context *farspan.Context, digest hash.Hash) error {
	call, known := calls[c.Call]
	if !known {
		call, known = evalCalls[c.Call]
	}
	if !known {
		return fmt.Errorf("unknown call %q", c.Call)
	}
	answer, err := call(&session{context: context, testCase: c})
	fmt.Fprintln(digest, c.Name)
	var failure *farspan.Error
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	if failure != nil {
		binary.Write(digest, binary.LittleEndian, []int32{int32(failure.Code), int32(failure.Argument)})
		fmt.Fprintln(digest, failure.Message)
		return c.compareFailure(failure, err, answer)
	}
	binary.Write(digest, binary.LittleEndian, int32(0))
	for _, output := range answer {
		binary.Write(digest, binary.LittleEndian, output.memory.data())
	}
	return c.compareOutputs(answer)
}

func (c *testCase) compareFailure(failure *farspan.Error, err error, answer []output) error {
	stage := c.Call
	var staged *stageError
	if errors.As(err, &staged) {
		stage = staged.stage
	}
	if int32(failure.Code) != c.Status || int32(failure.Argument) != c.Argument || stage != c.Failing {
		return fmt.Errorf("%s fails with status %d, argument %d (%s): expected are %s, %d, %d", stage, failure.Code, failure.Argument,
			failure.Message, c.Failing, c.Status, c.Argument)
	}
	if !strings.Contains(failure.Message, c.Message) {
		return fmt.Errorf("the message lacks %q: %s", c.Message, failure.Message)
	}
	for n, output := range answer {
		if !output.unchanged() {
			return fmt.Errorf("the failing call wrote output %d", n)
		}
	}
	return nil
}

func (c *testCase) compareOutputs(answer []output) error {
	if c.Status != 0 {
		return fmt.Errorf("succeeds: status %d is expected", c.Status)
	}
	if len(answer) != len(c.Outputs) {
		return fmt.Errorf("gives %d outputs: %d are expected", len(answer), len(c.Outputs))
	}
	for n, output := range answer {
		if err := c.Outputs[n].compare(output.memory); err != nil {
			return fmt.Errorf("output %d: %w", n, err)
		}
	}
	return nil
}

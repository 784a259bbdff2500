package farspan_test

import (
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// consumer is a program of another module.
const consumer = `package main

import (
	"fmt"

	"farspan.io/farspan"
)

func main() {
	scheme, err := farspan.NewScheme(farspan.SchemeConfig{})
	if err != nil {
		panic(err)
	}
	defer scheme.Close()
	data := []float32{1, 2}
	tensor, err := farspan.NewTensor(data, farspan.Contiguous(1, 1, 1, 2))
	if err != nil {
		panic(err)
	}
	out := make([]float32, 2)
	result, err := farspan.NewTensor(out, farspan.Contiguous(1, 1, 1, 2))
	if err != nil {
		panic(err)
	}
	if err := farspan.Attention(nil, scheme, tensor, tensor, tensor, result); err != nil {
		panic(err)
	}
	fmt.Println(farspan.VersionText(), out)
}
`

// freshModule is a folder with the consumer and a copy of this module, which therefore cannot use anything outside of it.
func freshModule(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	check(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		target := filepath.Join(folder, "farspan", path)
		if err != nil || entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		return os.WriteFile(target, []byte(read(t, path)), 0o644)
	}))
	for name, text := range map[string]string{
		"main.go": consumer,
		"go.mod": "module example.org/consumer\n\ngo 1.19\n\nrequire farspan.io/farspan v0.0.0\n\n" +
			"replace farspan.io/farspan => ./farspan\n",
	} {
		check(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	return folder
}

// goCommand runs go in a folder, with nothing from the network.
func goCommand(folder string, environment []string, arguments ...string) (string, error) {
	command := exec.Command("go", arguments...)
	command.Dir = folder
	command.Env = append(append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off"), environment...)
	output, err := command.CombinedOutput()
	return string(output), err
}

func runs(t *testing.T, program string) {
	t.Helper()
	output, err := exec.Command(program).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(output), " [1 2]\n") {
		t.Fatalf("%v\n%s", err, output)
	}
}

func needsLibrary(t *testing.T, program string) bool {
	t.Helper()
	file := must(elf.Open(program))
	defer file.Close()
	return strings.Contains(strings.Join(must(file.ImportedLibraries()), " "), "libfarspan")
}

func TestAFreshModuleUsesTheInstalledLibrary(t *testing.T) {
	folder := freshModule(t)
	program := filepath.Join(folder, "consumer")
	if output, err := goCommand(folder, nil, "build", "-o", program, "."); err != nil {
		t.Fatal(output)
	}
	runs(t, program)
	if !needsLibrary(t, program) {
		t.Error("the program does not load libfarspan.so")
	}

	static := filepath.Join(folder, "static")
	if output, err := goCommand(folder, nil, "build", "-tags", "farspan_static", "-o", static, "."); err != nil {
		t.Fatal(output)
	}
	runs(t, static)
	if needsLibrary(t, static) {
		t.Error("the static program loads libfarspan.so")
	}
}

func TestWithoutCgoTheCompilerSaysWhy(t *testing.T) {
	output, err := goCommand(freshModule(t), []string{"CGO_ENABLED=0"}, "build", "-o", os.DevNull, ".")
	if err == nil || !strings.Contains(output, "farspan_needs_cgo_set_CGO_ENABLED_1_and_install_a_C_compiler") {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestAVendoredModuleBuilds(t *testing.T) {
	folder := freshModule(t)
	if output, err := goCommand(folder, nil, "mod", "vendor"); err != nil {
		t.Fatal(output)
	}
	check(t, os.RemoveAll(filepath.Join(folder, "farspan", "internal")))
	program := filepath.Join(folder, "consumer")
	if output, err := goCommand(folder, []string{"GOFLAGS=-mod=vendor"}, "build", "-o", program, "."); err != nil {
		t.Fatal(output)
	}
	runs(t, program)
}

package farspan_test

import (
	"debug/elf"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// elsewhere are the C functions that are not reached by their usual name, and how they are; "-" and a reason if not at all.
var elsewhere = map[string]string{
	"farspan_cache_batch_init":        "raw.Cache_append",
	"farspan_cache_sequence_destroy":  "raw.Cache_sequence_destroy",
	"farspan_cache_problem_init":      "raw.Cache_plan_create",
	"farspan_attention_data_init":     "raw.Cache_run",
	"farspan_scheme_parts_init":       "raw.Scheme_create",
	"farspan_probe_init":              "- its struct says its size",
	"farspan_sequence_info_init":      "- its struct says its size",
	"farspan_cache_statistics_init":   "- its struct says its size",
	"farspan_window_init":             "- its struct says its size",
	"farspan_loss_summary_init":       "- its struct says its size",
	"farspan_verdict_init":            "- its struct says its size",
	"farspan_long_perplexity_init":    "- its struct says its size",
	"farspan_reach_init":              "- its struct says its size",
	"farspan_bleu_counts_init":        "- its struct says its size",
	"farspan_bleu_result_init":        "- its struct says its size",
	"farspan_chrf_counts_init":        "- its struct says its size",
	"farspan_rouge_result_init":       "- its struct says its size",
	"farspan_interval_init":           "- its struct says its size",
	"farspan_passkey_init":            "- its struct says its size",
	"farspan_ruler_info_init":         "- its struct says its size",
	"farspan_recall_init":             "- its struct says its size",
	"farspan_model_info_init":         "- its struct says its size",
	"farspan_model_layer_init":        "- its struct says its size",
	"farspan_model_note_init":         "- its struct says its size",
	"farspan_attention_gradient_init": "raw.Attention_backward",
	"farspan_merge_gradient_init":     "raw.Attention_merge_backward",
	"farspan_get_api":                 "- the table is for hosts that load the library at run time; cgo links the functions",
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	return string(text)
}

// packageFiles are the sources of the packages without their tests.
func packageFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, file := range append(must(filepath.Glob("*.go")), must(filepath.Glob("eval/*.go"))...) {
		if !strings.HasSuffix(file, "_test.go") {
			files = append(files, file)
		}
	}
	return files
}

// exported are the functions of the library that this test is linked with.
func exported(t *testing.T) []string {
	t.Helper()
	directory, err := exec.Command("pkg-config", "--variable=libdir", "farspan").Output()
	check(t, err)
	library := must(elf.Open(filepath.Join(strings.TrimSpace(string(directory)), "libfarspan.so")))
	defer library.Close()
	var names []string
	for _, symbol := range must(library.DynamicSymbols()) {
		if strings.HasPrefix(symbol.Name, "farspan_") && symbol.Section != elf.SHN_UNDEF {
			names = append(names, symbol.Name)
		}
	}
	return names
}

// Headers of which the module has a copy.
var carriedHeaders = []string{"farspan.h", "cache.h", "gradient.h", "eval.h", "model.h", "export.h", "version.h"}

// usualName is what SWIG calls a function: scheme_destroy is a destructor.
func usualName(short string) string {
	if strings.HasSuffix(short, "_destroy") {
		class := ""
		for _, word := range strings.Split(strings.TrimSuffix(short, "_destroy"), "_") {
			class += strings.ToUpper(word[:1]) + word[1:]
		}
		return "raw.Delete" + class
	}
	return "raw." + strings.ToUpper(short[:1]) + short[1:]
}

func TestEveryFunctionIsReachable(t *testing.T) {
	wrapper, source := read(t, "internal/raw/raw_wrap.c"), ""
	for _, file := range packageFiles(t) {
		source += read(t, file)
	}
	names := exported(t)
	if len(names) < 40 {
		t.Fatalf("the library exports only %v", names)
	}
	for _, name := range names {
		how, listed := elsewhere[name]
		switch {
		case strings.HasPrefix(how, "- "):
			continue
		case !listed:
			how = usualName(strings.TrimPrefix(name, "farspan_"))
		}
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(how) + `\b`).MatchString(source) {
			t.Errorf("%s should be reached by %s, which the package does not use", name, how)
		}
		// The macros of bindings/farspan.i spell the names of constructors and destructors out.
		if !strings.Contains(wrapper, name+"(") {
			t.Errorf("%s is not called by the wrapper", name)
		}
	}
	for name := range elsewhere {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
			t.Errorf("%s is listed as an exception but not exported", name)
		}
	}
}

// squash makes FARSPAN_ROPE_NTK_BY_PARTS and RopeNTKByParts equal.
func squash(name string) string {
	name = strings.TrimPrefix(name, "FARSPAN_")
	if strings.HasPrefix(name, "ERROR_") {
		name = "ERR_" + strings.TrimPrefix(name, "ERROR_")
	}
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// goConstants are the exported constants with a number.
func goConstants(t *testing.T) map[string]int {
	t.Helper()
	constants := map[string]int{}
	for _, path := range packageFiles(t) {
		file := must(parser.ParseFile(token.NewFileSet(), path, nil, 0))
		ast.Inspect(file, func(node ast.Node) bool {
			if spec, ok := node.(*ast.ValueSpec); ok && len(spec.Values) == 1 && spec.Names[0].IsExported() {
				if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.INT {
					constants[squash(spec.Names[0].Name)] = must(strconv.Atoi(literal.Value))
				}
			}
			return true
		})
	}
	return constants
}

func TestConstantsAreThoseOfTheHeader(t *testing.T) {
	header := map[string]int{}
	enumerator := regexp.MustCompile(`\b(FARSPAN_[A-Z0-9_]+)\s*=\s*([0-9]+)\b`)
	for _, name := range carriedHeaders {
		for _, match := range enumerator.FindAllStringSubmatch(read(t, "internal/raw/include/farspan/"+name), -1) {
			// Success is a nil error; the type of a metadata value is its Go type.
			if match[1] != "FARSPAN_OK" && !strings.HasPrefix(match[1], "FARSPAN_METADATA_") {
				header[squash(match[1])] = must(strconv.Atoi(match[2]))
			}
		}
	}
	constants := goConstants(t)
	if len(header) < 80 {
		t.Fatalf("only %d enumerators are found", len(header))
	}
	for name, value := range header {
		if got, found := constants[name]; !found || got != value {
			t.Errorf("%s is %d in the header, %d (found: %v) in Go", name, value, got, found)
		}
	}
	for name := range constants {
		if _, found := header[name]; !found {
			t.Errorf("%s is not in the header", name)
		}
	}
}

// inRepository is the root of the repository, if this module is in one.
func inRepository(t *testing.T) string {
	t.Helper()
	root := must(filepath.Abs(".."))
	if _, err := os.Stat(filepath.Join(root, "bindings", "go.i")); err != nil {
		t.Skip("not in the repository")
	}
	return root
}

func TestHeadersAreCurrent(t *testing.T) {
	root := inRepository(t)
	for _, name := range carriedHeaders {
		if read(t, filepath.Join(root, "include/farspan", name)) != read(t, filepath.Join("internal/raw/include/farspan", name)) {
			t.Errorf("go/internal/raw/include/farspan/%s is not a copy of include/farspan/%s: run tools/describe/generate.py", name, name)
		}
	}
}

// The sources that SWIG made are those that it makes now.
func TestGeneratedSourcesAreCurrent(t *testing.T) {
	root := inRepository(t)
	version, err := exec.Command("swig", "-version").Output()
	if err != nil || !strings.Contains(string(version), "SWIG Version 4.1.0") {
		t.Skip("needs SWIG 4.1.0")
	}
	made := t.TempDir()
	swig := exec.Command("swig", "-go", "-cgo", "-intgosize", "64", "-Iinclude", "-Ibindings", "-outdir", made, "-o", filepath.Join(made, "raw_wrap.c"), "bindings/go.i")
	swig.Dir = root
	if output, err := swig.CombinedOutput(); err != nil || len(output) != 0 {
		t.Fatalf("swig: %v\n%s", err, output)
	}
	for _, name := range []string{"raw.go", "raw_wrap.c"} {
		if read(t, filepath.Join(made, name)) != read(t, filepath.Join("internal/raw", name)) {
			t.Errorf("go/internal/raw/%s is not what SWIG makes of bindings/go.i: run tools/describe/generate.py", name)
		}
	}
}

func TestEverythingIsDocumented(t *testing.T) {
	for _, path := range packageFiles(t) {
		for _, declaration := range must(parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)).Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil {
					t.Errorf("%s: %s has no documentation", path, d.Name)
				}
			case *ast.GenDecl:
				if d.Tok != token.IMPORT && d.Doc == nil {
					t.Errorf("%s: the declaration of %v has no documentation", path, d.Specs[0])
				}
			}
		}
	}
}

func TestSourcesAreFormatted(t *testing.T) {
	check(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || path == filepath.Join("internal", "raw", "raw.go") {
			return err
		}
		if text := read(t, path); string(must(format.Source([]byte(text)))) != text {
			t.Errorf("%s is not as gofmt writes it", path)
		}
		return nil
	}))
}

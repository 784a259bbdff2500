/* The headers for Go: typemaps only. tools/describe/generate.py writes the result to go/internal/raw, where it is checked in, so that
 * users of the module need no SWIG. */
%module raw

/* Constants are written out in the Go package, where a test compares them with the header. */
%rename("$ignore", %$isenumitem) "";
%rename("$ignore", %$isconstant) "";

/* C's int has 32 bits, SWIG's has those of Go's int. */
%typemap(gotype) int "int32"
%typemap(gotype) unsigned int "uint32"
%apply unsigned long long { uint64_t };

/* ---- memory ------------------------------------------------------------------------------------ */

/* Go memory crosses as the address of bytes and not of something unknown (void*): then cgo knows that it holds no Go pointers. It
 * would otherwise search the whole allocation at every call, and refuse an array inside a struct that also has pointers. */
%insert(cgo_comment_typedefs) %{
#define swig_voidp uint8_t *
%}

%define FARSPAN_MEMORY(type, go_type)
%typemap(gotype) type "go_type"
%typemap(imtype) type "*C.uint8_t"
%typemap(goin) type "	$result = (*C.uint8_t)(unsafe.Pointer($input))"
%typemap(in) type "$1 = ($1_ltype)$input;"
%typemap(freearg) type ""
%enddef

FARSPAN_MEMORY(float *, *float32)
FARSPAN_MEMORY(const float *, *float32)
FARSPAN_MEMORY(double *, *float64)
FARSPAN_MEMORY(const double *, *float64)
FARSPAN_MEMORY(int32_t *, *int32)
FARSPAN_MEMORY(int64_t *, *int64)
FARSPAN_MEMORY(const int64_t *, *int64)
FARSPAN_MEMORY(int64_t [ANY], *[$1_dim0]int64)
FARSPAN_MEMORY(void *, *byte)
FARSPAN_MEMORY(const void *, *byte)

/* ---- failures ---------------------------------------------------------------------------------- */

/* The slot is on the wrapper's stack and crosses back in the same call: a goroutine may be on another thread in the next one. */
%typemap(in, numinputs=0) farspan_error *error %{
	farspan_error slot = FARSPAN_ERROR_INIT;
	$1 = &slot;
%}

/* Success is an empty text; a failure is the slot from its code on, without the end of the message. */
%fragment("FailureText", "header", fragment="AllocateString") %{
static _gostring_ failure_text(const farspan_error *slot) {
  const size_t start = offsetof(farspan_error, code), text = offsetof(farspan_error, message);
  _gostring_ none = {NULL, 0};
  return slot->code == FARSPAN_OK ? none : Swig_AllocateString((const char *)slot + start, text - start + strlen(slot->message));
}
%}

%insert(go_header) %{
// Failure is a farspan_error.
type Failure struct {
	Code     int32
	Argument int32
	Field    string
	Message  string
}

const (
	fieldStart   = 12              // after code, argument and a reserved word
	messageStart = fieldStart + 64 // after the path, which ends with a NUL
)

// failureOf reads what failure_text wrote, and frees it.
func failureOf(text string) *Failure {
	if text == "" {
		return nil
	}
	address := *(*unsafe.Pointer)(unsafe.Pointer(&text))
	numbers := (*[2]int32)(address)
	end := fieldStart
	for text[end] != 0 {
		end++
	}
	failure := &Failure{numbers[0], numbers[1], string([]byte(text[fieldStart:end])), string([]byte(text[messageStart:]))}
	Swig_free(uintptr(address))
	return failure
}

// Made is what a constructor answers: an address, or why there is none.
type Made struct {
	Address uintptr
	Failure *Failure
}

// madeOf reads an address in the place of an empty text.
func madeOf(text string) Made {
	if text == "" {
		return Made{Address: *(*uintptr)(unsafe.Pointer(&text))}
	}
	return Made{Failure: failureOf(text)}
}
%}

%typemap(gotype) farspan_status "*Failure"
%typemap(imtype) farspan_status "string"
%typemap(out, fragment="FailureText") farspan_status "(void)$1; $result = failure_text(&slot);"
%typemap(goout) farspan_status "	$result = failureOf($input)"

%define FARSPAN_MAKER(type, function)
%typemap(gotype) type *function "Made"
%typemap(imtype) type *function "string"
%typemap(out, fragment="FailureText") type *function %{
	$result = failure_text(&slot);
	if ($1) $result.p = (char *)$1;
%}
%typemap(goout) type *function "	$result = madeOf($input)"
%enddef

%include "go_generated.i"

/* farspan_status_text is given a status. */
%typemap(gotype) farspan_status status "int32"
%typemap(imtype) farspan_status status "int32"

#pragma SWIG nowarn=453 /* java.i pairs arrays with their lengths; here they cross one by one */
%include "farspan.i"

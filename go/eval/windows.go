package eval

import (
	"unsafe"

	"farspan.io/farspan/internal/raw"
)

// Windows goes over the windows of a text, in its order. A window is computed from its index: nothing is kept, however long the text
// is. One goroutine may use Next at a time; any number may use At.
type Windows struct {
	config WindowsConfig
	count  int64
	next   int64
}

// NewWindows checks the configuration and counts the windows. Errors: ErrMethod without a BOS policy, ErrParameterRange,
// ErrCombination for a field that the schedule does not read, ErrNullArgument.
func NewWindows(config *WindowsConfig) (*Windows, error) {
	var count int64
	if failure := raw.Windows_count(config.native(), &count); failure != nil {
		return nil, asError(failure)
	}
	return &Windows{config: *config, count: count}, nil
}

// Count is the number of windows.
func (w *Windows) Count() int64 { return w.count }

// Next gives the next window; more is false behind the last.
//
//	for window, more := windows.Next(); more; window, more = windows.Next() {
func (w *Windows) Next() (window Window, more bool) {
	if w.next >= w.count {
		return Window{}, false
	}
	window, err := w.At(w.next)
	w.next++
	return window, err == nil
}

// At gives window index, however far Next is. Error: ErrParameterRange if there is none.
func (w *Windows) At(index int64) (Window, error) {
	native := raw.Window{StructSize: uint32(unsafe.Sizeof(raw.Window{}))}
	if failure := raw.Windows_get(w.config.native(), index, &native); failure != nil {
		return Window{}, asError(failure)
	}
	var window Window
	window.read(&native)
	return window, nil
}

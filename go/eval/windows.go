package eval

import "farspan.io/farspan/internal/raw"

// WindowsConfig says how a text is cut into windows that a model can read, and which tokens each of them scores.
type WindowsConfig struct {
	Kind    WindowsKind
	BOS     BOS   // required
	Tokens  int64 // of the text, without BOS; with BOSNone at least 2; below 2^40
	Length  int64 // what a model reads at most, BOS included
	Stride  int64 // 1 to Length [sliding, growing]
	Segment int64 // tokens scored, 1 to all that can be [last]
}

// NewWindowsConfig gives the defaults of a schedule.
func NewWindowsConfig(kind WindowsKind) *WindowsConfig {
	native := raw.NewWindowsConfig(int32(kind))
	defer raw.DeleteWindowsConfig(native)
	return &WindowsConfig{WindowsKind(native.GetKind()), BOS(native.GetBos()), native.GetTokens(), native.GetLength(),
		native.GetStride(), native.GetSegment()}
}

func (c *WindowsConfig) native() raw.WindowsConfig {
	if c == nil {
		return raw.SwigcptrWindowsConfig(0)
	}
	native := raw.NewWindowsConfig(int32(c.Kind))
	native.SetBos(int32(c.BOS))
	native.SetTokens(c.Tokens)
	native.SetLength(c.Length)
	native.SetStride(c.Stride)
	native.SetSegment(c.Segment)
	return native
}

// Window is one window of a text. The model reads Rows inputs: a BOS if BOS is true, then the tokens [Begin, End - 1). Row r of its
// logits predicts token End - Rows + r; the rows [FirstRow, Rows) are scored: they predict the tokens [FirstScored, End).
type Window struct {
	BOS         bool  // reads a BOS first
	Begin       int64 // first token
	End         int64 // one past the last token that is predicted; it is not read
	FirstScored int64 // first token that counts
	Rows        int64 // inputs
	FirstRow    int64 // first row of logits that counts
}

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
	native := config.native()
	defer raw.DeleteWindowsConfig(native)
	number := make([]int64, 1)
	if failure := raw.Windows_count(native, first(number), count(number)); failure != nil {
		return nil, asError(failure)
	}
	return &Windows{config: *config, count: number[0]}, nil
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
	native := w.config.native()
	defer raw.DeleteWindowsConfig(native)
	numbers := make([]int64, 6)
	if failure := raw.Windows_get(native, index, first(numbers), count(numbers)); failure != nil {
		return Window{}, asError(failure)
	}
	return Window{numbers[0] != 0, numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]}, nil
}

package farspan

import (
	"runtime"
	"sync/atomic"

	"farspan.io/farspan/internal/raw"
)

// cancelFlag is in C memory, because the library reads it while a call runs. A context and the plans made with it share it.
type cancelFlag struct {
	native []int32
}

func newCancelFlag() *cancelFlag {
	flag := &cancelFlag{raw.New[int32](1)}
	runtime.SetFinalizer(flag, func(f *cancelFlag) { raw.Free(f.native) })
	return flag
}

// Context holds the threads, the instruction set and the cancellation of calls. A nil context means the library's defaults. Any number
// of goroutines may use one at the same time. Close it.
type Context struct {
	handle *handle[raw.Context]
	flag   *cancelFlag
}

// NewContext makes a context. config may be nil: the defaults. Errors: ErrISAUnsupported, ErrParameterRange, ErrMethod.
func NewContext(config *ContextConfig) (*Context, error) {
	if config == nil {
		config = NewContextConfig()
	}
	flag := newCancelFlag()
	native := config.native()
	native.Cancel = &flag.native[0]
	handle, err := ownContext(raw.Context_create(native), flag)
	if err != nil {
		return nil, err
	}
	return &Context{handle, flag}, nil
}

func (c *Context) cancelFlag() *cancelFlag {
	if c == nil {
		return nil
	}
	return c.flag
}

// Cancel makes the calls that run with this context, or with a plan made with it and no other context, end soon with ErrCancelled;
// later ones too, until Resume. Their outputs are unspecified. It may be called from any goroutine.
func (c *Context) Cancel() { c.setCancelled(1) }

// Resume ends the effect of Cancel for later calls.
func (c *Context) Resume() { c.setCancelled(0) }

func (c *Context) setCancelled(value int32) {
	if flag := c.cancelFlag(); flag != nil {
		atomic.StoreInt32(&flag.native[0], value)
		runtime.KeepAlive(flag)
	}
}

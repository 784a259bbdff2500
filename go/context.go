package farspan

import (
	"runtime"

	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// cancelFlag is in C memory, because the library reads it while a call runs. A context and the plans made with it share it.
type cancelFlag struct {
	native raw.CancelFlag
}

func newCancelFlag() *cancelFlag {
	flag := &cancelFlag{raw.NewCancelFlag()}
	runtime.SetFinalizer(flag, func(f *cancelFlag) { raw.DeleteCancelFlag(f.native) })
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
	native := raw.NewContextConfig()
	defer raw.DeleteContextConfig(native)
	config.move(cross.ToC, native)
	flag := newCancelFlag()
	made := raw.Context_create(native, flag.native)
	if made.Failure != nil {
		return nil, asError(made.Failure)
	}
	return &Context{newHandle[raw.Context](raw.SwigcptrContext(made.Address), raw.DeleteContext, flag), flag}, nil
}

// native is nil for a nil context, which is C's default.
func (c *Context) native() *handle[raw.Context] {
	if c == nil {
		return nil
	}
	return c.handle
}

func (c *Context) cancelFlag() *cancelFlag {
	if c == nil {
		return nil
	}
	return c.flag
}

// Close frees the context, after the calls that use it now. A second Close does nothing. The error is always nil.
func (c *Context) Close() error {
	c.native().close()
	return nil
}

// Cancel makes the calls that run with this context, or with a plan made with it and no other context, end soon with ErrCancelled;
// later ones too, until Resume. Their outputs are unspecified. It may be called from any goroutine.
func (c *Context) Cancel() { c.setCancelled(1) }

// Resume ends the effect of Cancel for later calls.
func (c *Context) Resume() { c.setCancelled(0) }

func (c *Context) setCancelled(value int32) {
	if flag := c.cancelFlag(); flag != nil {
		raw.Cancel_flag_set(flag.native, value)
		runtime.KeepAlive(flag)
	}
}

// Threads is the number of threads that a run really uses; 0 for a closed context. A nil context answers for the defaults.
func (c *Context) Threads() int {
	context, err := c.native().enter()
	if err != nil {
		return 0
	}
	defer c.native().leave()
	return int(raw.Context_threads(context))
}

// ISA is the instruction set in use. A nil context answers for the defaults, a closed one ISABest.
func (c *Context) ISA() ISA {
	context, err := c.native().enter()
	if err != nil {
		return ISABest
	}
	defer c.native().leave()
	return ISA(raw.Context_isa(context))
}

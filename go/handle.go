package farspan

import (
	"math"
	"runtime"
	"sync/atomic"
)

// closed marks a handle in its count of calls: the sign.
const closed = math.MinInt64

// handle owns a C object. Calls enter and leave; the object is destroyed by close, or by the last call that leaves after it.
type handle[T any] struct {
	native  T
	destroy func(T)
	needs   any          // what the object points to: lives as long as the handle
	calls   atomic.Int64 // that are running, and closed
}

// newHandle also frees the object with the handle, if nobody closes it.
func newHandle[T any](native T, destroy func(T), needs any) *handle[T] {
	h := &handle[T]{native: native, destroy: destroy, needs: needs}
	runtime.SetFinalizer(h, (*handle[T]).close)
	return h
}

// enter begins a call. A nil handle is C's NULL, which the C function judges. Otherwise leave must follow.
func (h *handle[T]) enter() (native T, err error) {
	if h == nil {
		return native, nil
	}
	for {
		calls := h.calls.Load()
		if calls < 0 {
			return native, ErrClosed
		}
		if h.calls.CompareAndSwap(calls, calls+1) {
			return h.native, nil
		}
	}
}

func (h *handle[T]) leave() {
	if h != nil && h.calls.Add(-1) == closed {
		h.destroy(h.native)
	}
}

func (h *handle[T]) close() {
	if h == nil {
		return
	}
	for {
		calls := h.calls.Load()
		if calls < 0 {
			return
		}
		if h.calls.CompareAndSwap(calls, calls+closed) {
			if calls == 0 {
				h.destroy(h.native)
			}
			return
		}
	}
}

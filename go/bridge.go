package farspan

import (
	"farspan.io/farspan/internal/bridge"
	"farspan.io/farspan/internal/raw"
)

func init() {
	bridge.Tensor = func(tensor any) bridge.Memory {
		t := tensor.(*Tensor).orAbsent()
		return bridge.Memory{Data: t.data, DType: int32(t.dtype), Dims: &t.dims}
	}
	bridge.Enter = func(context any) (raw.Context, func(), error) {
		handle := context.(*Context).native()
		native, err := handle.enter()
		return native, handle.leave, err
	}
	bridge.Error = asError
}

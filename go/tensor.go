package farspan

import (
	"unsafe"

	"farspan.io/farspan/internal/cross"
	"farspan.io/farspan/internal/raw"
)

// View says how a tensor [batch, head, sequence, feature] lies in a slice.
type View struct {
	Shape  [4]int64
	Stride [4]int64 // in elements; 0 repeats an element (inputs only), negative strides are allowed
	Offset int64    // of the tensor's first element in the slice
}

// Contiguous is the view of a dense row-major array [batch][heads][sequence][features].
func Contiguous(batch, heads, sequence, features int64) View {
	var dims [10]int64
	raw.Tensor_contiguous(batch, heads, sequence, features, &dims)
	return viewOf(dims)
}

func viewOf(dims [10]int64) View {
	view := View{Offset: dims[8]}
	copy(view.Shape[:], dims[:4])
	copy(view.Stride[:], dims[4:8])
	return view
}

// Tensor is a view of a slice, which it keeps alive. It is immutable; the elements are read and written by the calls that it is
// given to. The slice must not be shared with another goroutine that writes what a call reads, or touches what it writes.
type Tensor struct {
	data  *byte
	dtype DType
	dims  [10]int64 // shape, stride, offset; the address crosses by itself
}

// absent stands for a nil tensor: its address is NULL.
var absent Tensor

// NewTensor makes a tensor of F32 elements in data. All that the view addresses must lie in data: otherwise the error is ErrShape,
// or ErrStride if the addresses overflow.
func NewTensor(data []float32, view View) (*Tensor, error) {
	return newTensor(unsafe.Pointer(cross.Address(data)), F32, len(data)*4, view)
}

// NewTensor16 makes a tensor of 16-bit elements in data; dtype is F16 or BF16. Errors are those of NewTensor, and ErrDType.
func NewTensor16(data []uint16, dtype DType, view View) (*Tensor, error) {
	if dtype != F16 && dtype != BF16 {
		return nil, &Error{Code: ErrDType, Argument: 2, Message: "dtype of a []uint16 must be F16 or BF16"}
	}
	return newTensor(unsafe.Pointer(cross.Address(data)), dtype, len(data)*2, view)
}

func newTensor(data unsafe.Pointer, dtype DType, bytes int, view View) (*Tensor, error) {
	t := &Tensor{data: (*byte)(data), dtype: dtype}
	copy(t.dims[:4], view.Shape[:])
	copy(t.dims[4:8], view.Stride[:])
	t.dims[8] = view.Offset
	if failure := raw.Tensor_check(int32(dtype), &t.dims, int64(bytes)); failure != nil {
		return nil, asError(failure)
	}
	return t, nil
}

// DType is the type of the elements.
func (t *Tensor) DType() DType { return t.dtype }

// View is the view that the tensor was made with.
func (t *Tensor) View() View { return viewOf(t.dims) }

func (t *Tensor) orAbsent() *Tensor {
	if t == nil {
		return &absent
	}
	return t
}

"""Views of the caller's memory: arrays of NumPy, tensors of PyTorch, and whatever speaks DLPack or the buffer protocol.

No data is copied. The strides are kept, and the memory stays the caller's, who keeps it alive during a call.
"""
from __future__ import annotations

import ctypes
import struct
import sys
from typing import Any, Protocol, Union, runtime_checkable

import numpy as np

from . import _abi

_AXES = "[batch, heads, sequence, features]"
FORMAT = "Qii8q"  # of farspan_tensor, for struct
_NUMPY = {np.dtype("f4"): _abi.FARSPAN_F32, np.dtype("f8"): _abi.FARSPAN_F64, np.dtype("f2"): _abi.FARSPAN_F16}
_FORMATS = {"f": _abi.FARSPAN_F32, "d": _abi.FARSPAN_F64, "e": _abi.FARSPAN_F16}
_SIZES = {_abi.FARSPAN_F32: 4, _abi.FARSPAN_F64: 8, _abi.FARSPAN_F16: 2, _abi.FARSPAN_BF16: 2}
# Codes of DLPack: 2 is float, 4 is bfloat.
_DLPACK = {(2, 32): _abi.FARSPAN_F32, (2, 64): _abi.FARSPAN_F64, (2, 16): _abi.FARSPAN_F16, (4, 16): _abi.FARSPAN_BF16}
_torch_dtypes: dict[Any, int] = {}
_address = ctypes.addressof
_byte_of: Any = ctypes.c_char.from_buffer


@runtime_checkable
class SupportsDLPack(Protocol):
    """An array of any library that speaks DLPack: PyTorch, JAX, NumPy ..."""

    def __dlpack__(self) -> object:
        ...

    def __dlpack_device__(self) -> tuple[Any, int]:
        ...


#: Four axes, [batch, heads, sequence, features], of float32, float16 or bfloat16, in memory of the CPU, with any strides.
Tensor = Union["np.ndarray[Any, Any]", SupportsDLPack, memoryview]


class _DLDevice(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int32), ("index", ctypes.c_int32)]


class _DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", _DLDevice),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class _DLVersioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _DLTensor),
    ]


class _Buffer(ctypes.Structure):
    """Py_buffer."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("suboffsets", ctypes.POINTER(ctypes.c_ssize_t)),
        ("internal", ctypes.c_void_p),
    ]


_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype, _capsule_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
_capsule_valid = ctypes.pythonapi.PyCapsule_IsValid
_capsule_valid.restype, _capsule_valid.argtypes = ctypes.c_int, [ctypes.py_object, ctypes.c_char_p]
_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.restype, _get_buffer.argtypes = ctypes.c_int, [ctypes.py_object, ctypes.POINTER(_Buffer), ctypes.c_int]
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.restype, _release_buffer.argtypes = None, [ctypes.POINTER(_Buffer)]
_STRIDED, _FORMAT, _WRITABLE = 0x18, 0x4, 0x1  # flags of PyObject_GetBuffer


class _Geometry:
    """What is known of a block of memory; `owner` keeps it alive and valid."""

    __slots__ = ("address", "dtype", "shape", "stride", "owner")

    def __init__(self, address: int, dtype: int, shape: Any, stride: Any, owner: object) -> None:
        self.address, self.dtype, self.shape, self.stride, self.owner = address, dtype, shape, stride, owner


def _elements(strides: Any, size: int, name: str) -> list[int]:
    if any(stride % size for stride in strides):
        raise ValueError(f"{name} has strides of {tuple(strides)} bytes: must be multiples of the element's {size}")
    return [stride // size for stride in strides]


def _of_numpy(x: np.ndarray[Any, Any], name: str, writable: bool) -> _Geometry:
    dtype = _NUMPY.get(x.dtype)
    if dtype is None:
        if x.dtype.name != "bfloat16":  # that of the package ml_dtypes
            raise TypeError(
                f"{name} holds {x.dtype}: must be float32, float16 or bfloat16, of this machine's byte order"
            )
        dtype = _abi.FARSPAN_BF16
    if writable and not x.flags.writeable:
        raise ValueError(f"{name} is read-only")
    return _Geometry(x.__array_interface__["data"][0], dtype, x.shape, _elements(x.strides, x.itemsize, name), x)


def _of_bits(x: Any, name: str, writable: bool) -> _Geometry:
    if not isinstance(x, np.ndarray) or x.dtype != np.uint16:
        raise TypeError(f"{name} must be an array of uint16, the bits of bfloat16")
    found = _of_numpy(x.view(np.float16), name, writable)
    found.dtype = _abi.FARSPAN_BF16
    return found


def _tensor_type() -> Any:
    """That of PyTorch, once it is imported, which another thread may be at: no type until then."""
    return getattr(sys.modules.get("torch"), "Tensor", ())


def _of_torch(x: Any, name: str) -> _Geometry:
    torch = sys.modules["torch"]
    dtype = _torch_dtypes.get(x.dtype)
    if dtype is None:  # the first time; in several threads, with the same numbers
        _torch_dtypes.update(
            {
                torch.float32: _abi.FARSPAN_F32,
                torch.float64: _abi.FARSPAN_F64,
                torch.float16: _abi.FARSPAN_F16,
                torch.bfloat16: _abi.FARSPAN_BF16,
            }
        )
        dtype = _torch_dtypes.get(x.dtype)
    if dtype is None:
        raise TypeError(f"{name} holds {x.dtype}: must be float32, float16 or bfloat16")
    if not x.is_cpu or x.layout is not torch.strided:
        raise ValueError(f"{name} is a {x.layout} tensor on {x.device}: must be strided, on the CPU")
    return _Geometry(x.data_ptr(), dtype, x.shape, x.stride(), x)


def _of_dlpack(x: Any, name: str, writable: bool) -> _Geometry:
    device = x.__dlpack_device__()
    if int(device[0]) not in (1, 3, 13):  # CPU, and memory of CUDA or oneAPI that the CPU reads
        raise ValueError(f"{name} is on device {device} of DLPack: must be on the CPU")
    try:
        capsule = x.__dlpack__(max_version=(1, 0))
    except TypeError:
        capsule = x.__dlpack__()
    if _capsule_valid(capsule, b"dltensor_versioned"):
        versioned = _DLVersioned.from_address(_capsule_pointer(capsule, b"dltensor_versioned"))
        if versioned.major != 1:
            raise TypeError(f"{name} comes by DLPack {versioned.major}.{versioned.minor}: must be 1")
        if writable and versioned.flags & 1:
            raise ValueError(f"{name} is read-only")
        tensor = versioned.tensor
    else:
        tensor = _DLTensor.from_address(_capsule_pointer(capsule, b"dltensor"))
    dtype = _DLPACK.get((tensor.code, tensor.bits)) if tensor.lanes == 1 else None
    if dtype is None:
        raise TypeError(
            f"{name} has DLPack's type (code {tensor.code}, {tensor.bits} bits): must be float32, float16 or bfloat16"
        )
    shape = tensor.shape[: tensor.ndim]
    stride = tensor.strides[: tensor.ndim] if tensor.strides else _dense(shape)
    return _Geometry((tensor.data or 0) + tensor.byte_offset, dtype, shape, stride, (x, capsule))


def _dense(shape: Any) -> list[int]:
    stride = [1]
    for extent in reversed(shape[1:]):
        stride.insert(0, stride[0] * extent)
    return stride


class _BufferOwner:
    """A Py_buffer, released at its end."""

    def __init__(self, x: object, name: str, writable: bool) -> None:
        self.buffer = _Buffer()
        self.taken = False
        _get_buffer(x, ctypes.byref(self.buffer), _STRIDED | _FORMAT | (_WRITABLE if writable else 0))
        self.taken = True

    def __del__(self) -> None:
        if self.taken:
            _release_buffer(ctypes.byref(self.buffer))


def _of_buffer(x: object, name: str, writable: bool) -> _Geometry:
    owner = _BufferOwner(x, name, writable)
    buffer = owner.buffer
    form = (buffer.format or b"B").decode().lstrip("@=" + ("<" if sys.byteorder == "little" else ">"))
    dtype = _FORMATS.get(form)
    if dtype is None:
        raise TypeError(f"{name} is a buffer of format {form!r}: must be 'f' (float32) or 'e' (float16)")
    shape = buffer.shape[: buffer.ndim]
    return _Geometry(
        buffer.buf or 0, dtype, shape, _elements(buffer.strides[: buffer.ndim], buffer.itemsize, name), owner
    )


def geometry(x: Any, name: str, writable: bool = False) -> _Geometry:
    """Where and how the elements lie, whatever the kind of array."""
    if isinstance(x, np.ndarray):
        return _of_numpy(x, name, writable)
    if isinstance(x, _tensor_type()):
        return _of_torch(x, name)
    if hasattr(x, "__dlpack__"):
        return _of_dlpack(x, name, writable)
    try:
        return _of_buffer(x, name, writable)
    except (TypeError, BufferError) as cause:
        raise TypeError(
            f"{name} is a {type(x).__name__}: must be an array with DLPack or the buffer protocol ({cause})"
        ) from None


def address_of(x: np.ndarray[Any, Any]) -> int | None:
    """Where a contiguous, writable array with elements lies, by the fastest way that NumPy has; None for any other."""
    try:
        return _address(_byte_of(x))
    except (TypeError, ValueError):
        return None


Fields = tuple[int, ...]  # of a farspan_tensor, in their order


def fields(x: Any, name: str, writable: bool = False, bfloat16: bool = False) -> tuple[Fields, object]:
    """What a farspan_tensor says of x, and what keeps its memory valid besides x itself.

    The usual cases come first, without detours: a call for one token takes a few microseconds.
    """
    if type(x) is np.ndarray and x.ndim == 4:
        dtype, size = _NUMPY.get(x.dtype), x.itemsize
        i, j, k, l = x.strides
        if dtype is not None and not (i | j | k | l) % size:
            try:  # as address_of, which costs a call
                return (_address(_byte_of(x)), dtype, 0, *x.shape, i // size, j // size, k // size, l // size), None
            except (TypeError, ValueError):
                pass
    elif isinstance(x, View):
        if writable and not x.writable:
            raise ValueError(f"{name} is a view that was made for reading")
        return x.fields, x
    elif type(x) is _tensor_type() and not bfloat16:
        dtype = _torch_dtypes.get(x.dtype)
        if dtype is not None and x.dim() == 4 and x.is_cpu and x.layout is sys.modules["torch"].strided:
            return (x.data_ptr(), dtype, 0, *x.shape, *x.stride()), None
    found = _of_bits(x, name, writable) if bfloat16 else geometry(x, name, writable)
    if len(found.shape) != 4:
        raise ValueError(f"{name} has {len(found.shape)} axes: must have 4, {_AXES}")
    return (found.address, found.dtype, 0, *found.shape, *found.stride), found.owner


put = struct.Struct(f"={FORMAT}").pack_into  #: put(memory, offset, *fields) writes a farspan_tensor.


class View:
    """A tensor made ready for calls: worth keeping for memory that many calls use.

    Wherever a function takes a tensor it takes a view of one.
    """

    __slots__ = ("tensor", "fields", "shape", "dtype", "owner", "writable")
    owner: tuple[Any, Any]

    def __init__(self, x: Any, name: str = "tensor", writable: bool = False, bfloat16: bool = False) -> None:
        self.fields, owner = fields(x, name, writable, bfloat16)
        self.tensor = _abi.farspan_tensor()
        put(self.tensor, 0, *self.fields)
        self.shape, self.dtype = self.fields[3:7], self.fields[1]
        self.owner, self.writable = (x, owner), writable


def view(x: Any, name: str = "tensor", writable: bool = False, *, bfloat16: bool = False) -> View:
    """A view of a tensor, or x itself if it is one.

    Args:
        name: how errors call it.
        writable: for outputs, whose memory must not be read-only.
        bfloat16: x is an array of NumPy of uint16 that holds the bits of bfloat16, a type that NumPy lacks.
    """
    if isinstance(x, View):
        if writable and not x.writable:
            raise ValueError(f"{name} is a view that was made for reading")
        return x
    return View(x, name, writable, bfloat16)


def like(x: Any, shape: tuple[int, ...]) -> Any:
    """New memory of the kind and type of x: PyTorch's for its tensors, else NumPy's (float32 for bfloat16)."""
    if isinstance(x, View):
        x = x.owner[0]
    if isinstance(x, _tensor_type()):
        return sys.modules["torch"].empty(shape, dtype=x.dtype)
    if isinstance(x, np.ndarray):
        return np.empty(shape, x.dtype)
    found = geometry(x, "tensor").dtype
    return np.empty(shape, next((dtype for dtype, number in _NUMPY.items() if number == found), np.dtype("f4")))


class Vector:
    """Contiguous memory of one C type that a call writes, or None."""

    __slots__ = ("address", "count", "owner")

    def __init__(self, x: Any, ctype: Any, name: str, writable: bool = True) -> None:
        if x is None:
            self.address, self.count, self.owner = 0, 0, None
            return
        if not isinstance(x, np.ndarray):
            x = x.detach().numpy() if isinstance(x, _tensor_type()) else np.asarray(memoryview(x))
        if x.dtype != np.dtype(ctype):
            raise TypeError(f"{name} holds {x.dtype}: must be {np.dtype(ctype).name}")
        if not x.flags.c_contiguous or writable and not x.flags.writeable:
            raise ValueError(f"{name} must be contiguous" + (" and writable" if writable else ""))
        self.address, self.count, self.owner = address_of(x) or x.ctypes.data, x.size, x

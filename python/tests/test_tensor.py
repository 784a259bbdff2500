import array
import ctypes
import struct

import numpy as np
import pytest

import farspan
from farspan import Scheme, _abi, _tensor

SCHEME = Scheme(rope={"method": "base", "layout": "half", "rotary_dim": 16})


class OnlyDLPack:
    """An array that speaks nothing but DLPack, of version 0 or 1."""

    def __init__(self, x, versioned=False):
        self.x, self.versioned = x, versioned

    def __dlpack__(self, **options):
        if options and not self.versioned:
            raise TypeError("an older version")
        return self.x.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.x.__dlpack_device__()


@pytest.fixture
def qkv(rng):
    return [rng.normal(size=(2, 3, 40, 16)).astype(np.float32) for _ in range(3)]


def test_any_strides(qkv):
    expected = farspan.attention(SCHEME, *qkv)
    sequence_first = [np.ascontiguousarray(x.transpose(0, 2, 1, 3)).transpose(0, 2, 1, 3) for x in qkv]
    reversed_heads = [np.ascontiguousarray(x[:, ::-1])[:, ::-1] for x in qkv]
    in_a_row = np.concatenate(qkv, -1)
    for other in (sequence_first, reversed_heads, [in_a_row[..., n : n + 16] for n in (0, 16, 32)]):
        assert not any(x.flags.c_contiguous for x in other)
        assert np.array_equal(farspan.attention(SCHEME, *other), expected)
    out = np.zeros((2, 40, 3, 16), np.float32).transpose(0, 2, 1, 3)
    assert farspan.attention(SCHEME, *qkv, out=out) is out and np.array_equal(out, expected)


def test_one_head_for_all_without_a_copy(qkv):
    q, k, v = qkv
    one = [np.broadcast_to(x[:, :1], q.shape) for x in (k, v)]
    assert one[0].strides[1] == 0
    assert np.array_equal(farspan.attention(SCHEME, q, *one), farspan.attention(SCHEME, q, k[:, :1], v[:, :1]))


@pytest.mark.parametrize("versioned", [False, True])
def test_dlpack(qkv, versioned):
    expected = farspan.attention(SCHEME, *qkv)
    out = np.zeros_like(expected)
    farspan.attention(SCHEME, *(OnlyDLPack(x[:, :], versioned) for x in qkv), out=OnlyDLPack(out, versioned))
    assert np.array_equal(out, expected)


def test_buffers(qkv):
    expected = farspan.attention(SCHEME, *qkv)
    given = [memoryview(array.array("f", x.ravel())).cast("B").cast("f", x.shape) for x in qkv]
    out = memoryview(bytearray(expected.nbytes)).cast("f", expected.shape)
    farspan.attention(SCHEME, *given, out=out)
    assert out.tobytes() == expected.tobytes()


def test_half_types(qkv):
    expected = farspan.attention(SCHEME, *qkv)
    half = farspan.attention(SCHEME, *(x.astype(np.float16) for x in qkv))
    assert half.dtype == np.float16 and np.abs(half - expected).max() < 5e-3
    bits = [(x.view(np.uint32) >> 16).astype(np.uint16) for x in qkv]
    brain = farspan.attention(SCHEME, *(farspan.view(x, bfloat16=True) for x in bits), out=np.zeros_like(expected))
    assert 1e-4 < np.abs(brain - expected).max() < 5e-2


def test_refused(qkv):
    q, k, v = qkv
    with pytest.raises(ValueError, match="q has 3 axes: must have 4"):
        farspan.attention(SCHEME, q[0], k, v)
    with pytest.raises(TypeError, match="k holds int32"):
        farspan.attention(SCHEME, q, k.astype(np.int32), v)
    with pytest.raises(TypeError, match="v is a list"):
        farspan.attention(SCHEME, q, k, [1.0])
    with pytest.raises(farspan.InputError):  # the library takes no float64 here
        farspan.attention(SCHEME, q.astype(np.float64), k, v)
    locked = np.zeros_like(q)
    locked.flags.writeable = False
    with pytest.raises(ValueError, match="out is read-only"):
        farspan.attention(SCHEME, q, k, v, out=locked)
    with pytest.raises((TypeError, BufferError), match="out"):
        farspan.attention(SCHEME, q, k, v, out=memoryview(bytes(q.nbytes)).cast("f", q.shape))
    with pytest.raises(farspan.InputError, match="overlap"):
        farspan.attention(SCHEME, q, k, v, out=q)
    with pytest.raises(TypeError, match="must be float32"):
        farspan.attention(SCHEME, q.astype(">f4"), k, v)


def test_memory_returns(qkv):
    """Views, DLPack capsules and buffers keep nothing after the call."""
    import gc
    import weakref

    class Array(np.ndarray):
        pass

    for wrap in (lambda x: x, OnlyDLPack, memoryview):
        x = qkv[0].copy().view(Array)
        farspan.attention(SCHEME, wrap(x), *qkv[1:])
        gone = weakref.ref(x)
        del x
        gc.collect()
        assert gone() is None


def test_what_is_packed_by_hand_is_what_the_header_says() -> None:
    """Two structs are written as formats of `struct`, since that is faster than ctypes."""
    for kind, begin, packed in (
        (_abi.farspan_tensor, "data", _tensor.FORMAT),
        (_abi.farspan_attention_data, "q", "6QqQq"),
    ):
        names = [name for name, _ in kind._fields_]
        assert getattr(kind, begin).offset + struct.calcsize(f"={packed}") == ctypes.sizeof(kind), names
    assert [name for name, _ in _abi.farspan_tensor._fields_] == ["data", "dtype", "reserved", "shape", "stride"]
    assert [name for name, _ in _abi.farspan_attention_data._fields_][2:] == [
        "q", "k", "v", "bias", "out", "lse", "lse_count", "workspace", "workspace_bytes"
    ]  # fmt: skip

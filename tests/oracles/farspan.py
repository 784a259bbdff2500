"""The C interface through ctypes, with the structs of the Python package: what is tested is the shared library as shipped."""
import ctypes as c
import os

import numpy as np

import abi

lib = c.CDLL(os.environ["FARSPAN_LIBRARY"])
i32, i64, f64, ptr = c.c_int32, c.c_int64, c.c_double, c.c_void_p

RELEASE_REFERENCE, RELEASE_4_48, RELEASE_LLAMA_CPP, ANGLE_EXACT, ANGLE_FLOAT32 = 0, 1, 2, 0, 1
lib.farspan_method_name.restype = c.c_char_p


class Failure(Exception):
    pass


def call(function, *arguments):
    error = abi.farspan_error(struct_size=c.sizeof(abi.farspan_error))
    if getattr(lib, function)(*arguments, c.byref(error)):
        raise Failure(f"{function}: {error.message.decode()}")


def init(kind, *method):
    """A struct of a kind with its defaults."""
    value = kind()
    getattr(lib, f"{kind.__name__}_init")(c.byref(value), c.c_size_t(c.sizeof(kind)), *method)
    return value


def find(part, name):
    """The number of a method; `part` is its place among rope, remap, bias, temperature."""
    return lib.farspan_method_find(i32(("rope", "remap", "bias", "temperature").index(part)), name.encode())


def address(array):
    return array.ctypes.data_as(ptr) if array is not None else None


def put(struct, field, array):
    """An array, which must live as long as the struct is used, and its count."""
    setattr(struct, field, array.ctypes.data_as(dict(struct._fields_)[field]))
    setattr(struct, f"{field}_count", array.size)


def create_scheme(*parts):
    """Of five configurations, each a pointer or None."""
    given = init(abi.farspan_scheme_parts)
    for name, part in zip(("rope", "remap", "bias", "mask", "score"), parts):
        setattr(given, name, part)
    scheme = ptr()
    call("farspan_scheme_create", c.byref(given), c.byref(scheme))
    return scheme


def tensor(array):
    """A dense float32 array [batch, heads, sequence, features]."""
    assert array.dtype == np.float32 and array.flags.c_contiguous and array.ndim == 4
    value = abi.farspan_tensor()
    lib.farspan_tensor_contiguous(c.byref(value), address(array), i32(1), *map(i64, array.shape))
    return value


class Scheme:
    """A scheme of parts given as dictionaries; what they leave out keeps its default."""

    KINDS = {
        "rope": abi.farspan_rope_config,
        "remap": abi.farspan_remap_config,
        "bias": abi.farspan_bias_config,
        "mask": abi.farspan_mask_config,
        "score": abi.farspan_score_config,
    }

    def __init__(self, **parts):
        configs = {name: self.config(name, parts[name]) for name in parts}
        self.handle = create_scheme(*(c.pointer(configs[name]) if name in configs else None for name in self.KINDS))

    def config(self, name, fields):
        method = [i32(fields["method"])] if "method" in fields else []
        value = init(self.KINDS[name], *method)
        for field, given in fields.items():
            if isinstance(given, np.ndarray):
                put(value, field, given)
            else:
                setattr(value, field, given)
        return value

    def __del__(self):
        lib.farspan_scheme_destroy(getattr(self, "handle", None))


class Model:
    """A model as farspan reads it from the text of a config.json or the bytes of a GGUF file; float32 angles unless told otherwise."""

    def __init__(self, file, angle=ANGLE_FLOAT32, release=0, encoder=None, decoder=None):
        options = init(abi.farspan_model_options)
        options.angle, options.release = angle, release
        if encoder is not None:
            put(options, "t5_encoder", encoder)
            put(options, "t5_decoder", decoder)
        data, reader = (file.encode(), "config") if isinstance(file, str) else (file, "gguf")
        self.handle = ptr()
        call(f"farspan_model_from_{reader}", None, data, i64(len(data)), c.byref(options), c.byref(self.handle))
        self.info = init(abi.farspan_model_info)
        call("farspan_model_describe", self.handle, c.byref(self.info))

    def layer(self, index):
        value = init(abi.farspan_model_layer)
        call("farspan_model_layer_at", self.handle, i64(index), c.byref(value))
        return value

    def notes(self):
        for index in range(self.info.notes):
            note = init(abi.farspan_model_note)
            call("farspan_model_note_at", self.handle, i64(index), c.byref(note))
            yield note.code, note.path.decode(), note.text.decode()


def method(layer):
    return lib.farspan_method_name(i32(0), i32(layer.rope.contents.method)).decode()


def axes(layer):
    return lib.farspan_scheme_axes(layer.scheme)


def frequencies(layer, length):
    values = np.zeros(layer.rope.contents.rotary_dim // 2)
    magnitude = f64()
    call("farspan_rope_frequencies", layer.scheme, i64(length), address(values), i64(values.size), c.byref(magnitude))
    return values, magnitude.value


def cos_sin(layer, positions, length):
    """[positions, pairs] each, magnitude included: the rotation of (1, 0) in every pair."""
    rope = layer.rope.contents
    pairs = rope.rotary_dim // 2
    first = np.arange(pairs) if rope.layout == 1 else 2 * np.arange(pairs)
    second = first + (pairs if rope.layout == 1 else 1)
    unit = np.zeros((1, 1, len(positions), rope.rotary_offset + rope.rotary_dim), np.float32)
    unit[..., rope.rotary_offset + first] = 1
    out = np.zeros_like(unit)
    axes = lib.farspan_scheme_axes(layer.scheme)
    where = np.ascontiguousarray(np.tile(np.asarray(positions, np.int64), (axes, 1)))
    options = init(abi.farspan_rope_options)
    options.length = length
    call(
        "farspan_rope_apply",
        None,
        layer.scheme,
        c.byref(options),
        address(where),
        i64(where.size),
        c.byref(tensor(unit)),
        c.byref(tensor(out)),
    )
    return out[0, 0, :, rope.rotary_offset + first].T, out[0, 0, :, rope.rotary_offset + second].T


def with_sinks(layer, sinks):
    """The layer's scheme with the sinks of a weight."""
    sinks = np.ascontiguousarray(sinks, np.float32)
    score = abi.farspan_score_config.from_buffer_copy(layer.score.contents)
    put(score, "sink_logits", sinks)
    return create_scheme(layer.rope, layer.remap, layer.bias, layer.mask, c.pointer(score))


def rotate(scheme, x, positions, length=0):
    """x [batch, heads, sequence, features] turned to `positions`, [sequence] for every axis or [axes, sequence]."""
    x = np.ascontiguousarray(x, np.float32)
    out = np.zeros_like(x)
    axes = lib.farspan_scheme_axes(scheme)
    where = np.ascontiguousarray(np.broadcast_to(positions, (axes, x.shape[2])), np.int64)
    options = init(abi.farspan_rope_options)
    options.length = length
    call(
        "farspan_rope_apply",
        None,
        scheme,
        c.byref(options),
        address(where),
        i64(where.size),
        c.byref(tensor(x)),
        c.byref(tensor(out)),
    )
    return out


def attention(scheme, q, k, v, first=0, length=0, axis_positions=None):
    """q, k, v [batch, heads, sequence, features]; keys at positions first, first + 1 ..., the queries are the last of them. Of schemes with
    several axes all are at the same positions unless axis_positions [axes, keys] says otherwise."""
    q, k, v = (np.ascontiguousarray(x, np.float32) for x in (q, k, v))
    out = np.zeros((*q.shape[:3], v.shape[3]), np.float32)
    problem = init(abi.farspan_problem)
    problem.batch, problem.query_heads, problem.queries, problem.head_dim = q.shape
    problem.key_heads, problem.keys, problem.value_dim = k.shape[1], k.shape[2], v.shape[3]
    problem.length = length
    axes = lib.farspan_scheme_axes(scheme)
    rows = np.arange(first, first + k.shape[2]) if axis_positions is None else axis_positions
    key_positions = np.ascontiguousarray(np.broadcast_to(rows, (axes, k.shape[2])), np.int64)
    query_positions = np.ascontiguousarray(key_positions[:, k.shape[2] - q.shape[2] :])
    if axes > 1:
        put(problem, "query_axis_positions", query_positions)
        put(problem, "key_axis_positions", key_positions)
    elif first:
        put(problem, "query_positions", query_positions)
        put(problem, "key_positions", key_positions)
    plan = ptr()
    call("farspan_plan_create", None, scheme, c.byref(problem), c.byref(plan))
    data = init(abi.farspan_attention_data)
    views = [tensor(x) for x in (q, k, v, out)]
    data.q, data.k, data.v, data.out = map(c.pointer, views)
    call("farspan_attention_run", None, plan, c.byref(data))
    lib.farspan_plan_destroy(plan)
    return out

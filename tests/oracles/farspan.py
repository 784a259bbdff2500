"""The C interface through ctypes: what is tested is the shared library as shipped. Structs as in farspan.h and model.h."""
import ctypes as c
import os

import numpy as np

lib = c.CDLL(os.environ["FARSPAN_LIBRARY"])
i32, i64, u32, f64, ptr = c.c_int32, c.c_int64, c.c_uint32, c.c_double, c.c_void_p


def struct(name, fields):
    return type(name, (c.Structure,), {"_fields_": [(field, kind) for kind, names in fields for field in names.split()]})


Error = struct("Error", [(u32, "struct_size"), (i32, "code argument reserved"), (c.c_char * 64, "field"), (c.c_char * 256, "message")])
Tensor = struct("Tensor", [(ptr, "data"), (i32, "dtype reserved"), (i64 * 4, "shape stride")])
Rope = struct("Rope", [(u32, "struct_size"), (i32, "method layout rotary_dim rotary_offset angle"), (f64, "base factor"),
                       (i64, "original_context"), (f64, "beta_fast beta_slow extrapolation_factor"), (i32, "ramp truncate"),
                       (f64, "mscale mscale_all_dim"), (i32, "magnitude length_switch"),
                       (f64, "attention_factor mixed_exponent low_freq_factor high_freq_factor rotated_fraction xpos_scale_base xpos_gamma"),
                       (ptr, "short_factors"), (i64, "short_factors_count"), (ptr, "long_factors"), (i64, "long_factors_count"),
                       (i32, "axes"), (i32 * 4, "axis_sections"), (i32, "reserved")])
Remap = struct("Remap", [(u32, "struct_size"), (i32, "method"), (i64, "window group"), (f64, "leak"),
                         (i64, "chunk local_window limit sinks"), (i32, "real_shift reserved"), (f64, "position_scale")])
Bias = struct("Bias", [(u32, "struct_size"), (i32, "method heads alibi_heads bidirectional buckets"), (i64, "max_distance distance_limit"),
                       (f64, "max_bias scale"), (i64, "trained_length"), (i32, "dim reserved"), (ptr, "values"), (i64, "values_count"),
                       (ptr, "a"), (i64, "a_count"), (ptr, "p"), (i64, "p_count"), (ptr, "slopes"), (i64, "slopes_count")])
Mask = struct("Mask", [(u32, "struct_size"), (i32, "causal"), (i64, "window_left window_right sinks chunk prefix")])
Score = struct("Score", [(u32, "struct_size"), (i32, "temperature"), (f64, "scale multiplier trained_length alpha power softcap"),
                         (ptr, "sink_logits"), (i64, "sink_logits_count")])
Parts = struct("Parts", [(u32, "struct_size"), (i32, "reserved"), (ptr, "rope remap bias mask score")])
Data = struct("Data", [(u32, "struct_size"), (i32, "reserved"), (ptr, "q k v bias out lse"), (i64, "lse_count"), (ptr, "workspace"),
                       (i64, "workspace_bytes")])
Options = struct("Options", [(u32, "struct_size"), (i32, "release angle extension"), (i64, "target_length window group"),
                             *((kind, name) for array in ("t5_encoder", "t5_decoder", "rope_freqs", "rope_short", "rope_long")
                               for kind, name in ((ptr, array), (i64, f"{array}_count")))])
Info = struct("Info", [(u32, "struct_size"), (i32, "absolute"), (c.c_char_p, "family"),
                       (i64, "layers encoder_layers query_heads key_heads head_dim value_dim hidden vocabulary context trained_context "
                             "usable_context usable_context_most absolute_rows absolute_offset layer_kinds notes"),
                       (f64, "final_softcap")])
Layer = struct("Layer", [(u32, "struct_size"), (i32, "kind"), (i64, "alike query_heads key_heads head_dim value_dim window"),
                         (f64, "attention_scale"), (ptr, "scheme"), (c.POINTER(Rope), "rope"), (ptr, "remap bias mask"),
                         (c.POINTER(Score), "score")])
Note = struct("Note", [(u32, "struct_size"), (i32, "severity code reserved"), (c.c_char_p, "path text")])
Problem = struct("Problem", [(u32, "struct_size"), (i32, "state"),
                             (i64, "batch query_heads key_heads queries keys head_dim value_dim length head_offset"),
                             (ptr, "query_positions"), (i64, "query_positions_count"), (ptr, "key_positions"),
                             (i64, "key_positions_count query_position_stride key_position_stride"), (ptr, "query_axis_positions"),
                             (i64, "query_axis_positions_count"), (ptr, "key_axis_positions"), (i64, "key_axis_positions_count segments"),
                             (ptr, "query_offsets"), (i64, "query_offsets_count"), (ptr, "key_offsets"), (i64, "key_offsets_count"),
                             (ptr, "key_ranges"), (i64, "key_ranges_count")])
RopeOptions = struct("RopeOptions", [(u32, "struct_size"), (i32, "side branch direction"), (i64, "length axis_stride"), (f64, "xpos_centre")])

RELEASE_REFERENCE, RELEASE_4_48, RELEASE_LLAMA_CPP, ANGLE_EXACT, ANGLE_FLOAT32 = 0, 1, 2, 0, 1
lib.farspan_method_name.restype = c.c_char_p


class Failure(Exception):
    pass


def call(function, *arguments):
    error = Error(struct_size=c.sizeof(Error))
    if getattr(lib, function)(*arguments, c.byref(error)):
        raise Failure(f"{function}: {error.message.decode()}")


def init(kind, function, *method):
    value = kind()
    getattr(lib, function)(c.byref(value), c.c_size_t(c.sizeof(kind)), *method)
    return value


def find(part, name):
    """The number of a method; `part` is its place among rope, remap, bias, temperature."""
    return lib.farspan_method_find(i32(("rope", "remap", "bias", "temperature").index(part)), name.encode())


def address(array):
    return array.ctypes.data_as(ptr) if array is not None else None


def create_scheme(*parts):
    """Of five configurations, each an address or None."""
    given = init(Parts, "farspan_scheme_parts_init")
    for name, part in zip(("rope", "remap", "bias", "mask", "score"), parts):
        setattr(given, name, c.cast(part, ptr) if part is not None else None)
    scheme = ptr()
    call("farspan_scheme_create", c.byref(given), c.byref(scheme))
    return scheme


def tensor(array):
    """A dense float32 array [batch, heads, sequence, features]."""
    assert array.dtype == np.float32 and array.flags.c_contiguous and array.ndim == 4
    value = Tensor()
    lib.farspan_tensor_contiguous(c.byref(value), address(array), i32(1), *map(i64, array.shape))
    return value


class Scheme:
    """A scheme of parts given as dictionaries; what they leave out keeps its default."""

    KINDS = {"rope": Rope, "remap": Remap, "bias": Bias, "mask": Mask, "score": Score}

    def __init__(self, **parts):
        configs = {name: self.config(name, parts[name]) for name in parts}
        self.handle = create_scheme(*(c.pointer(configs[name]) if name in configs else None for name in self.KINDS))

    def config(self, name, fields):
        method = [i32(fields["method"])] if "method" in fields else []
        value = init(self.KINDS[name], f"farspan_{name}_config_init", *method)
        for field, given in fields.items():
            setattr(value, field, address(given) if isinstance(given, np.ndarray) else given)
            if isinstance(given, np.ndarray):
                setattr(value, f"{field}_count", given.size)
        return value

    def __del__(self):
        lib.farspan_scheme_destroy(getattr(self, "handle", None))


class Model:
    """A model as farspan reads it from the text of a config.json or the bytes of a GGUF file; float32 angles unless told otherwise."""

    def __init__(self, file, angle=ANGLE_FLOAT32, release=0, encoder=None, decoder=None):
        options = init(Options, "farspan_model_options_init")
        options.angle, options.release = angle, release
        if encoder is not None:
            options.t5_encoder, options.t5_encoder_count = address(encoder), encoder.size
            options.t5_decoder, options.t5_decoder_count = address(decoder), decoder.size
        data, reader = (file.encode(), "config") if isinstance(file, str) else (file, "gguf")
        self.handle = ptr()
        call(f"farspan_model_from_{reader}", None, data, i64(len(data)), c.byref(options), c.byref(self.handle))
        self.info = Info(struct_size=c.sizeof(Info))
        call("farspan_model_describe", self.handle, c.byref(self.info))

    def layer(self, index):
        value = Layer(struct_size=c.sizeof(Layer))
        call("farspan_model_layer_at", self.handle, i64(index), c.byref(value))
        return value

    def notes(self):
        for index in range(self.info.notes):
            note = Note(struct_size=c.sizeof(Note))
            call("farspan_model_note_at", self.handle, i64(index), c.byref(note))
            yield note.code, note.path.decode(), note.text.decode()


def method(layer):
    return lib.farspan_method_name(i32(0), i32(layer.rope.contents.method)).decode()


def axes(layer):
    return lib.farspan_scheme_axes(ptr(layer.scheme))


def frequencies(layer, length):
    values = np.zeros(layer.rope.contents.rotary_dim // 2)
    magnitude = f64()
    call("farspan_rope_frequencies", ptr(layer.scheme), i64(length), address(values), i64(values.size), c.byref(magnitude))
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
    axes = lib.farspan_scheme_axes(ptr(layer.scheme))
    where = np.ascontiguousarray(np.tile(np.asarray(positions, np.int64), (axes, 1)))
    options = init(RopeOptions, "farspan_rope_options_init")
    options.length = length
    call("farspan_rope_apply", None, ptr(layer.scheme), c.byref(options), address(where), i64(where.size), c.byref(tensor(unit)), c.byref(tensor(out)))
    return out[0, 0, :, rope.rotary_offset + first].T, out[0, 0, :, rope.rotary_offset + second].T


def with_sinks(layer, sinks):
    """The layer's scheme with the sinks of a weight."""
    sinks = np.ascontiguousarray(sinks, np.float32)
    score = Score.from_buffer_copy(layer.score.contents)
    score.sink_logits, score.sink_logits_count = address(sinks), sinks.size
    return create_scheme(layer.rope, ptr(layer.remap), ptr(layer.bias), ptr(layer.mask), c.pointer(score))


def rotate(scheme, x, positions, length=0):
    """x [batch, heads, sequence, features] turned to `positions`, [sequence] for every axis or [axes, sequence]."""
    x = np.ascontiguousarray(x, np.float32)
    out = np.zeros_like(x)
    axes = lib.farspan_scheme_axes(scheme)
    where = np.ascontiguousarray(np.broadcast_to(positions, (axes, x.shape[2])), np.int64)
    options = init(RopeOptions, "farspan_rope_options_init")
    options.length = length
    call("farspan_rope_apply", None, scheme, c.byref(options), address(where), i64(where.size), c.byref(tensor(x)), c.byref(tensor(out)))
    return out


def attention(scheme, q, k, v, first=0, length=0, axis_positions=None):
    """q, k, v [batch, heads, sequence, features]; keys at positions first, first + 1 ..., the queries are the last of them. Of schemes with
    several axes all are at the same positions unless axis_positions [axes, keys] says otherwise."""
    q, k, v = (np.ascontiguousarray(x, np.float32) for x in (q, k, v))
    out = np.zeros((*q.shape[:3], v.shape[3]), np.float32)
    problem = init(Problem, "farspan_problem_init")
    problem.batch, problem.query_heads, problem.queries, problem.head_dim = q.shape
    problem.key_heads, problem.keys, problem.value_dim = k.shape[1], k.shape[2], v.shape[3]
    problem.length = length
    axes = lib.farspan_scheme_axes(scheme)
    rows = np.arange(first, first + k.shape[2]) if axis_positions is None else axis_positions
    key_positions = np.ascontiguousarray(np.broadcast_to(rows, (axes, k.shape[2])), np.int64)
    query_positions = np.ascontiguousarray(key_positions[:, k.shape[2] - q.shape[2]:])
    if axes > 1:
        problem.query_axis_positions, problem.key_axis_positions = query_positions.ctypes.data, key_positions.ctypes.data
        problem.query_axis_positions_count, problem.key_axis_positions_count = query_positions.size, key_positions.size
    elif first:
        problem.query_positions, problem.key_positions = query_positions.ctypes.data, key_positions.ctypes.data
        problem.query_positions_count, problem.key_positions_count = query_positions.size, key_positions.size
    plan = ptr()
    call("farspan_plan_create", None, scheme, c.byref(problem), c.byref(plan))
    data = init(Data, "farspan_attention_data_init")
    views = [tensor(x) for x in (q, k, v, out)]
    data.q, data.k, data.v, data.out = (c.addressof(view) for view in views)
    call("farspan_attention_run", None, plan, c.byref(data))
    lib.farspan_plan_destroy(plan)
    return out

"""llama.cpp's shared libraries through ctypes: ggml's operations one by one, and whole models whose graph is watched while it runs.

The structs are those of llama.h and ggml.h of the pinned release. The library fills defaults and answers questions about tensors; what it
says is compared with what the structs show, so that another layout is an error and not a wrong number."""
import ctypes as c
import os
import tempfile
from pathlib import Path

import numpy as np

FOLDER = Path(os.environ.get("FARSPAN_LLAMA_CPP") or "/nowhere")
i32, i64, u32, f32, ptr, flag = c.c_int32, c.c_int64, c.c_uint32, c.c_float, c.c_void_p, c.c_bool
NORM, NEOX, MROPE, IMROPE = 0, 2, 8, 40
F32, F16, I32 = 0, 1, 26
NUMPY = {F32: np.float32, F16: np.float16, I32: np.int32}

ULP = 2.0**-24  # half a unit in the last place of a float32, relative


def struct(name, *fields):
    return type(
        name, (c.Structure,), {"_fields_": [(field, kind) for kind, names in fields for field in names.split()]}
    )


Tensor = struct(
    "Tensor",
    (i32, "type"),
    (ptr, "buffer"),
    (i64 * 4, "ne"),
    (c.c_size_t * 4, "nb"),
    (i32, "op"),
    (i32 * 16, "op_params"),
    (i32, "flags"),
    (ptr * 10, "src"),
    (ptr, "view_src"),
    (c.c_size_t, "view_offs"),
    (ptr, "data"),
    (c.c_char * 64, "name"),
)
Pool = struct("Pool", (c.c_size_t, "bytes"), (ptr, "memory"), (flag, "no_alloc"))
ModelParams = struct(
    "ModelParams",
    (ptr, "devices overrides"),
    (i32, "gpu_layers split_mode load_mode lazy_mode main_gpu"),
    (ptr, "tensor_split progress progress_data kv_overrides"),
    (flag, "vocab_only check_tensors extra_buffers no_host no_alloc load_mtp"),
)
ContextParams = struct(
    "ContextParams",
    (u32, "context batch ubatch sequences snapshots outputs outputs_each"),
    (i32, "threads threads_batch context_type scaling_type pooling_type attention_type flash_attention"),
    (f32, "freq_base freq_scale"),
    (f32, "ext_factor attn_factor beta_fast beta_slow"),
    (u32, "orig_ctx"),
    (f32, "defrag"),
    (ptr, "watch watch_data"),
    (i32, "type_k type_v"),
    (ptr, "abort abort_data"),
    (flag, "embeddings offload no_perf op_offload swa_full unified"),
    (ptr, "samplers"),
    (c.c_size_t, "sampler_count"),
    (ptr, "other"),
)
Batch = struct("Batch", (i32, "tokens"), (ptr, "token embd pos seq_count seq_id output"))
Watcher = c.CFUNCTYPE(flag, c.POINTER(Tensor), flag, ptr)
Logger = c.CFUNCTYPE(None, i32, c.c_char_p, ptr)


def chain_error(theta):
    """Bound on the angles of ggml, theta [tokens, pairs] before any division by 1 or more. ggml multiplies a float32 angle by a float32
    ratio once per pair. The ratio is off by a unit in the last place of powf, each product by half of one: 3 p ULP for pair p. Scaling,
    the two products of YaRN's mix and its ramp, which stays below 1, add at most 12 more roundings."""
    return np.abs(theta) * (3 * np.arange(theta.shape[1]) + 12) * ULP


class Failure(Exception):
    pass


class Library:
    def __init__(self):
        names = (
            sorted(FOLDER.glob("libggml-base.so*"))
            + sorted(FOLDER.glob("libggml.*so*"))
            + sorted(FOLDER.glob("libllama.*so*"))
        )
        if len(names) < 3:
            raise Failure(f"no libggml and libllama in {FOLDER}")
        self.base, self.ggml, self.llama = (c.CDLL(str(name), mode=c.RTLD_GLOBAL) for name in names[:3])
        self.messages = []
        self.logger = Logger(lambda level, text, data: self.messages.append(text.decode(errors="replace")))
        self.llama.llama_log_set(self.logger, None)
        pointers = {
            self.base: "ggml_init ggml_new_tensor ggml_new_graph ggml_rope_ext ggml_rope_multi ggml_soft_max_ext ggml_get_data "
            "ggml_backend_get_device ggml_backend_dev_backend_reg ggml_backend_reg_get_proc_address",
            self.ggml: "ggml_backend_init_by_type",
            self.llama: "llama_model_load_from_file llama_init_from_model",
        }
        for library, functions in pointers.items():
            for function in functions.split():
                getattr(library, function).restype = ptr
        for function in ("ggml_op_name", "ggml_version"):
            getattr(self.base, function).restype = c.c_char_p
        self.llama.llama_model_default_params.restype = ModelParams
        self.llama.llama_context_default_params.restype = ContextParams
        self.ggml.ggml_backend_load_all_from_path(str(FOLDER).encode())
        self.backend = ptr(self.ggml.ggml_backend_init_by_type(i32(0), None))
        self.use_threads(1)
        self.check_structs()

    def check_structs(self):
        model, context = self.llama.llama_model_default_params(), self.llama.llama_context_default_params()
        params = (
            model.extra_buffers,
            model.load_mtp,
            context.context,
            context.batch,
            context.orig_ctx,
            context.type_k,
            context.beta_slow,
            context.no_perf,
            context.sampler_count,
        )
        pool = ptr(self.base.ggml_init(Pool(1 << 16, None, False)))
        made = ptr(self.base.ggml_new_tensor(pool, i32(F32), i32(3), (i64 * 3)(2, 3, 5)))
        self.base.ggml_set_name(made, b"probe")
        tensor = c.cast(made, c.POINTER(Tensor)).contents
        fields = (
            tensor.type,
            tuple(tensor.ne),
            tuple(tensor.nb),
            tensor.name,
            tensor.data == self.base.ggml_get_data(made),
        )
        if params != (True, False, 512, 2048, 0, F16, -1.0, True, 0) or fields != (
            F32,
            (2, 3, 5, 1),
            (4, 8, 24, 120),
            b"probe",
            True,
        ):
            raise Failure("llama.cpp has other structs than this oracle expects")
        self.base.ggml_free(pool)

    def use_threads(self, threads):
        """For single operations; the function belongs to whichever of the processor's libraries was loaded."""
        device = ptr(self.base.ggml_backend_get_device(self.backend))
        registry = ptr(self.base.ggml_backend_dev_backend_reg(device))
        address = self.base.ggml_backend_reg_get_proc_address(registry, b"ggml_backend_set_n_threads")
        c.CFUNCTYPE(None, ptr, c.c_int)(address)(self.backend, threads)

    def operation(self, tensor):
        return self.base.ggml_op_name(tensor.op).decode()


library = None


def available():
    return any(FOLDER.glob("libllama.*so*"))


def load():
    global library
    library = library or Library()
    return library


def version():
    name = next(FOLDER.glob("libllama.*so*")).name
    return f"llama.cpp {name.removeprefix('libllama.').removesuffix('.so')}, ggml {load().base.ggml_version().decode()}"


# ---- one operation


class Graph:
    """Tensors and operations of one computation; numpy shapes, so the last axis is ggml's first."""

    def __init__(self, nbytes):
        self.lib = load()
        self.pool = ptr(self.lib.base.ggml_init(Pool(nbytes + (1 << 22), None, False)))

    def tensor(self, array):
        kind = I32 if array.dtype == np.int32 else F32
        array = np.ascontiguousarray(array, NUMPY[kind])
        made = ptr(
            self.lib.base.ggml_new_tensor(self.pool, i32(kind), i32(array.ndim), (i64 * array.ndim)(*array.shape[::-1]))
        )
        c.memmove(self.lib.base.ggml_get_data(made), array.ctypes.data, array.nbytes)
        return made

    def compute(self, result):
        result = ptr(result)
        graph = ptr(self.lib.base.ggml_new_graph(self.pool))
        self.lib.base.ggml_build_forward_expand(graph, result)
        if self.lib.base.ggml_backend_graph_compute(self.lib.backend, graph):
            raise Failure("ggml did not compute the graph")
        return copied(c.cast(result, c.POINTER(Tensor)).contents)

    def __del__(self):
        self.lib.base.ggml_free(self.pool)


def rope(
    x,
    positions,
    dims,
    mode,
    base,
    factors=None,
    sections=None,
    original=0,
    freq_scale=1.0,
    ext_factor=0.0,
    attn_factor=1.0,
    beta_fast=32.0,
    beta_slow=1.0,
):
    """ggml_rope_ext, or ggml_rope_multi if there are sections. x [tokens, heads, features], positions [tokens] or [4 * tokens]."""
    graph = Graph(4 * x.nbytes)
    given = [
        graph.pool,
        graph.tensor(x),
        graph.tensor(positions.astype(np.int32)),
        graph.tensor(factors) if factors is not None else None,
        i32(dims),
    ]
    rest = [i32(mode), i32(original), *map(f32, (base, freq_scale, ext_factor, attn_factor, beta_fast, beta_slow))]
    if sections is None:
        return graph.compute(graph.lib.base.ggml_rope_ext(*given, *rest))
    return graph.compute(graph.lib.base.ggml_rope_multi(*given, (c.c_int * 4)(*sections), *rest))


def soft_max(scores, mask, scale, max_bias):
    """ggml_soft_max_ext. scores [heads, queries, keys]; the mask [queries, keys] is times each head's slope and added."""
    graph = Graph(8 * scores.nbytes)
    return graph.compute(
        graph.lib.base.ggml_soft_max_ext(
            graph.pool, graph.tensor(scores), graph.tensor(mask), f32(scale), f32(max_bias)
        )
    )


# ---- whole models


def copied(tensor):
    """The values of a tensor as an array of its own, whatever its strides."""
    kind = np.dtype(NUMPY[tensor.type])
    shape, strides = tuple(tensor.ne)[::-1], tuple(tensor.nb)[::-1]
    extent = sum((n - 1) * stride for n, stride in zip(shape, strides)) + kind.itemsize
    return np.ndarray(shape, kind, (c.c_char * extent).from_address(tensor.data), strides=strides).copy()


class Node:
    """One operation of a model's graph that was asked for: name, operation, parameters, inputs as they were before it, output."""

    def __init__(self, tensor, operation):
        self.name, self.operation = tensor.name.decode(), operation
        self.params = np.array(tensor.op_params, np.int32)
        self.inputs = [
            copied(c.cast(source, c.POINTER(Tensor)).contents) if source else None for source in tensor.src[:3]
        ]
        self.output = None

    def real(self, index):
        return float(self.params[index : index + 1].view(np.float32)[0])


def load_model(data):
    """A handle of the model in a GGUF file; on failure llama.cpp's last words."""
    lib = load()
    lib.messages.clear()
    with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
        file.write(data)
        file.flush()
        params = lib.llama.llama_model_default_params()
        params.load_mode, params.extra_buffers = 0, False
        handle = lib.llama.llama_model_load_from_file(file.name.encode(), params)
    if not handle:
        raise Failure("".join(lib.messages))
    return ptr(handle)


def free_model(model):
    load().llama.llama_model_free(model)


def run_model(model, rows, positions, context, wanted):
    """Feeds tokens or rows of embeddings at `positions`, one each or four, and returns the nodes of the graph for whose operation and
    name `wanted` is true, in the order in which they were computed. One thread, attention in float32 and written out.
    """
    lib = load()
    nodes, errors = [], []

    def watch(pointer, ask, _):
        try:
            tensor = pointer.contents
            operation = lib.operation(tensor)
            if wanted(operation, tensor.name.decode()):
                if ask:
                    nodes.append(Node(tensor, operation))
                else:
                    nodes[-1].output = copied(tensor)
        except Exception as error:  # ctypes would drop it
            errors.append(error)
        return not errors

    params = lib.llama.llama_context_default_params()
    params.context, params.batch, params.ubatch = context, len(rows), len(rows)
    params.threads = params.threads_batch = 1
    params.flash_attention, params.type_k, params.type_v = 0, F32, F32
    params.embeddings = True
    keep = Watcher(watch)
    params.watch = c.cast(keep, ptr)
    handle = ptr(lib.llama.llama_init_from_model(model, params))
    if not handle:
        raise Failure("".join(lib.messages))
    tokens = rows.ndim == 1
    rows = np.ascontiguousarray(rows, np.int32 if tokens else np.float32)
    count, place = len(rows), rows.ctypes.data
    positions = np.ascontiguousarray(positions, np.int32)
    sequence = (i32 * 1)(0)
    counts, ids, asked = (
        (i32 * count)(*[1] * count),
        (ptr * count)(*[c.addressof(sequence)] * count),
        (c.c_int8 * count)(*[1] * count),
    )
    batch = Batch(
        count,
        place if tokens else None,
        None if tokens else place,
        positions.ctypes.data,
        *(c.cast(array, ptr) for array in (counts, ids, asked)),
    )
    failed = lib.llama.llama_decode(handle, batch)
    lib.llama.llama_free(handle)
    if errors:
        raise errors[0]
    if failed:
        raise Failure("".join(lib.messages))
    return nodes

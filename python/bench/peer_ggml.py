"""ggml's flash attention (llama.cpp's), by the compiled package and the wrapper that the oracles use."""
from __future__ import annotations

import ctypes
import os
import pathlib
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tests/oracles"))
import llama_cpp
from llama_cpp import f32, i32, i64, ptr

NAME = "ggml"
TYPES = {torch.float32: 0, torch.float16: 1, torch.bfloat16: 30}


def available() -> bool:
    return bool(os.environ.get("FARSPAN_LLAMA_CPP")) and llama_cpp.available()


def name() -> str:
    return llama_cpp.version()


class Flash:
    """ggml_flash_attn_ext of q [1, heads, queries, dim] in f32 with k and v [1, key_heads, keys, dim] of any type under a mask
    [heads or 1, queries, keys], built once; a call computes it."""

    def __init__(
        self,
        q: torch.Tensor,
        k: torch.Tensor,
        v: torch.Tensor,
        mask: torch.Tensor,
        threads: int = 1,
        max_bias: float = 0.0,
        softcap: float = 0.0,
    ) -> None:
        self.graph = llama_cpp.Graph(8 * q.numel() + 4 * (k.numel() + v.numel()) + 2 * mask.numel())
        self.graph.lib.use_threads(threads)
        self.library = base = self.graph.lib.base
        for function in ("ggml_flash_attn_ext", "ggml_new_graph"):
            getattr(base, function).restype = ptr
        given = [self._tensor(x) for x in (q.float(), k, v)]
        numbers = map(f32, (q.shape[-1] ** -0.5, max_bias, softcap))
        self.result = ptr(base.ggml_flash_attn_ext(self.graph.pool, *given, self._tensor(mask.half()), *numbers))
        self.plan = ptr(base.ggml_new_graph(self.graph.pool))
        base.ggml_build_forward_expand(self.plan, self.result)

    def _tensor(self, x: torch.Tensor) -> ctypes.c_void_p:
        x = x.contiguous()
        shape = tuple(x.shape)[::-1]
        base = self.library
        made = ptr(
            base.ggml_new_tensor(self.graph.pool, i32(TYPES[x.dtype]), i32(len(shape)), (i64 * len(shape))(*shape))
        )
        ctypes.memmove(base.ggml_get_data(made), x.data_ptr(), x.numel() * x.element_size())
        return made

    def __call__(self) -> None:
        if self.library.ggml_backend_graph_compute(self.graph.lib.backend, self.plan):
            raise RuntimeError("ggml did not compute the graph")

    def output(self) -> torch.Tensor:
        """[1, queries, heads, dim]"""
        return torch.from_numpy(llama_cpp.copied(ctypes.cast(self.result, ctypes.POINTER(llama_cpp.Tensor)).contents))

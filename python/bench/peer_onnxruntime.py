"""onnxruntime's GroupQueryAttention on the CPU: a model of one node. Used where onnxruntime and onnx are installed."""
from __future__ import annotations

import importlib.util

import torch

NAME = "onnxruntime"


def available() -> bool:
    return all(importlib.util.find_spec(name) for name in ("onnxruntime", "onnx"))


def name() -> str:
    import onnxruntime

    return f"onnxruntime {onnxruntime.__version__}"


class Grouped:
    """Causal attention of q [1, heads, queries, dim] on k and v [1, key_heads, keys, dim], all of one type, f32 or f16. The last
    `queries` of them are given as new ones and written behind the others, into the buffer that holds the past and the present, as in a
    decoder; `window`: as many keys for a query, 0: all."""

    def __init__(
        self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, threads: int = 1, window: int = 0, softcap: float = 0.0
    ) -> None:
        import onnx
        import onnxruntime as ort

        heads, queries, dim = q.shape[1:]
        key_heads, keys = k.shape[1:3]
        kind = {torch.float32: onnx.TensorProto.FLOAT, torch.float16: onnx.TensorProto.FLOAT16}[q.dtype]
        rows = lambda x: x[:, :, keys - queries :].transpose(1, 2).reshape(1, queries, -1)  # noqa: E731
        tensors = {
            "query": q.transpose(1, 2).reshape(1, queries, -1),
            "key": rows(k),
            "value": rows(v),
            "past_key": k,
            "past_value": v,
        }
        inputs = [onnx.helper.make_tensor_value_info(n, kind, list(x.shape)) for n, x in tensors.items()]
        lengths = {
            "seqlens_k": torch.tensor([keys - 1], dtype=torch.int32),
            "total": torch.tensor([keys], dtype=torch.int32),
        }
        inputs += [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.INT32, [1]) for n in lengths]
        node = onnx.helper.make_node(
            "GroupQueryAttention",
            [*tensors, *lengths],
            ["out", "present_key", "present_value"],
            domain="com.microsoft",
            num_heads=heads,
            kv_num_heads=key_heads,
            softcap=softcap,
            local_window_size=window or -1,
        )
        made = [("out", [1, queries, heads * dim])]
        made += [(n, [1, key_heads, keys, dim]) for n in ("present_key", "present_value")]
        outputs = [onnx.helper.make_tensor_value_info(n, kind, shape) for n, shape in made]
        opsets = [onnx.helper.make_opsetid("", 21), onnx.helper.make_opsetid("com.microsoft", 1)]
        graph = onnx.helper.make_graph([node], "attention", inputs, outputs)
        model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        for n, x in {**tensors, **lengths}.items():
            value = ort.OrtValue.ortvalue_from_numpy(x.contiguous().numpy())
            self.binding.bind_ortvalue_input(n, value)
            if n.startswith("past"):
                self.binding.bind_ortvalue_output(n.replace("past", "present"), value)
        self.binding.bind_output("out", "cpu")

    def __call__(self) -> None:
        self.session.run_with_iobinding(self.binding)

    def output(self) -> torch.Tensor:
        """[1, queries, heads * dim]"""
        return torch.from_numpy(self.binding.copy_outputs_to_cpu()[-1])

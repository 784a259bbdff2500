import numpy as np
import pytest

torch = pytest.importorskip("torch")

import farspan  # noqa: E402
from farspan.torch import attention, scheme_number  # noqa: E402

SCHEME = farspan.Scheme(rope={"method": "base", "layout": "half", "rotary_dim": 32})


@pytest.fixture
def qkv():
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(2, heads, 50, 32, generator=generator) for heads in (4, 2, 2)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_tensors_go_in_and_out(qkv, dtype):
    q, k, v = (x.to(dtype) for x in qkv)
    out = farspan.attention(SCHEME, q, k.transpose(1, 2).contiguous().transpose(1, 2), v)
    expected = farspan.attention(SCHEME, *(x.float().numpy() for x in (q, k, v)))
    assert isinstance(out, torch.Tensor) and out.dtype == dtype
    assert (
        np.abs(out.float().numpy() - expected).max()
        < {torch.float32: 1e-6, torch.float16: 2e-3, torch.bfloat16: 2e-2}[dtype]
    )
    assert torch.equal(attention(q, k, v, SCHEME), out)


def test_refused(qkv):
    q, k, v = qkv
    with pytest.raises(TypeError, match="k holds torch.int32"):
        farspan.attention(SCHEME, q, k.int(), v)
    with pytest.raises(ValueError, match="q is a torch.strided tensor on meta"):
        farspan.attention(SCHEME, q.to("meta"), k, v)
    with pytest.raises(RuntimeError, match="scheme 999999 of a compiled graph is gone"):
        torch.ops.farspan.attention(q, k, v, 999999, None, None, None, None, None)


def test_positions_and_padding(qkv):
    q, k, v = qkv
    padding = torch.ones(2, 50, dtype=torch.bool)
    padding[1, :9] = False
    positions = (padding.long().cumsum(1) - 1).clamp(0)
    out = attention(q, k, v, SCHEME, positions=positions, padding=padding)
    alone = attention(q[1:, :, 9:], k[1:, :, 9:], v[1:, :, 9:], SCHEME)
    assert (out[1:, :, 9:] - alone).abs().max() < 1e-5
    newest = attention(q[:, :, -1:], k, v, SCHEME, positions=positions[:, -1:], padding=padding)
    assert (newest - out[:, :, -1:]).abs().max() < 1e-5
    with pytest.raises(ValueError, match="not at consecutive positions"):
        attention(q[:, :, -2:], k, v, SCHEME, positions=torch.tensor([[30, 49]]))


def test_the_operation_is_kept_by_compile_and_export(qkv):
    def step(q, k, v):
        return attention(2 * q, k, v, SCHEME) + 1

    class Module(torch.nn.Module):
        def forward(self, q, k, v):
            return step(q, k, v)

    expected = step(*qkv)
    assert torch.allclose(torch.compile(step, fullgraph=True, backend="aot_eager")(*qkv), expected)
    exported = torch.export.export(Module(), tuple(qkv))
    assert any("farspan.attention" in str(node.target) for node in exported.graph.nodes)
    assert torch.allclose(exported.module()(*qkv), expected)
    torch.library.opcheck(
        torch.ops.farspan.attention.default,
        (*qkv, scheme_number(SCHEME), None, None, None, None, None),
        test_utils=("test_schema", "test_faketensor"),
    )

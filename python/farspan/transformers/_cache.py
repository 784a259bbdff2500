"""A cache of transformers over farspan.Cache."""
from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers.cache_utils import CacheLayerMixin, DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

from ..cache import Batch, Cache as Blocks, CachePlan, Sequence
from ..scheme import Scheme
from ._layers import Unsupported, read_layers


class _Store:
    """Layers of the same sizes: one block cache, and a sequence for each row of the batch."""

    def __init__(self, sizes: dict[str, Any], layers: int, sinks: int, recent: int) -> None:
        self.sinks, self.recent = sinks, recent
        self.blocks = Blocks(layers=layers, **sizes)
        self.clear()

    def clear(self) -> None:
        self.sequences: list[Sequence] = []
        self.length = 0  # tokens that transformers counts, padding included
        self.rows: list[tuple[int, int]] = []  # of the newest tokens of each sequence: which are no padding
        self.together: Batch | None = None
        self.plans: dict[Any, CachePlan] = {}

    def select(self, rows: list[int]) -> None:
        """Sequence n becomes a copy of sequence rows[n]. One that is wanted once is taken as it is."""
        left = list(self.sequences)
        taken: set[int] = set()
        chosen = []
        for row in rows:
            chosen.append(left[row].fork() if row in taken else left[row])
            taken.add(row)
        self.sequences = chosen
        self.together, self.plans = None, {}

    def crop(self, tokens: int) -> None:
        for sequence in self.sequences:
            sequence.evict(max(sequence.info().next_position - tokens, 0))
        self.length -= tokens
        self.plans = {}

    def append(self, queries: int, batch: int, padding: torch.Tensor | None, positions: torch.Tensor | None) -> None:
        """Room for the newest tokens, once for all layers."""
        if not self.sequences:
            self.sequences = [self.blocks.sequence() for _ in range(batch)]
        if len(self.sequences) != batch:
            raise Unsupported(f"a batch of {batch} for a cache of {len(self.sequences)} sequences")
        if self.recent:
            for sequence in self.sequences:
                sequence.keep(self.sinks, self.recent)
        newest = None if padding is None else padding[:, -queries:].numpy()
        where = None if positions is None else np.broadcast_to(positions.numpy(), (batch, queries))
        self.rows = [(0, queries) if newest is None else _run(newest[b]) for b in range(batch)]
        if queries == 1 and all(last > first for first, last in self.rows):
            self.together = Batch(self.sequences)
            self.blocks.append(self.together, None if where is None else where[:, 0])
        else:
            self.together = None
            for b, (first, last) in enumerate(self.rows):
                if last > first:
                    self.blocks.append(
                        Batch([self.sequences[b]], [0, last - first]), None if where is None else where[b, first:last]
                    )
        self.length += queries
        self.plans = {}

    def plan(self, scheme: Scheme, row: int | None, batch: Batch, heads: int) -> CachePlan:
        key = (id(scheme), row, heads)
        if key not in self.plans:
            self.plans[key] = self.blocks.plan(scheme, batch, heads)
        return self.plans[key]


def _run(newest: np.ndarray[Any, Any]) -> tuple[int, int]:
    there = np.flatnonzero(newest)
    if there.size and there[-1] - there[0] + 1 != there.size:
        raise Unsupported("padding between the tokens of a row")
    return (int(there[0]), int(there[-1]) + 1) if there.size else (0, 0)


class _CacheLayer(CacheLayerMixin):
    """A layer as transformers sees it. What update returns are the newest keys and values, marked: the attention does the rest."""

    is_sliding = False
    is_croppable = True
    supports_early_init = False

    def __init__(self, owner: Cache, group: int, index: int) -> None:
        super().__init__()
        self.owner, self.group, self.index, self.length = owner, group, index, 0
        self.store: _Store | None = None
        self.pending = False
        self.is_initialized = True

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        pass

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *arguments: Any, **named: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if self.pending:
            raise Unsupported("the model caches something else than the keys of its attention")
        self.pending = True
        if self.store is None:
            self.store = self.owner._store(self.group, key_states, value_states)
        self.length += key_states.shape[-2]
        marked = key_states.detach()
        marked._farspan_layer = self
        return marked, value_states.detach()

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return -1

    def reset(self) -> None:
        self.length, self.pending = 0, False

    def crop(self, tokens_to_remove: int) -> None:
        if tokens_to_remove > 0:
            raise ValueError(f"crop({tokens_to_remove}): give a negative number, the tokens to remove")
        self.length += tokens_to_remove

    def reorder_cache(self, beam_idx: torch.Tensor) -> None:
        ...

    def batch_repeat_interleave(self, repeats: int) -> None:
        ...

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        ...


class Cache(DynamicCache):
    """A cache for a model that is enabled: `model.generate(**inputs, past_key_values=Cache(model))`.

    Beams are forks, assisted decoding rolls back, rows of a batch have lengths of their own, and padding is not stored. Layers without
    attention keep the states that transformers gives them.

    Args:
        model: the model, or its configuration.
        dtype: of what is stored: "f32", "f16", "bf16" or "i8".
        recent: 0, or so many tokens are kept, and the first `sinks`: streaming with constant memory. What is forgotten no scheme sees.
        memory_limit: bytes of all blocks; 0: what the machine has.
    """

    def __init__(self, model: Any, dtype: str = "bf16", sinks: int = 0, recent: int = 0, memory_limit: int = 0) -> None:
        config = getattr(model, "config", model)
        super().__init__(config=config)
        described, layers = read_layers(config, None, None, None)
        first = described.info.encoder_layers
        self.options = {"dtype": dtype, "memory_limit": memory_limit}
        self.sinks, self.recent = sinks, recent
        self.members: dict[int, int] = {}  # layers of each group: those that are alike
        self.stores: dict[Any, _Store] = {}
        if getattr(config.get_text_config(), "kv_lora_rank", None):
            raise Unsupported(
                "transformers caches what the keys of latent attention are made of: its own cache holds no positions either"
            )
        while len(self.layers) < len(layers) - first:
            self.layers.append(DynamicLayer())
        self.layer_class_to_replicate = None
        for index, layer in enumerate(self.layers):
            schemes = layers[first + index] if first + index < len(layers) else None
            if schemes is None:
                continue
            if type(layer) not in (DynamicLayer, DynamicSlidingWindowLayer):
                raise Unsupported(f"layer {index} keeps a {type(layer).__name__}: no attention alone")
            found = schemes.described
            group = hash((found.key_heads, found.head_dim, found.value_dim))
            self.layers[index] = _CacheLayer(self, group, self.members.get(group, 0))
            self.members[group] = self.members.get(group, 0) + 1

    def _store(self, group: int, keys: torch.Tensor, values: torch.Tensor) -> _Store:
        """The blocks of a group of layers, made when the first of them has keys."""
        sizes = {"key_heads": keys.shape[1], "head_dim": keys.shape[3], "value_dim": values.shape[3]}
        key = (group, *sizes.values())
        if key not in self.stores:
            self.stores[key] = _Store({**sizes, **self.options}, self.members[group], self.sinks, self.recent)
        return self.stores[key]

    def reset(self) -> None:
        super().reset()
        for store in self.stores.values():
            store.clear()

    def crop(self, tokens_to_remove: int) -> None:
        super().crop(tokens_to_remove)
        for store in self.stores.values():
            if tokens_to_remove:
                store.crop(-tokens_to_remove)

    def reorder_cache(self, beam_idx: torch.Tensor) -> None:
        super().reorder_cache(beam_idx)
        self._select(beam_idx.tolist())

    def batch_repeat_interleave(self, repeats: int) -> None:
        super().batch_repeat_interleave(repeats)
        self._select([row for row in range(self._rows()) for _ in range(repeats)])

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        super().batch_select_indices(indices)
        self._select(torch.arange(self._rows())[indices].tolist())

    def _rows(self) -> int:
        return max((len(store.sequences) for store in self.stores.values()), default=0)

    def _select(self, rows: list[int]) -> None:
        for store in self.stores.values():
            if store.sequences:
                store.select(rows)

    @property
    def stored_bytes(self) -> int:
        """Memory of all blocks in use."""
        found = [store.blocks.statistics() for store in self.stores.values()]
        return sum(s.blocks * s.block_bytes for s in found)


class _NoGradient(torch.autograd.Function):
    """Passes on what the cache attended to. Backward is refused: the gradient would silently lack what the cache holds."""

    @staticmethod
    def forward(ctx: Any, out: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        return out.view_as(out)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise RuntimeError("Farspan's cache has no gradient: train without a cache")


def attend(
    layer: _CacheLayer,
    scheme: Scheme,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    padding: torch.Tensor | None,
    positions: torch.Tensor | None,
) -> torch.Tensor:
    """Stores the newest keys and values of a layer, and attends to all of them: [batch, tokens, heads, features]."""
    out = _attend(layer, scheme, query, key, value, padding, positions)
    return _NoGradient.apply(out, query, key, value)  # type: ignore[no-any-return, no-untyped-call]


def _attend(
    layer: _CacheLayer,
    scheme: Scheme,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    padding: torch.Tensor | None,
    positions: torch.Tensor | None,
) -> torch.Tensor:
    store = layer.store
    assert store is not None
    layer.pending = False
    batch, heads, queries, _ = query.shape
    if layer.length > store.length:
        store.append(queries, batch, padding, positions)
    out = query.new_empty((batch, queries, heads, value.shape[3]))
    if store.together is not None:  # one new token each: the rows of one tensor
        k, v, q, o = (x.detach().permute(2, 1, 0, 3) for x in (key, value, query, out.transpose(1, 2)))
        store.blocks.write(layer.index, store.together, k, v)
        store.plan(scheme, None, store.together, heads).run(layer.index, q, out=o)
        return out
    for b, (first, last) in enumerate(store.rows):
        if (first, last) != (0, queries):
            out[b].zero_()
        if last > first:
            rows = Batch([store.sequences[b]], [0, last - first])
            k, v, q, o = (x.detach()[b : b + 1, :, first:last] for x in (key, value, query, out.transpose(1, 2)))
            store.blocks.write(layer.index, rows, k, v)
            store.plan(scheme, b, rows, heads).run(layer.index, q, out=o)
    return out

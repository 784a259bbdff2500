"""Small models of transformers with random weights, and what their attention layers see: queries and keys before the rotation,
values, and the output before its projection."""
import importlib
import inspect
import logging

import torch
import transformers
from transformers import AutoModel, AutoModelForCausalLM, CONFIG_MAPPING

logging.getLogger("transformers").setLevel(logging.ERROR)
SEQUENCE = 80

# Small sizes of what has no part in positions and attention, where the class has such a key.
SMALL = {
    "vocab_size": 64,
    "intermediate_size": 32,
    "ffn_hidden_size": 32,
    "moe_intermediate_size": 16,
    "num_local_experts": 2,
    "num_experts": 2,
    "n_routed_experts": 4,
    "num_experts_per_tok": 1,
    "n_group": 1,
    "topk_group": 1,
    "kv_lora_rank": 24,
    "q_lora_rank": 16,
    "intermediate_size_mlp": 32,
    "shared_expert_intermediate_size": 16,
    "n_inner": 32,
    "d_ff": 32,
    "moe_topk": 1,
    "num_experts_per_token": 1,
    "n_shared_experts": 1,
    "num_expert_group": 1,
    "moe_num_experts": 2,
    "moe_k": 1,
    "mamba_n_heads": 8,
    "mamba_d_head": 32,
    "mamba_n_groups": 1,
    "mamba_d_state": 8,
    "mamba_num_heads": 4,
    "mamba_head_dim": 8,
    "n_groups": 1,
    "ssm_state_size": 8,
    "default_language": "en_XX",
    "decoder_ffn_dim": 32,
    "encoder_ffn_dim": 32,
    "ffn_dim": 32,
    "linear_num_value_heads": 4,
    "linear_num_key_heads": 2,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "embedding_size": None,
    "vocab_size_per_layer_input": 64,
    "hidden_size_per_layer_input": 8,
}


def build(keys, implementation, kind=None, name=None):
    """The model of a config.json's text part; of encoder-decoders the decoder. `name` is the class of those that have no automatic one."""
    torch.manual_seed(1)
    kind = kind or CONFIG_MAPPING[keys["model_type"]]
    known = kind().to_dict()
    config = kind.from_dict(
        {**{key: value for key, value in SMALL.items() if key in known and value is not None}, **keys}
    )
    whole = type(config) in AutoModel._model_mapping and (not config.is_encoder_decoder or keys["model_type"] == "t5")
    make = AutoModel if whole else AutoModelForCausalLM if kind in AutoModelForCausalLM._model_mapping else None
    if make:
        model = make.from_config(config, attn_implementation=implementation).float().eval()
    else:
        model = getattr(transformers, name)._from_config(config, attn_implementation=implementation).float().eval()
    for name, parameter in model.named_parameters():
        if (parameter.dim() > 1 or "sinks" in name) and "embed_positions" not in name:
            torch.nn.init.normal_(parameter, std=0.5 if parameter.dim() == 1 else 2 / parameter.shape[-1] ** 0.5)
    return model


class Record:
    """Of one layer: tensors [batch, heads, sequence, features]."""

    rotated_in = rotated_out = projected = query = key = value = out = None


class Watch:
    """Notes what passes through the attention of a model that calls eager_attention_forward and apply_rotary_*."""

    def __init__(self, model):
        self.module = importlib.import_module(type(model).__module__)
        self.layers = {}
        self.pending = self.projected = self.called = None
        for name, module in model.named_modules():
            if name.endswith("q_proj"):
                module.register_forward_hook(self.watch_projection)
            if name.endswith("self_attn"):
                module.register_forward_pre_hook(self.watch_call, with_kwargs=True)
        self.saved = {}

    def __enter__(self):
        for name in dir(self.module):
            if name.startswith("apply_rotary") and "vision" not in name:
                self.replace(name, self.watch_rotation)
        self.replace("eager_attention_forward", self.watch_attention)
        return self

    def __exit__(self, *_):
        for name, function in self.saved.items():
            setattr(self.module, name, function)

    def replace(self, name, watch):
        self.saved[name] = getattr(self.module, name)
        setattr(self.module, name, watch(self.saved[name]))

    def watch_projection(self, module, inputs, output):
        self.projected = output

    def watch_call(self, module, inputs, named):
        self.called = named.get("layer_idx")  # of attention that several layers share

    def watch_rotation(self, function):
        def rotate_one(x, *arguments, **named):  # Gemma 3n and 4: queries and keys in a call each
            result = function(x, *arguments, **named)
            before, after = self.pending or ((), ())
            self.pending = (*before, x.detach().clone()), (*after, result)
            return result

        def rotate_keys_first(x, *arguments, **named):  # CodeGen
            rotate_one(x, *arguments, **named)
            self.pending = tuple(part[::-1] for part in self.pending)
            return self.pending[1][0]

        def rotate(q, k, *arguments, **named):
            result = function(q, k, *arguments, **named)
            if self.pending is None:  # the outermost of nested functions
                self.pending = (q.detach().clone(), k.detach().clone()), result
            return result

        first = next(iter(inspect.signature(function).parameters))
        return {"x": rotate_one, "tensor": rotate_keys_first}.get(first, rotate)

    def watch_attention(self, function):
        def attend(module, query, key, value, *arguments, **named):
            result = function(module, query, key, value, *arguments, **named)
            record = Record()
            if self.pending:
                record.rotated_in, record.rotated_out = self.pending
            self.pending = None
            record.query, record.key, record.value = query, key, value
            if self.projected is not None and self.projected.numel() == query.numel():
                record.projected = self.projected.reshape(*self.projected.shape[:2], query.shape[1], -1).transpose(1, 2)
            record.out = result[0].transpose(1, 2)
            self.layers[self.called if self.called is not None else module.layer_idx] = record
            return result

        return attend


def run(model):
    torch.manual_seed(2)
    tokens = torch.randint(3, 60, (1, SEQUENCE))
    with torch.no_grad():
        model(tokens, use_cache=False)


def like(raw, used):
    """[batch, heads, sequence, features] as the attention has it."""
    return (
        raw.transpose(1, 2)
        if raw.shape[1] == used.shape[2] and raw.shape[2] == used.shape[1] and raw.shape[1] != used.shape[1]
        else raw
    )


def before_rotation(record, offset, after):
    """Queries and keys without their rotation. Partial rotary models rotate a slice; `after` is what the model does to rotated
    vectors: "norm" (which commutes with a rotation) or "temperature" (which is the scheme's own). Without a rotation, the temperature
    of Llama 4 is undone by taking the queries as projected; "scale": OPT has scaled its queries already."""
    result = []
    for index, used in enumerate((record.query, record.key)):
        if record.rotated_in is None:
            if index == 0 and after == "scale":
                used = used * used.shape[-1] ** 0.5
            result.append(record.projected if after == "norm" and index == 0 else used)
            continue
        raw, turned = like(record.rotated_in[index], used), like(record.rotated_out[index], used)
        raw, turned = (x.expand(-1, used.shape[1], -1, -1) for x in (raw, turned))
        if raw.shape[-1] < used.shape[-1]:
            whole = used.clone()
            whole[..., offset : offset + raw.shape[-1]] = raw
            raw = whole
        elif after == "norm":
            raw = raw * (used.norm(dim=-1, keepdim=True) / turned.norm(dim=-1, keepdim=True))
        result.append(raw)
    return [x.detach().numpy() for x in result]


def rotary_module(model, base=None):
    """The one that has frequencies; of several in a list, that of a base."""
    found = {name.split(".")[-1]: module for name, module in reversed(list(model.named_modules()))}
    if "rotary_embs" in found:
        return next(
            module for module in found["rotary_embs"] if base in (None, module.config.rope_parameters["rope_theta"])
        )
    for module in (found.get("rotary_emb"), found.get("pos_emb")):
        if module is not None and any(
            buffer.endswith("inv_freq") for buffer, _ in module.named_buffers()
        ):  # GPT-J has tables instead
            return module
    return None


def cos_sin(model, layer_type, positions, axes, pairs, base=None):
    """[positions, pairs] each, with the magnitude, from the model's own rotary module."""
    module = rotary_module(model, base)
    where = torch.tensor(positions)[None]
    if axes > 1:
        where = where[None].expand(axes, -1, -1)
    arguments = [layer_type] if isinstance(getattr(module, "rope_type", None), dict) else []
    with torch.no_grad():
        result = module(torch.zeros(1, len(positions), 4), where, *arguments)
    if torch.is_tensor(result):  # complex: DeepSeek-V2, Llama 4
        return result[0].real.numpy(), result[0].imag.numpy()
    cos, sin = (x[0, 0] if x.dim() == 4 else x[0] for x in result)
    paired = cos.shape[-1] == 2 * pairs and torch.equal(
        cos[..., 0::2], cos[..., 1::2]
    )  # each pair's twice, side by side
    pick = slice(0, None, 2) if paired else slice(0, pairs)
    return cos[..., pick].numpy(), sin[..., pick].numpy()


def inverse_frequencies(model, layer_type, base=None):
    module = rotary_module(model, base)
    for name in (f"{layer_type}_inv_freq", "inv_freq"):
        if hasattr(module, name):
            return getattr(module, name).numpy()
    raise AttributeError("no inv_freq")


def version():
    return f"transformers {transformers.__version__}, torch {torch.__version__}"

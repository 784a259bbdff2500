"""Families that write their attention out themselves: queries, keys and values are the outputs of their projections, the result is the
input of the projection that follows."""
import re

import numpy as np
import torch

import huggingface


def heads(x, count):
    """[batch, sequence, features] as [batch, heads, sequence, features per head]."""
    return x.reshape(*x.shape[:2], count, -1).transpose(1, 2)


def split_bloom(fused, config):
    each = fused.reshape(*fused.shape[:2], config.n_head, 3, -1)
    return [each[..., n, :].transpose(1, 2) for n in range(3)]


def split_falcon(fused, config):
    groups = (
        config.num_kv_heads
        if config.new_decoder_architecture
        else 1
        if config.multi_query
        else config.num_attention_heads
    )
    each = fused.reshape(*fused.shape[:2], groups, config.num_attention_heads // groups + 2, config.head_dim)
    q = each[..., :-2, :].flatten(2, 3)
    return [x.transpose(1, 2) for x in (q, each[..., -2, :], each[..., -1, :])]


def split_mpt(fused, config):
    return [heads(x, config.num_attention_heads) for x in fused.chunk(3, dim=-1)]


# model_type -> (attention module, projections of q, k, v, projection of the result, heads) or a function for fused projections
PARTS = ("q_proj", "k_proj", "v_proj")
BERT = ("attention.self", ("query", "key", "value"), None, "num_attention_heads")
SEPARATE = {
    "gptj": ("attn", ("q_proj", "k_proj", "v_proj"), "out_proj", "n_head"),
    "t5": ("SelfAttention", ("q", "k", "v"), "o", "num_heads"),
    "gpt_neo": ("attn.attention", PARTS, "out_proj", "num_heads"),
    "mvp": ("self_attn", PARTS, "out_proj", "decoder_attention_heads"),
    "trocr": ("self_attn", PARTS, "out_proj", "decoder_attention_heads"),
    "xglm": ("self_attn", PARTS, "out_proj", "attention_heads"),
    "git": BERT,
    "roformer": BERT,
    "megatron-bert": BERT,
    "rembert": BERT,
    "xlm": ("attentions", ("q_lin", "k_lin", "v_lin"), "out_lin", "n_heads"),
}


def split_neox(fused, config):
    """Each head's query, key and value side by side."""
    return split_bloom(fused, type("heads", (), {"n_head": config.num_attention_heads}))


FUSED = {
    "gpt_neox_japanese": ("attention", "query_key_value", "dense", split_neox),
    "openai-gpt": ("attn", "c_attn", "c_proj", split_mpt),
    "bloom": ("self_attention", "query_key_value", "dense", split_bloom),
    "mpt": ("attn", "Wqkv", "out_proj", split_mpt),
    "falcon": ("self_attention", "query_key_value", "dense", split_falcon),
}


def attentions(model, tail):
    """The modules called so, with a number in front or behind."""
    return [
        module
        for name, module in model.named_modules()
        if re.search(rf"\b{re.escape(tail)}(\.\d+)?$", name)
        and "attn_" not in name
        and not isinstance(module, torch.nn.ModuleList)
    ]


def watch(model):
    """({layer: (q, k, v, out)}, {name: bias table})"""
    config, seen = model.config, {}
    kind = config.model_type

    def keep(layer, what, pick):
        def hook(module, inputs, output):
            seen.setdefault(layer, {})[what] = pick(inputs, output)

        return hook

    tail = (SEPARATE.get(kind) or FUSED[kind])[0]
    for layer, module in enumerate(attentions(model, tail)):
        if kind in SEPARATE:
            _, projections, result, count = SEPARATE[kind]
            for name in projections:
                getattr(module, name).register_forward_hook(keep(layer, name, lambda _, output: output))
        else:
            projections, result = ("qkv",), FUSED[kind][2]
            getattr(module, FUSED[kind][1]).register_forward_hook(keep(layer, "qkv", lambda _, output: output))
        if result:
            getattr(module, result).register_forward_hook(keep(layer, "out", lambda inputs, _: inputs[0]))
        else:
            module.register_forward_hook(keep(layer, "out", lambda _, output: output[0]))
    run(model)

    layers = {}
    for layer, parts in seen.items():
        if kind in SEPARATE:
            count = getattr(config, SEPARATE[kind][3])
            q, k, v = (heads(parts[name], count) for name in SEPARATE[kind][1])
        else:
            q, k, v = FUSED[kind][3](parts["qkv"], config)
        out = parts["out"]
        out = out if out.dim() == 4 else heads(out, q.shape[1])
        layers[layer] = tuple(np.ascontiguousarray(x.detach().numpy()) for x in (q, k, v, out))
    return layers, bias_tables(model)


def run(model):
    torch.manual_seed(2)
    tokens = torch.randint(3, 60, (1, huggingface.SEQUENCE))
    with torch.no_grad():
        if model.config.is_encoder_decoder and model.config.model_type == "t5":
            model(input_ids=tokens, decoder_input_ids=tokens)
        else:
            model(tokens, use_cache=False)


def bias_tables(model):
    found = {}
    for name, parameter in model.named_parameters():
        if "relative_attention_bias" in name:
            found[name.split(".")[0]] = np.ascontiguousarray(parameter.detach().numpy())
    return found


def cos_sin(model, positions, pairs):
    """[positions, pairs] each, from tables or from the rotary module."""
    kind = model.config.model_type
    if huggingface.rotary_module(model):
        return huggingface.cos_sin(model, None, positions, 1, pairs)
    if kind == "roformer":
        table = model.encoder.embed_positions.weight.detach().numpy()
    else:
        from transformers.models.gptj.modeling_gptj import create_sinusoidal_positions  # CodeGen's is the same

        table = create_sinusoidal_positions(max(positions) + 1, model.config.rotary_dim).numpy()
    pairs = table.shape[1] // 2
    return table[positions][:, pairs:], table[positions][:, :pairs]

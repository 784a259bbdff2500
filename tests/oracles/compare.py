"""Farspan against Hugging Face transformers, family by family, a line per kind of layer.

Four differences, all against the shared library in its float32 mode:
    inv_freq   relative, of the frequencies (R/2 per layer kind)
    factor     of the magnitude on cos and sin
    cos/sin    absolute, at positions within the context and beyond it
    attention  absolute, of the attention's output with random weights, relative to its largest value
"""
import re
import traceback

import numpy as np

import class_families
import families
import farspan
import huggingface
import own_attention

# Bounds. Frequencies: two roundings of float32 each for power, product and quotient. Angles: a frequency off by such a rounding
# turns position p by as much as p times it; positions stay below 4096 so that this is the bound too. Attention: sums of up to 256
# products and of 80 weights in another order.
BOUND = {"inv_freq": 4 * 2.0**-23, "factor": 4 * 2.0**-23, "cos_sin": 4096 * 4 * 2.0**-23, "attention": 2e-5}
POSITIONS = [0, 1, 2, 3, 17, 100, 1023, 4095]


def rope_types(model):
    return getattr(huggingface.rotary_module(model), "rope_type", None) if model else None


def layer_type(layer, model=None):
    """As the model's own rotary module calls it."""
    if "hybrid" in getattr(rope_types(model), "keys", dict)():
        return {0: "hybrid", 1: "hybrid_sliding"}[layer.kind]
    return {0: "full_attention", 1: "sliding_attention", 2: "chunked_attention"}[layer.kind]


def compare_rotation(model, layer, case):
    """The largest differences over some lengths: (inv_freq, factor, cos_sin)."""
    worst = np.zeros(3)
    base = layer.rope.contents.base
    axes = farspan.lib.farspan_scheme_axes(layer.scheme)
    for length in case.lengths or lengths_of(layer):
        positions = [p for p in POSITIONS if p < length - 1] + [length - 1]
        ours, magnitude = farspan.frequencies(layer, length)
        if case.own or huggingface.rotary_module(model) is None:
            cos, sin = own_attention.cos_sin(model, positions, len(ours))
        else:
            cos, sin = huggingface.cos_sin(model, layer_type(layer, model), positions, axes, len(ours), base)
        if huggingface.rotary_module(model) is not None:
            theirs = huggingface.inverse_frequencies(model, layer_type(layer, model), base)
            shown = np.where(theirs != 0, theirs, 1)
            worst[0] = max(worst[0], np.max(np.abs(ours - theirs) / np.abs(shown)))
        worst[1] = max(worst[1], abs(np.hypot(cos[0, 0], sin[0, 0]) / magnitude - 1))
        our_cos, our_sin = farspan.cos_sin(layer, positions, length)
        small = [n for n, p in enumerate(positions) if p <= POSITIONS[-1]]
        worst[2] = max(worst[2], np.max(np.abs(our_cos - cos)[small]), np.max(np.abs(our_sin - sin)[small]))
    return worst


def compare_attention(layer, record, after, sinks):
    if isinstance(record, huggingface.Record):
        offset = layer.rope.contents.rotary_offset
        q, k = huggingface.before_rotation(record, offset, after)
        v, out = record.value.detach().numpy(), record.out.detach().numpy()
    else:
        q, k, v, out = record
    scheme = layer.scheme if sinks is None else farspan.with_sinks(layer, sinks)
    ours = farspan.attention(scheme, q, k, v)
    return np.max(np.abs(ours - out)) / np.max(np.abs(out))


def lengths_of(layer):
    original = layer.rope.contents.original_context
    return [96] + ([2 * original] if original else [4096])


def parameters(layer):
    rope = layer.rope.contents
    if farspan.method(layer) == "none":
        return "-"
    text = f"R {rope.rotary_dim} base {rope.base:g}"
    return (
        text
        + (f" factor {rope.factor:g}" if rope.factor != 1 else "")
        + (f" L {rope.original_context}" if rope.original_context else "")
    )


def compare_family(case):
    model = huggingface.build(case.keys, case.implementation, case.config_class, case.model_class)
    if case.own:
        seen, tables = own_attention.watch(model)
        ours = farspan.Model(case.text, encoder=tables.get("encoder"), decoder=tables.get("decoder"))
    else:
        with huggingface.Watch(model) as watch:
            huggingface.run(model)
        seen, ours = watch.layers, farspan.Model(case.text)
    done = set()
    for index in sorted(seen):
        layer = ours.layer(index + (0 if case.encoder else ours.info.encoder_layers))
        if layer.alike in done:
            continue
        done.add(layer.alike)
        rotation = np.zeros(3)
        if farspan.method(layer) != "none":
            rotation = compare_rotation(model, layer, case)
        sinks = next(
            (p.detach().numpy() for n, p in model.named_parameters() if re.search(rf"\b{index}\.self_attn\.sinks", n)),
            None,
        )
        yield index, layer, [*rotation, compare_attention(layer, seen[index], case.after, sinks)]


def header():
    print(
        f"{'family':<22}{'layer':>5} {'kind':<9}{'method':<18}{'parameters':<38}{'inv_freq':>10}{'factor':>10}{'cos/sin':>10}{'attention':>11}"
    )


class Table:
    """Rows, what was passed and what was not, and the worst of each difference."""

    def __init__(self, bounds):
        self.bounds, self.passed, self.failures, self.families, self.worst = bounds, 0, [], set(), np.zeros(4)

    def add(self, name, family, index, layer, differences):
        kind = layer_type(layer).split("_")[0]
        print(
            f"{name:<22}{index:>5} {kind:<9}{farspan.method(layer):<18}{parameters(layer):<38}"
            + "".join(f"{d:>10.1e}" for d in differences[:3])
            + f"{differences[3]:>11.1e}",
            flush=True,
        )
        self.worst = np.maximum(self.worst, differences)
        self.families.add(family)
        for difference, (what, bound) in zip(differences, self.bounds.items()):
            if difference <= bound:
                self.passed += 1
            else:
                self.failures.append(f"{name}, layer {index}: {what} {difference:.1e}, bound {bound:.1e}")


def run(names):
    """Fixtures against transformers: a Table."""
    return run_cases((families.Case, name) for name in names)


def run_classes(names):
    """Families with nothing but sizes in the file."""
    return run_cases((class_families.Case, name) for name in names)


def run_cases(cases):
    table = Table(BOUND)
    for make, name in cases:
        try:
            case = make(name)
            for index, layer, differences in compare_family(case):
                table.add(name, case.family, index, layer, differences)
            if case.family not in table.families:
                table.failures.append(f"{name}: no layer of its attention was seen")
        except Exception:
            table.failures.append(f"{name}: {traceback.format_exc()}")
    return table

"""Carries out the call of a case through the public interface: a list of outputs, each an array or bytes."""
import json

import numpy as np

import farspan
from farspan.scheme import part_struct
from memory import content, number, numbers, tensor

FIELDS_OF_INFO = (
    "absolute layers encoder_layers query_heads key_heads head_dim value_dim hidden vocabulary context trained_context "
    "usable_context usable_context_most absolute_rows absolute_offset layer_kinds"
).split()


class Touched(Exception):
    """An output was written although the call failed."""


def fields(given):
    """A configuration: numbers, and arrays of them."""
    return {key: numbers(value) if isinstance(value, list) else number(value) for key, value in given.items()}


def scheme_of(case):
    if "model" in case:
        layer = model_of(case["model"]).layer(case["model"]["layer"])
        return layer.scheme
    given = case.get("scheme", {})
    return farspan.Scheme.from_json(given if isinstance(given, str) else json.dumps(given))


def model_of(given):
    options = fields(given.get("options", {}))
    if "config" in given:
        return farspan.Model.from_config(given["config"], **options)
    if "gguf" in given:
        return farspan.Model.from_gguf(bytes.fromhex(given["gguf"]), **options)
    kinds = {1: int, 2: lambda value: float(number(value)), 3: str}
    entries = {}
    for entry in given["metadata"]:
        values = [kinds[entry["type"]](value) for value in entry["values"]]
        if entry["is_array"]:
            values = {1: lambda v: np.array(v, np.int64), 2: lambda v: np.array(v, np.float64), 3: list}[entry["type"]](
                values
            )
        entries[entry["key"]] = values if entry["is_array"] else values[0]
    return farspan.Model.from_metadata(entries, **options)


def guarded(outputs, call):
    """The outputs after a call; they must be as they were if it fails."""
    before = [output.copy() for output in outputs]
    try:
        call()
    except farspan.Error as error:
        if any(a.tobytes() != b.tobytes() for a, b in zip(before, outputs)):
            raise Touched("an output was written although the call failed") from error
        raise
    return outputs


def positions(arguments, key="positions"):
    return arguments.get(key)


def rope_frequencies(case, arguments, context):
    inv_freq, magnitude = farspan.rope_frequencies(scheme_of(case), arguments["length"], arguments["count"])
    return [inv_freq, np.array([magnitude])]


def scheme_probe(case, arguments, context):
    scheme = scheme_of(case)
    probes = [scheme.probe(query, key, head, arguments["length"]) for query, key, head in arguments["pairs"]]
    names = "query_angle_position key_angle_position relative_position bias scale magnitude".split()
    wholes = [[probe.visible, probe.branch] for probe in probes]
    reals = [[getattr(probe, name) for name in names] for probe in probes]
    return [np.array(numbers, kind).ravel() for numbers, kind in ((wholes, np.int64), (reals, np.float64)) if probes]


def scheme_visible(case, arguments, context):
    scheme = scheme_of(case)
    intervals = [scheme.visible(query, arguments["keys"]) for query in arguments["queries"]]
    return [np.array([[r.start, r.stop] for pair in intervals for r in pair], np.int64).ravel()]


def scheme_to_json(case, arguments, context):
    return [scheme_of(case).to_json().encode()]


def rope_apply(case, arguments, context):
    scheme, source = scheme_of(case), content(arguments["in"])
    x = tensor(source, arguments["in"], "in")
    result = content(arguments["out"]) if "out" in arguments else source
    out = tensor(result, arguments["out"], "out") if "out" in arguments else x
    return guarded(
        [result],
        lambda: farspan.rope_apply(scheme, x, positions(arguments), out=out, context=context, **arguments["options"]),
    )


def bias_fill(case, arguments, context):
    return [
        farspan.bias_fill(
            scheme_of(case), arguments["head"], arguments["first_distance"], arguments["count"], arguments["length"]
        )
    ]


def sinusoidal_fill(case, arguments, context):
    result = content(arguments["out"])
    out = tensor(result, arguments["out"], "out")
    return guarded(
        [result],
        lambda: farspan.sinusoidal_fill(out, arguments["layout"], arguments["first"], number(arguments["base"])),
    )


def position_lookup(case, arguments, context):
    result = content(arguments["out"])
    table = tensor(content(arguments["table"]), arguments["table"], "table")
    out = tensor(result, arguments["out"], "out")
    return guarded([result], lambda: farspan.position_lookup(table, out, positions(arguments)))


def fire_fill(case, arguments, context):
    result = content(arguments["out"])
    out = tensor(result, arguments["out"], "out")
    return guarded(
        [result],
        lambda: farspan.fire_fill(
            out, arguments.get("query_positions"), arguments.get("key_positions"), **fields(arguments["config"])
        ),
    )


def plan_of(case, arguments, context):
    sizes = {"query_heads": 0, "key_heads": 0, "queries": 0, "keys": 0, "head_dim": 0}
    return farspan.Plan(scheme_of(case), farspan.Problem(**{**sizes, **fields(arguments["problem"])}), context)


def inputs(arguments):
    return [tensor(content(arguments[name]), arguments[name], name) for name in ("q", "k", "v")]


def attention_run(case, arguments, context):
    plan = plan_of(case, arguments, context)
    q, k, v = inputs(arguments)
    bias = tensor(content(arguments["bias"]), arguments["bias"], "bias") if "bias" in arguments else None
    outputs = [content(arguments["out"])]
    out = tensor(outputs[0], arguments["out"], "out")
    if arguments.get("lse"):
        outputs.append(np.zeros(int(np.prod(q.shape[:3])), np.float32))
    workspace = bytearray(plan.workspace_size) if arguments.get("workspace") else None
    return guarded(
        outputs,
        lambda: plan.run(
            q,
            k,
            v,
            bias=bias,
            out=out,
            lse=outputs[1] if len(outputs) > 1 else None,
            workspace=workspace,
            context=context,
        ),
    )


def plan_tile_counts(case, arguments, context):
    counts = plan_of(case, arguments, context).tile_counts()
    return [np.array([counts.skipped, counts.whole, counts.edge, counts.crossed], np.int64)]


def attention(case, arguments, context):
    scheme, result = scheme_of(case), content(arguments["out"])
    out = tensor(result, arguments["out"], "out")
    return guarded([result], lambda: farspan.attention(scheme, *inputs(arguments), out=out, context=context))


def attention_merge(case, arguments, context):
    memories = {name: content(arguments[name]) for name in ("out_a", "lse_a", "out_b", "lse_b")}
    a, b = (tensor(memories[name], arguments[name], name) for name in ("out_a", "out_b"))
    return guarded(
        [memories["out_a"], memories["lse_a"]],
        lambda: farspan.attention_merge(a, memories["lse_a"], b, memories["lse_b"]),
    )


def model_describe(case, arguments, context):
    info = model_of(case["model"]).info
    return [np.array([getattr(info, name) for name in FIELDS_OF_INFO], np.int64), np.array([info.final_softcap])]


def model_layer_at(case, arguments, context):
    layer = model_of(case["model"]).layer(arguments["layer"])
    whole = [layer.kind, layer.alike, layer.query_heads, layer.key_heads, layer.head_dim, layer.value_dim, layer.window]
    real = [layer.attention_scale]
    if layer.scheme is None:
        assert layer.kind == 3 and not layer.parts
        return [np.array(whole + 9 * [0], np.int64), np.array([*real, 0, 0, 0], np.float64)]
    rope, remap, bias, mask, score = (part_struct(part, given)[0] for part, given in layer.parts.items())
    whole += [
        rope.method,
        rope.layout,
        rope.rotary_dim,
        rope.rotary_offset,
        remap.method,
        bias.method,
        mask.window_left,
        mask.chunk,
        score.temperature,
    ]
    return [np.array(whole, np.int64), np.array([*real, rope.base, score.softcap, score.trained_length])]


def model_note_at(case, arguments, context):
    notes = model_of(case["model"]).notes
    found = [note for note in notes if note.code == arguments["code"] and note.path == arguments["path"]]
    text = found[0].text.encode() if found else b""
    return [np.array([found[-1].severity if found else -1, len(found), *text], np.int64)]

"""A case as calls that each follow a header: what a runner makes. All that is said once for several calls is said with each of them here."""
from __future__ import annotations

import json
from math import prod
from struct import pack, unpack
from typing import Any

Call = dict[str, Any]
# The content of 16 bits by its top 8: the bits of multiples of 1/64 in [-2, 2).
SIXTY_FOURTHS = [(n - 128) / 64 for n in range(256)]
HALVES = {
    "f16": unpack("<256H", pack("<256e", *SIXTY_FOURTHS)),
    "bf16": tuple(bits >> 16 for bits in unpack("<256I", pack("<256f", *SIXTY_FOURTHS))),
}


def memory(given: Any) -> Any:
    """What describes memory, with everything that may be left out."""
    if isinstance(given, dict) and ("shape" in given or "elements" in given):
        given = {"dtype": "f32", "offset": 0, "elements": prod(given.get("shape", ())), **given}
        if "seed" in given and given["dtype"] in HALVES:
            given["halves"] = HALVES[given["dtype"]]
        if "shape" in given:
            _, heads, rows, size = given["shape"]
            given.setdefault("stride", [heads * rows * size, rows * size, size, 1])
    return given


def zeros(dtype: str, elements: int) -> Call:
    return {"dtype": dtype, "elements": elements}


def made(call: str, given: Call, **more: Any) -> Call:
    arguments = {name: memory(value) for name, value in {**given, **more}.items()}
    if given.get("lse") is True:
        arguments["lse"] = zeros("f32", prod(given["q"]["shape"][:3]))
    return {**arguments, "call": call}


def scheme(holder: Call) -> Call:
    said = holder.get("scheme", {})
    return made("scheme_from_json", {}, text=said if isinstance(said, str) else json.dumps(said))


def model(given: Call) -> list[Call]:
    options = {"options": given.get("options", {})}
    sources = (("config", "text"), ("metadata", "entries"), ("gguf", "file"))
    calls = [made(f"model_from_{name}", options, **{to: given[name]}) for name, to in sources if name in given]
    return calls + [made("model_scheme", {}, layer=given[name]) for name in ("layer",) if name in given]


def losses(call: str, given: Call) -> list[Call]:
    """The losses 0 and 1, or those of the buckets of a curve."""
    if call == "loss_add_by_context":
        count = len(given["edges"]) - 1
        calls = [made("loss_init", {}, loss=n, block_tokens=given["block_tokens"]) for n in range(count)]
        common = {"ignore_index": 0, "curve": count, "edges": given["edges"], "block_tokens": given["block_tokens"]}
        calls += [made(call, common, **part) for part in given["parts"]]
        return calls + [made("loss_summarize", {}, loss=n) for n in range(count)]
    calls = []
    for loss, parts, block in ((0, "parts", "block_tokens"), (1, "from", "from_block_tokens")):
        if parts in given:
            calls.append(made("loss_init", {}, loss=loss, block_tokens=given.get(block, given["block_tokens"])))
            calls += [made("loss_add", {"ignore_index": 0}, loss=loss, **part) for part in given[parts]]
    calls += [made("loss_merge", {"loss": 0, "from": 1})] * ("from" in given)
    return [*calls, made("loss_summarize", {}, loss=0)]


def segments(call: str, given: Call) -> list[Call]:
    """Counted in two halves by turns if they are merged, each alone for a bootstrap, and else together."""
    kind, last = call.split("_", 1)
    config = given["bleu" if last == "bootstrap" else "config"]
    calls = []
    for n, segment in enumerate(given["segments"]):
        counts = n % 2 if last == "merge" else n if last == "bootstrap" else 0
        tokens = "" if isinstance(segment["hypothesis"], str) else "_tokens"
        calls.append(made(f"{kind}_add{tokens}", segment, config=config, counts=counts))
    if last == "bootstrap":
        return [*calls, made(call, given, segments=len(calls))]
    calls += [made(call, {"counts": 0, "from": 1})] * (last == "merge")
    return [*calls, made(f"{kind}_score", {}, config=config, counts=0)]


def gradient(given: Call) -> list[Call]:
    """Behind the run that it is of, whose outputs are the first two. An `out` with a seed takes the place of what the run wrote."""
    tensors = {name: given[name] for name in ("q", "k", "v", "bias") if name in given}
    empty = {name: value for name, value in given["out"].items() if name != "seed"}
    run = made("attention_run", {**tensors, "lse": True}, out=empty)
    out = given["out"] if "seed" in given["out"] else {**empty, "output": 0}
    return [run, made("attention_backward", {**given, "out": out, "lse": {**run["lse"], "output": 1}})]


def each(call: str, given: Call, several: str, *names: str) -> list[Call]:
    """A call for each element of a list."""
    common = {name: value for name, value in given.items() if name != several}
    return [made(call, common, **dict(zip(names, one if isinstance(one, list) else [one]))) for one in given[several]]


def calls(call: str, given: Call) -> list[Call]:
    if call.startswith("loss_"):
        return losses(call, given)
    if "segments" in given:
        return segments(call, given)
    if call == "attention_backward" and given["lse"] is True:
        return gradient(given)
    if call == "scheme_probe":
        return each(call, given, "pairs", "query", "key", "head")
    if call == "scheme_visible":
        return each(call, given, "queries", "query")
    if call == "windows_get":
        return each(call, given, "indices", "index")
    near = given.keys() & {"boundary"}
    more = {
        "rope_frequencies": lambda: {"inv_freq": zeros("f64", given["count"])},
        "bias_fill": lambda: {"out": zeros("f32", given["count"])},
        "token_nll": lambda: {"nll": zeros("f64", len(given["targets"]))},
        "key_tokens": lambda: {"keys": zeros("i64", len(given["long_nll"]))},
        "needle_place": lambda: {"out": zeros("i64", given["length"]), "boundaries": [given[n] for n in near]},
    }
    return [made(call, given, **more.get(call, dict)())]


def step(given: Call) -> list[Call]:
    """A step of a history. The last of its calls has the status with which one of them must fail."""
    call, first = given["call"], [scheme(given)] if "q" in given else []
    if call in ("cache_run", "cache_plan_advance"):
        plan = {name: given[name] for name in ("sequences", "offsets", "positions") if name in given}
        sizes = {"query_heads": given["q"]["shape"][1], "length": given.get("length", 0), "head_offset": 0}
        first.append(made("cache_plan_create", plan, **sizes))
    if call == "cache_plan_advance":  # of a plan that was made before its rows were there
        given = dict(given)
        rows = {name: given[name] for name in ("sequences", "offsets")}
        written = {**rows, "layer": given["layer"], **{name: given.pop(name) for name in ("k", "v")}}
        first += [made("cache_append", rows), made("cache_write", written), made(call, rows)]
        call = "cache_run"
    return [*first, made(call, {**({"last": 2**63 - 1} if call == "cache_evict" else {}), **given})]


def lowered(case: Call) -> list[list[Call]]:
    """Groups of calls. Numbers that those of a group answer are outputs behind it; what fails ends the case, unless it must."""
    call, given = case["call"], case["arguments"]
    if call == "cache_history":
        return [step(one) for one in given["steps"]]
    first = model(case["model"]) if "model" in case else []
    if "model" not in case and call.startswith(("scheme", "rope", "bias", "attention", "plan")):
        first = [scheme(case)]
    if "problem" in given:
        first.append(made("plan_create", {}, problem=given["problem"]))
    return [[*first, *calls(call, given)]]

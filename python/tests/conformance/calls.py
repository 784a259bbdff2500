"""Each call of the conformance cases, through the public interface."""
import ctypes
import re

import numpy as np

import farspan
from case import fields, number, numbers
from farspan import eval as judging
from farspan.scheme import part_struct

FIELDS_OF_INFO = (
    "absolute layers encoder_layers query_heads key_heads head_dim value_dim hidden vocabulary context trained_context "
    "usable_context usable_context_most absolute_rows absolute_offset layer_kinds final_softcap"
).split()


def attributes(answer, names):
    return [getattr(answer, name) for name in names.split()]


def scheme_from_json(case, given):
    case.scheme = farspan.Scheme.from_json(given["text"])


def scheme_to_json(case, given):
    case.text(case.scheme.to_json())


def scheme_probe(case, given):
    probe = case.scheme.probe(given["query"], given["key"], given["head"], given["length"])
    names = "query_angle_position key_angle_position relative_position bias scale magnitude"
    case.give(probe.visible, probe.branch, *map(float, attributes(probe, names)))


def scheme_visible(case, given):
    case.give(*(end for keys in case.scheme.visible(given["query"], given["keys"]) for end in (keys.start, keys.stop)))


def rope_frequencies(case, given):
    inv_freq, magnitude = farspan.rope_frequencies(case.scheme, given["length"], given["inv_freq"]["elements"])
    case.add("f64", inv_freq)
    case.give(magnitude)


def rope_apply(case, given):
    x, out = case.in_out("in", "out")
    farspan.rope_apply(case.scheme, x, given.get("positions"), out=out, context=case.context, **given["options"])


def rope_backward(case, given):
    d_out, d_in = case.in_out("d_out", "d_in")
    farspan.rope_backward(
        case.scheme, d_out, given.get("positions"), d_in=d_in, context=case.context, **given["options"]
    )


def bias_fill(case, given):
    count = given["out"]["elements"]
    case.add("f32", farspan.bias_fill(case.scheme, given["head"], given["first_distance"], count, given["length"]))


def sinusoidal_fill(case, given):
    farspan.sinusoidal_fill(case.out("out"), given["layout"], given["first"], number(given["base"]))


def position_lookup(case, given):
    farspan.position_lookup(case.tensor("table"), case.out("out"), given.get("positions"))


def fire_fill(case, given):
    positions = given.get("query_positions"), given.get("key_positions")
    farspan.fire_fill(case.out("out"), *positions, **fields(given["config"]))


def plan_create(case, given):
    sizes = {"query_heads": 0, "key_heads": 0, "queries": 0, "keys": 0, "head_dim": 0}
    case.plan = farspan.Plan(case.scheme, farspan.Problem(**{**sizes, **fields(given["problem"])}), case.context)


def plan_tile_counts(case, given):
    case.give(*attributes(case.plan.tile_counts(), "skipped whole edge crossed"))


def attention_run(case, given):
    named = {"out": case.out("out"), "lse": case.memory("lse", True), "bias": case.tensor("bias")}
    if "workspace" in given:
        named["workspace"] = bytearray(case.plan.workspace_size)
    case.plan.run(*(case.tensor(name) for name in "qkv"), **named, context=case.context)


def attention(case, given):
    inputs = [case.tensor(name) for name in "qkv"]
    farspan.attention(case.scheme, *inputs, out=case.out("out"), context=case.context)


def attention_merge(case, given):
    a, lse_a = case.out("out_a"), case.memory("lse_a", True)
    farspan.attention_merge(a, lse_a, case.tensor("out_b"), case.memory("lse_b"))


def attention_backward(case, given):
    tensors = {name: case.out(name) if name in given else False for name in ("d_q", "d_k", "d_v", "d_bias")}
    arrays = {name: case.memory(name, True) for name in ("d_bias_values", "d_sink_logits")}
    if "workspace" in given:
        arrays["workspace"] = bytearray(case.plan.backward_workspace_size)
    q, k, v, bias, out, d_out = (case.tensor(name) for name in ("q", "k", "v", "bias", "out", "d_out"))
    lse, d_lse = case.memory("lse"), case.memory("d_lse")
    case.plan.backward(q, k, v, out, lse, d_out, bias=bias, d_lse=d_lse, **tensors, **arrays, context=case.context)


def attention_merge_backward(case, given):
    wanted = {name: case.out(name) if name in given else False for name in ("d_out_a", "d_out_b")}
    wanted.update({name: case.memory(name, True) for name in ("d_lse_a", "d_lse_b")})
    a, b, d_out = (case.tensor(name) for name in ("out_a", "out_b", "d_out"))
    lse_a, lse_b, d_lse = (case.memory(name) for name in ("lse_a", "lse_b", "d_lse"))
    farspan.attention_merge_backward(a, lse_a, b, lse_b, d_out, d_lse=d_lse, **wanted, context=case.context)


# ---- the cache


def sequence(case):
    return case.sequences[case.given["sequence"]]


def batch(case):
    return farspan.Batch([case.sequences[n] for n in case.given["sequences"]], case.given.get("offsets"))


def cache_create(case, given):
    case.sequences = []
    case.cache = farspan.Cache(**{"key_heads": 0, "head_dim": 0, **given["config"]})


def cache_sequence_create(case, given):
    case.sequences.append(case.cache.sequence())


def cache_sequence_destroy(case, given):
    sequence(case).destroy()


def cache_fork(case, given):
    case.sequences.append(sequence(case).fork())


def cache_evict(case, given):
    sequence(case).evict(given["first"], given["last"])


def cache_keep(case, given):
    sequence(case).keep(given["sinks"], given["recent"])


def cache_clear(case, given):
    case.cache.clear()


def cache_append(case, given):
    case.cache.append(batch(case), given.get("positions"))


def cache_write(case, given):
    case.cache.write(given["layer"], batch(case), case.tensor("k"), case.tensor("v"), case.context)


def cache_save(case, given):
    case.saved.append(sequence(case).save())


def cache_restore(case, given):
    """Of what was saved: all, perhaps with an inverted byte, or its beginning."""
    saved = bytearray(case.saved[given["saved"]][: given.get("bytes")])
    if "damage" in given:
        saved[given["damage"]] ^= 0xFF
    case.sequences.append(case.cache.restore(bytes(saved)))


def cache_sequence_info(case, given):
    case.give(*attributes(sequence(case).info(), "tokens first_position next_position blocks shared_blocks"))


def cache_get_statistics(case, given):
    case.give(*attributes(case.cache.statistics(), "sequences blocks free_blocks block_bytes"))


def cache_plan_create(case, given):
    heads, positions, length = given["query_heads"], given.get("positions"), given["length"]
    case.cache_plan = case.cache.plan(
        case.scheme, batch(case), heads, positions=positions, length=length, context=case.context
    )


def cache_plan_advance(case, given):
    case.cache_plan.advance(context=case.context)


def cache_run(case, given):
    named = {"out": case.out("out"), "lse": case.memory("lse", True)}
    if "workspace" in given:
        named["workspace"] = bytearray(case.cache_plan.workspace_size)
    case.cache_plan.run(given["layer"], case.tensor("q"), **named, context=case.context)


def attention_decode(case, given):
    named = {"out": case.out("out"), "lse": case.memory("lse", True)}
    case.cache.decode(case.scheme, given["layer"], batch(case), case.tensor("q"), **named, context=case.context)


# ---- eval.h


def token_nll(case, given):
    nll = case.memory("nll", True)
    judging.token_nll(case.tensor("logits"), given["targets"], given["ignore_index"], out=nll, context=case.context)


def token_nll_grad(case, given):
    logits, grad = case.in_out("logits", "grad")
    weights = np.array(numbers(given["weights"]), np.float32) if "weights" in given else None
    judging.token_nll_grad(logits, given["targets"], weights, given["ignore_index"], grad, case.context)


def windows_count(case, given):
    case.give(len(judging.Windows(**given["config"])))


def windows_get(case, given):
    window = judging.Windows(**given["config"]).get(given["index"])
    case.give(*attributes(window, "bos begin end first_scored rows first_row"))


def losses_of(given):
    nll = np.array(numbers(given["nll"]), np.float64)
    return nll, {"targets": given["targets"], "ignore_index": given["ignore_index"]} if "targets" in given else {}


def loss_init(case, given):
    case.losses.append(given["block_tokens"])


def loss(case, name="loss"):
    """Made when it is needed: its block may be refused."""
    index = case.given[name]
    if isinstance(case.losses[index], int):
        case.losses[index] = judging.Loss(case.losses[index])
    return case.losses[index]


def loss_add(case, given):
    nll, targets = losses_of(given)
    loss(case).add(nll, bytes=given["bytes"], **targets)


def loss_merge(case, given):
    loss(case).merge(loss(case, "from"))


def loss_summarize(case, given):
    summary = loss(case).summary()
    names = "nll standard_error perplexity bits_per_token bits_per_byte"
    case.give(summary.tokens, *map(float, attributes(summary, names)))


def loss_add_by_context(case, given):
    case.curve = case.curve or judging.LossCurve(given["edges"], given["block_tokens"])
    nll, targets = losses_of(given)
    case.curve.add(given["first_context"], nll, **targets)
    case.losses = case.curve.buckets


def judge(case, given):
    verdict = judging.judge(given["lengths"], numbers(given["nll"]), given["trained_length"])
    case.give(*attributes(verdict, "verdict reference_length worst_length"), float(verdict.worst_ratio))


def verdict_name(case, given):
    case.text(judging.verdict_name(given["verdict"]))


def tokenize(case, given):
    case.text(judging.tokenize(given["tokenizer"], given["text"], given["lowercase"]))


def bleu_add(case, given):
    bleu = judging.Bleu(**fields(given["config"]))
    case.bleu[given["counts"]].add(bleu, given["hypothesis"], given["references"])


bleu_add_tokens = bleu_add


def bleu_merge(case, given):
    case.bleu[given["counts"]].merge(case.bleu[given["from"]])


def bleu_score(case, given):
    r = case.bleu[given["counts"]].score(judging.Bleu(**fields(given["config"])))
    case.give(r.hypothesis_length, r.reference_length, *map(float, (r.score, r.brevity_penalty, *r.precisions)))


def bleu_signature(case, given):
    case.text(judging.Bleu(**fields(given["config"])).signature(given["references"]))


def chrf_add(case, given):
    chrf = judging.Chrf(**fields(given["config"]))
    case.chrf[given["counts"]].add(chrf, given["hypothesis"], given["references"])


def chrf_merge(case, given):
    case.chrf[given["counts"]].merge(case.chrf[given["from"]])


def chrf_score(case, given):
    case.give(float(case.chrf[given["counts"]].score(judging.Chrf(**fields(given["config"])))))


def rouge(case, given):
    r = judging.rouge(hypothesis=given["hypothesis"], references=given["references"], **given["config"])
    case.give(r.reference, *map(float, attributes(r, "precision recall f_measure")))


rouge_tokens = rouge


def give_interval(case, interval):
    case.give(*map(float, attributes(interval, "low median high mean")))


def bootstrap_mean(case, given):
    values = np.array(numbers(given["values"]), np.float64)
    give_interval(case, judging.bootstrap_mean(values, case.context, **fields(given["config"])))


def bleu_bootstrap(case, given):
    bleu, segments = judging.Bleu(**fields(given["bleu"])), case.bleu[: given["segments"]]
    give_interval(case, judging.bleu_bootstrap(bleu, segments, case.context, **fields(given["config"])))


def key_tokens(case, given):
    after_all, after_few = (np.array(numbers(given[name]), np.float64) for name in ("long_nll", "short_nll"))
    case.add("i64", judging.key_tokens(after_all, after_few, case.context, **fields(given["config"])))


def long_ppl(case, given):
    nll, block_tokens = np.array(numbers(given["nll"]), np.float64), given["block_tokens"]
    found = judging.long_ppl(nll, given["keys"], block_tokens, case.context, **fields(given["config"]))
    case.give(*attributes(found, "tokens key_tokens"))
    case.give(*map(float, attributes(found, "share nll perplexity low high")))


def effective_length(case, given):
    found = judging.effective_length(given["lengths"], numbers(given["scores"]), number(given["threshold"]))
    case.give(*attributes(found, "length first_below"), float(found.score))


def ruler(given):
    options = fields(given["config"])
    return judging.Ruler(options.pop("task"), options.pop("length", 0), **options)


def ruler_describe(case, given):
    found = ruler(given).info(case.context)
    case.give(*attributes(found, "answers answer_ids question_ids least_bytes least_ids"), float(found.depth))


def ruler_text(case, given):
    case.text(ruler(given).text(given["part"], given["haystack"], case.context))


def ruler_ids(case, given):
    made = ruler(given).ids(given["marks"], given["vocabulary"], given["part"], given["haystack"], case.context)
    case.add("i64", made)


def give_recall(case, recall):
    case.give(*attributes(recall, "complete expected found"), *map(float, attributes(recall, "share best")))


def ruler_score(case, given):
    give_recall(case, judging.ruler_score(given["answers"], given["generated"], case.context))


def ruler_score_ids(case, given):
    give_recall(case, judging.ruler_score_ids(given["answers"], given["answer_ids"], given["generated"], case.context))


def passkey_make(case, given):
    made = judging.passkey(**fields(given["config"]))
    case.text(made.text)
    case.give(*attributes(made, "key key_begin key_end bytes"), float(made.depth))


def passkey_check(case, given):
    case.give(judging.passkey_check(given["generated"], given["key"]))


def needle_place(case, given):
    boundary = given["boundaries"][0] if given["boundaries"] else None
    texts = given["haystack"], given["needle"], given["question"]
    ids, position = judging.needle_place(*texts, given["out"]["elements"], number(given["depth"]), boundary)
    case.add("i64", ids)
    case.give(position)


# ---- model.h


def model_from_config(case, given):
    case.model = farspan.Model.from_config(given["text"], **fields(given["options"]))


def model_from_gguf(case, given):
    case.model = farspan.Model.from_gguf(bytes.fromhex(given["file"]), **fields(given["options"]))


def model_from_metadata(case, given):
    kinds = {1: int, 2: lambda value: float(number(value)), 3: str}
    arrays = {1: lambda v: np.array(v, np.int64), 2: lambda v: np.array(v, np.float64), 3: list}
    entries = {}
    for entry in given["entries"]:
        values = [kinds[entry["type"]](value) for value in entry["values"]]
        entries[entry["key"]] = arrays[entry["type"]](values) if entry["is_array"] else values[0]
    case.model = farspan.Model.from_metadata(entries, **fields(given["options"]))


def model_scheme(case, given):
    case.scheme = case.model.layer(given["layer"]).scheme


def model_describe(case, given):
    case.give(*(getattr(case.model.info, name) for name in FIELDS_OF_INFO))


def model_layer_at(case, given):
    """The layer, and what its scheme is made of."""
    layer = case.model.layer(given["layer"])
    case.give(*attributes(layer, "kind alike query_heads key_heads head_dim value_dim window"))
    case.give(float(layer.attention_scale))
    for part in ("rope", "remap", "bias", "mask", "score") if layer.scheme else ():
        struct = part_struct(part, layer.parts[part])[0]
        for name, _ in struct._fields_:
            value = getattr(struct, name)
            if isinstance(value, ctypes.Array):
                case.give(*value)
            elif isinstance(value, (int, float)) and not re.search("struct_size|reserved|_count$", name):
                case.give(value)


def model_note_at(case, given):
    found = [note for note in case.model.notes if note.code == given["code"] and note.path == given["path"]]
    text = found[0].text.encode() if found else b""
    case.give(found[-1].severity if found else -1, len(found), *text)

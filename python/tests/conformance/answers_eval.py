"""The calls of eval.h."""
import numpy as np

from answers import fields, guarded
from farspan import eval as judging
from memory import content, number, numbers, tensor


def token_nll(case, arguments, context):
    nll = np.zeros(len(arguments["targets"]))
    logits = tensor(content(arguments["logits"]), arguments["logits"], "logits")
    return guarded(
        [nll],
        lambda: judging.token_nll(logits, arguments["targets"], arguments["ignore_index"], out=nll, context=context),
    )


def token_nll_grad(case, arguments, context):
    source = content(arguments["logits"])
    logits = tensor(source, arguments["logits"], "logits")
    result = content(arguments["grad"]) if "grad" in arguments else source
    grad = tensor(result, arguments["grad"], "grad") if "grad" in arguments else logits
    weights = np.array(numbers(arguments["weights"]), np.float32) if "weights" in arguments else None
    return guarded(
        [result],
        lambda: judging.token_nll_grad(logits, arguments["targets"], weights, arguments["ignore_index"], grad, context),
    )


def windows_count(case, arguments, context):
    return [np.array([len(judging.Windows(**arguments["config"]))], np.int64)]


def windows_get(case, arguments, context):
    windows = judging.Windows(**arguments["config"])
    got = [windows.get(index) for index in arguments["indices"]]
    return [np.array([[w.bos, w.begin, w.end, w.first_scored, w.rows, w.first_row] for w in got], np.int64).ravel()]


def summaries(losses):
    got = [loss.summary() for loss in losses]
    means = [[s.nll, s.standard_error, s.perplexity, s.bits_per_token, s.bits_per_byte] for s in got]
    return [np.array([s.tokens for s in got], np.int64), np.array(means, np.float64).ravel()]


def targets(part):
    return {"targets": part["targets"], "ignore_index": part["ignore_index"]} if "targets" in part else {}


def gathered(parts, block_tokens):
    loss = judging.Loss(block_tokens)
    for part in parts:
        loss.add(np.array(numbers(part["nll"]), np.float64), bytes=part["bytes"], **targets(part))
    return loss


def loss_add(case, arguments, context):
    return summaries([gathered(arguments["parts"], arguments["block_tokens"])])


def loss_merge(case, arguments, context):
    loss = gathered(arguments["parts"], arguments["block_tokens"])
    loss.merge(gathered(arguments["from"], arguments.get("from_block_tokens", arguments["block_tokens"])))
    return summaries([loss])


def loss_add_by_context(case, arguments, context):
    curve = judging.LossCurve(arguments["edges"], arguments["block_tokens"])
    for part in arguments["parts"]:
        curve.add(part["first_context"], np.array(numbers(part["nll"]), np.float64), **targets(part))
    return summaries(curve.buckets)


def judge(case, arguments, context):
    v = judging.judge(arguments["lengths"], numbers(arguments["nll"]), arguments["trained_length"])
    return [np.array([v.verdict, v.reference_length, v.worst_length], np.int64), np.array([v.worst_ratio])]


def verdict_name(case, arguments, context):
    return [judging.verdict_name(arguments["verdict"]).encode()]


def tokenize(case, arguments, context):
    return [judging.tokenize(arguments["tokenizer"], arguments["text"], arguments["lowercase"]).encode()]


def bleu_score(case, arguments, context):
    bleu, halves = judging.Bleu(**fields(arguments["config"])), [judging.BleuCounts(), judging.BleuCounts()]
    for n, segment in enumerate(arguments["segments"]):
        halves[n % 2 if case["call"] == "bleu_merge" else 0].add(bleu, segment["hypothesis"], segment["references"])
    halves[0].merge(halves[1])
    r = halves[0].score(bleu)
    lengths = np.array([r.hypothesis_length, r.reference_length], np.int64)
    return [lengths, np.array([r.score, r.brevity_penalty, *r.precisions], np.float64)]


bleu_merge = bleu_add_tokens = bleu_score


def bleu_signature(case, arguments, context):
    return [judging.Bleu(**fields(arguments["config"])).signature(arguments["references"]).encode()]


def chrf_score(case, arguments, context):
    chrf, halves = judging.Chrf(**fields(arguments["config"])), [judging.ChrfCounts(), judging.ChrfCounts()]
    for n, segment in enumerate(arguments["segments"]):
        halves[n % 2 if case["call"] == "chrf_merge" else 0].add(chrf, segment["hypothesis"], segment["references"])
    halves[0].merge(halves[1])
    return [np.array([halves[0].score(chrf)])]


chrf_merge = chrf_score


def rouge(case, arguments, context):
    r = judging.rouge(hypothesis=arguments["hypothesis"], references=arguments["references"], **arguments["config"])
    return [np.array([r.reference], np.int64), np.array([r.precision, r.recall, r.f_measure], np.float64)]


rouge_tokens = rouge


def interval(found):
    return [np.array([found.low, found.median, found.high, found.mean])]


def bootstrap_mean(case, arguments, context):
    return interval(
        judging.bootstrap_mean(
            np.array(numbers(arguments["values"]), np.float64), context, **fields(arguments.get("config", {}))
        )
    )


def bleu_bootstrap(case, arguments, context):
    bleu, segments = judging.Bleu(**fields(arguments["bleu"])), []
    for segment in arguments["segments"]:
        segments.append(judging.BleuCounts())
        segments[-1].add(bleu, segment["hypothesis"], segment["references"])
    return interval(judging.bleu_bootstrap(bleu, segments, context, **fields(arguments.get("config", {}))))


def passkey_make(case, arguments, context):
    made = judging.passkey(**fields(arguments["config"]))
    return [
        made.text.encode(),
        np.array([made.key, made.key_begin, made.key_end, made.bytes], np.int64),
        np.array([made.depth]),
    ]


def passkey_check(case, arguments, context):
    return [np.array([judging.passkey_check(arguments["generated"], arguments["key"])], np.int64)]


def needle_place(case, arguments, context):
    ids, position = judging.needle_place(
        arguments["haystack"],
        arguments["needle"],
        arguments["question"],
        arguments["length"],
        number(arguments["depth"]),
        arguments.get("boundary"),
    )
    return [ids, np.array([position], np.int64)]

#!/usr/bin/env python3
"""Writes tests/eval/text_scores.json: what sacrebleu and rouge-score answer, so that the normal tests need neither.

usage: make_text_vectors.py [OUT]   in an environment with requirements-text.txt
"""
import importlib.metadata
import json
import random
import sys
from pathlib import Path

import published_metrics as published
from random_texts import IRREGULAR, as_lines, random_pair, random_string, random_word

PAIRS, CORPORA, STRINGS, WORDS = 1000, 40, 240, 700


def digits(values):
    """Enough of them for a comparison to 1e-9."""
    return [round(value, 11) for value in values] if isinstance(values, list) else round(values, 11)


def make_pair(rng):
    hypothesis, references = random_pair(rng)
    lines, reference_lines = as_lines(rng, hypothesis), [as_lines(rng, r) for r in references]
    bleu, chrf, rouge = (
        published.random_bleu_options(rng),
        published.random_chrf_options(rng),
        published.random_rouge_options(rng),
    )
    return [
        lines,
        reference_lines,
        list(bleu.values()),
        digits(published.bleu(bleu).sentence_score(lines, reference_lines).score),
        list(chrf.values()),
        digits(published.chrf(chrf).sentence_score(lines, reference_lines).score),
        list(rouge.values()),
        digits(published.rouge(rouge, lines, reference_lines)),
    ]


def make_corpus(rng, pairs):
    """Scores of consecutive pairs as one corpus; a segment with fewer references has None for the others."""
    first = rng.randrange(len(pairs) - 30)
    count = rng.randint(1, 30)
    chosen = pairs[first : first + count]
    width = max(len(pair[1]) for pair in chosen)
    streams = [[pair[1][r] if r < len(pair[1]) else None for pair in chosen] for r in range(width)]
    hypotheses = [pair[0] for pair in chosen]
    bleu, chrf = published.random_bleu_options(rng), published.random_chrf_options(rng)
    metric = published.bleu(bleu)
    score = metric.corpus_score(hypotheses, streams)
    signature = str(metric.get_signature()).split("|version:")[0]
    return [
        first,
        count,
        list(bleu.values()),
        digits(score.score),
        digits(score.precisions),
        digits(score.bp),
        [int(n) for n in (score.sys_len, score.ref_len)],
        signature,
        list(chrf.values()),
        digits(published.chrf(chrf).corpus_score(hypotheses, streams).score),
    ]


def main():
    rng = random.Random(20240229)
    pairs = [make_pair(rng) for _ in range(PAIRS)]
    strings = []
    for _ in range(STRINGS):
        tokenizer, lowercase, text = rng.randint(1, 6), rng.randint(0, 1), random_string(rng)
        strings.append(
            [tokenizer, lowercase if tokenizer < 5 else 0, text, published.tokens(tokenizer, lowercase, text)]
        )
    words = IRREGULAR + [random_word(rng) for _ in range(WORDS)]
    made = {
        "origin": {name: importlib.metadata.version(name) for name in ("sacrebleu", "rouge-score", "nltk", "regex")},
        "pairs": pairs,
        "corpora": [make_corpus(rng, pairs) for _ in range(CORPORA)],
        "strings": strings,
        "stems": [[word, published.STEMMER.stem(word)] for word in sorted(set(words)) if len(word) > 3],
    }
    out = Path(
        sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "eval" / "text_scores.json"
    )
    lines = [
        f'"{key}": '
        + (
            json.dumps(value, ensure_ascii=False)
            if isinstance(value, dict)
            else "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in value) + "\n]"
        )
        for key, value in made.items()
    ]
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


main()

#!/usr/bin/env python3
"""Compares libfarspan's evaluation functions with sacrebleu, rouge-score and numpy on random cases.

usage: compare_eval.py LIBRARY [--pairs N] [--seed N]   exit code 1 if anything differs; the last line is "N passed, M failed"
"""
import argparse
import random

import numpy as np
import published_metrics as published
from library_eval import Library
from random_texts import as_lines, random_pair, random_string, random_word

PROMISED_SCORE, PROMISED_LOSS = 1e-9, 5e-7  # of scores from 0 to 100 and shares; of losses and gradients in eval.h


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, good):
        if good:
            self.passed += 1
        elif self.failed < 20:
            self.failed += 1
            print("FAILED", what)
        else:
            self.failed += 1


def compare_texts(library, rng, tally):
    hypothesis, references = random_pair(rng)
    hypothesis, references = as_lines(rng, hypothesis), [as_lines(rng, text) for text in references]
    pair = [(hypothesis, references)]
    bleu, chrf, rouge = (
        published.random_bleu_options(rng),
        published.random_chrf_options(rng),
        published.random_rouge_options(rng),
    )
    for name, options, got, expected in (
        ("bleu", bleu, library.bleu(bleu, pair), published.bleu(bleu).sentence_score(hypothesis, references).score),
        ("chrf", chrf, library.chrf(chrf, pair), published.chrf(chrf).sentence_score(hypothesis, references).score),
    ):
        tally.check((name, options, pair, got, expected), abs(got - expected) <= PROMISED_SCORE)
    got, expected = library.rouge(rouge, hypothesis, references), published.rouge(rouge, hypothesis, references)
    tally.check(("rouge", rouge, pair, got, expected), all(abs(a - b) <= PROMISED_SCORE for a, b in zip(got, expected)))
    text, tokenizer, lowercase = random_string(rng), rng.randint(1, 6), rng.randint(0, 1)
    got, expected = library.tokens(tokenizer, lowercase, text), published.tokens(tokenizer, lowercase, text)
    tally.check(("tokens", tokenizer, lowercase, text, got, expected), got == expected)
    word = random_word(rng)
    if len(word) > 3:
        got, expected = library.tokens(6, 0, word), published.STEMMER.stem(word)
        tally.check(("stem", word, got, expected), got == expected)


def compare_corpora(library, rng, tally):
    pairs = [random_pair(rng) for _ in range(rng.randint(1, 60))]
    width = max(len(references) for _, references in pairs)
    streams = [[references[r] if r < len(references) else None for _, references in pairs] for r in range(width)]
    hypotheses = [hypothesis for hypothesis, _ in pairs]
    bleu, chrf = published.random_bleu_options(rng), published.random_chrf_options(rng)
    for name, options, got, expected in (
        ("bleu", bleu, library.bleu(bleu, pairs), published.bleu(bleu).corpus_score(hypotheses, streams).score),
        ("chrf", chrf, library.chrf(chrf, pairs), published.chrf(chrf).corpus_score(hypotheses, streams).score),
    ):
        tally.check((name, "corpus", options, got, expected), abs(got - expected) <= PROMISED_SCORE)


def every_character(library, tally):
    """Each character of Unicode between letters and between digits, through every tokeniser and to lower case."""
    for first in range(0, 0x110000, 64):
        codes = [chr(code) for code in range(first, first + 64) if not 0xD800 <= code < 0xE000]
        text = "".join(f"a{c}b 1{c}2 A{c}" for c in codes)
        for tokenizer in range(1, 6):
            lowercase = int(tokenizer in (1, 5))
            tally.check(
                ("character", hex(first), tokenizer),
                library.tokens(tokenizer, lowercase, text) == published.tokens(tokenizer, lowercase, text),
            )


def compare_losses(library, numbers, tally):
    tokens, vocabulary = int(numbers.integers(1, 40)), int(numbers.choice([1, 2, 17, 1000, 4097, 32000, 128256]))
    tokens = min(tokens, max(1, 400000 // vocabulary))
    logits = numbers.normal(size=(tokens, vocabulary)) * numbers.choice([0.1, 1, 8]) + numbers.choice([-50, 0, 50])
    logits = logits.astype(numbers.choice([np.float32, np.float16]))
    targets = numbers.integers(0, vocabulary, tokens)
    targets[numbers.random(tokens) < 0.1] = -100
    weights = numbers.normal(size=tokens).astype(np.float32)
    exact = logits.astype(np.float64)
    exact -= exact.max(axis=1, keepdims=True)
    exact -= np.log(np.exp(exact).sum(axis=1, keepdims=True))
    scored = targets != -100
    chosen = np.where(scored, targets, 0)
    nll = np.where(scored, -exact[np.arange(tokens), chosen], 0)
    tally.check(("nll", tokens, vocabulary), np.abs(library.token_nll(logits, targets) - nll).max() <= PROMISED_LOSS)
    gradient = np.exp(exact)
    gradient[np.arange(tokens), chosen] -= 1
    gradient *= np.where(scored, weights, 0)[:, None]
    error = np.abs(library.token_nll_grad(logits, targets, weights) - gradient).max(axis=1)
    tally.check(("gradient", tokens, vocabulary), (error <= (PROMISED_LOSS + 2.0**-24) * np.abs(weights)).all())


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("library")
    arguments.add_argument("--pairs", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    library, tally = Library(given.library), Tally()
    rng, numbers = random.Random(given.seed), np.random.default_rng(given.seed)
    print(f"seed {given.seed}")
    every_character(library, tally)
    for n in range(given.pairs):
        compare_texts(library, rng, tally)
        if n % 20 == 0:
            compare_corpora(library, rng, tally)
            compare_losses(library, numbers, tally)
    print(f"{tally.passed} passed, {tally.failed} failed")
    raise SystemExit(tally.failed > 0)


main()

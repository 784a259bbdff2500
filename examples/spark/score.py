#!/usr/bin/env python3
"""Scores a corpus on Spark: the loss of a language model beyond its trained length, by the text that it had read.

    spark-submit score.py --model FOLDER-OR-GGUF --texts FOLDER [--method self-extend] [--length 16384] [--partitions 8]

Every text is cut into windows, and its losses go into the accumulators of farspan.eval, which are plain data of a fixed size. They are
merged in the order of the texts, so that the result has the same bits whatever the number of partitions and executors.
"""
from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pandas
from pyspark.sql import SparkSession

from farspan.eval import Loss, LossCurve, Windows

SCHEMA = "name string, whole binary, curve binary"


def edges_of(length: int) -> list[int]:
    """Buckets of the curve: 1 .. 15 tokens read before, 16 .. 31, 32 .. 63 and so on."""
    edges = [1]
    while (edge := 16 * 2 ** (len(edges) - 1)) < length:
        edges.append(edge)
    return edges + [length + 1]


_models: dict[str, object] = {}  # one for each worker process, which Spark uses again


def model_of(path: str) -> object:
    if path not in _models:
        from farspan.report.model import LanguageModel, set_threads

        set_threads(1)  # Spark runs a process for each core
        _models[path] = LanguageModel(path)
    return _models[path]


def score_text(model: object, text: str, method: str, length: int) -> tuple[Loss, LossCurve]:
    """Of all windows of a text."""
    whole, curve = Loss(), LossCurve(edges_of(length))
    tokens = model.encode(text)  # type: ignore[attr-defined]
    if len(tokens) < 2:
        return whole, curve
    model.use(method, length)  # type: ignore[attr-defined]
    for window in Windows("blocks", bos="none", tokens=len(tokens), length=length):
        scored = window.end - window.first_scored
        losses = model.losses(tokens[: window.end], window.end, scored, scored)  # type: ignore[attr-defined]
        whole.add(losses)
        curve.add(window.first_row + 1, losses)
    return whole, curve


def scorer(path: str, method: str, length: int) -> object:
    """What a partition does with its texts."""

    def score(batches: Iterator[pandas.DataFrame]) -> Iterator[pandas.DataFrame]:
        for batch in batches:
            rows = []
            for name, text in zip(batch["name"], batch["text"]):
                whole, curve = score_text(model_of(path), text, method, length)
                rows.append((name, pickle.dumps(whole), pickle.dumps(curve)))
            yield pandas.DataFrame(rows, columns=["name", "whole", "curve"])

    return score


def score_corpus(
    spark: SparkSession, texts: dict[str, str], path: str, method: str, length: int, partitions: int
) -> tuple[Loss, LossCurve]:
    rows = spark.createDataFrame(sorted(texts.items()), "name string, text string").repartition(partitions)
    whole, curve = Loss(), LossCurve(edges_of(length))
    for row in sorted(rows.mapInPandas(scorer(path, method, length), SCHEMA).collect(), key=lambda row: row["name"]):
        whole.merge(pickle.loads(row["whole"]))
        curve.merge(pickle.loads(row["curve"]))
    return whole, curve


def report(whole: Loss, curve: LossCurve) -> dict[str, object]:
    summary = whole.summary()
    buckets = [
        {"from": int(first), "tokens": found.tokens, "nll": found.nll, "standard_error": found.standard_error}
        for first, found in zip(curve.edges, (bucket.summary() for bucket in curve.buckets))
        if found.tokens
    ]
    return {"tokens": summary.tokens, "nll": summary.nll, "perplexity": summary.perplexity, "by_context": buckets}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--texts", required=True, type=Path, help="a folder of *.txt")
    parser.add_argument("--method", default="none", help="of python -m farspan report (default: %(default)s)")
    parser.add_argument("--length", type=int, default=2048, help="of a window, tokens (default: %(default)s)")
    parser.add_argument("--partitions", type=int, default=8)
    arguments = parser.parse_args()
    texts = {path.name: path.read_text() for path in sorted(arguments.texts.glob("*.txt"))}
    spark = SparkSession.builder.appName("farspan").getOrCreate()
    found = score_corpus(spark, texts, arguments.model, arguments.method, arguments.length, arguments.partitions)
    print(json.dumps(report(*found), indent=1))
    spark.stop()


if __name__ == "__main__":
    main()

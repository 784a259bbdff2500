#!/usr/bin/env python3
"""lm-evaluation-harness on a model whose attention runs on Farspan: passkeys hidden in a long text, a task that needs no network.

    run.py --model FOLDER-OR-GGUF [--method rerope] [--bytes 8000] [--documents 20]

The harness sees an ordinary model of transformers. Any of its tasks runs so: enable(model), then HFLM(pretrained=model).
"""
from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import lm_eval
from lm_eval.models.huggingface import HFLM

from farspan.eval import passkey
from farspan.report.model import LanguageModel

CHOICES = 4


def documents(count: int, length: int) -> list[dict[str, Any]]:
    """Texts of at most `length` bytes, which ask for the number that they hide; at depths from the beginning to the end."""
    found = []
    for n in range(count):
        depth = n / max(1, count - 1)
        task = passkey("landmark", length, seed=CHOICES * n, depth=depth)
        others = [passkey("landmark", length, seed=CHOICES * n + k).key for k in range(1, CHOICES)]
        answer = n % CHOICES
        choices = [str(key) for key in others]
        choices.insert(answer, str(task.key))
        found.append({"text": task.text, "choices": choices, "answer": answer, "depth": depth})
    return found


def evaluate(model: Any, tokenizer: Any, texts: list[dict[str, Any]], max_length: int) -> dict[str, Any]:
    """What the harness finds, with its samples."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "passkeys.jsonl"
        path.write_text("".join(json.dumps(text) + "\n" for text in texts))
        task = {
            "task": "farspan_passkey",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(path)}, "cache_dir": folder},
            "test_split": "test",
            "output_type": "multiple_choice",
            "doc_to_text": "{{text}}",
            "doc_to_choice": "choices",
            "doc_to_target": "answer",
            "target_delimiter": " ",
            "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
        }
        harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=1, max_length=max_length)
        return lm_eval.simple_evaluate(model=harness, tasks=[task], bootstrap_iters=0, log_samples=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--method", default="none", help="of python -m farspan report (default: %(default)s)")
    parser.add_argument("--bytes", type=int, default=8000, help="of a text (default: %(default)s)")
    parser.add_argument("--documents", type=int, default=20)
    arguments = parser.parse_args()
    language = LanguageModel(arguments.model)
    texts = documents(arguments.documents, arguments.bytes)
    longest = max(len(language.encode(text["text"])) for text in texts) + 32
    language.use(arguments.method, longest)
    found = evaluate(language.model, language.tokenizer, texts, longest)
    print(json.dumps({"tokens": longest, "method": arguments.method, **found["results"]["farspan_passkey"]}, indent=1))


if __name__ == "__main__":
    main()

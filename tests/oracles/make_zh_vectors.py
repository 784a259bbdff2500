#!/usr/bin/env python3
"""Writes tests/eval/zh_scores.json: what sacrebleu's tokenizer for Chinese answers. A file of its own, because text_scores.json is drawn
from one generator and would change as a whole.

usage: make_zh_vectors.py [OUT]   in an environment with sacrebleu of requirements-text.txt
"""
import json
import random
import sys
from pathlib import Path

import sacrebleu
from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

TOKENIZE = TokenizerZh()
PIECES = [
    "今天",
    "天气",
    "很好",
    "我们",
    "去",
    "公园",
    "玩",
    "的",
    "了",
    "，",
    "。",
    "！",
    "？",
    "、",
    "“",
    "”",
    "‘",
    "’",
    "——",
    "……",
    "《",
    "》",
    "（",
    "）",
    "ＡＢＣ",
    "１２３",
    "ｶﾅ",
    "の",
    "カ",
    "한국",
    "⺀",
    "〇",
    "㈱",
    "℃",
    "€",
    "☎",
    "✓",
    "𠀀",
    "𪛖",
    "丽",
    "é",
    "-",
    "2024年",
    "3.14",
    "1,000",
    ".5",
    "5-",
    "x-y",
] + [
    "GPT-4",
    "hello",
    "world",
    ".",
    ",",
    "!",
    "?",
    "(",
    ")",
    "'s",
    "don't",
    "&",
    "&amp;",
    "<skipped>",
    "/",
    ":",
    " ",
    "  ",
    "\t",
    "\u3000",
    "\n",
    "A",
]


def random_text(rng):
    return "".join(rng.choice(PIECES) + (" " if rng.random() < 0.2 else "") for _ in range(rng.randint(0, 14)))


def characters_apart():
    """Ranges of code points that become a token of their own between two letters."""
    ranges = []
    for code in range(0x80, 0x32000):
        if 0xD800 <= code <= 0xDFFF or chr(code).isspace():
            continue
        if len(TOKENIZE(f"a{chr(code)}b").split()) == 3:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return ranges


def main():
    rng = random.Random(20240229)
    strings = []
    for _ in range(400):
        text = random_text(rng)
        lowercase = rng.randint(0, 1)
        # BLEU takes white space off the end of a segment and lowers it before it is tokenised.
        given = text.rstrip()
        strings.append([lowercase, text, TOKENIZE(given.lower() if lowercase else given)])
    corpora = []
    for _ in range(60):
        count = rng.randint(1, 6)
        hypotheses = [random_text(rng) for _ in range(count)]
        references = [h if rng.random() < 0.3 else h[: len(h) // 2] + random_text(rng) for h in hypotheses]
        metric = BLEU(tokenize="zh", lowercase=bool(rng.randint(0, 1)))
        score = metric.corpus_score(hypotheses, [references])
        corpora.append(
            [
                int(metric.lowercase),
                hypotheses,
                references,
                round(score.score, 11),
                [int(score.sys_len), int(score.ref_len)],
                str(metric.get_signature()).split("|version:")[0],
            ]
        )
    made = {
        "origin": {"sacrebleu": sacrebleu.__version__},
        "apart": characters_apart(),
        "strings": strings,
        "corpora": corpora,
    }
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "eval" / "zh_scores.json")
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

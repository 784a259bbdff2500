#!/usr/bin/env python3
"""Whatever is changed in a case, or in an answer, must be noticed by the judge."""
import contextlib
import io
import json
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
import judge  # noqa: E402

OUTPUTS = b"f64 16\n" + struct.pack("<dd", 1, 0.1) + b"i64 8\n" + struct.pack("<q", 7) + b"text 2\nok"
SIXTEEN = b"f16 4\n" + struct.pack("<ee", 1.5, -2) + b"bf16 4\n" + struct.pack("<HH", 0x3FC0, 0xC000)
GOOD = b"0 0 1 - 0 5\n" + OUTPUTS + SIXTEEN
BAD = b"10 1 1 rope_frequencies 14 0\nno rope method"
CALL = {"call": "cache_clear", "arguments": {}}
CASES = [
    {
        "name": "good",
        **CALL,
        "outputs": [
            {"values": [1, 0.1], "tolerance": 1e-9},
            {"at": [0], "values": [7], "tolerance": 0},
            {"text": "ok"},
            {"values": [1.5, -2], "tolerance": 0},
            {"values": [1.5, -2], "tolerance": [0, 0]},
        ],
    },
    {"name": "bad", **CALL, "status": 10, "argument": 1, "failing": "rope_frequencies", "message": "rope"},
]


class Judge(unittest.TestCase):
    def judged(self, cases: str, answers: bytes) -> tuple[int, int, str]:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            Path(folder, "cases.json").write_text(cases)
            Path(folder, "answers").write_bytes(answers)
            runner = ["sh", "-c", f"cat '{folder}/answers'", "runner"]
            return judge.judge(runner, Path(folder), "scalar", "1")

    def failed(self, cases: str, answers: bytes) -> int:
        return self.judged(cases, answers)[1]

    def test_right_answers_pass(self) -> None:
        self.assertEqual(self.failed(json.dumps({"cases": CASES}), GOOD + BAD), 0)

    def test_a_changed_case_fails(self) -> None:
        good = json.dumps({"cases": CASES})
        for old, new in (
            ("[1, 0.1]", "[1, 0.2]"),
            ("[1, 0.1]", "[1]"),
            ("[7]", '["inf"]'),
            ('"ok"', '"no"'),
            ("[1.5, -2]", "[1.5, 2]"),
            ('"status": 10', '"status": 4'),
            ('"argument": 1', '"argument": 2'),
            ('"failing": "rope_f', '"failing": "f'),
            ('"message": "rope"', '"message": "rape"'),
            (', {"text": "ok"}', ""),
        ):
            self.assertIn(old, good)
            self.assertGreater(self.failed(good.replace(old, new), GOOD + BAD), 0, new)

    def test_a_changed_answer_fails(self) -> None:
        cases = json.dumps({"cases": CASES})
        self.assertEqual(self.failed(cases, GOOD + BAD.replace(b"10 1 1", b"10 1 0")), 1)  # an output was written
        self.assertEqual(self.failed(cases, BAD + BAD), 1)
        self.assertEqual(self.failed(cases, GOOD + GOOD), 1)
        self.assertEqual(
            self.failed(cases, GOOD.replace(struct.pack("<d", 0.1), struct.pack("<d", float("nan"))) + BAD), 1
        )
        for answers in (GOOD, GOOD + BAD + BAD, GOOD + BAD[:-1], b""):
            with self.assertRaises(EOFError):
                self.failed(cases, answers)

    def test_every_bit_counts_for_the_digest(self) -> None:
        changed = (GOOD + BAD, GOOD.replace(b"ok", b"oK") + BAD, GOOD + BAD.replace(b"method", b"methoD"))
        digests = {self.judged(json.dumps({"cases": CASES}), answers)[2] for answers in changed}
        self.assertEqual(len(digests), 3)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""The conformance cases leave nothing out that every language can say.

    tests/conformance/test_coverage.py LIBRARY"""
from __future__ import annotations

import json
import re
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python" / "farspan"))
import _abi as abi  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from lowered import lowered  # noqa: E402

Case = dict[str, Any]
FILES = sorted((ROOT / "tests/vectors/conformance").glob("*.json"))
CASES: list[Case] = [case for file in FILES for case in json.loads(file.read_text())["cases"]]
GOOD = [case for case in CASES if "status" not in case]
STEPS = [(case, step) for case in CASES for step in case["arguments"].get("steps", ())]

# Functions that are no calls of cases: they make or end what the others need, ask about library and machine, or have tests of their own.
NO_CALL = set(
    """abi_version attention_backward_workspace_size cache_plan_workspace_size cache_save_size context_create context_isa
    context_threads diagnose get_api isa_name isa_supported method_count method_find method_name plan_workspace_size scheme_axes
    scheme_create shutdown status_text tensor_check tensor_contiguous verdict_rule version version_text""".split()
)
# Take nothing wrong in a language without casts: they have no argument that could be, or take enums and what the library made.
NEVER_REFUSED = set(
    """plan_tile_counts scheme_to_json cache_sequence_create cache_clear cache_get_statistics model_describe model_note_at
    verdict_name tokenize loss_summarize bleu_score bleu_merge chrf_score chrf_merge""".split()
)


def functions() -> set[str]:
    """All of the headers, without those that begin structs or end handles."""
    names = set(re.findall(r"^ *farspan_(\w+)@@", (ROOT / "tests/abi/symbols.txt").read_text(), re.M))
    return {name for name in names if not re.search("_(init|destroy)$", name) or name == "cache_sequence_destroy"}


def schemes(calls: set[str]) -> Iterator[Case]:
    for case in GOOD:
        if "scheme" in case and (not calls or case["call"] in calls):
            given = case["scheme"]
            yield json.loads(given) if isinstance(given, str) else given


class Coverage(unittest.TestCase):
    library: Any

    def expect(self, part: str, field: str, values: list[Any], *calls: str) -> None:
        """Each of the values occurs in a scheme of a case of each call."""
        for call in calls or ("",):
            found = {json.dumps(s.get(part, {}).get(field)) for s in schemes({call} - {""})}
            missing = {json.dumps(value) for value in values} - found
            self.assertFalse(missing, f"no case {call} has such a {part}.{field}")

    def test_every_function_succeeds_and_fails(self) -> None:
        calls = functions() - NO_CALL
        groups = [group for case in GOOD for group in lowered(case) if "status" not in group[-1]]
        self.assertEqual({call["call"] for group in groups for call in group}, calls | {"loss_init", "model_scheme"})
        failing = {case["failing"] for case in CASES if "status" in case}
        failing |= {step["call"] for _, step in STEPS if "status" in step}
        self.assertEqual(failing, calls - NEVER_REFUSED)

    def test_every_method_occurs(self) -> None:
        for part, number, field in (("rope", abi.FARSPAN_PART_ROPE, "method"), ("remap", abi.FARSPAN_PART_REMAP, "method"),
                                    ("bias", abi.FARSPAN_PART_BIAS, "method"), ("score", abi.FARSPAN_PART_TEMPERATURE, "temperature")):  # fmt: skip
            count = self.library.farspan_method_count(number)
            self.assertGreater(count, 1)
            methods = [self.library.farspan_method_name(number, n).decode() for n in range(1, count)]
            self.expect(part, field, methods, "attention_run", "scheme_to_json")

    def test_every_option_occurs(self) -> None:
        self.expect("rope", "layout", ["half", "interleaved"], "attention_run", "rope_apply")
        self.expect("rope", "angle", ["float32"], "attention_run", "rope_apply")
        self.expect("rope", "axes", ["sections", "interleaved", "interleaved_ggml"], "rope_apply")
        self.expect("rope", "ramp", ["rotations"])
        self.expect("rope", "magnitude", ["yarn", "explicit", "unclamped"])
        self.expect("rope", "length_switch", ["after", "at", "always_long"], "attention_run")
        self.expect("mask", "causal", [False], "attention_run")
        for field in ("window_left", "window_right", "sinks", "chunk", "prefix"):
            masks = [scheme.get("mask", {}) for scheme in schemes({"attention_run"})]
            self.assertTrue(any(field in mask for mask in masks), f"no attention under a mask with {field}")

    def test_every_option_of_evaluation_and_models_occurs(self) -> None:
        for field, calls, prefix, without in (
            ("kind", {"windows_get"}, "WINDOWS", ()),
            ("bos", {"windows_get"}, "BOS", ()),
            ("verdict", {"verdict_name"}, "VERDICT", ()),
            ("tokenizer", {"tokenize"}, "TOKENIZER", ()),
            ("tokenizer", {"bleu_score", "bleu_merge"}, "TOKENIZER", ("ROUGE", "ROUGE_STEMMED")),
            ("smoothing", {"bleu_score", "bleu_merge"}, "SMOOTHING", ()),
            ("kind", {"rouge"}, "ROUGE", ()),
            ("kind", {"rouge_tokens"}, "ROUGE", ("LSUM",)),
            ("form", {"passkey_make"}, "PASSKEY", ()),
        ):
            cases = (case["arguments"] for case in GOOD if case["call"] in calls)
            found = {given.get("config", given).get(field) for given in cases}
            self.assertLessEqual(self.constants(prefix, without), found, f"{field} of {calls}")
        self.assertLessEqual(
            {0, 1}, {case["arguments"]["config"].get("stem") for case in GOOD if case["call"] == "rouge"}
        )
        options = [case["model"].get("options", {}) for case in GOOD if "model" in case]
        for field in ("extension", "release"):
            values = self.constants(field.upper(), ()) - {0}  # their default
            self.assertLessEqual(values, {option.get(field) for option in options})
        self.assertIn(abi.FARSPAN_ANGLE_FLOAT32, {option.get("angle") for option in options})
        stored = {step["config"].get("dtype", abi.FARSPAN_BF16) for _, step in STEPS if step["call"] == "cache_create"}
        self.assertLessEqual({abi.FARSPAN_F32, abi.FARSPAN_F16, abi.FARSPAN_BF16, abi.FARSPAN_I8}, stored)

    def constants(self, prefix: str, without: tuple[str, ...]) -> set[int]:
        found = {
            name.removeprefix(f"FARSPAN_{prefix}_"): n
            for name, n in vars(abi).items()
            if name.startswith(f"FARSPAN_{prefix}_")
        }
        self.assertGreater(len(found), 1)
        return {number for name, number in found.items() if name not in without}

    def test_models_come_from_everywhere_and_are_refused_with_their_place(self) -> None:
        models = [case for case in CASES if "model" in case]
        good = [case["model"] for case in models if "status" not in case]
        for source in ("config", "metadata", "gguf"):
            self.assertTrue(any(source in model for model in good), f"no model from {source}")
        for call in ("model_describe", "model_layer_at", "model_note_at", "rope_frequencies", "attention"):
            self.assertTrue(
                any(case["call"] == call and "status" not in case for case in models), f"no {call} of a model"
            )
        families = set()
        for case in models:
            if case["call"] == "rope_frequencies" and "config" in case["model"]:
                config = json.loads(case["model"]["config"])
                families.add(config.get("text_config", config).get("model_type"))
        self.assertGreaterEqual(len(families - {None}), 20)
        self.assertGreaterEqual(sum(bool(case.get("message")) for case in models if "status" in case), 20)

    def test_texts_have_the_scores_that_were_published(self) -> None:
        """What tests/oracles/make_text_vectors.py and make_zh_vectors.py wrote down of sacrebleu and rouge-score."""
        text, chinese = (json.loads((ROOT / f"tests/eval/{name}_scores.json").read_text()) for name in ("text", "zh"))
        known: Case = {}
        for n, row in enumerate(text["pairs"]):
            for call, values in (("bleu_score", [row[3]]), ("chrf_score", [row[5]]), ("rouge", row[7])):
                known[f"{call}: published pair {n}"] = ([(row[0], row[1])], values)
        for n, row in enumerate(text["corpora"]):
            segments = [(pair[0], pair[1]) for pair in text["pairs"][row[0] : row[0] + row[1]]]
            known[f"bleu_merge: published corpus {n}"] = (segments, [row[3], row[5], *row[4]])
            known[f"chrf_merge: published corpus {n}"] = (segments, [row[9]])
            known[f"bleu_signature: published corpus {n}"] = (None, row[7])
        for n, row in enumerate(text["strings"]):
            known[f"tokenize: published string {n}"] = (row[2], row[3])
        for n, row in enumerate(chinese["strings"]):
            known[f"tokenize: published Chinese string {n}"] = (row[1], row[2])
        for n, row in enumerate(chinese["corpora"]):
            known[f"bleu_score: Chinese corpus {n}"] = ([(h, [r]) for h, r in zip(row[1], row[2])], [row[3]])
        compared = [case for case in GOOD if case["name"] in known]
        self.assertGreater(len(compared), 100)
        self.assertEqual(
            {case["name"] for case in GOOD if re.search("published .* [0-9]|Chinese", case["name"])} - set(known), set()
        )
        for case in compared:
            (given, answer), arguments, output = known[case["name"]], case["arguments"], case["outputs"][-1]
            if isinstance(answer, str):
                self.assertTrue(output["text"].startswith(answer), case["name"])
                self.assertEqual(arguments.get("text"), given)
                continue
            segments = arguments.get("segments", [arguments])
            said = [(s["hypothesis"], [r for r in s["references"] if r is not None]) for s in segments]
            self.assertEqual(said, [(h, list(r)) for h, r in given], case["name"])
            self.assertEqual(output["values"], answer, case["name"])
            self.assertLessEqual(output["tolerance"], 1e-9)

    def test_models_are_those_that_were_published(self) -> None:
        fixtures = {
            file.stem: json.loads(file.read_text()) for file in (ROOT / "tests/fixtures/configs").glob("*.json")
        }
        compared = 0
        for case in GOOD:
            named = re.match(r"model(?: layer)?: ([^,]+)", case["name"])
            if named and named[1] in fixtures and not case["model"].get("options"):
                self.assertEqual(json.loads(case["model"]["config"]), fixtures[named[1]], case["name"])
                compared += 1
        self.assertGreater(compared, 60)

    def test_every_expressible_status_occurs(self) -> None:
        """The others need a number outside its enum, another struct_size, or a machine in trouble."""
        found = {case.get("status", 0) for case in CASES} | {step.get("status", 0) for _, step in STEPS}
        names = """NULL_ARGUMENT SHAPE STRIDE HEAD_GROUPS ROTARY_DIM PARAMETER_RANGE METHOD COMBINATION POSITIONS DTYPE OUT_OF_MEMORY
        FORMAT""".split()
        self.assertEqual(found, {0} | {getattr(abi, f"FARSPAN_ERROR_{name}") for name in names})

    def test_names_are_unique_and_outputs_are_samples(self) -> None:
        self.assertGreater(len(CASES), 400)
        self.assertEqual(len({case["name"] for case in CASES}), len(CASES))
        for case in CASES:
            self.assertEqual("outputs" in case, "status" not in case, case["name"])
            numbers = [output for output in case.get("outputs", ()) if "text" not in output]
            for output in numbers:
                self.assertLessEqual(len(output["values"]), 32, case["name"])
                self.assertEqual(len(output.get("at", output["values"])), len(output["values"]), case["name"])
            compared = sum(len(output["values"]) for output in numbers) + len(case.get("outputs", ())) - len(numbers)
            self.assertTrue(compared or "status" in case, f"{case['name']} compares nothing")

    def test_the_files_are_small(self) -> None:
        self.assertLess(sum(file.stat().st_size for file in FILES), 1_000_000)


if __name__ == "__main__":
    Coverage.library = abi.load(sys.argv.pop())
    unittest.main()

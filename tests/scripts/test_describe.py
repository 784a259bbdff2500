#!/usr/bin/python3
"""tools/describe must read what the headers say, carry additions everywhere, and refuse to change what is frozen."""
import shutil
import sys
import tempfile
from pathlib import Path

from check import equal, run

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "describe"))
import generate  # noqa: E402
import reader  # noqa: E402
import words  # noqa: E402

sys.path.insert(0, str(ROOT / "tools"))
import rehearsal  # noqa: E402


class Copy:
    """A copy of what the generator reads, with replaced texts."""

    def __init__(self, *changes):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        for path in ("include/farspan", "bindings", "tests/abi"):
            shutil.copytree(ROOT / path, self.root / path)
        for path, old, new in changes:
            file = self.root / path
            text = file.read_text()
            assert old in text, f"{path} has no {old!r}"
            file.write_text(text.replace(old, new, 1))

    def made(self, baseline=False):
        return generate.described(self.root, baseline)

    def model(self):
        return reader.read(self.root)

    def refusal(self):
        try:
            self.made()
        except SystemExit as refused:
            return str(refused)
        raise AssertionError("nothing was refused")


HEADER = "include/farspan/farspan.h"
FUNCTION = """/* Adds two arrays. */
FARSPAN_API farspan_status farspan_sum(const farspan_scheme* scheme, const float* left, int64_t left_count, float* right,
                                       int64_t right_count, farspan_error* error);

#ifdef __cplusplus
}"""


def the_tree_is_current():
    equal(generate.differences(ROOT, generate.described(ROOT, False)), 0)


def comments_belong_to_what_they_stand_at():
    model = Copy().model()
    rope = model.struct("farspan_rope_config")
    fields = {field.name: field for field in rope.fields}
    equal((fields["rotary_offset"].default, fields["base"].default), ("0", "10000"))
    assert "[longrope" in fields["short_factors"].doc
    assert (
        "[0, 1, 2" not in model.function("farspan_rope_apply").doc
        and "Rotates `in[b, h, t, :]`" in model.function("farspan_rope_apply").doc
    )
    equal(model.function("farspan_windows_get").doc, model.function("farspan_windows_count").doc)
    equal(
        [value.doc for enum in model.enums for value in enum.values if value.name == "FARSPAN_ROPE_NONE"],
        ["no rotation"],
    )


def every_function_of_the_headers_is_read():
    text = "".join((ROOT / "include/farspan" / name).read_text() for name in reader.HEADERS)
    equal(len(Copy().model().functions), text.count("FARSPAN_API "))


def an_array_is_counted_by_its_neighbour():
    function = Copy((HEADER, "#ifdef __cplusplus\n}", FUNCTION)).model().function("farspan_sum")
    equal([p.count for p in function.parameters], [None, "left_count", None, "right_count", None, None])


def a_method_reaches_every_language():
    made = Copy(
        (
            HEADER,
            "    FARSPAN_BIAS_NONE = 0,",
            "    FARSPAN_BIAS_NONE = 0,\n    FARSPAN_BIAS_LM_TEST = 77, /* a test */",
        )
    ).made()
    expected = {
        "rust/src/generated/constants.rs": "LM_TEST: Self = Self(sys::FARSPAN_BIAS_LM_TEST",
        "go/constants_generated.go": "BiasLMTest",
        "java/src/main/java/io/farspan/BiasMethod.java": "LM_TEST(NativeConstants.BIAS_LM_TEST)",
        "rust-sys/src/bindings.rs": "FARSPAN_BIAS_LM_TEST: u32 = 77",
        "tests/abi/layout_1.c": "VALUE(FARSPAN_BIAS_LM_TEST, 77)",
    }
    for path, text in expected.items():
        assert text in made[path], f"{path} lacks {text}"
        assert "A test." in made[path] or path.endswith(".c"), f"{path} lacks the comment"


def a_function_goes_to_the_end_of_the_table():
    made = Copy((HEADER, "#ifdef __cplusplus\n}", FUNCTION)).made()
    last = [
        line for line in made["include/farspan/api_table.h"].splitlines() if "ENTRY(" in line and "define" not in line
    ][-1]
    equal(last.strip(), "ENTRY(sum)")
    assert "farspan_sum@@" in made["tests/abi/symbols.txt"]
    assert (
        'PARAMETERS(farspan_sum, "scheme", "left", "left_count", "right", "right_count", "error")'
        in made["src/api/parameters.inc"]
    )


def a_field_at_the_end_is_welcome():
    made = Copy((HEADER, "} farspan_mask_config;", "    int64_t test; /* default 3 */\n} farspan_mask_config;")).made()
    assert "AT(farspan_mask_config, test, " in made["tests/abi/layout_1.c"]


def what_is_frozen_stays():
    field = (HEADER, "    int64_t prefix; ", "    int64_t early;\n    int64_t prefix; ")
    assert "farspan_mask_config, prefix" in Copy(field).refusal()
    value = (HEADER, "FARSPAN_BIAS_ALIBI = 1,", "FARSPAN_BIAS_ALIBI = 21,")
    assert "FARSPAN_BIAS_ALIBI was 1 and would be 21" in Copy(value).refusal()
    gone = (HEADER, "FARSPAN_API void farspan_shutdown(void);", "")
    assert "shutdown" in Copy(gone).refusal()
    Copy(field, value).made(baseline=True)


def a_plain_function_is_in_every_language():
    made = Copy((HEADER, "#ifdef __cplusplus\n}", FUNCTION)).made()
    expected = {
        "include/farspan/cpp/generated/calls.hpp": "inline void sum(const scheme& scheme, array_view<const float> left, array_view<float> right)",
        "rust/src/generated/calls.rs": "pub fn sum(scheme: &Scheme, left: &[f32], right: &mut [f32]) -> Result<()>",
        "go/calls_generated.go": "func Sum(scheme *Scheme, left []float32, right []float32) error",
        "java/src/main/java/io/farspan/Calls.java": "public static void sum(Scheme scheme, float[] left, float[] right)",
        "python/farspan/_abi.py": '"farspan_sum"',
        "bindings/java_generated.i": "(float* right, int64_t right_count)",
    }
    for path, text in expected.items():
        assert text in made[path], f"{path} lacks {text}:\n{made[path][-1500:]}"
        assert path.endswith(".i") or "dds two arrays." in made[path], f"{path} lacks the comment"


def other_functions_are_left_to_people():
    odd = FUNCTION.replace("float* right", "void* right")
    assert "no rule covers right of farspan_sum" in Copy((HEADER, "#ifdef __cplusplus\n}", odd)).refusal()
    listed = (
        "bindings/contract.toml",
        '"tensor_contiguous", "tensor_check", "method_name"',
        '"sum", "tensor_contiguous", "tensor_check", "method_name"',
    )
    made = Copy((HEADER, "#ifdef __cplusplus\n}", odd), listed).made()
    assert "inline void sum(" in made["include/farspan/cpp/generated/calls.hpp"]  # Rust and C++ have a form for it
    odder = FUNCTION.replace("float* right", "int8_t* right")
    assert "right of farspan_sum in rust" in Copy((HEADER, "#ifdef __cplusplus\n}", odder), listed).refusal()
    by_hand = (
        "bindings/contract.toml",
        '"tensor_check", "scheme_create", ',
        '"tensor_check", "scheme_create", "sum", ',
    )
    made = Copy((HEADER, "#ifdef __cplusplus\n}", odder), listed, by_hand).made()
    assert "sum(" not in made["include/farspan/cpp/generated/calls.hpp"]


def a_field_is_in_every_struct():
    made = Copy(
        (HEADER, "} farspan_mask_config;", "    int64_t new_rule; /* default 3: a rule */\n} farspan_mask_config;")
    ).made()
    expected = {
        "rust/src/generated/structs.rs": "new_rule: i64",
        "go/structs_generated.go": "NewRule int64",
        "java/src/main/java/io/farspan/MaskConfig.java": ", newRule);",
        "java/src/main/java/io/farspan/MaskSettings.java": "long newRule",
    }
    for path, text in expected.items():
        assert text in made[path], f"{path} lacks {text}"


def the_rehearsal_still_fits_the_tree():
    copy = Copy()
    for edit in {edit.path: edit for edits in rehearsal.CHANGES.values() for edit in edits}.values():
        (copy.root / edit.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / edit.path, copy.root / edit.path)
    for what, edits in rehearsal.CHANGES.items():
        assert len(rehearsal.apply(copy.root, edits)) <= rehearsal.MOST_FILES[what], what
    made = copy.made()
    assert "TemperatureRehearsal" in made["go/constants_generated.go"]
    assert "rehearsal: i64" in made["rust/src/generated/structs.rs"]
    assert "addArrays" in made["java/src/main/java/io/farspan/Calls.java"]


def a_long_comment_above_an_option_names_it():
    made = generate.described(ROOT, False)
    assert "bos(Bos bos)" in made["java/src/main/java/io/farspan/eval/WindowsConfig.java"]
    assert "bos: Bos," in made["rust/src/generated/eval_structs.rs"]


def a_header_with_an_error_is_refused():
    assert (
        "do not compile"
        in Copy((HEADER, "typedef int32_t farspan_status;", "typedef int32_t farspan_status")).refusal()
    )


def sentences_are_made_of_notes():
    equal(words.sentence("no rotation"), "No rotation.")
    equal(words.sentence("a key is absent"), "A key is absent.")
    equal(words.sentence("m itself; default 1"), "m itself; default 1.")
    equal(words.sentence("base * factor"), "base * factor.")
    equal(words.javadoc("x < 1 [yarn]"), "/** x &lt; 1 [yarn]. */")
    equal(words.rustdoc("one of [a, b]"), "/// One of \\[a, b\\].")
    equal(words.godoc("Side", "Which side."), "// Side: which side.")
    equal(words.godoc("Keep", "Keeps the newest.", joint=" "), "// Keep keeps the newest.")


def columns_are_those_of_gofmt():
    equal(
        words.go_columns([("", ("A", "T")), ("", ("Long", "T")), ("\t// new", ("B", "T"))]),
        "\tA    T\n\tLong T\n\t// new\n\tB T",
    )


if __name__ == "__main__":
    run(
        [
            the_tree_is_current,
            comments_belong_to_what_they_stand_at,
            every_function_of_the_headers_is_read,
            an_array_is_counted_by_its_neighbour,
            a_method_reaches_every_language,
            a_function_goes_to_the_end_of_the_table,
            a_field_at_the_end_is_welcome,
            what_is_frozen_stays,
            a_plain_function_is_in_every_language,
            other_functions_are_left_to_people,
            a_field_is_in_every_struct,
            the_rehearsal_still_fits_the_tree,
            a_long_comment_above_an_option_names_it,
            a_header_with_an_error_is_refused,
            sentences_are_made_of_notes,
            columns_are_those_of_gofmt,
        ]
    )

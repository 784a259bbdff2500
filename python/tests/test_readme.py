import contextlib
import io
import re
from pathlib import Path

import pytest

BLOCKS = re.findall(r"```python\n(.*?)```", (Path(__file__).resolve().parents[1] / "README.md").read_text(), re.S)
NEEDS = {"farspan.transformers": "transformers", "farspan.torch": "torch"}


@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_prints_what_its_comments_say(block):
    for module, needed in NEEDS.items():
        if module in block:
            pytest.importorskip(needed)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block, "README.md", "exec"), {})
    said = re.findall(r"^ *print\(.*\)  # ([\d. ]*\d)", block, re.M)
    assert all(line in printed.getvalue().splitlines() for line in said) and (
        said or "print(" not in block or "notes" in block
    )

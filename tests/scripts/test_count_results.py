#!/usr/bin/env python3
"""scripts/count_results.py must count every test once, and no failure as anything else."""
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from check import equal, run

COUNTER = Path(__file__).resolve().parents[2] / "scripts" / "count_results.py"


def counts(entries, reports=None):
    """entries: {name: (status, output)}; reports: {name: text}. The three numbers that the counter prints."""
    inner = {
        "run": "",
        "fail": '<failure message=""/>',
        "skip": '<skipped message="SKIP_RETURN_CODE=77"/>',
        "missing": '<skipped message="Unable to find executable"/>',
    }
    cases = "".join(
        f'<testcase name="{name}" status="{status if status in ("run", "fail") else "notrun"}">{inner[status]}'
        f"<system-out>{escape(output)}</system-out></testcase>"
        for name, (status, output) in entries.items()
    )
    with tempfile.TemporaryDirectory() as folder:
        junit, results = Path(folder, "ctest.xml"), Path(folder, "results")
        junit.write_text(f"<testsuite>{cases}</testsuite>")
        results.mkdir()
        for name, text in (reports or {}).items():
            (results / f"{name}.xml").write_text(text)
        done = subprocess.run([sys.executable, COUNTER, junit, results], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def report(*statuses):
    cases = "\n".join(f'<testcase name="t" assertions="1" status="{status}" time="0.0">' for status in statuses)
    return f'<testsuites name="Criterion Tests">\n<testsuite name="s" tests="9">\n{cases}\n</testsuite></testsuites>'


def plain_entries_count_one():
    equal(counts({"a": ("run", ""), "b": ("fail", "text"), "c": ("skip", "")}), "1 1 1")


def an_entry_that_could_not_start_fails():
    equal(counts({"a": ("missing", "")}), "0 1 0")


def criterion_reports_replace_their_entry():
    equal(counts({"a": ("run", "")}, {"a": report("PASSED", "PASSED", "SKIPPED")}), "2 0 1")
    equal(counts({"a": ("fail", "")}, {"a": report("PASSED", "FAILED", "ERRORED")}), "1 2 0")


def a_failure_outside_the_report_counts():
    equal(counts({"a": ("fail", "LeakSanitizer")}, {"a": report("PASSED", "PASSED")}), "2 1 0")
    equal(counts({"a": ("fail", "Tested: 0")}, {"a": report()}), "0 1 0")
    equal(counts({"a": ("fail", "crashed before the report")}), "0 1 0")


def unescaped_messages_do_not_matter():
    text = report("FAILED", "PASSED").replace("</testsuite>", '<failure message="a < b && "c""/></testsuite>')
    equal(counts({"a": ("fail", "")}, {"a": text}), "1 1 0")


def harness_lines_replace_their_entry():
    equal(counts({"a": ("run", "x\n120 passed, 0 failed\n")}), "120 0 0")
    equal(counts({"a": ("fail", "119 passed, 1 failed, 3 skipped")}), "119 1 3")
    equal(counts({"a": ("fail", "120 passed, 0 failed\n")}), "120 1 0")
    equal(counts({"a": ("run", "120 passed, 0 failed\nand more\n")}), "1 0 0")


run(
    [
        plain_entries_count_one,
        an_entry_that_could_not_start_fails,
        criterion_reports_replace_their_entry,
        a_failure_outside_the_report_counts,
        unescaped_messages_do_not_matter,
        harness_lines_replace_their_entry,
    ]
)

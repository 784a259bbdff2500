#!/usr/bin/env python3
"""Counts single tests after a run of ctest.

usage: count_results.py JUNIT RESULTS_DIR

JUNIT is ctest's --output-junit; RESULTS_DIR holds one <entry>.xml per Criterion executable. An entry of ctest counts
  - by its Criterion report, if there is one,
  - by its own last line "N passed, M failed[, K skipped]", if it prints one,
  - as one test otherwise.
An entry that ctest calls failed although no single test of it failed (crash, time-out, leak) adds one failure.
Prints "passed failed skipped" and, to stderr, the name of everything that failed or was skipped.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TALLY = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
# Not an XML parser: Criterion 2.4.1 does not escape the messages of failed assertions.
CASE = re.compile(r'<testcase name="([^"]*)"[^>]* status="(PASSED|FAILED|ERRORED|SKIPPED)"')
SUITE = re.compile(r'<testsuite name="([^"]*)"')


def ctest_status(entry):
    """'passed', 'failed' or 'skipped'. Only a test that says so itself is skipped, not one that could not start."""
    if entry.get("status") == "run":
        return "passed"
    skipped = entry.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith(("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION")):
        return "skipped"
    return "failed"


def criterion_tests(report):
    """Yields (suite/test, status) of a Criterion report."""
    suite = ""
    for line in report.read_text(errors="replace").splitlines():
        if found := SUITE.search(line):
            suite = found[1]
        elif found := CASE.search(line):
            word = {"PASSED": "passed", "SKIPPED": "skipped"}.get(found[2], "failed")
            yield f"{suite}/{found[1]}", word


def count_entry(entry, results, say):
    """The numbers of passed, failed and skipped tests of one ctest entry."""
    name, status = entry.get("name"), ctest_status(entry)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    report = results / f"{name}.xml"
    last_line = ((entry.findtext("system-out") or "").strip().splitlines() or [""])[-1].strip()
    if report.is_file():
        for test, word in criterion_tests(report):
            counts[word] += 1
            if word != "passed":
                say(f"{word}: {name}: {test}")
    elif (tally := TALLY.search(last_line)) and status != "skipped":
        counts.update(passed=int(tally[1]), failed=int(tally[2]), skipped=int(tally[3] or 0))
        if counts["failed"] or counts["skipped"]:
            say(f"{name}: {last_line}")
    else:
        counts[status] = 1
        if status != "passed":
            say(f"{status}: {name}")
        return counts
    if status == "failed" and counts["failed"] == 0:
        counts["failed"] = 1
        say(f"failed: {name} (as a whole: crash, time-out, leak, or no test ran)")
    return counts


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    results = Path(sys.argv[2])
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for entry in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        for word, number in count_entry(entry, results, lambda text: print(text, file=sys.stderr)).items():
            total[word] += number
    print(total["passed"], total["failed"], total["skipped"])


if __name__ == "__main__":
    main()

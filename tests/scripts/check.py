"""A test driver of a few lines: run(list of functions) prints "N passed, M failed" last, as ctest's counter expects."""
import sys
import traceback


def run(tests):
    failed = 0
    for test in tests:
        try:
            test()
        except Exception:  # noqa: BLE001
            failed += 1
            print(f"FAILED {test.__name__}")
            traceback.print_exc(file=sys.stdout)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def equal(got, expected):
    if got != expected:
        raise AssertionError(f"got {got!r}, expected {expected!r}")

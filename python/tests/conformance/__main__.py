"""Answers the conformance vectors: conformance DIRECTORY ISA THREADS, see tests/vectors/conformance/README.md."""
import hashlib
import json
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import answers  # noqa: E402
import answers_cache  # noqa: E402
import answers_eval  # noqa: E402
import farspan  # noqa: E402
from memory import number, value  # noqa: E402


def difference(case, outputs):
    """The first value that differs from what is expected, or None."""
    expected = case["outputs"]
    if len(expected) != len(outputs):
        return f"{len(expected)} outputs are expected, not {len(outputs)}"
    for n, (wanted, output) in enumerate(zip(expected, outputs)):
        if "text" in wanted:
            if output != wanted["text"].encode("utf-8", "surrogatepass"):
                return f"output {n} is {output!r}: {wanted['text']!r} is expected"
            continue
        at = wanted.get("at", range(len(output)))
        if len(at) != len(wanted["values"]):
            return f"output {n} has {len(at)} entries, not {len(wanted['values'])}"
        tolerances = wanted["tolerance"] if isinstance(wanted["tolerance"], list) else [wanted["tolerance"]] * len(at)
        for index, want, tolerance in zip(at, map(number, wanted["values"]), map(number, tolerances)):
            got = value(output, index)
            if not (abs(got - want) <= tolerance if math.isfinite(want) else got == want):
                return f"output {n} [{index}] is {got}: {want} within {tolerance} is expected"
    return None


def raw(output):
    return output if isinstance(output, bytes) else output.tobytes()


def judge(case, context, digest):
    """What is wrong with an answer, or None. Adds the answer to the digest."""
    expected = case.get("status", 0)
    digest.update(f"{case['name']}\n".encode())
    function = next(
        vars(module)[case["call"]] for module in (answers, answers_cache, answers_eval) if case["call"] in vars(module)
    )
    try:
        outputs = function(case, case.get("arguments", {}), context)
    except answers.Touched as touched:
        return str(touched)
    except farspan.Error as error:
        digest.update(np.array([error.status, error.argument], np.int32).tobytes() + f"{error.message}\n".encode())
        if expected == 0:
            return f"{error.function} failed: {error}"
        wanted, got = (expected, case["argument"], case["failing"]), (error.status, error.argument, error.function)
        if wanted != got:
            return f"{wanted} is expected, not {got}: {error}"
        return None if case.get("message", "") in error.message else f"the message lacks {case['message']}: {error}"
    digest.update(np.int32(0).tobytes() + b"".join(map(raw, outputs)))
    return f"succeeded: status {expected} is expected" if expected else difference(case, outputs)


def main(directory, isa, threads):
    context = farspan.Context(threads=int(threads), isa=isa)
    cases, failed, digest = 0, 0, hashlib.sha256()
    for file in sorted(Path(directory).glob("*.json")):
        for case in json.loads(file.read_text())["cases"]:
            cases += 1
            why = judge(case, context, digest)
            if why:
                failed += 1
                print(f"FAILED {case['name']}: {why}", file=sys.stderr)
    print(f"python {isa} {threads} {cases} {failed} {digest.hexdigest()}")
    return 1 if failed or not cases else 0


sys.exit(main(*sys.argv[1:]))

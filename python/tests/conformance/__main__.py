"""Answers the conformance cases: conformance ISA THREADS FILE..., see tests/vectors/conformance/README.md."""
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import answers  # noqa: E402
import answers_cache  # noqa: E402
import answers_eval  # noqa: E402
import farspan  # noqa: E402

KINDS = {
    np.dtype(kind): name for name, kind in (("f32", "f4"), ("f16", "f2"), ("bf16", "u2"), ("f64", "f8"), ("i64", "i8"))
}


def answer(case, context):
    """The bytes of an answer."""
    function = next(
        vars(module)[case["call"]] for module in (answers, answers_cache, answers_eval) if case["call"] in vars(module)
    )
    untouched = 1
    try:
        outputs = function(case, case.get("arguments", {}), context)
    except (answers.Touched, farspan.Error) as error:
        if isinstance(error, answers.Touched):
            error, untouched = error.__cause__, 0
        message = error.message.encode()
        return f"{error.status} {error.argument} {untouched} {error.function} {len(message)} 0\n".encode() + message
    text = f"0 0 1 - 0 {len(outputs)}\n".encode()
    for output in outputs:
        content = output if isinstance(output, bytes) else output.tobytes()
        text += f"{'text' if isinstance(output, bytes) else KINDS[output.dtype]} {len(content)}\n".encode() + content
    return text


def main(isa, threads, *files):
    context = farspan.Context(threads=int(threads), isa=isa)
    for file in files:
        for case in json.loads(Path(file).read_text())["cases"]:
            sys.stdout.buffer.write(answer(case, context))


main(*sys.argv[1:])

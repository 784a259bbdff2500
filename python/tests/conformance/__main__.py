"""Answers the conformance cases: conformance ISA THREADS FILE, see tests/vectors/conformance/README.md."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import calls  # noqa: E402
import farspan  # noqa: E402
from case import Case  # noqa: E402


def answer_group(case, group):
    """Makes its calls; with a status in the last, one must fail, after which the case goes on."""
    failed = (0, 0)
    try:
        for case.given in group:
            getattr(calls, case.given["call"])(case, case.given)
    except farspan.Error as error:
        if "status" not in group[-1]:
            raise
        failed = (error.status, error.argument)
    if "status" in group[-1]:
        case.give(*failed)
    case.flush()


def answer(groups, context):
    """The bytes of an answer."""
    case = Case(context)
    try:
        for group in groups:
            answer_group(case, group)
    except farspan.Error as error:
        message = error.message.encode()
        words = error.status, error.argument, int(case.is_untouched()), case.given["call"], len(message), 0
        return f"{' '.join(map(str, words))}\n".encode() + message
    text = f"0 0 1 - 0 {len(case.outputs)}\n".encode()
    for kind, output, _ in case.outputs:
        content = output if isinstance(output, bytes) else output.tobytes()
        text += f"{kind} {len(content)}\n".encode() + content
    return text


def main(isa, threads, file):
    context = farspan.Context(threads=int(threads), isa=isa)
    for groups in json.loads(Path(file).read_text()):
        sys.stdout.buffer.write(answer(groups, context))


main(*sys.argv[1:])

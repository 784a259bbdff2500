"""The oracles, one after the other. The line before the last counts comparisons, "N passed, M failed, K skipped"; the last is
"N families, worst DIFF", the largest difference of attention's outputs."""
import argparse
import sys

import class_families
import compare
import defaults
import families
import gguf_files
import huggingface
import llama_cases
import llama_cpp
import llama_models
import llama_operations
import releases
import torch_cases
import torch_families


def parse():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "families", nargs="*", help="fixtures of families.py or model types; default: all, and everything else"
    )
    arguments.add_argument("--quick", action="store_true", help="a slice: every rope type and every kind of layer once")
    arguments.add_argument("--llama-cpp", action="store_true", help="only llama.cpp")
    arguments.add_argument("--old", metavar="FOLDER", help="where transformers 4.48.3 is")
    return arguments.parse_args()


class Tally:
    def __init__(self):
        self.passed, self.skipped, self.failures = 0, 0, []

    def take(self, counts):
        self.passed, self.failures = self.passed + counts[0], self.failures + counts[1]
        print()

    def report(self):
        print("\n".join(f"FAILED {line}" for line in self.failures))
        print(f"{self.passed} passed, {len(self.failures)} failed, {self.skipped} skipped")

    def code(self):
        return 1 if self.failures or not self.passed else 0


def compare_llama_cpp(tally, quick):
    if not llama_cpp.available():
        tally.skipped += 1
        print("llama.cpp: skipped, FARSPAN_LLAMA_CPP names no folder with libllama and libggml\n")
        return
    print(f"{llama_cpp.version()}\n")
    tally.take(llama_operations.run())
    tally.take(llama_models.run(quick))


def compare_all(tally, given):
    """The tables of families. Everything else only if no family was asked for."""
    whole = not given.families
    if whole:
        tally.take(class_families.check_names())
        tally.take(defaults.run())
        tally.take(releases.run(given.old))
        tally.take(llama_cases.check_architectures())
        tally.take(gguf_files.run())
        tally.take(torch_cases.run())
        compare_llama_cpp(tally, given.quick)
    compare.header()
    known = class_families.refusals()[0]
    fixtures = [
        name for name in given.families or (families.QUICK if given.quick else families.CASES) if name in families.CASES
    ]
    classes = (
        class_families.QUICK
        if whole and given.quick
        else known
        if whole
        else [n for n in given.families if n not in families.CASES]
    )
    tables = [compare.run(fixtures), compare.run_classes(classes)]
    if whole:
        tables.append(torch_families.run())
    for table in tables:
        tally.take((table.passed, table.failures))
    return tables


def main():
    given, tally = parse(), Tally()
    if given.llama_cpp:
        compare_llama_cpp(tally, given.quick)
        tally.report()
        sys.exit(tally.code())
    print(f"{huggingface.version()}\n")
    tables = compare_all(tally, given)
    names = set().union(*(table.families for table in tables))
    worst = [max(table.worst[n] for table in tables) for n in range(4)]
    print(f"worst: inv_freq {worst[0]:.1e}, factor {worst[1]:.1e}, cos/sin {worst[2]:.1e}")
    tally.report()
    print(f"{len(names)} families, worst {worst[3]:.1e}")
    sys.exit(tally.code())


main()

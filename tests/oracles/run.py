"""The oracles, one after the other. The line before the last counts comparisons, "N passed, M failed"; the last is
"N families, worst DIFF", the largest difference of attention's outputs."""
import argparse
import sys

import compare
import defaults
import families
import gguf_files
import huggingface
import releases
import torch_cases
import torch_families


def parse():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("families", nargs="*", help="fixtures of families.py; default: all, and everything else")
    arguments.add_argument("--quick", action="store_true", help="a slice: every rope type and every kind of layer once")
    arguments.add_argument("--old", metavar="FOLDER", help="where transformers 4.48.3 is")
    return arguments.parse_args()


def main():
    given = parse()
    passed, failures = 0, []

    def take(counts):
        nonlocal passed, failures
        passed, failures = passed + counts[0], failures + counts[1]
        print()
        return counts[2:]

    print(f"{huggingface.version()}\n")
    whole = not given.families
    if whole:
        take(defaults.run())
        take(releases.run(given.old))
        take(gguf_files.run())
        take(torch_cases.run())
    compare.header()
    tables = [compare.run(given.families or (families.QUICK if given.quick else families.CASES))]
    if whole:
        tables.append(torch_families.run())
    for table in tables:
        take((table.passed, table.failures))
    print("\n".join(f"FAILED {line}" for line in failures))
    names = set().union(*(table.families for table in tables))
    worst = [max(table.worst[n] for table in tables) for n in range(4)]
    print(f"worst: inv_freq {worst[0]:.1e}, factor {worst[1]:.1e}, cos/sin {worst[2]:.1e}")
    print(f"{passed} passed, {len(failures)} failed")
    print(f"{len(names)} families, worst {worst[3]:.1e}")
    sys.exit(1 if failures or not passed else 0)


main()

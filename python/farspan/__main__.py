"""python -m farspan report ..."""
from __future__ import annotations

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    from .report import command

    parser = argparse.ArgumentParser(prog="python -m farspan", description="Long contexts: what models do beyond them.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command.add_arguments(
        commands.add_parser(
            "report",
            help="run a language model beyond its trained length, under every method",
            description=command.DESCRIPTION,
            epilog=command.EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )
    return command.run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())

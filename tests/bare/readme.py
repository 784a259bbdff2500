#!/usr/bin/env python3
"""Turns the installation section of a README into a shell script, word for word.

usage: readme.py README HEADING

In that section an indented block holds commands, and a fenced block behind a line that ends in "`NAME`:" is a file of that name.
"""
import re
import sys
from pathlib import Path


def section_of(text, heading):
    """The lines under a heading, up to the next of its level or above; headings inside fenced blocks are none."""
    lines, level, fenced = [], None, False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        found = None if fenced else re.match(r"(#+) (.*)$", line)
        if level is None:
            if found and found.group(2) == heading:
                level = len(found.group(1))
        elif found and len(found.group(1)) <= level:
            break
        else:
            lines.append(line)
    if level is None:
        sys.exit(f"readme.py: there is no heading '{heading}'")
    return lines


def script_of(lines):
    script, name, fence = [], None, None
    for line in lines:
        if fence is not None:
            if line.startswith("```"):
                if name:
                    script += ["cat >" + name + " <<'END_OF_FILE'", *fence, "END_OF_FILE"]
                name, fence = None, None
            else:
                fence.append(line)
        elif line.startswith("```"):
            fence = []
        elif line.startswith("    "):
            script.append(line[4:])
        elif line.strip():
            told = re.search(r"`([\w./-]+)`:$", line)
            name = told.group(1) if told else None
    return script


def main():
    path, heading = sys.argv[1:]
    script = script_of(section_of(Path(path).read_text(encoding="utf-8"), heading))
    if not script:
        sys.exit(f"readme.py: '{heading}' of {path} has no command")
    print("set -ex")
    print("\n".join(script))


if __name__ == "__main__":
    main()

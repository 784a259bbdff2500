#!/usr/bin/env python3
"""Checks the structure of src/. usage: check_layers.py [ROOT]   Prints every violation; exit code 1 if there is one."""
import re
import sys
from pathlib import Path

# What a layer may include, by folder or by file. The public header is open to all.
MAY_INCLUDE = {
    "base": ["base/"],
    "method": ["method/", "base/"],
    "kernels": ["kernels/"],
    "config": ["config/", "method/", "base/"],
    "cache": ["cache/", "base/", "kernels/kernel_table.hpp"],
    "plan": ["plan/", "cache/block.hpp", "method/", "base/", "kernels/kernel_table.hpp"],
    "attention": ["attention/", "plan/", "cache/block.hpp", "cache/wide.hpp", "base/", "kernels/kernel_table.hpp"],
    "eval": ["eval/", "base/", "kernels/kernel_table.hpp"],
    "api": [
        "api/",
        "eval/",
        "attention/",
        "plan/",
        "cache/",
        "config/",
        "method/",
        "base/",
        "kernels/kernel_table.hpp",
    ],
}
PUBLIC = "farspan/"

# A method is data: below the plan nobody knows its name, not even in a comment.
METHOD_FREE = ("attention", "kernels")
METHOD_WORDS = re.compile(
    r"alibi|yarn|(?<![a-z])(ntk|xpos|dca|t5|fire)(?![a-z0-9])|rerope|self[_-]?extend|longrope|kerple|sandwich"
    r"|streaming[_-]?llm|lm[_-]?infinite|dual[_ -]?chunk|llama|m-?rope",
    re.IGNORECASE,
)

# Threads: one place.
THREADS = re.compile(r"\b(oneapi/)?tbb/|\bstd::j?thread\b|<thread>|<future>|\bomp\.h\b|#pragma omp")
THREADS_HOME = "base/parallel."

# Kernel bodies are compiled once per instruction set; a std template instantiated there could be shared between them.
KERNEL_STD = re.compile(
    r"\bstd::(?!u?int\d+_t\b|size_t\b|ptrdiff_t\b|memcpy\b|memset\b)\w+"
    r"|#include\s*<(?!cstdint>|cstddef>|cstring>|immintrin\.h>|arm_neon\.h>|xsimd/)[^>]*>"
)

# What a message says is read in every language: no name that only C has. Variables of the environment are the same everywhere.
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
C_NAME = re.compile(r"FARSPAN_(?!ISA\b|NUM_THREADS\b)\w+|farspan_\w+")

MAX_LINES = 450
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def strip_comments(text):
    """Blanks comments out and keeps the lines."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)


def check_file(path, name):
    """Yields (line, message) for a file; `name` is its path inside src/."""
    layer = name.split("/")[0]
    text = path.read_text()
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        yield MAX_LINES + 1, f"{len(lines)} lines; the limit is {MAX_LINES}"
    if layer not in MAY_INCLUDE:
        yield 1, f"'{layer}' is not a layer: {', '.join(MAY_INCLUDE)}"
        return
    for number, line in enumerate(lines, 1):
        if layer in METHOD_FREE and (found := METHOD_WORDS.search(line)):
            yield number, f"'{found[0]}': {layer} must not know a method's name"
    for number, line in enumerate(strip_comments(text).splitlines(), 1):
        if found := INCLUDE.match(line):
            target = found[1]
            if not target.startswith((PUBLIC, *MAY_INCLUDE[layer])):
                yield number, f'{layer} must not include "{target}"'
        if (found := THREADS.search(line)) and not name.startswith(THREADS_HOME):
            yield number, f"'{found[0]}': threads belong to src/{THREADS_HOME}*"
        if not line.lstrip().startswith("#"):
            for text_of in STRING.findall(line):
                if found := C_NAME.search(text_of):
                    yield number, f"'{found[0]}': a message must not use a name of C, other languages show it too"
        if path.suffix == ".inl" and (found := KERNEL_STD.search(line)):
            yield number, f"'{found[0]}': no standard library in kernel bodies"


def check_tree(root):
    """The violations of the sources under root/src, and the number of files."""
    source = Path(root) / "src"
    files = sorted(p for p in source.rglob("*") if p.suffix in {".c", ".cpp", ".h", ".hpp", ".inl", ".def"})
    names = [path.relative_to(source).as_posix() for path in files]
    return [(name, *found) for path, name in zip(files, names) for found in check_file(path, name)], len(files)


def main():
    found, files = check_tree(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    for name, line, message in found:
        print(f"src/{name}:{line}: {message}")
    print(f"{files} files, {len(found)} violations")
    sys.exit(1 if found or not files else 0)


if __name__ == "__main__":
    main()

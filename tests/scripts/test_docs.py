#!/usr/bin/env python3
"""What the pages in Markdown point to must exist: links, files, tests, functions and constants of the header."""
import re
from pathlib import Path

from check import equal, run

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = "src|tests|tools|docs|scripts|examples|include|cmake|bench|models"


def missing(find, exists):
    """The page and text of all that `find` finds in the pages and that does not exist."""
    return [f"{page.name}: {name}" for page in PAGES for name in find(page.read_text()) if not exists(page, name)]


def links_lead_somewhere():
    equal(
        missing(
            lambda text: re.findall(r"\[[^\]]+\]\(([^)#:]+)\)", text), lambda page, name: (page.parent / name).exists()
        ),
        [],
    )


def files_exist():
    # `src/kernels/isa_<name>.cpp` and the like are patterns, not files.
    paths = rf"`((?:{FOLDERS})/[\w./-]+)`"
    equal(missing(lambda text: re.findall(paths, text), lambda _, name: any(ROOT.glob(name.rstrip("/") + "*"))), [])


def header_names_exist():
    header = "".join(path.read_text() for path in (ROOT / "include" / "farspan").glob("*.h"))
    cmake = (ROOT / "CMakeLists.txt").read_text() + (ROOT / "tests" / "CMakeLists.txt").read_text()
    others = {
        "FARSPAN_ISA",
        "FARSPAN_LANGUAGES",
        "FARSPAN_LIB_DIR",
        "FARSPAN_NUM_THREADS",
        "FARSPAN_TEST_ROUNDS",
        "FARSPAN_TEST_SEED",
        "FARSPAN_UPDATE_DOCS",
        "farspan_static",
        "farspan_criterion_test",
    }
    equal(
        missing(
            lambda text: re.findall(r"\b(?:farspan_[a-z_0-9]+[a-z0-9]|FARSPAN_[A-Z0-9_]+)(?![\w*])", text),
            lambda _, name: name in header or name in cmake or name in others,
        ),
        [],
    )


def tests_exist():
    sources = [path.read_text() for path in (ROOT / "tests").rglob("*.cpp")]
    known = {
        f"{suite}/{name}" for text in sources for suite, name in re.findall(r"^\w*Test\((\w+),\s*(\w+)", text, re.M)
    }
    page = ROOT / "docs" / "numerics.md"
    named = [
        cell
        for line in page.read_text().splitlines()
        if line.startswith("|")
        for cell in re.findall(r"`([\w.]+/[\w.]+)`", line.split("|")[-2])
    ]
    equal([name for name in named if name not in known], [])


def tests_of_bindings_exist():
    """The last column of each table in docs/bindings.md: functions, ctest's names, or words that a script prints."""
    folders = ("java", "go", "rust", "rust-sys", "tests", "scripts")
    suffixes = {".java", ".go", ".rs", ".cpp", ".c", ".sh", ".py"}
    sources = "".join(
        path.read_text()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and "target" not in path.parts
    )
    ctest = "".join(path.read_text() for path in (ROOT / "tests").rglob("CMakeLists.txt"))
    page = (ROOT / "docs" / "bindings.md").read_text()
    named = [
        name
        for line in page.splitlines()
        if line.startswith("| ")
        for name in re.findall(r"`([^`]+)`", line.split("|")[-2])
        if not name.startswith("-")
    ]
    equal(len(named) > 50, True)
    equal(
        [
            name
            for name in named
            if not re.search(
                rf"\b{re.escape(name.removeprefix('abi.'))}\b", ctest if name.startswith("abi.") else sources
            )
        ],
        [],
    )


def the_worked_example_is_the_code():
    """Every line of code in the guide to a new method occurs in the sources, but for its white space."""

    def squeeze(text):
        return " ".join(text.split())

    sources = squeeze(
        " ".join(
            path.read_text()
            for folder in ("include", "src", "tests")
            for path in (ROOT / folder).rglob("*.*")
            if path.suffix in {".h", ".hpp", ".cpp", ".def"}
        )
    )
    guide = (ROOT / "docs" / "adding-a-method.md").read_text()
    code = [squeeze(line) for line in guide.splitlines() if line.startswith("    ")]
    equal([line for line in code if line != "..." and line not in sources], [])


run(
    [
        links_lead_somewhere,
        files_exist,
        header_names_exist,
        tests_exist,
        tests_of_bindings_exist,
        the_worked_example_is_the_code,
    ]
)

"""The rehearsal of tools/surface: what it takes to add a method, a field and a function, and whether every language can use them."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "rehearsal"


@dataclass(frozen=True)
class Edit:
    """A text that goes in front of another one; the last place where that stands."""

    path: str
    before: str
    text: str


METHOD = (
    Edit(
        "include/farspan/farspan.h",
        "\n};\n\ntypedef struct farspan_score_config",
        ",\n    FARSPAN_TEMPERATURE_REHEARSAL = NEXT /* s_i *= 2 */",
    ),
    Edit(
        "src/method/method_list.def",
        "#endif",
        "TEMPERATURE_METHOD(FARSPAN_TEMPERATURE_REHEARSAL, rehearsal, unchecked, any_score)\n",
    ),
    Edit(
        "src/method/score_temperature.cpp",
        "}  // namespace farspan",
        "void lower_temperature_rehearsal(const farspan_score_config&, int64_t, score_part& part) {\n"
        "    part.temperature = [](int64_t) { return 2.0; };\n}\n\n",
    ),
)
FIELD = (
    Edit(
        "include/farspan/farspan.h",
        "} farspan_mask_config;",
        "    int64_t rehearsal; /* default 0: added to prefix */\n",
    ),
    Edit(
        "src/method/field_list.def",
        "#endif\n\n#ifdef SCORE_FIELD",
        "MASK_FIELD(rehearsal, rehearsal, 0, between(0, most))\n",
    ),
    Edit(
        "src/method/mask.cpp",
        "    return part;\n}\n\n}  // namespace farspan",
        "    part.prefix += config.rehearsal;\n",
    ),
)
FUNCTION = (
    Edit(
        "include/farspan/farspan.h",
        "#ifdef __cplusplus\n}",
        "/* right[n] += left[n]. The arrays are equally long. */\n"
        "FARSPAN_API farspan_status farspan_add_arrays(const farspan_scheme* scheme, const float* left, int64_t left_count,\n"
        "                                              float* right, int64_t right_count, farspan_error* error);\n\n",
    ),
    Edit(
        "src/api/encode.cpp",
        '}  // extern "C"',
        "farspan_status farspan_add_arrays(const farspan_scheme* scheme, const float* left, int64_t left_count, float* right,\n"
        "                                  int64_t right_count, farspan_error* error) {\n"
        "    return guard(error, {__func__}, [&] {\n"
        '        required(scheme, "scheme");\n'
        "        if (left_count != right_count)\n"
        '            throw failure(FARSPAN_ERROR_SHAPE, "left_count", "is %" PRId64 ": must be %" PRId64, left_count, right_count);\n'
        "        for (int64_t n = 0; n < left_count; ++n) right[n] += left[n];\n"
        "    });\n}\n\n",
    ),
)
CHANGES = {"a value of a method": METHOD, "a field": FIELD, "a function with two arrays and a handle": FUNCTION}
MOST_FILES = {"a value of a method": 3, "a field": 3, "a function with two arrays and a handle": 3}


def apply(root: Path, edits: tuple[Edit, ...]) -> list[str]:
    """The files that were touched."""
    for edit in edits:
        file = root / edit.path
        text = file.read_text()
        at = text.rfind(edit.before)
        if at < 0:
            raise SystemExit(f"surface: {edit.path} has no {edit.before!r}")
        file.write_text(text[:at] + edit.text + text[at:])
    # In the list of an enumeration the last value gets a comma, which stands before its comment, and the new one the next number.
    header = root / "include/farspan/farspan.h"
    text = re.sub(
        r"( = \d+)( +/\*[^*]*(?:\*(?!/)[^*]*)*\*/),\n(    FARSPAN_TEMPERATURE_REHEARSAL)",
        r"\1,\2\n\3",
        header.read_text(),
    )
    last = max(int(number) for number in re.findall(r"FARSPAN_TEMPERATURE_[A-Z0-9_]+ = (\d+)", text))
    header.write_text(text.replace("REHEARSAL = NEXT", f"REHEARSAL = {last + 1}"))
    return sorted({edit.path for edit in edits})


class Rehearsal:
    """A copy of the tree, and what runs in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.passed = self.failed = 0
        self.prefix = root / "build/prefix"
        self.library = self.prefix / "lib"
        self.environment = {
            **os.environ,
            "PKG_CONFIG_PATH": str(self.library / "pkgconfig"),
            "LD_LIBRARY_PATH": str(self.library),
            "GOWORK": "off",
            "GOFLAGS": "-mod=mod",
            "CARGO_TARGET_DIR": str(root / "build/rust"),
            "PYTHONPATH": str(root / "python/farspan"),
        }

    def run(self, name: str, *commands: list[str], folder: str = ".") -> bool:
        """Says whether all commands succeed, and why not."""
        for command in commands:
            done = subprocess.run(command, cwd=self.root / folder, env=self.environment, capture_output=True, text=True)
            if done.returncode:
                print(f"FAILED  {name}: {' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
                self.failed += 1
                return False
        print(f"ok      {name}")
        self.passed += 1
        return True

    def program(self, name: str, folder: str) -> Path:
        target = self.root / "build" / folder
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROGRAMS / name, target)
        return target

    def flags(self) -> list[str]:
        return [f"-I{self.prefix / 'include'}", f"-L{self.library}", "-lfarspan"]

    def build(self) -> bool:
        options = [f"-DFARSPAN_BUILD_{part}=OFF" for part in ("TESTS", "TOOLS", "EXAMPLES", "BENCH")]
        launcher = (
            [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX")]
            if shutil.which("ccache")
            else []
        )
        return self.run(
            "everything is generated anew", ["tools/describe/generate.py"], ["tools/describe/generate.py", "--check"]
        ) and self.run(
            "the library builds",
            [
                "cmake",
                "--preset",
                "dev",
                "-B",
                "build/dev",
                "-GNinja",
                f"-DCMAKE_INSTALL_PREFIX={self.prefix}",
                "-DCMAKE_INSTALL_LIBDIR=lib",
                *options,
                *launcher,
            ],
            ["cmake", "--build", "build/dev", "-j2"],
            ["cmake", "--install", "build/dev", "--prefix", str(self.prefix)],
        )

    def languages(self) -> None:
        c = self.program("main.c", "c")
        self.run(
            "C",
            ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "main.c", "-o", "main", *self.flags()],
            ["./main"],
            folder=str(c),
        )
        cpp = self.program("main.cpp", "cpp")
        self.run(
            "C++",
            ["c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "main.cpp", "-o", "main", *self.flags()],
            ["./main"],
            folder=str(cpp),
        )
        java = self.program("Main.java", "java")
        sources = [
            str(file) for file in (self.root / "java/src/main/java").rglob("*.java") if file.name != "module-info.java"
        ]
        self.run(
            "Java",
            ["java/build-native.sh", str(self.prefix), "build/java/classes"],
            ["javac", "-proc:none", "-d", "build/java/classes", *sources, str(java / "Main.java")],
            ["java", "-cp", "build/java/classes", "Main"],
        )
        go = self.program("main.go", "go")
        (go / "go.mod").write_text(
            "module rehearsal\n\ngo 1.19\n\nrequire farspan.io/farspan v0.0.0\n\nreplace farspan.io/farspan => ../../go\n"
        )
        self.run("Go", ["go", "run", "."], folder=str(go))
        rust = self.program("main.rs", "rehearsal/src").parent
        (rust / "Cargo.toml").write_text(
            '[package]\nname = "rehearsal"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nfarspan = { path = "../../rust" }\n\n[workspace]\n'
        )
        self.run("Rust", ["cargo", "run", "--quiet", "--offline"], folder=str(rust))
        python = self.program("main.py", "python")
        self.run("Python", [sys.executable, str(python / "main.py"), str(self.library / "libfarspan.so.1")])


def run(root: Path, paths: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="farspan-rehearsal-") as name:
        copy = Path(name) / "farspan"
        for path in paths:
            target = copy / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, target)
        subprocess.run(["cp", "-a", str(root / "rust-sys/vendor"), str(copy / "rust-sys/")], check=True)
        rehearsal = Rehearsal(copy)
        for what, edits in CHANGES.items():
            touched = apply(copy, edits)
            print(f"{what}: {len(touched)} files by hand: {', '.join(touched)}")
            if len(touched) > MOST_FILES[what]:
                print(f"FAILED  at most {MOST_FILES[what]}")
                rehearsal.failed += 1
        if rehearsal.build():
            rehearsal.languages()
        print(f"{rehearsal.passed} passed, {rehearsal.failed} failed")
        return 1 if rehearsal.failed else 0

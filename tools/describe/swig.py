"""What SWIG makes for Java and Go, and the copies of the headers that the Go module carries."""
from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED = "4.1.0"  # another version may print the same functions differently
JAVA = "java/src/main/java/io/farspan/internal"
WRAPPER = "java/src/main/c/farspan_java.c"
GO = "go/internal/raw"
HEADERS = ("farspan.h", "cache.h", "gradient.h", "eval.h", "model.h", "export.h", "version.h")


def version() -> str | None:
    try:
        text = subprocess.run(["swig", "-version"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        return None
    found = re.search(r"SWIG Version (\S+)", text)
    return found[1] if found else None


def run(root: Path, *arguments: str) -> None:
    done = subprocess.run(["swig", *arguments], cwd=root, capture_output=True, text=True)
    if done.returncode or done.stderr:
        raise SystemExit(f"describe: swig {' '.join(arguments)}:\n{done.stderr}")


def outputs(root: Path) -> dict[str, str]:
    """The sources by their paths; those of SWIG only where it is installed. Run after its interface files are written."""
    made = {f"{GO}/include/farspan/{name}": (root / "include/farspan" / name).read_text() for name in HEADERS}
    found = version()
    if found != WANTED:
        print(
            f"describe: SWIG {WANTED} is not installed{f', {found} is' if found else ''}: its sources stay as they are",
            file=sys.stderr,
        )
        return made
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for folder in ("java", "go"):
            (scratch / folder).mkdir()
        # The paths of the interface files are relative to the root, as SWIG writes them into its output. Options come before the file.
        run(
            root,
            "-java",
            "-module",
            "Native",
            "-package",
            "io.farspan.internal",
            "-outdir",
            str(scratch / "java"),
            "-o",
            str(scratch / "farspan_java.c"),
            "-Iinclude",
            "-Ibindings",
            "bindings/java.i",
        )
        run(
            root,
            "-go",
            "-cgo",
            "-intgosize",
            "64",
            "-outdir",
            str(scratch / "go"),
            "-o",
            str(scratch / "go/raw_wrap.c"),
            "-Iinclude",
            "-Ibindings",
            "bindings/go.i",
        )
        made.update({f"{JAVA}/{file.name}": file.read_text() for file in sorted((scratch / "java").iterdir())})
        made.update({f"{GO}/{file.name}": file.read_text() for file in sorted((scratch / "go").iterdir())})
        made[WRAPPER] = (scratch / "farspan_java.c").read_text()
    return made

#!/usr/bin/env python3
"""Build the byte corpus of the tiny models from Debian's kernel documentation.

The text is what the package linux-doc-6.1 installs: the reStructuredText sources of the
Linux kernel documentation, one gzip file each. Nothing is downloaded here and no text is
kept in the repository; the same package version always gives the same bytes (the
manifest that is written next to them has their SHA-256).

Selection   every *.rst.gz below Documentation/, without translations/ (English only)
Order       by path, compared as bytes
Cleaning    see clean()
Split       file number n in that order (0-based) is held out when n % 20 == 10

Each part is the concatenation of its files, an empty line between two of them.
"""
import argparse
import gzip
import hashlib
import json
import pathlib
import re
import subprocess

PACKAGE = "linux-doc-6.1"
ROOT = pathlib.Path(f"/usr/share/doc/{PACKAGE}/Documentation")
HELD_OUT_EVERY, HELD_OUT_PHASE = 20, 10

# Typographic characters with an obvious ASCII spelling; everything else beyond ASCII is dropped.
ASCII_SPELLING = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "--",
        "\u2026": "...",
        "\u00a0": " ",
        "\u2192": "->",
        "\u2190": "<-",
        "\u00b5": "u",
        "\u03bc": "u",
    }
)


def clean(raw: bytes) -> str:
    """ASCII text with short rulings: a run of one punctuation mark is cut to 8, of spaces to 16.

    Kernel documents are full of 70-column underlines and table borders. Left alone they are a
    tenth of all bytes and nearly free to predict, which would flatter every model.
    """
    text = raw.decode("utf-8", errors="replace").replace("\r\n", "\n").translate(ASCII_SPELLING)
    text = text.expandtabs(8).encode("ascii", errors="ignore").decode("ascii")
    text = re.sub(r"[^\n\x20-\x7e]", "", text)
    text = re.sub(r"([^\w\s])\1{8,}", r"\1" * 8, text)
    text = re.sub(r" {17,}", " " * 16, text)
    text = re.sub(r" +$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\n{4,}", "\n\n\n", text)
    return text.strip("\n") + "\n"


def package_version() -> str:
    return subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", PACKAGE], check=True, capture_output=True, text=True
    ).stdout


def build(cache: pathlib.Path) -> dict:
    """Write train.bin, heldout.bin and manifest.json into `cache`; return the manifest."""
    names = sorted(
        (p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.rst.gz") if p.is_file() and not p.is_symlink()),
        key=str.encode,
    )
    names = [n for n in names if not n.startswith("translations/")]
    if not names:
        raise SystemExit(f"no documentation below {ROOT}: apt-get install {PACKAGE}")

    parts = {"train": [], "heldout": []}
    for number, name in enumerate(names):
        part = "heldout" if number % HELD_OUT_EVERY == HELD_OUT_PHASE else "train"
        parts[part].append((name, clean(gzip.decompress((ROOT / name).read_bytes())).encode()))

    cache.mkdir(parents=True, exist_ok=True)
    manifest = {"package": PACKAGE, "version": package_version()}
    for part, files in parts.items():
        data = b"\n".join(text for _, text in files)
        (cache / f"{part}.bin").write_bytes(data)
        manifest[part] = {"files": len(files), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["heldout"]["names"] = [[name, len(text)] for name, text in parts["heldout"]]
    (cache / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def load(cache: pathlib.Path, part: str) -> bytes:
    """The bytes of `part` ("train" or "heldout"), extracted on first use."""
    if not (cache / "manifest.json").exists():
        build(cache)
    return (cache / f"{part}.bin").read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--cache",
        type=pathlib.Path,
        default="/var/tmp/farspan-train/corpus",
        help="folder for train.bin, heldout.bin, manifest.json (default %(default)s)",
    )
    manifest = build(parser.parse_args().cache)
    print(f"{manifest['package']} {manifest['version']}")
    for part in ("train", "heldout"):
        print(
            f"{part:8} {manifest[part]['files']:5} files {manifest[part]['bytes']:9} bytes  "
            f"sha256 {manifest[part]['sha256']}"
        )


if __name__ == "__main__":
    main()

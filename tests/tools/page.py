#!/usr/bin/env python3
"""Opens pages of farspan report in a headless browser: no message on the console, nothing fetched, everything drawn.

usage: page.py PROGRAM MODELS

A page with a wrong script and one with a picture from outside are opened first; if they pass, the check itself is broken. Exit code
77: no Chromium is installed (Debian: chromium).
"""
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HEAD = "<!DOCTYPE html><link rel='icon' href='data:,'>"
# The page forbids itself whatever is not inside it; the browser then complains on the console about each attempt.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def open_page(browser, profile, page, *options):
    """(document after loading, console messages)"""
    done = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-extensions",
            "--disable-background-networking",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            "--enable-logging=stderr",
            *options,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    messages = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    if done.returncode != 0:
        raise SystemExit(f"the browser failed on {page}: {done.stderr[-2000:]}")
    return done.stdout, messages


def check_the_check(browser, folder):
    for name, body in (
        ("script.html", "<script>undefined_function()</script>"),
        (
            "outside.html",
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            "<img src='https://nowhere.invalid/picture.png'>",
        ),
    ):
        (folder / name).write_text(HEAD + body)
        if not open_page(browser, folder / "profile", folder / name, "--dump-dom")[1]:
            raise SystemExit(f"{name} should have left a message on the console")
    (folder / "good.html").write_text(HEAD + "<p>good")
    document, messages = open_page(browser, folder / "profile", folder / "good.html", "--dump-dom")
    if messages or "good" not in document:
        raise SystemExit(f"a plain page should be silent: {messages}")


def picture_size(path):
    data = path.read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise SystemExit(f"{path} is not a PNG")
    return struct.unpack(">II", data[16:24]) + (len(data),)


def main():
    program, models = sys.argv[1], Path(sys.argv[2])
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        print("skipped: no Chromium is installed (Debian: chromium)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check_the_check(browser, folder)
        page = folder / "report.html"
        subprocess.run(
            [
                program,
                "report",
                "--models",
                models,
                "--model",
                "rope",
                "alibi",
                "--methods",
                "none,rerope,streaming",
                "--lengths",
                "128,256,512",
                "--bytes",
                "1024",
                "--passkey",
                "1",
                "--continue",
                "1",
                "--quiet",
                "--html",
                page,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        document, messages = open_page(browser, folder / "profile", page, "--dump-dom")
        charts = len(re.findall(r'<svg[^>]*class="chart ', document))
        if messages:
            raise SystemExit("messages on the console: " + "; ".join(messages))
        if f'content="{POLICY}"' not in document:
            raise SystemExit("the page does not forbid itself what is outside")
        if charts < 8 or document.count("<table") != 3 or "Continuation" not in document:
            raise SystemExit(f"the browser shows {charts} charts and {document.count('<table')} tables")
        pictures = {}
        for mode, options in (("light", []), ("dark", ["--blink-settings=preferredColorScheme=0"])):
            shot = folder / f"{mode}.png"
            messages = open_page(
                browser, folder / "profile", page, f"--screenshot={shot}", "--window-size=1280,2200", *options
            )[1]
            width, height, size = picture_size(shot)
            if messages or (width, height) != (1280, 2200) or size < 30000:
                raise SystemExit(f"{mode}: picture of {width} x {height}, {size} bytes; {messages}")
            pictures[mode] = shot.read_bytes()
        if pictures["light"] == pictures["dark"]:
            raise SystemExit("the page looks the same in light and dark")
        print(f"{charts} charts, no message on the console, {browser}")


if __name__ == "__main__":
    main()

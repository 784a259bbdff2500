"""From the comments of the headers to those of a language."""
from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence

Translate = Callable[[str], str]


def sentence(text: str) -> str:
    """With a capital, unless it begins with a name or a formula, and a full stop."""
    text = text.strip()
    first = re.match(r"(?:[a-z]{2,}(?=[ ,;:.]|$)|a(?= [a-z]{2}))(?! [*/=^<>])", text)
    if first:
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in ".!?:" or text.endswith("...") else text + "."


def blocks(text: str) -> list[tuple[bool, list[str]]]:
    """Paragraphs; True for those that are drawn (indented lines), whose line breaks mean something."""
    found: list[tuple[bool, list[str]]] = []
    for line in text.splitlines():
        drawn = line.startswith("  ")
        if not line.strip():
            found.append((False, []))
        elif found and found[-1][1] and found[-1][0] == drawn:
            found[-1][1].append(line)
        else:
            found.append((drawn, [line]))
    return [block for block in found if block[1]]


def paragraph(lines: list[str], before_drawing: bool = False) -> str:
    text = " ".join(line.strip() for line in lines)
    return sentence(text + ":" if before_drawing and text[-1].isalnum() else text)


def parted(text: str) -> tuple[str, str]:
    """What a comment says of a function and of its errors, without the paragraphs that are for C alone."""
    paragraphs = [p for p in text.split("\n\n") if not p.startswith("In C: ")]
    errors = [p.removeprefix("Errors: ") for p in paragraphs if p.startswith("Errors: ")]
    return "\n\n".join(p for p in paragraphs if not p.startswith("Errors: ")), "\n\n".join(errors)


def wrapped(text: str, prefix: str, width: int = 118) -> list[str]:
    return [
        prefix + line
        for line in textwrap.wrap(text, width - len(prefix), break_long_words=False, break_on_hyphens=False)
    ]


def comment(text: str, prefix: str, draw: Callable[[list[str]], list[str]], translate: Translate) -> list[str]:
    """Lines of a comment; `draw` gives what stands for a drawing."""
    lines: list[str] = []
    parts = blocks(text)
    for n, (drawn, block) in enumerate(parts):
        before_drawing = n + 1 < len(parts) and parts[n + 1][0]
        if lines:
            lines.append(prefix.rstrip())
        if drawn:
            lines += [(prefix + line).rstrip() for line in draw(textwrap.dedent("\n".join(block)).splitlines())]
        else:
            lines += wrapped(translate(paragraph(block, before_drawing)), prefix)
    return lines


def java_text(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("*/", "*&#47;")
    text = re.sub(r"(?<!\{)@", "&#64;", text)
    return re.sub(r"`([^`]+)`", r"{@code \1}", text)


def javadoc(text: str, indent: str = "", translate: Translate = str) -> str:
    """A comment of Java; on one line if it fits."""
    lines = javadoc_lines(text, indent, translate)
    if len(lines) == 1 and len(lines[0]) < 114:
        return f"{indent}/** {lines[0].strip()[2:]} */"
    return "\n".join([f"{indent}/**", *lines, f"{indent} */"])


def javadoc_lines(text: str, indent: str, translate: Translate) -> list[str]:
    drawing = lambda lines: ["<pre>", *(java_text(line) for line in lines), "</pre>"]  # noqa: E731
    lines = comment(text, indent + " * ", drawing, lambda t: java_text(translate(t)))
    return [
        f"{indent} * <p>{line[len(indent) + 3:]}" if n and lines[n - 1].strip() == "*" and "<pre>" not in line else line
        for n, line in enumerate(lines)
    ]


def javadoc_tag(text: str, tag: str, indent: str = "", translate: Translate = str) -> str:
    """A tag with a note, which is no sentence."""
    note = java_text(translate(" ".join(text.split())).rstrip("."))
    return "\n".join(wrapped_tag(f"{tag} {note}", indent))


def wrapped_tag(tag: str, indent: str) -> list[str]:
    lines = textwrap.wrap(tag, 114 - len(indent), break_long_words=False, break_on_hyphens=False)
    return [f"{indent} * {lines[0]}", *(f"{indent} *     {line}" for line in lines[1:])]


def javadoc_method(text: str, tags: list[str], indent: str = "", translate: Translate = str) -> str:
    lines = [
        f"{indent}/**",
        *javadoc_lines(text, indent, translate),
        *([f"{indent} *"] if tags else []),
        *(line for tag in tags for line in wrapped_tag(tag, indent)),
        f"{indent} */",
    ]
    return "\n".join(lines)


def rust_text(text: str) -> str:
    """Brackets are links and tags outside of code."""
    return re.sub(r"(`[^`]*`)|([\[\]<>])", lambda m: m[1] or "\\" + m[2], text)


def rustdoc(text: str, indent: str = "", translate: Translate = str) -> str:
    null = "NULL" if translate is str else "None"  # links and code have no place in a drawing
    drawing = lambda lines: ["```text", *(re.sub(r"\bNULL\b", null, line) for line in lines), "```"]  # noqa: E731
    return "\n".join(comment(text, indent + "/// ", drawing, lambda t: translate(rust_text(t))))


def godoc(name: str, text: str, indent: str = "", translate: Translate = str, joint: str = ": ") -> str:
    """Begins with the name, as Go wants it."""
    text = translate_first(name, text, joint)
    drawing = lambda lines: ["\t" + line for line in lines]  # noqa: E731
    return "\n".join(comment(text, indent + "// ", drawing, translate)).replace("// \t", "//\t")


def go_columns(rows: Sequence[tuple[str, tuple[str, ...]]], indent: str = "\t") -> str:
    """Lines in the columns of gofmt: a comment above a line begins a new table."""
    lines: list[str] = []
    table: list[tuple[str, ...]] = []

    def flush() -> None:
        widths = [max(len(cell) for cell in column) for column in zip(*table)]
        for cells in table:
            lines.append((indent + " ".join(cell.ljust(width) for cell, width in zip(cells, widths))).rstrip())
        table.clear()

    for doc, cells in rows:
        if doc:
            flush()
            lines.append(doc)
        table.append(cells)
    flush()
    return "\n".join(lines)


def is_verb(text: str) -> bool:
    """Whether a comment says what a function does: "Forgets the tokens ..."."""
    first = text.split(" ", 1)[0]
    return first.endswith("s") and first.istitle() and first not in ("Bytes", "Positions", "This")


def translate_first(name: str, text: str, joint: str) -> str:
    """The name before the header's words: "Layout: the pairing of features." or, with another joint, "Keep forgets the others." """
    plain = re.match(r"[A-Z][a-z]+ ", text)
    return f"{name}{joint}{text[0].lower() + text[1:] if plain else text}" if name else text

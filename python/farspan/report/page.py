"""The report as one page: tables, charts, nothing from outside. Its style is that of the farspan command's page."""
from __future__ import annotations

import math
from collections.abc import Callable
from importlib.resources import files

from .. import eval as judging
from .._library import version
from .results import THRESHOLD, Found, Line, Point, Results, change_cell, number, perplexity_cell, verdict_cell
from .svg import HeatMap, LineChart, Place, escape, heat_map, line_chart


def to_page(results: Results) -> str:
    style = "".join(files(__package__).joinpath(name).read_text() for name in ("chart.css", "page.css"))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>Farspan report: {escape(results.model)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<h1>Farspan report: {escape(results.model)}</h1>\n"
        f'<p class="faint">farspan {escape(version())}. {escape(results.facts())}</p>\n'
        f"{_perplexity(results)}{_changes(results)}{_found(results)}{_schemes(results)}</body>\n</html>\n"
    )


def _perplexity(results: Results) -> str:
    text = (
        "The same tokens are scored at every length, with more text before them at greater lengths. Intervals of 95 % in brackets and as "
        f"bands. A triangle at the upper edge: the curve goes on above. Verdict: {judging.verdict_rule()}."
    )
    charts = "".join(line_chart(chart) for chart in _charts(results))
    return _section(
        "Perplexity per token, by window length",
        text,
        f'<div class="charts">\n{charts}</div>\n' + _table(results, perplexity_cell, True),
    )


def _changes(results: Results) -> str:
    text = (
        "Loss minus that at the longest length up to the trained one, on the same tokens, in nats per token, and its standard error. "
        "Below zero: text that is farther back than the model was trained on helps."
    )
    return _section("Does more context still help?", text, _table(results, change_cell, False))


def _found(results: Results) -> str:
    if not results.found:
        return ""
    text = (
        f"RULER's task {results.found[0].task} (Hsieh et al. 2024): a fact is hidden in a window of each length, at each depth, and asked "
        "for at its end. A cell is the share of the answers that the model wrote, of as many prompts as it says on hover; behind a "
        f"method's name stands the effective length, up to which it is more than {THRESHOLD:.1%} of all depths."
    )
    maps = "".join(heat_map(_heat(found)) for found in results.found)
    return _section("Is what stands far back found?", text, f'<div class="charts">\n{maps}</div>\n')


def _heat(found: Found) -> HeatMap:
    def cell(length: int, depth: float) -> tuple[float, str, str]:
        shares = found.cells.get((length, depth))
        if not shares:
            return 0.0, "", f"{length:,} tokens, depth {depth:g}: not asked yet"
        share = found.share(length, depth)
        note = f"{found.method}, {length:,} tokens, depth {depth:g}: {share:.0%} of {len(shares)} prompts"
        return share, f"{100 * share:.0f}", note

    return HeatMap(
        f"{found.method}: {found.reach().length:,}",
        "window length, tokens",
        "depth",
        [f"{n:,}" for n in found.lengths],
        [f"{depth:g}" for depth in found.depths],
        [[cell(n, depth) for n in found.lengths] for depth in found.depths],
    )


def _schemes(results: Results) -> str:
    rows = ""
    for line in results.lines:
        point = line.points[-1]
        if point.length > results.trained:
            rows += (
                f'<tr><td class="name">{escape(line.method)}</td><td class="name">{escape(point.schemes)}</td></tr>\n'
            )
    if not rows:
        return ""
    text = "What the methods derived for the greatest length: a list with one scheme for all layers, or one for each."
    return _section("Schemes", text, f'<div class="scroll"><table>\n{rows}</table></div>\n')


def _section(title: str, text: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n<p>{escape(text)}</p>\n{body}</section>\n"


def _table(results: Results, cell: Callable[[Point], str], verdicts: bool) -> str:
    head = "".join(f"<th>{n:,}</th>" for n in results.lengths) + ('<th class="name">verdict</th>' if verdicts else "")
    rows = ""
    for line in results.lines:
        found = {p.length: p for p in line.points}
        cells = "".join(f"<td>{escape(cell(found[n])) if n in found else ''}</td>" for n in results.lengths)
        word = line.verdict.name if line.verdict else "untested"
        last = (
            f'<td class="name"><span class="verdict {word}">{escape(verdict_cell(line))}</span></td>'
            if verdicts
            else ""
        )
        rows += f'<tr><td class="name">{escape(line.method)}</td>{cells}{last}</tr>\n'
    return f'<div class="scroll"><table>\n<tr><th class="name">method</th>{head}</tr>\n{rows}</table></div>\n'


def _charts(results: Results) -> list[LineChart]:
    """Everything, and those near the level at the trained length enlarged."""
    drawn = [line for line in results.lines if len(line.points) > 1]
    finite = [p.loss.perplexity for line in drawn for p in line.points if math.isfinite(p.loss.perplexity)]
    if not finite or len(results.lengths) < 2:
        return []
    least, most = min(finite), max(finite)
    up_to = [p.loss.perplexity for line in drawn for p in line.points if p.length <= results.trained]
    reference = min(up_to, default=least)
    charts = [_chart(results, "All methods", drawn, least / 1.06, max(most, least * 1.01) * 1.06)]
    near = [line for line in drawn if line.verdict is None or line.verdict.name != "explodes"]
    if near and len(near) < len(drawn):
        charts.append(
            _chart(results, "Those that do not explode", near, least * 0.97, max(reference * 1.5, least * 1.1))
        )
    return charts


def _chart(results: Results, title: str, lines: list[Line], bottom: float, top: float) -> LineChart:
    def height(line: Line) -> float:
        value = line.points[-1].loss.perplexity
        return math.inf if math.isnan(value) else value

    chart = LineChart(
        title, "window length, tokens", "perplexity per token", results.lengths, results.trained, bottom, top
    )
    for line in sorted(lines, key=height, reverse=True):
        places = [
            Place(
                p.length,
                p.loss.perplexity,
                p.interval[0],
                p.interval[1],
                f"{line.method}, {p.length:,} tokens: perplexity {number(p.loss.perplexity)} "
                f"({number(p.interval[0])} .. {number(p.interval[1])})",
            )
            for p in line.points
        ]
        chart.lines.append((line.method, places))
    return chart

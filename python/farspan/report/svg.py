"""Charts as SVG text, as the farspan command draws them: lines over a logarithmic axis of lengths, and heat maps."""
from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

LEFT, RIGHT, UPPER, LOWER = 62.0, 492.0, 34.0, 330.0  # the plotting area of a line chart
WIDTH, HEIGHT, COLOURS = 720, 380, 9


@dataclass
class Place:
    """y, and an interval around it; note is shown on hover. What is not finite lies above the chart."""

    x: float
    y: float
    low: float
    high: float
    note: str


@dataclass
class LineChart:
    """bottom and top are of the logarithmic y axis; mark: a vertical line, "trained length"."""

    title: str
    x_label: str
    y_label: str
    columns: Sequence[float]
    mark: float
    bottom: float
    top: float
    lines: list[tuple[str, list[Place]]] = field(default_factory=list)

    def x(self, value: float) -> float:
        first, last = math.log2(self.columns[0]) - 0.15, math.log2(self.columns[-1]) + 0.15
        return LEFT + (RIGHT - LEFT) * (math.log2(value) - first) / (last - first)

    def y(self, value: float) -> float:
        finite = math.isfinite(value) and value > 0
        share = math.log(value / self.bottom) / math.log(self.top / self.bottom) if finite else 9.0
        return LOWER - (LOWER - UPPER) * min(max(share, -9.0), 9.0)


def escape(text: str) -> str:
    return html.escape("".join(c if c >= " " else " " for c in text))


def _open(kind: str, width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {kind}" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.1f}" height="{height:.1f}">\n'
        f'<text class="chart-title" x="4" y="18">{escape(title)}</text>\n'
    )


def _text(x: float, y: float, anchor: str, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>\n'


def _line(kind: str, x1: float, x2: float, y1: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>\n'


def _ticks(chart: LineChart) -> list[float]:
    """1, 1.5, 2, 3, 5, 7 times powers of ten; fewer where they would touch."""
    steps = (
        (1, 1.5, 2, 3, 5, 7) if chart.top < 100 * chart.bottom else (1, 3) if chart.top < 1e4 * chart.bottom else (1,)
    )
    powers = range(math.floor(math.log10(chart.bottom)), math.ceil(math.log10(chart.top)) + 1)
    return [10.0**p * f for p in powers for f in steps if chart.bottom <= 10.0**p * f <= chart.top]


def _axes(chart: LineChart) -> str:
    text = ""
    for tick in _ticks(chart):
        text += _line("grid", LEFT, RIGHT, chart.y(tick), chart.y(tick))
        text += _text(LEFT - 6, chart.y(tick) + 4, "end", f"{tick:.6g}")
    for column in chart.columns:
        text += _line("grid", chart.x(column), chart.x(column), UPPER, LOWER)
        text += _text(chart.x(column), LOWER + 17, "middle", f"{column:.6g}")
    if chart.columns[0] <= chart.mark <= chart.columns[-1]:
        text += _line("mark", chart.x(chart.mark), chart.x(chart.mark), UPPER, LOWER)
        text += _text(chart.x(chart.mark) + 4, UPPER + 11, "start", "trained length", ' class="faint"')
    middle = (UPPER + LOWER) / 2
    return (
        text
        + _text((LEFT + RIGHT) / 2, LOWER + 38, "middle", chart.x_label)
        + f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">{escape(chart.y_label)}</text>\n'
    )


def _curve(chart: LineChart, places: list[Place]) -> str:
    there = [f"{chart.x(p.x):.1f},{chart.y(p.high):.1f}" for p in places]
    back = [f"{chart.x(p.x):.1f},{chart.y(p.low):.1f}" for p in reversed(places)]
    text = f'<polygon class="band" points="{" ".join(there + back)}"/>\n'
    text += f'<polyline points="{" ".join(f"{chart.x(p.x):.1f},{chart.y(p.y):.1f}" for p in places)}"/>\n'
    for p in places:
        x, y, note = chart.x(p.x), chart.y(p.y), f"<title>{escape(p.note)}</title>"
        if y >= UPPER - 1:
            text += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3">{note}</circle>\n'
        else:
            text += f'<path transform="translate({x:.1f} {UPPER:.1f})" d="M-4 7 L0 0 L4 7 z">{note}</path>\n'
    return text


def _colour(index: int) -> str:
    return f"c{index % COLOURS}" + (" dashed" if index >= COLOURS else "")


def line_chart(chart: LineChart) -> str:
    text = _open("lines", WIDTH, HEIGHT, chart.title) + _axes(chart)
    # A nested <svg> cuts off what leaves its area.
    area = f"{LEFT:.1f} {UPPER - 2:.1f} {RIGHT - LEFT:.1f} {LOWER - UPPER + 4:.1f}"
    x, y, width, height = area.split()
    text += f'<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="{area}">\n'
    for n, (_, places) in enumerate(chart.lines):
        text += f'<g class="{_colour(n)}">\n{_curve(chart, places)}</g>\n'
    text += "</svg>\n"
    step = min(18.0, (HEIGHT - UPPER - 6) / max(1, len(chart.lines)))
    for n, (label, _) in enumerate(chart.lines):
        y_at = UPPER + 6 + step * n
        text += f'<g class="{_colour(n)}"><polyline points="{RIGHT + 14:.1f},{y_at:.1f} {RIGHT + 40:.1f},{y_at:.1f}"/></g>\n'
        text += _text(RIGHT + 46, y_at + 4, "start", label)
    return text + "</svg>\n"


@dataclass
class HeatMap:
    """cells: [row][column] of (share 0 .. 1, text inside, note on hover)."""

    title: str
    x_label: str
    y_label: str
    columns: list[str]
    rows: list[str]
    cells: list[list[tuple[float, str, str]]]


def heat_map(chart: HeatMap) -> str:
    cell_width, cell_height, names, top = 56.0, 26.0, 52.0, 30.0
    below = top + cell_height * len(chart.rows)
    text = _open("map", max(names + cell_width * len(chart.columns) + 8, 300), below + 42, chart.title)
    for row, (name, cells) in enumerate(zip(chart.rows, chart.cells)):
        y = top + cell_height * row
        text += _text(names - 6, y + 17, "end", name)
        for column, (share, inside, note) in enumerate(cells):
            x = names + cell_width * column
            size = f'x="{x:.1f}" y="{y:.1f}" width="{cell_width - 2:.1f}" height="{cell_height - 2:.1f}"'
            text += f'<g class="heat"><title>{escape(note)}</title><rect class="back" {size}/>'
            text += f'<rect class="front" fill-opacity="{min(max(share, 0), 1):.6g}" {size}/></g>'
            text += _text(x + cell_width / 2 - 1, y + 16, "middle", inside)
    for column, name in enumerate(chart.columns):
        text += _text(names + cell_width * (column + 0.5), below + 14, "middle", name)
    label = f"{chart.y_label} down, {chart.x_label} to the right"
    return text + _text(names, below + 32, "start", label, ' class="faint"') + "</svg>\n"

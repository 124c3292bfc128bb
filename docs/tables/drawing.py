"""
The little of SVG that the pictures are drawn with.

Text stands on filled shapes and lines are of a middle grey, so that a picture can be read on a light page and on a
dark one.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

LINE = "#7d8590"
INK = "#1f2328"
PAPER = "#f6f8fa"
GREEN, AMBER, BLUE, GREY, RED = "#c3ebc9", "#fbdc9a", "#c5dfff", "#dfe3e8", "#fac9c4"
FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif"

Point = tuple[float, float]


def picture(width: int, height: int, title: str, shapes: Sequence[str]) -> str:
    """Return a whole SVG document."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="{FONT}" font-size="14">'
    )
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'orient="auto"><path d="M0 0 10 5 0 10z" fill="{LINE}"/></marker></defs>'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", arrow, *shapes, "</svg>", ""])


def box(x: float, y: float, width: float, height: float, fill: str, *, line: str = LINE, round_by: float = 8) -> str:
    """Return a box with its upper left corner at *x*, *y*."""
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by:g}"'
    return f'<rect {size} fill="{fill}" stroke="{line}"/>'


def text(x: float, y: float, said: str, *, bold: bool = False, anchor: str = "middle", fill: str = INK) -> str:
    """Return one line of text whose middle is at *y*."""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y + 5:g}" text-anchor="{anchor}" fill="{fill}"{weight}>{escape(said)}</text>'


def sign(x: float, y: float, lines: Sequence[str]) -> str:
    """Return lines of text on a plate of their own, with its middle at *x*, *y*."""
    width, height = 7.6 * max(map(len, lines)) + 16, 18 * len(lines) + 6
    top = y - height / 2
    written = [text(x, top + 12 + 18 * place, line) for place, line in enumerate(lines)]
    return "\n".join([box(x - width / 2, top, width, height, PAPER, line="none", round_by=6), *written])


def curve(start: Point, bend: Point, end: Point) -> str:
    """Return an arrow that bends towards *bend*."""
    (a, b), (c, d), (e, f) = start, bend, end
    return (
        f'<path d="M{a:.1f} {b:.1f}Q{c:.1f} {d:.1f} {e:.1f} {f:.1f}" fill="none" stroke="{LINE}" stroke-width="1.6" '
        'marker-end="url(#arrow)"/>'
    )


def dashes(x: float, top: float, bottom: float) -> str:
    """Return an upright dashed line."""
    return f'<path d="M{x:g} {top:g}V{bottom:g}" stroke="{LINE}" stroke-dasharray="4 4"/>'

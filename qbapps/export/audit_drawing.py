"""
Drawing counts with Altair: bars with names, and time lines, in the colours and the type of our pages.

Raises on import:
    ConfigurationError: Altair is not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import attrs

from qbapps.export.colours import LIGHT
from qbapps.export.extras import needed
from qbapps.language import Words

with needed():
    import altair as alt

WIDTH: Final = 700
FONT: Final = "Helvetica, Arial, Liberation Sans, sans-serif"

Plot = alt.Chart | alt.VConcatChart
_Any = TypeVar("_Any", alt.Chart, alt.VConcatChart)
_Row = dict[str, str | int]


@attrs.frozen(kw_only=True)
class Kind:
    """What the parts of bars are called and which colour they have."""

    name: str
    colour: str


@attrs.frozen(kw_only=True)
class Bar:
    """
    A bar: how many there are of each kind.

    Attributes:
        name: Beside it; no two of a plot have the same.
        said: The same at full length, where the pointer rests.
    """

    name: str
    said: str
    counts: tuple[int, ...]


def bars(
    drawn: Sequence[Bar], kinds: Sequence[Kind], _: Words, *, title: str, subtitle: str | None, of: str, kind: str
) -> alt.Chart:
    """
    Return *drawn* one below the other.

    Args:
        of: What a bar stands for, such as "Owner".

        kind: What the kinds are of, such as "State".
    """
    if not drawn:
        return dressed(nothing(title, _))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=_rows(drawn, kinds)))
        .mark_bar(stroke=LIGHT.card, strokeWidth=1, height={"band": 0.72})
        .encode(
            y=alt.Y("name:N", title=None, scale=alt.Scale(domain=[one.name for one in drawn])),
            x=alt.X("count:Q", stack=True, title=_("Connections"), axis=_whole_numbers(drawn)),
            color=alt.Color("kind:N", title=kind, scale=_scale(kinds), legend=alt.Legend(orient="top")),
            order=alt.Order("order:O"),
            tooltip=_tooltip(_, of=of, kind=kind),
        )
        .properties(title=_titled(title, subtitle), width=WIDTH - 180, height={"step": 24})
        .properties(description=_told(title, drawn, kinds, _))
    )
    return dressed(chart)


def timeline(
    drawn: Sequence[Bar], kinds: Sequence[Kind], _: Words, *, title: str, of: str, kind: str, labelled: Sequence[str]
) -> alt.Chart:
    """
    Return *drawn* one after another, as a part of a larger plot.

    Args:
        labelled: Those bars' names that are written below the line.
    """
    how: dict[str, Any] = {"fontSize": 13, "frame": "group", "offset": 6}
    if not drawn:
        return nothing(title, _, **how)
    axis = alt.Axis(values=list(labelled), labelAngle=0, labelOverlap="greedy", tickBand="extent")
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=_rows(drawn, kinds)))
        .mark_bar(stroke=LIGHT.card, strokeWidth=0.5)
        .encode(
            x=alt.X("name:N", title=None, scale=alt.Scale(domain=[one.name for one in drawn]), axis=axis),
            y=alt.Y("count:Q", stack=True, title=_("Connections"), axis=_whole_numbers(drawn)),
            color=alt.Color("kind:N", title=None, scale=_scale(kinds), legend=alt.Legend(orient="top")),
            order=alt.Order("order:O"),
            tooltip=_tooltip(_, of=of, kind=kind),
        )
        .properties(title=alt.TitleParams(title, **how), width=WIDTH, height=150)
        .properties(description=_told(title, drawn, kinds, _))
    )
    return chart


def below_each_other(*charts: alt.Chart, title: str) -> alt.VConcatChart:
    """Return *charts* as one plot; what the colours mean is said once."""
    both: alt.VConcatChart = alt.vconcat(*charts, spacing=24).resolve_scale(color="shared")
    return dressed(both.properties(title=title, description=" ".join(str(one.description) for one in charts)))


def nothing(title: str, _: Words, **how: Any) -> alt.Chart:
    """Return a plot that says that there is nothing to show."""
    sentence = _("There is nothing to show.")
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"said": sentence}]))
        .mark_text(align="left", fontSize=13, color=LIGHT.soft)
        .encode(text="said:N", x=alt.value(0))
        .properties(title=alt.TitleParams(title, **how), width=WIDTH, height=40, description=f"{title}. {sentence}")
    )
    return chart


def dressed(chart: _Any) -> _Any:
    """Return *chart* in the house's colours, on a ground of its own: it is read in dark notebooks too."""
    made: _Any = (
        chart.configure(background=LIGHT.card, font=FONT, padding=14)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=LIGHT.ink,
            titleColor=LIGHT.soft,
            gridColor=LIGHT.line,
            domainColor=LIGHT.line,
            tickColor=LIGHT.line,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=260,
        )
        .configure_axisY(labelPadding=6)
        .configure_title(
            anchor="start",
            color=LIGHT.ink,
            fontSize=15,
            fontWeight=600,
            subtitleColor=LIGHT.soft,
            subtitleFontSize=12,
            subtitlePadding=4,
            offset=10,
        )
        .configure_legend(labelColor=LIGHT.ink, titleColor=LIGHT.soft, labelFontSize=12, titleFontWeight="normal")
    )
    return made


def _told(title: str, drawn: Sequence[Bar], kinds: Sequence[Kind], _: Words) -> str:
    """Return what the bars show in words, for whoever does not see them."""
    told = []
    for bar in drawn:
        counts = [f"{kind.name} {_.number(n)}" for kind, n in zip(kinds, bar.counts, strict=True) if n]
        if counts:
            told.append(_("{name}: {counts}", name=bar.name, counts=", ".join(counts)))
    return f"{title}. {'; '.join(told)}."


def _rows(drawn: Sequence[Bar], kinds: Sequence[Kind]) -> list[_Row]:
    return [
        {"name": bar.name, "said": bar.said, "kind": kind.name, "order": place, "count": count}
        for bar in drawn
        for place, (kind, count) in enumerate(zip(kinds, bar.counts, strict=True))
        if count
    ]


def _whole_numbers(drawn: Sequence[Bar]) -> alt.Axis:
    """Return an axis without half connections."""
    return alt.Axis(tickMinStep=1, format="d", tickCount=max(1, min(6, max(sum(one.counts) for one in drawn))))


def _tooltip(_: Words, *, of: str, kind: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("said:N", title=of),
        alt.Tooltip("kind:N", title=kind),
        alt.Tooltip("count:Q", title=_("Connections")),
    ]


def _scale(kinds: Sequence[Kind]) -> alt.Scale:
    return alt.Scale(domain=[one.name for one in kinds], range=[one.colour for one in kinds])


def _titled(title: str, subtitle: str | None) -> alt.TitleParams:
    return alt.TitleParams(title) if subtitle is None else alt.TitleParams(title, subtitle=subtitle)

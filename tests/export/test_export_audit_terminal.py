"""An audit in a terminal: it fits, it reads without colour, and no name breaks it."""

from __future__ import annotations

import io
import re

import export_sheets as sheets
import pytest
from rich.cells import cell_len
from rich.console import Console

from qbapps.export import audit_terminal
from qbapps.export.sheet import Sheet


def shown(given: Sheet, width: int = 80, *, colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=colour, no_color=not colour).print(audit_terminal.render(given))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("connections", [0, 1, 24, 2_000])
def test_it_fits_the_terminal_and_nothing_is_cut(connections: int, lang: str, width: int) -> None:
    text = shown(sheets.sheet(connections, lang), width)

    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert len(text.splitlines()) < 120


def test_it_says_everything_without_colour() -> None:
    given = sheets.sheet(24)
    text = shown(given)

    assert "\x1b" not in text
    assert re.search(rf"│ {given.summary.at_risk}\s+│", text)
    assert re.search(r"▲ High +To reconnect +2$", text, re.MULTILINE)
    assert re.search(r"■ Medium +One person owns many +1$", text, re.MULTILINE)
    assert re.search(r"● Low +Never confirmed +2$", text, re.MULTILINE)
    assert "→ Do what needs_reconnect asks." in text
    assert "p0@durand.example  ▲ has left" in text
    assert "Nobody knows whose" in text


def test_colour_is_there_where_it_is_wanted() -> None:
    assert "\x1b[1;31m▲" in shown(sheets.sheet(24), colour=True)


def test_what_is_left_out_is_counted() -> None:
    given = sheets.sheet(2_000)
    rows = given.connections.rows(named=True)
    each = [sheets.finding("unused", "medium", row, do=f"Ask about {row['id']}.") for row in rows]
    text = shown(sheets.of(given.connections, each))

    assert "and 1,999 more of this rule" in text
    assert "28 more owners, who own less." in text


def test_a_name_cannot_break_a_line_or_turn_the_writing_round() -> None:
    text = shown(sheets.sheet(6, text="[red]A\x1b[2J\u202eB\nC[/red]"), 160)

    assert not re.search("[\x1b\u202e]", text)
    assert "[red]A [2J B C[/red]" in text


def test_it_says_when_there_is_nothing() -> None:
    assert "Nothing was found that needs anybody." in shown(sheets.sheet(found=False))
    assert "There is no connection yet." in shown(sheets.sheet(0))


def test_it_speaks_french() -> None:
    text = shown(sheets.sheet(24, "fr"))

    for words in ("à risque", "Gravité", "▲ Élevée", "À reconnecter", "Que faire", "Qui gère quoi", "▲ parti"):
        assert words in text
